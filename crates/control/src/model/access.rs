//! Callers, keys, and what is remembered about repeated requests.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// `key_…`
    pub id: String,
    /// The key's name; what `created_by` and `requested_by` show.
    pub name: String,
}

/// A key, as it is shown once. Only a hash of the secret is kept.
#[derive(Clone)]
pub struct NewKey {
    /// Whose key it is.
    pub principal: Principal,
    /// The secret, `isobar_…`.
    pub secret: String,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey").field("principal", &self.principal).finish_non_exhaustive()
    }
}

/// What [`Control::idempotency_begin`](crate::Control::idempotency_begin) found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// The key is new and now held: carry on, then finish or abandon it.
    Fresh,
    /// The same request was answered before: replay this.
    Replay(StoredResponse),
}

/// An answer that is kept for replays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    /// The status.
    pub status: u16,
    /// Headers that must be the same again, such as `Location`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The answer that is to be kept under an idempotency key, in the transaction of the work itself: whoever
/// finds the work done finds the answer too.
pub struct Keep<'a, T> {
    /// The key, which the caller [holds](crate::Control::idempotency_begin).
    pub key: &'a str,
    /// The answer to what was done.
    pub answer: &'a (dyn Fn(&T) -> StoredResponse + Send + Sync),
}

impl<T> fmt::Debug for Keep<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keep").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What a rollback is asked for with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollbackRequest {
    /// Why.
    pub reason: Option<String>,
}

/// The answer to a request that starts long work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The work.
    pub operation: super::operation::Operation,
    /// The deployment that it carries out.
    pub deployment: super::deployment::Deployment,
}

/// Whether requests can be served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readiness {
    /// All checks passed.
    pub ready: bool,
    /// Each check.
    pub checks: Vec<ReadinessCheck>,
    /// When it was looked at.
    pub at: Timestamp,
}

impl Readiness {
    /// Adds a check of something beside the control plane; it passed where there is no message.
    pub fn add(&mut self, name: &str, message: Option<String>) {
        self.ready &= message.is_none();
        self.checks.push(ReadinessCheck { name: name.to_owned(), ok: message.is_none(), message });
    }
}

/// One check of readiness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadinessCheck {
    /// `database`, `runner`, `clouds`
    pub name: String,
    /// It passed.
    pub ok: bool,
    /// What was seen where it did not.
    pub message: Option<String>,
}
