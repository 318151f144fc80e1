//! The time of one attempt.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Call, Layer, Next, Outcome};
use crate::config::Config;
use crate::error::Kind;

pub(super) struct Attempt {
    read: Duration,
}

impl Attempt {
    pub(super) fn new(config: &Config) -> Self {
        Self { read: config.timeouts.read }
    }
}

impl Layer for Attempt {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let mut running = next.run(call);
            let mut before = 0;
            loop {
                if let Ok(outcome) = tokio::time::timeout(self.read, &mut running).await {
                    return outcome;
                }
                // What streams takes as long as it takes, while it moves. Events begin when the
                // caller likes.
                let sent = call.sent();
                if sent != before || (sent == 0 && call.talk.is_some()) {
                    before = sent;
                    continue;
                }
                return Err(call
                    .error(Kind::Timeout)
                    .with_message(format!("no answer within {} s", self.read.as_secs_f64())));
            }
        })
    }
}
