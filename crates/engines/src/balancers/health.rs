//! What is known about a target's health.

use std::fmt;

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
