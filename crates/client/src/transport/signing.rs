//! The signature of one attempt.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use isobar_auth::sigv4::{Chain, SigningKeys};
use isobar_catalogue::Cloud;
use isobar_catalogue::model::Auth;

use super::{Call, Layer, Next, Outcome};
use crate::checksum::Algorithm;
use crate::cloud;
use crate::config::Config;
use crate::context::{Context, uuid};
use crate::credentials::{Identity, Provide, Tokens};
use crate::customize;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind};
use crate::upload::Framing;

/// What stands for the payload, where it is not with the request.
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// The length of an upload without its frames.
const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");

/// The name of the checksum behind the frames.
const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

/// What stands for a payload that is not signed and has a checksum behind it.
const TRAILING_PAYLOAD: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// What stands for a payload that is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Services that take a bearer token in the place of a key, if there is one for them.
const TAKE_TOKENS: [&str; 2] = ["bedrock", "bedrock-runtime"];

pub(crate) struct Signing {
    provider: Arc<dyn Provide>,
    tokens: Option<Arc<dyn Tokens>>,
    context: Arc<dyn Context>,
    keys: SigningKeys,
}

fn takes_tokens(call: &Call<'_>) -> bool {
    call.cloud == Cloud::Aws && TAKE_TOKENS.contains(&call.service.name.as_str())
}

