//! Why work does not go on: what fails, and who asks it to stop.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::caller::{CallError, CallKind};
use crate::error::{CloudFault, Error};

/// Why an action did not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A call failed.
    #[error("{0}")]
    Call(Box<CallError>),
    /// It can never work, for this reason.
    #[error("{0}")]
    Refused(String),
    /// Something else is in the way that will go.
    #[error("{0}")]
    Busy(String),
    /// The instances do not become healthy; what the probes saw.
    #[error("{0}")]
    Unhealthy(String),
    /// The deadline passed; what was being waited for.
    #[error("{0}")]
    Deadline(String),
    /// A cancellation was asked for, or another target failed.
    #[error("stopped")]
    Stopped,
    /// The control plane's own state failed.
    #[error("{0}")]
    Store(Box<Error>),
}

impl Failure {
    /// The same failure; where it is a deadline's, with what was seen before it passed.
    pub(crate) fn having_seen(self, seen: impl FnOnce() -> String) -> Self {
        match self {
            Self::Deadline(_) => Self::Deadline(seen()),
            other => other,
        }
    }

    /// Whether the same action may work later.
    pub(crate) fn retryable(&self) -> bool {
        match self {
            Self::Call(error) => error.retryable,
            Self::Busy(_) => true,
            Self::Refused(_)
            | Self::Unhealthy(_)
            | Self::Deadline(_)
            | Self::Stopped
            | Self::Store(_) => false,
        }
    }

    /// How long the cloud asks to wait because it limits calls; zero where it does not say.
    pub(crate) fn limited(&self) -> Option<Duration> {
        match self {
            Self::Call(error) => match error.kind {
                CallKind::Limited(after) => Some(after),
                CallKind::NotFound | CallKind::Conflict | CallKind::Other => None,
            },
            Self::Refused(_)
            | Self::Busy(_)
            | Self::Unhealthy(_)
            | Self::Deadline(_)
            | Self::Stopped
            | Self::Store(_) => None,
        }
    }

    /// How long to wait before trying again: as long as the cloud asks to, or longer.
    pub(crate) fn rest(&self, pause: Duration) -> Duration {
        pause.max(self.limited().unwrap_or_default())
    }

    /// The cloud's own words, where a cloud said them.
    pub(crate) fn fault(&self) -> Option<&CloudFault> {
        match self {
            Self::Call(error) => Some(&error.fault),
            Self::Refused(_)
            | Self::Busy(_)
            | Self::Unhealthy(_)
            | Self::Deadline(_)
            | Self::Stopped
            | Self::Store(_) => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(Box::new(error))
    }
}

/// What a refusal means to whoever called.
pub(crate) trait Outcome<T>: Sized {
    /// `None` where the refusal says what is looked for.
    fn none_if(self, says: impl FnOnce(&CallError) -> bool) -> Result<Option<T>, Failure>;

    /// Tries again later where the refusal will pass.
    fn busy_if(self, passes: impl FnOnce(&CallError) -> bool) -> Self;

    /// `None` where the cloud says that there is no such thing.
    fn found(self) -> Result<Option<T>, Failure> {
        self.none_if(|error| error.kind == CallKind::NotFound)
    }
}

impl<T> Outcome<T> for Result<T, Failure> {
    fn none_if(self, says: impl FnOnce(&CallError) -> bool) -> Result<Option<T>, Failure> {
        match self {
            Err(Failure::Call(error)) if says(&error) => Ok(None),
            other => other.map(Some),
        }
    }

    fn busy_if(self, passes: impl FnOnce(&CallError) -> bool) -> Self {
        match self {
            Err(Failure::Call(error)) if passes(&error) => Err(Failure::Busy(error.to_string())),
            other => other,
        }
    }
}

/// Whether work is to stop, and why.
#[derive(Debug, Default)]
pub(crate) struct Stop(AtomicU8);

impl Stop {
    const CANCELLED: u8 = 1;
    const FAILED: u8 = 2;

    /// A cancellation was asked for.
    pub(crate) fn cancel(&self) {
        self.0.fetch_or(Self::CANCELLED, Ordering::SeqCst);
    }

    /// Another target failed.
    pub(crate) fn fail(&self) {
        self.0.fetch_or(Self::FAILED, Ordering::SeqCst);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) != 0
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst) & Self::CANCELLED != 0
    }
}
