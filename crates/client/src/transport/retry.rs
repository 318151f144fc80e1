//! Retries: which failures, how often, after how long, and within which budget.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{Call, Layer, Next, Outcome};
use crate::config::{self, Config};
use crate::context::{Context, fraction};
use crate::error::{Error, Kind};

/// What a retry takes from the budget.
const RETRY_COST: u32 = 10;

/// What a call that succeeds at once gives back. One that succeeds after a retry gives back a whole
/// retry.
const SUCCESS_GAIN: u32 = 1;

pub(super) struct Retry {
    policy: config::Retry,
    total: Duration,
    context: Arc<dyn Context>,
    budget: Budget,
}

impl Retry {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            policy: config.retry,
            total: config.timeouts.total,
            context: config.context.clone(),
            budget: Budget::new(config.retry.budget),
        }
    }

    /// How long to wait before the attempt after this one; `None` where there is none.
    fn pause(
        &self,
        call: &Call<'_>,
        error: &Error,
        attempt: u32,
        spent: Duration,
    ) -> Option<Duration> {
        if attempt >= self.policy.attempts || !may_repeat(call, error) {
            return None;
        }
        let longest = self.policy.base.saturating_mul(1 << (attempt - 1).min(20));
        let drawn = longest.min(self.policy.cap).mul_f64(fraction(&*self.context));
        let pause = match error.retry_after() {
            Some(after) if after > self.policy.longest_retry_after => return None,
            Some(after) => after.max(drawn),
            None => drawn,
        };
        // An attempt after the deadline would not be waited for.
        let in_time = call.upload.is_some() || spent + pause < self.total;
        (in_time && self.budget.take()).then_some(pause)
    }
}

/// Whether the failure may pass, and a repetition does no harm. A request that the service asked to
/// come later was not carried out; one that never left was neither.
fn may_repeat(call: &Call<'_>, error: &Error) -> bool {
    if call.upload.is_some_and(|sending| !sending.upload.source().is_there()) {
        return false;
    }
    match error.kind() {
        // The breaker's answer will be the same for longer than a call should wait.
        Kind::Open => false,
        Kind::Connect | Kind::Throttled => true,
        _ => error.is_retryable() && (call.repeatable || !error.may_have_reached()),
    }
}

impl Layer for Retry {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let start = self.context.elapsed();
            let mut attempt = 1;
            let mut reached = false;
            loop {
                let error = match next.run(call).await {
                    Ok(answer) => {
                        self.budget.give(if attempt > 1 { RETRY_COST } else { SUCCESS_GAIN });
                        return Ok(answer);
                    }
                    Err(error) => error,
                };
                // What an earlier attempt may have done, the last one's failure does not undo.
                reached |= error.may_have_reached();
                let spent = self.context.elapsed().saturating_sub(start);
                let Some(pause) = self.pause(call, &error, attempt, spent) else {
                    return Err(error.with_attempts(attempt).with_reached(reached));
                };
                self.context.sleep(pause).await;
                attempt += 1;
            }
        })
    }
}

/// A token bucket, filled by successes.
struct Budget {
    left: Mutex<u32>,
    most: u32,
}

impl Budget {
    fn new(retries: u32) -> Self {
        let most = retries.saturating_mul(RETRY_COST);
        Self { left: Mutex::new(most), most }
    }

    fn take(&self) -> bool {
        let mut left = self.left.lock();
        let enough = *left >= RETRY_COST;
        if enough {
            *left -= RETRY_COST;
        }
        enough
    }

    fn give(&self, gain: u32) {
        let mut left = self.left.lock();
        *left = left.saturating_add(gain).min(self.most);
    }
}