impl Signing {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            provider: config.credentials.clone(),
            tokens: config.tokens.clone(),
            context: config.context.clone(),
            keys: SigningKeys::new(),
        }
    }

    /// Whose call it is; `None` where the operation wants no signature.
    pub(crate) async fn identity(&self, call: &Call<'_>) -> Result<Option<Identity>, Error> {
        let signs = !call.operation.auth.is_none()
            || (call.endpoint.signs && !customize::is_unsigned(call.service, call.operation));
        if !signs {
            return Ok(None);
        }
        if let Some(identity) = call.identity {
            return Ok(Some(identity.clone()));
        }
        let alone = call.operation.auth == Auth::Bearer;
        if let Some(tokens) = self.tokens.as_ref().filter(|_| alone || takes_tokens(call))
            && let Some(identity) = tokens.token(&call.service.signing_name, alone).await?
        {
            return Ok(Some(identity));
        }
        self.provider.credentials().await.map(Some)
    }

    /// The call with the caller's signature on its request, where the operation wants one.
    pub(crate) async fn sign<'a>(&self, call: &Call<'a>) -> Result<Call<'a>, Error> {
        let identity = self.identity(call).await?;
        self.sign_as(call, identity.as_ref()).await
    }

    async fn sign_as<'a>(
        &self,
        call: &Call<'a>,
        identity: Option<&Identity>,
    ) -> Result<Call<'a>, Error> {
        let mut signed = call.clone();
        let mut declared = self.declare(&mut signed).await?;
        let older = call.operation.auth.is_older().then(|| call.service.protocol());
        let (now, nonce) = (self.context.now(), uuid(&*self.context));
        let row = cloud::row(call.cloud);
        let unwritable = |error| call.error(Kind::Credentials).with_source(error);
        let Some(credentials) = identity.and_then(|identity| identity.credentials.as_ref()) else {
            let unsigned = cloud::Unsigned { endpoint: call.endpoint, older, now, nonce: &nonce };
            (row.describe)(&mut signed.request, &unsigned).map_err(unwritable)?;
            if call.by_url.is_some() {
                let error = call.error(Kind::NoCredentials);
                return Err(error.with_message("a URL without a signature needs no signing"));
            }
            return Ok(signed);
        };
        // A token is shown once, and the events behind it are as they are.
        if call.talk.is_some() && !credentials.id.is_empty() {
            declared = Some(Chain::PAYLOAD.to_owned());
            let value = HeaderValue::from_static(Chain::PAYLOAD);
            signed.request.headers.insert(CONTENT_HASH, value);
        }
        let signing = cloud::Signing {
            credentials,
            endpoint: call.endpoint,
            host: &call.host(),
            declared: declared.as_deref().or(call.notes.declared),
            auth: call.operation.auth,
            older,
            now,
            nonce: &nonce,
            keys: &self.keys,
            by_url: call.by_url,
        };
        // A key signs; a token is shown. Neither does for the other.
        let (alone, shows) = (signing.auth == Auth::Bearer, credentials.id.is_empty());
        if call.cloud == Cloud::Aws && alone != shows && !(shows && takes_tokens(call)) {
            let wanted = if alone { "a bearer token" } else { "a key" };
            return Err(call.error(Kind::Credentials).with_message(format!("it wants {wanted}")));
        }
        customize::signing(call.service, call.operation, &mut signed.request, &signing)
            .and_then(|()| (row.sign)(&mut signed.request, &signing))
            .map_err(unwritable)?;
        if let Some(talk) = call.talk {
            let Endpoint { signing_region, signing_name, .. } = call.endpoint;
            let chain = Chain::after(&signed.request, credentials, signing_region, signing_name);
            talk.follow(chain);
        }
        Ok(signed)
    }

    /// Writes the headers that an upload needs, and gives what stands for the payload in the
    /// signature, where the vendor's scheme signs it.
    async fn declare(&self, call: &mut Call<'_>) -> Result<Option<String>, Error> {
        let Some(sending) = &mut call.upload else { return Ok(None) };
        let length = sending.upload.source().length();
        let headers = &mut call.request.headers;
        let mut declared = None;
        if cloud::row(call.cloud).signs_payload {
            let header = sending.algorithm.and_then(Algorithm::header).filter(|_| sending.carries);
            if let Some(header) = header
                && call.endpoint.secure
            {
                sending.framing = Framing::Trailer;
                headers.insert(CONTENT_ENCODING, chunked(headers.get(CONTENT_ENCODING)));
                headers.insert(DECODED_LENGTH, length.into());
                headers.insert(TRAILER, HeaderValue::from_static(header));
                declared = Some(TRAILING_PAYLOAD.to_owned());
            } else if call.endpoint.secure && call.endpoint.sign_path_once {
                declared = Some(UNSIGNED_PAYLOAD.to_owned());
            } else {
                let digests = sending.upload.digests(sending.algorithm).await;
                let digests = digests.map_err(|error| {
                    let text = error.to_string();
                    Error::new(Kind::Input, call.cloud)
                        .at(&call.service.name, &call.operation.name)
                        .with_message(text)
                        .with_source(error)
                })?;
                if let Some((header, checksum)) = header.zip(digests.checksum)
                    && let Ok(value) = HeaderValue::try_from(checksum.base64())
                {
                    headers.insert(HeaderName::from_static(header), value);
                }
                declared = Some(digests.payload);
            }
        }
        Ok(declared)
    }
}

/// The content's encoding with the frames around it.
fn chunked(encoding: Option<&HeaderValue>) -> HeaderValue {
    let own = encoding.and_then(|value| value.to_str().ok());
    own.and_then(|own| HeaderValue::try_from(format!("{own},aws-chunked")).ok())
        .unwrap_or(HeaderValue::from_static("aws-chunked"))
}

impl Layer for Arc<Signing> {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let identity = self.identity(call).await?;
            let signed = self.sign_as(call, identity.as_ref()).await?;
            let error = match next.run(&signed).await {
                Err(error) if error.kind() == Kind::Expired => error,
                outcome => return outcome,
            };
            let rejects = |it: &Identity| call.identity.is_none() && self.provider.reject(it);
            let Some(identity) = identity.filter(rejects) else {
                return Err(error);
            };
            if !call.is_there() {
                return Err(error);
            }
            match self.identity(call).await? {
                // The source has no others.
                Some(renewed) if renewed.credentials == identity.credentials => Err(error),
                renewed => next.run(&self.sign_as(call, renewed.as_ref()).await?).await,
            }
        })
    }
}
