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
use crate::error::Kind;

pub(super) struct Signing {
    credentials: Credentials,
    context: Arc<dyn Context>,
    keys: SigningKeys,
}

impl Signing {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            credentials: config.credentials.clone(),
            context: config.context.clone(),
            keys: SigningKeys::new(),
        }
    }
}

impl Layer for Signing {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            if call.operation.auth == Auth::None {
                return next.run(call).await;
            }
            let mut signed = call.clone();
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
            next.run(&signed).await
        })
    }
}
