//! Where S3's buckets are: in which region, where that is not the client's, and with which session, where
//! they lie in a zone of their own (S3 Express).
//!
//! A call that goes to the wrong region is refused in one of several ways, of which botocore's
//! `S3RegionRedirectorv2` tells; the region is in the answer, or the bucket itself is asked. It is
//! remembered, and the call made again.

use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use isobar_auth::{Credentials, Secret};
use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{Name, Value};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::client::Client;
use crate::credentials::Identity;
use crate::endpoint::{Endpoint, Scheme};
use crate::error::{Error, Kind};
use crate::origin::Origin;
use crate::transport::{Opened, Way};

/// How many buckets are remembered.
const MOST: usize = 1024;

/// A session is replaced from so long before its end.
const ADVISORY: Duration = Duration::from_secs(45);

/// Until so long before its end a session is good where there is no other.
const MANDATORY: Duration = Duration::from_secs(10);

/// Where S3 says in which region a bucket is.
const REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");

/// Shows a session.
pub(crate) const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-amz-s3session-token");

/// What S3 gives a caller for a bucket in a zone: keys for a few minutes, and what shows them.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) identity: Identity,
    pub(crate) token: HeaderValue,
    until: Timestamp,
}

/// A bucket's session; held by who fetches it.
pub(crate) type Slot = Arc<Mutex<Option<Session>>>;

/// Whether a service's buckets are in one region each.
pub(crate) fn has_buckets(service: &Service) -> bool {
    service.cloud == Cloud::Aws && service.name == "s3"
}

/// The bucket that an input names, if it is one that can be in another region: no ARN.
pub(crate) fn named_by<'a>(service: &Service, input: &'a Value) -> Option<&'a str> {
    let bucket = has_buckets(service).then(|| input.get("Bucket")).flatten()?.as_str()?;
    (!bucket.starts_with("arn:")).then_some(bucket)
}

