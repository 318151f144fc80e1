//! The way to the clouds, as the control plane is given it: calls of operations by name.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use isobar_catalogue::model::Cloud;
use serde_json::Value;

use crate::error::CloudFault;

/// Gives the way to each cloud.
pub trait Clouds: Send + Sync {
    /// The caller for a region; the same one each time.
    ///
    /// # Errors
    /// If the cloud is not configured: what is missing.
    fn caller(&self, cloud: Cloud, region: &str) -> Result<Arc<dyn Caller>, String>;
}

/// Calls operations of one cloud in one region. Calls end by themselves: with an answer, or after
/// the caller's own timeouts and retries.
#[async_trait]
pub trait Caller: Send + Sync {
    /// Calls an operation with the vendor's member names, as JSON.
    async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, CallError>;
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{fault}")]
pub struct CallError {
    /// The cloud's words.
    pub fault: CloudFault,
    /// What went wrong, as far as that is told apart.
    pub kind: CallKind,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The same call may succeed later.
    pub retryable: bool,
    /// The request may have had its effect all the same.
    pub may_have_reached: bool,
}

/// What went wrong with a call, in the words of all clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// There is no such thing.
    NotFound,
    /// The thing's state, or another thing, is in the way.
    Conflict,
    /// The cloud limits calls: how long it asks to wait, zero where it does not say.
    Limited(Duration),
    /// Anything else.
    Other,
}

impl CallError {
    /// The cloud's code, or the empty string.
    #[must_use]
    pub fn code(&self) -> &str {
        self.fault.code.as_deref().unwrap_or_default()
    }
}
