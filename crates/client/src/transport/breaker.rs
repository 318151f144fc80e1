//! One circuit breaker for each endpoint.
//!
//! Closed, it counts failures in a row; after too many it is open and lets nothing through; after a
//! while it is half open: one attempt goes through, and its outcome closes or opens it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::{Call, Layer, Next, Outcome};
use crate::config::{self, Config};
use crate::context::Context;
use crate::error::{Error, Kind, RetryAfter};

pub(super) struct Breaker {
    policy: config::Breaker,
    context: Arc<dyn Context>,
    circuits: Mutex<HashMap<String, Circuit>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Circuit {
    Closed {
        failures: u32,
    },
    /// With what its last attempt failed with.
    Open {
        until: Duration,
        last: Arc<str>,
    },
    HalfOpen {
        last: Arc<str>,
    },
}

impl Breaker {
    pub(super) fn new(config: &Config) -> Self {
        Self { policy: config.breaker, context: config.context.clone(), circuits: Mutex::default() }
    }

    /// Lets an attempt through, or says for how long none is and what the last one failed with.
    fn enter<'a>(&'a self, endpoint: &'a str) -> Result<Pass<'a>, (Duration, Arc<str>)> {
        let mut circuits = self.circuits.lock();
        let now = self.context.elapsed();
        let probe = match circuits.get_mut(endpoint) {
            None | Some(Circuit::Closed { .. }) => false,
            Some(Circuit::HalfOpen { last }) => return Err((Duration::ZERO, last.clone())),
            Some(Circuit::Open { until, last }) if now < *until => {
                return Err((*until - now, last.clone()));
            }
            Some(circuit @ Circuit::Open { .. }) => {
                if let Circuit::Open { last, .. } = circuit {
                    *circuit = Circuit::HalfOpen { last: last.clone() };
                }
                true
            }
        };
        Ok(Pass { breaker: self, endpoint, probe, settled: false })
    }
}

/// An attempt that was let through.
struct Pass<'a> {
    breaker: &'a Breaker,
    endpoint: &'a str,
    probe: bool,
    settled: bool,
}

impl Pass<'_> {
    /// The attempt is over; where the endpoint failed, with what.
    fn settle(mut self, failed: Option<&Error>) {
        self.settled = true;
        let Breaker { policy, context, circuits } = self.breaker;
        let mut circuits = circuits.lock();
        let Some(error) = failed else {
            // Only endpoints that failed lately are remembered.
            circuits.remove(self.endpoint);
            return;
        };
        let until = context.elapsed() + policy.open_for;
        let open = || Circuit::Open { until, last: error.to_string().into() };
        match circuits.get_mut(self.endpoint) {
            Some(circuit @ Circuit::Closed { .. }) => {
                if let Circuit::Closed { failures } = circuit {
                    *failures += 1;
                    if *failures >= policy.failures {
                        *circuit = open();
                    }
                }
            }
            Some(circuit) => {
                // An attempt from before it opened tells nothing new.
                if self.probe {
                    *circuit = open();
                }
            }
            None => {
                let first =
                    if policy.failures <= 1 { open() } else { Circuit::Closed { failures: 1 } };
                circuits.insert(self.endpoint.to_owned(), first);
            }
        }
    }
}

impl Drop for Pass<'_> {
    /// A probe that its caller gave up tells nothing: the next attempt is the probe.
    fn drop(&mut self) {
        if self.probe && !self.settled {
            let until = self.breaker.context.elapsed();
            let mut circuits = self.breaker.circuits.lock();
            if let Some(circuit) = circuits.get_mut(self.endpoint)
                && let Circuit::HalfOpen { last } = circuit
            {
                *circuit = Circuit::Open { until, last: last.clone() };
            }
        }
    }
}

impl Layer for Breaker {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let pass = self.enter(&call.endpoint.authority).map_err(|(wait, last)| {
                let text =
                    format!("{} failed often, the last time with: {last}", call.endpoint.authority);
                call.error(Kind::Open)
                    .with_message(text)
                    .with_retry_after(Some(RetryAfter::Asked(wait)))
            })?;
            let outcome = next.run(call).await;
            pass.settle(outcome.as_ref().err().filter(|error| {
                matches!(
                    error.kind(),
                    Kind::Connect | Kind::Timeout | Kind::Interrupted | Kind::Unavailable
                )
            }));
            outcome
        })
    }
}
