//! The signature of one attempt.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use isobar_auth::sigv4::SigningKeys;
use isobar_catalogue::model::Auth;

use super::{Call, Layer, Next, Outcome};
use crate::cloud;
use crate::config::Config;
use crate::context::{Context, uuid};
use crate::credentials::{Identity, Provide};
use crate::error::{Error, Kind};

pub(crate) struct Signing {
    provider: Arc<dyn Provide>,
    context: Arc<dyn Context>,
    keys: SigningKeys,
}

impl Signing {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            provider: config.credentials.clone(),
            context: config.context.clone(),
            keys: SigningKeys::new(),
        }
    }

    /// Whose call it is; `None` where the operation wants no signature.
    pub(crate) async fn identity(&self, call: &Call<'_>) -> Result<Option<Identity>, Error> {
        if call.operation.auth == Auth::None {
            return Ok(None);
        }
        self.provider.credentials().await.map(Some)
    }

    /// The call with the caller's signature on its request, where the operation wants one.
    pub(crate) async fn sign<'a>(&self, call: &Call<'a>) -> Result<Call<'a>, Error> {
        let identity = self.identity(call).await?;
        self.sign_as(call, identity.as_ref())
    }

    fn sign_as<'a>(&self, call: &Call<'a>, identity: Option<&Identity>) -> Result<Call<'a>, Error> {
        let mut signed = call.clone();
        let Some(credentials) = identity.and_then(|identity| identity.credentials.as_ref()) else {
            return Ok(signed);
        };
        let signing = cloud::Signing {
            credentials,
            endpoint: call.endpoint,
            host: &call.host(),
            unsigned_payload: call.operation.auth == Auth::UnsignedPayload,
            now: self.context.now(),
            nonce: &uuid(&*self.context),
            keys: &self.keys,
        };
        (cloud::row(call.cloud).sign)(&mut signed.request, &signing)
            .map_err(|error| call.error(Kind::Credentials).with_source(error))?;
        Ok(signed)
    }
}

impl Layer for Arc<Signing> {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let identity = self.identity(call).await?;
            let signed = self.sign_as(call, identity.as_ref())?;
            let error = match next.run(&signed).await {
                Err(error) if error.kind() == Kind::Expired => error,
                outcome => return outcome,
            };
            let Some(identity) = identity.filter(|identity| self.provider.reject(identity)) else {
                return Err(error);
            };
            match self.identity(call).await? {
                // The source has no others.
                Some(renewed) if renewed.credentials == identity.credentials => Err(error),
                renewed => next.run(&self.sign_as(call, renewed.as_ref())?).await,
            }
        })
    }
}
