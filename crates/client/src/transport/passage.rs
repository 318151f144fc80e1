//! Whether there is a way: the environment may name a proxy that cannot be used, or certificates to
//! trust that cannot be read.

use futures_util::future::BoxFuture;
use http::Uri;

use super::{Call, Layer, Next, Outcome};
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::proxy::Proxy;

pub(super) struct Passage {
    proxy: Option<Proxy>,
    /// Why nothing is said over TLS.
    untrusting: Option<String>,
}

impl Passage {
    pub(super) fn new(config: &Config) -> Self {
        Self { proxy: config.proxy.clone(), untrusting: config.untrusting.clone() }
    }

    fn check(&self, call: &Call<'_>) -> Result<(), Error> {
        if !call.endpoint.secure {
            return Ok(());
        }
        if let Some(why) = &self.untrusting {
            return Err(call.error(Kind::Config).with_message(why.clone()));
        }
        let Some(proxy) = &self.proxy else { return Ok(()) };
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
