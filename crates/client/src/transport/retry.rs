//! Retries: which failures, how often, after how long, and within which budget.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{Call, Layer, Next, Outcome};
use crate::config::{self, Config, RetryMode};
use crate::context::{Context, fraction};
use crate::error::{Error, Kind, RetryAfter};

/// What a retry takes from the budget.
const RETRY_COST: u32 = 14;

/// What a retry takes that the service itself put off.
const THROTTLED_COST: u32 = 5;

/// What a call that succeeds at once gives back. One that succeeds after a retry gives back what its
/// last retry took.
const SUCCESS_GAIN: u32 = 1;

/// The longest pause of a paced call, which has its turn to wait for besides.
const PACED_CAP: Duration = Duration::from_millis(800);

/// How much longer than otherwise a service's hint is waited for.
const HINT_ADDS: Duration = Duration::from_secs(5);

/// What is done for services that their vendor's SDK retries in a way of their own: how often they
/// are called at most, and the longest first pause.
const OWN_WAYS: [(&str, u32, Duration); 2] =
    [("dynamodb", 4, Duration::from_millis(25)), ("dynamodbstreams", 4, Duration::from_millis(25))];

/// What is done for all others.
const USUAL_WAY: (u32, Duration) = (3, Duration::from_millis(50));

pub(super) struct Retry {
    policy: config::Retry,
    total: Duration,
    context: Arc<dyn Context>,
    budget: Budget,
}

/// How often a call failed so far.
#[derive(Clone, Copy, Default)]
struct Failures {
    /// Attempts that count.
    attempts: u32,
    /// Attempts of a paced call that were put off.
    refusals: u32,
}

/// A retry that is to come.
struct Following {
    pause: Duration,
    cost: u32,
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

    /// The retry after a failure; `None` where there is none.
    fn next(
        &self,
        call: &Call<'_>,
        error: &Error,
        failures: Failures,
        spent: Duration,
    ) -> Option<Following> {
        if !may_repeat(call, error) {
            return None;
        }
        let (attempts, base) = self.way(call);
        let throttled = error.kind() == Kind::Throttled;
        let paced = throttled && self.policy.mode == RetryMode::Adaptive;
        let all = failures.attempts + failures.refusals;
        let enough = self.policy.attempts.is_some_and(|attempts| all >= attempts);
        if enough || failures.attempts >= attempts || failures.refusals > self.policy.refusals {
            return None;
        }
        let (base, cap) = match (paced, throttled) {
            (true, _) => (base, PACED_CAP),
            (_, true) => (self.policy.throttled_base, self.policy.cap),
            (_, false) => (base, self.policy.cap),
        };
        let doublings = (all - 1).min(20);
        let longest = base.saturating_mul(1 << doublings).min(cap);
        let drawn = longest.mul_f64(fraction(&*self.context));
        let pause = match error.asked_pause() {
            None => drawn,
            Some(RetryAfter::Hinted(after)) => after.min(drawn + HINT_ADDS).max(drawn),
            Some(RetryAfter::Asked(after)) if after > self.policy.longest_retry_after => {
                return None;
            }
            Some(RetryAfter::Asked(after)) => after.max(drawn),
        };
        // What is paced adds nothing to the service's load.
        let cost = match (paced, throttled) {
            (true, _) => 0,
            (_, true) => THROTTLED_COST,
            (_, false) => RETRY_COST,
        };
        // An attempt after the deadline would not be waited for.
        let in_time = call.upload.is_some() || spent + pause < self.total;
        (in_time && self.budget.take(cost)).then_some(Following { pause, cost })
    }

    /// How often the service is called at most, and the longest first pause.
    fn way(&self, call: &Call<'_>) -> (u32, Duration) {
        let own = OWN_WAYS.iter().find(|(service, ..)| *service == call.service.name);
        let (attempts, base) = own.map_or(USUAL_WAY, |(_, attempts, base)| (*attempts, *base));
        (self.policy.attempts.unwrap_or(attempts), self.policy.base.unwrap_or(base))
    }
}

/// Whether the failure may pass, and a repetition does no harm. A request that the service asked to
/// come later was not carried out; one that never left was neither.
fn may_repeat(call: &Call<'_>, error: &Error) -> bool {
    if !call.is_there() {
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
            let mut failures = Failures::default();
            let mut last_cost = SUCCESS_GAIN;
            let mut reached = false;
            loop {
                let error = match next.run(call).await {
                    Ok(answer) => {
                        self.budget.give(last_cost);
                        return Ok(answer);
                    }
                    Err(error) => error,
                };
                if error.kind() == Kind::Throttled && self.policy.mode == RetryMode::Adaptive {
                    failures.refusals += 1;
                } else {
                    failures.attempts += 1;
                }
                // What an earlier attempt may have done, the last one's failure does not undo.
                reached |= error.may_have_reached();
                let spent = self.context.elapsed().saturating_sub(start);
                let Some(following) = self.next(call, &error, failures, spent) else {
                    let attempts = failures.attempts + failures.refusals;
                    return Err(error.with_attempts(attempts).with_reached(reached));
                };
                last_cost = following.cost;
                self.context.sleep(following.pause).await;
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
    fn new(most: u32) -> Self {
        Self { left: Mutex::new(most), most }
    }

    fn take(&self, cost: u32) -> bool {
        let mut left = self.left.lock();
        let enough = *left >= cost;
        if enough {
            *left -= cost;
        }
        enough
    }

    fn give(&self, gain: u32) {
        let mut left = self.left.lock();
        *left = left.saturating_add(gain).min(self.most);
    }
}
