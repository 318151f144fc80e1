//! What is known about a target's health.

use std::fmt;

use super::HealthCheck;

/// How a target is, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// In one word.
    pub state: State,
    /// What the last bad check saw, where the target is not healthy because of it.
    pub cause: Option<Cause>,
}

impl Health {
    /// What the last check saw, or nothing.
    #[must_use]
    pub fn message(&self) -> String {
        self.cause.as_ref().map(Cause::to_string).unwrap_or_default()
    }
}

/// A target's health in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Checks have not decided yet. Also a target that the runner has not met.
    Initial,
    /// It gets connections and requests.
    Healthy,
    /// It gets none, unless no target is healthy and the pool says to use all then.
    Unhealthy,
    /// It leaves, and something is still under way there.
    Draining,
    /// It leaves, and nothing is under way there any more.
    Drained,
}

/// What a bad check saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nobody listens.
    Refused,
    /// No answer came in time.
    TimedOut {
        /// The time, in milliseconds.
        after_ms: u64,
    },
    /// The status is none of the expected.
    Status(u16),
    /// Neither is this one, and the answer pointed elsewhere.
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// The connection was closed before an answer came.
    Closed,
    /// What came is not HTTP, or the connection failed in another way.
    Failed(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("connection refused"),
            Self::TimedOut { after_ms } if after_ms % 1000 == 0 => {
                write!(f, "timed out after {} s", after_ms / 1000)
            }
            Self::TimedOut { after_ms } => write!(f, "timed out after {after_ms} ms"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Redirect { status, location } => {
                write!(f, "status {status}, redirect to {location}")
            }
            Self::Closed => f.write_str("connection closed without an answer"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

/// What checks have shown so far, and what that makes of the target.
#[derive(Debug)]
pub(super) struct Judge {
    health: Health,
    good: u32,
    bad: u32,
}

impl Judge {
    /// Nothing is known; without a check, every target counts as healthy.
    pub(super) fn new(checked: bool) -> Self {
        let state = if checked { State::Initial } else { State::Healthy };
        Self { health: Health { state, cause: None }, good: 0, bad: 0 }
    }

    pub(super) fn health(&self) -> &Health {
        &self.health
    }

    /// Takes a check's result into account, and says whether anything changed by it.
    pub(super) fn hear(&mut self, check: &HealthCheck, result: Result<(), Cause>) -> bool {
        let before = self.health.clone();
        match result {
            Ok(()) => {
                self.good = self.good.saturating_add(1);
                self.bad = 0;
                let is_new = before.state == State::Initial;
                if is_new || self.good >= check.healthy_threshold {
                    self.health = Health { state: State::Healthy, cause: None };
                }
            }
            Err(cause) => {
                self.bad = self.bad.saturating_add(1);
                self.good = 0;
                if self.bad >= check.unhealthy_threshold {
                    self.health.state = State::Unhealthy;
                }
                if self.health.state != State::Healthy {
                    self.health.cause = Some(cause);
                }
            }
        }
        self.health != before
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Health, Judge, State};
    use crate::balancers::{HealthCheck, Probe};

    /// The states after each check: `+` is a good one, `-` a bad one.
    fn check(checks: &str, states: &str) {
        let check = HealthCheck {
            probe: Probe::Tcp,
            port: None,
            interval_ms: 0,
            timeout_ms: 0,
            healthy_threshold: 3,
            unhealthy_threshold: 2,
        };
        let mut judge = Judge::new(true);
        let mut seen = String::new();
        for result in checks.chars() {
            judge.hear(&check, if result == '+' { Ok(()) } else { Err(Cause::Refused) });
            seen.push(match judge.health().state {
                State::Initial => 'i',
                State::Healthy => 'h',
                State::Unhealthy => 'u',
                State::Draining | State::Drained => unreachable!("no check drains"),
            });
        }
        assert_eq!(seen, states, "{checks}");
    }

    #[test]
    fn thresholds_count_checks_in_a_row() {
        check("+", "h");
        check("--", "iu");
        check("-+", "ih");
        check("+-+-", "hhhh");
        check("+--", "hhu");
        check("--++-+++", "iuuuuuuh");
    }

    #[test]
    fn a_target_without_checks_is_healthy() {
        let healthy = Health { state: State::Healthy, cause: None };
        assert_eq!(*Judge::new(false).health(), healthy);
    }

    #[test]
    fn causes_say_what_was_seen() {
        let location = "/login".to_owned();
        for (cause, message) in [
            (Cause::Refused, "connection refused"),
            (Cause::TimedOut { after_ms: 2000 }, "timed out after 2 s"),
            (Cause::TimedOut { after_ms: 250 }, "timed out after 250 ms"),
            (Cause::Status(503), "status 503"),
            (Cause::Redirect { status: 302, location }, "status 302, redirect to /login"),
            (Cause::Closed, "connection closed without an answer"),
        ] {
            assert_eq!(cause.to_string(), message);
        }
    }
}
