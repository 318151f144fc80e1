//! The signature of one attempt.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use isobar_auth::Credentials;
use isobar_auth::sigv4::SigningKeys;
use isobar_catalogue::model::Auth;

use super::{Call, Layer, Next, Outcome};
use crate::cloud;
use crate::config::Config;
use crate::context::{Context, uuid};
use crate::error::{Error, Kind};

pub(crate) struct Signing {
    credentials: Credentials,
    context: Arc<dyn Context>,
    keys: SigningKeys,
}

impl Signing {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            credentials: config.credentials.clone(),
            context: config.context.clone(),
            keys: SigningKeys::new(),
        }
    }

    /// The call with the caller's signature on its request, where the operation wants one.
    pub(crate) async fn sign<'a>(&self, call: &Call<'a>) -> Result<Call<'a>, Error> {
        let mut signed = call.clone();
        if call.operation.auth == Auth::None {
            return Ok(signed);
        }
        let signing = cloud::Signing {
            credentials: &self.credentials,
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
        Box::pin(async move { next.run(&self.sign(call).await?).await })
    }
}
