//! Whether there is a way: the environment may name a proxy that cannot be used.

use futures_util::future::BoxFuture;
use http::Uri;

use super::{Call, Layer, Next, Outcome};
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::proxy::Proxy;

pub(super) struct Passage(Option<Proxy>);

impl Passage {
    pub(super) fn new(config: &Config) -> Self {
        Self(config.proxy.clone())
    }

    fn check(&self, call: &Call<'_>) -> Result<(), Error> {
        let Some(proxy) = self.0.as_ref().filter(|_| call.endpoint.secure) else { return Ok(()) };
        // What is no host is said where the request is made.
        let Ok(uri) = format!("https://{}/", call.host()).parse::<Uri>() else { return Ok(()) };
        match proxy.bars(&uri) {
            Some(why) => Err(call.error(Kind::Config).with_message(why)),
            None => Ok(()),
        }
    }
}

impl Layer for Passage {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        match self.check(call) {
            Ok(()) => next.run(call),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}