/// The region that S3 names in an answer to a call that went elsewhere.
pub(crate) fn region_in(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let in_body = || {
        let text = std::str::from_utf8(body).ok()?;
        let (_, rest) = text.split_once("<Region>")?;
        Some(rest.split_once("</Region>")?.0.to_owned())
    };
    let header = headers.get(REGION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    header.or_else(in_body).filter(|region| is_label(region))
}

/// Whether a text can stand in a host's name.
fn is_label(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let ends = !text.starts_with('-') && !text.ends_with('-');
    plain && ends && (1..=63).contains(&text.len()) && text.bytes().any(|it| !it.is_ascii_digit())
}

/// Whether an error says that the bucket is elsewhere.
fn is_elsewhere(operation: &Operation, error: &Error) -> bool {
    let status = error.status().map_or(0, |status| status.as_u16());
    let region = error.bucket_region();
    match error.code() {
        Some("PermanentRedirect") => true,
        Some("AuthorizationHeaderMalformed") if region.is_some() => true,
        Some("IllegalLocationConstraintException") => operation.name != "CreateBucket",
        // The answer to a `HEAD` has no body that could say more.
        _ if operation.name == "HeadObject" => matches!(status, 301 | 302 | 307 | 400),
        _ if operation.name == "HeadBucket" && region.is_some() => {
            matches!(status, 301 | 302 | 307 | 400)
        }
        _ => matches!(status, 301 | 302 | 307),
    }
}

impl Client {
    /// Makes a call, and once more where S3 says that its bucket is elsewhere.
    pub(crate) async fn make(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
        way: Way<'_>,
    ) -> Result<Opened, Error> {
        let Some(bucket) = named_by(service, &input).map(str::to_owned) else {
            return Box::pin(self.make_once(service, operation, input, way)).await;
        };
        // Where this call goes; another may learn meanwhile that the bucket is elsewhere.
        let region = self.bucket_region(service, &input);
        let region = region.unwrap_or_else(|| self.region().to_owned());
        match Box::pin(self.make_once(service, operation, input.clone(), way)).await {
            // What cannot be sent again is not, but the next call knows where to go.
            Err(error)
                if is_elsewhere(operation, &error)
                    && self.follow(&bucket, &region, &error).await
                    && way.is_there() =>
            {
                Box::pin(self.make_once(service, operation, input, way)).await
            }
            outcome => outcome,
        }
    }

    /// The region that a call's bucket is known to be in, where S3 said that it is not the client's.
    pub(crate) fn bucket_region(&self, service: &Service, input: &Value) -> Option<String> {
        self.regions().read().get(named_by(service, input)?).cloned()
    }

    /// Remembers where a bucket is, and says whether that is another place than a call went to.
    async fn follow(&self, bucket: &str, went_to: &str, error: &Error) -> bool {
        let region = match error.bucket_region() {
            Some(region) => Some(region.to_owned()),
            None => self.ask_for_region(bucket).await,
        };
        let Some(region) = region.filter(|region| region != went_to) else { return false };
        let mut regions = self.regions().write();
        if regions.len() >= MOST {
            regions.clear();
        }
        regions.insert(bucket.to_owned(), region);
        true
    }

    async fn ask_for_region(&self, bucket: &str) -> Option<String> {
        let (service, operation) = self.find("s3", "HeadBucket").ok()?;
        let input = input_for(bucket);
        // The call takes the same way as any other, and so would be a future within itself.
        match Box::pin(self.make_once(service, operation, input, Way::Whole)).await {
            Ok(opened) => region_in(&opened.answer.headers, b""),
            Err(error) => error.bucket_region().map(str::to_owned),
        }
    }

    /// The session that calls to an endpoint are signed with, where it wants one and somebody calls.
    pub(crate) async fn session(
        &self,
        endpoint: &Endpoint,
        bucket: Option<&str>,
    ) -> Result<Option<Session>, Error> {
        let in_session = endpoint.scheme == Scheme::S3Express;
        let Some(bucket) = bucket.filter(|_| in_session) else { return Ok(None) };
        let provider = &self.config().credentials;
        if provider.credentials().await?.credentials.is_none() {
            return Ok(None);
        }
        let slot = {
            let mut sessions = self.sessions().lock();
            if sessions.len() >= MOST && !sessions.contains_key(bucket) {
                sessions.clear();
            }
            sessions.entry(bucket.to_owned()).or_default().clone()
        };
        let mut held = slot.lock().await;
        let now = self.context().now();
        let good = |session: &Session, left: Duration| session.until > now + left;
        if let Some(session) = held.as_ref().filter(|session| good(session, ADVISORY)) {
            return Ok(Some(session.clone()));
        }
        match self.new_session(bucket).await {
            Ok(session) => {
                *held = Some(session.clone());
                Ok(Some(session))
            }
            Err(error) => match held.as_ref().filter(|session| good(session, MANDATORY)) {
                Some(session) => Ok(Some(session.clone())),
                None => Err(error),
            },
        }
    }

    async fn new_session(&self, bucket: &str) -> Result<Session, Error> {
        let (service, operation) = self.find("s3", "CreateSession")?;
        // The call takes the same way as any other, and so would be a future within itself.
        let answer =
            Box::pin(self.make_once(service, operation, input_for(bucket), Way::Whole)).await?;
        let output = answer.answer.output;
        let text = |name| output.get("Credentials")?.get(name)?.as_str();
        let until = match output.get("Credentials").and_then(|it| it.get("Expiration")) {
            Some(Value::Timestamp(until)) => Some(*until),
            _ => None,
        };
        let session = || {
            let key =
                Credentials::new(text("AccessKeyId")?, Secret::from(text("SecretAccessKey")?));
            let mut token = HeaderValue::try_from(text("SessionToken")?).ok()?;
            token.set_sensitive(true);
            let origin = Origin::Role {
                how: "CreateSession",
                role: bucket.to_owned(),
                with: Box::new(Origin::Caller),
            };
            Some(Session { identity: Identity::new(key, origin), token, until: until? })
        };
        session().ok_or_else(|| {
            let error = Error::new(Kind::Answer, self.cloud()).at("s3", "CreateSession");
            error.with_message("it has no whole session")
        })
    }

    /// Forgets a bucket's session, which S3 does not take any more.
    pub(crate) fn forget_session(&self, bucket: &str) {
        self.sessions().lock().remove(bucket);
    }
}

fn input_for(bucket: &str) -> Value {
    Value::Map(vec![(Name::from("Bucket"), Value::from(bucket.to_owned()))])
}
