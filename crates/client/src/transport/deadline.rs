//! The time of the whole call.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Call, Layer, Next, Outcome};
use crate::config::Config;
use crate::error::Kind;

pub(super) struct Deadline {
    total: Duration,
}

impl Deadline {
    pub(super) fn new(config: &Config) -> Self {
        Self { total: config.timeouts.total }
    }
}

impl Layer for Deadline {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        // How long an upload takes is a matter of its size; each attempt is held to moving.
        if call.upload.is_some() {
            return next.run(call);
        }
        Box::pin(async move {
            match tokio::time::timeout(self.total, next.run(call)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(call.error(Kind::Timeout).with_message(format!(
                    "the call took longer than {} s",
                    self.total.as_secs_f64()
                ))),
            }
        })
    }
}
