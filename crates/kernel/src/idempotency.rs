//! Tokens that make a repeated call safe: the first answer is kept and given again.

use isobar_wire::Value;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Record;

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The answer that a token stands for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    /// `account/region/service/operation/token`
    pub(crate) key: String,
    /// The input but for the token, as JSON.
    pub(crate) input: String,
    /// The answer, as JSON.
    pub(crate) output: Value,
    /// When it was given.
    pub(crate) at: Timestamp,
}

impl Record for Token {
    const KIND: &'static str = "idempotency";

    fn key(&self) -> String {
        self.key.clone()
    }
}

impl Token {
    pub(crate) fn expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > KEPT
    }
}
