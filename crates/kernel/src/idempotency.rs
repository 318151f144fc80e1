//! Tokens that make a repeated call safe: the first answer is kept and given again.

use isobar_wire::Value;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::store::Error;
use crate::{Record, Store};

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The longest token, in bytes; the clouds take 64 characters.
pub const MAX_TOKEN: usize = 256;

/// How many answers are forgotten at once, so that calls are not held up for long.
pub const PURGED: usize = 1_000;

/// Forgets answers that are kept no longer, [`PURGED`] at most; how many.
///
/// # Errors
/// Where the log cannot be written.
pub fn purge(store: &Store, now: Timestamp) -> Result<usize, Error> {
    let expired: Vec<String> = store.read(|tables| {
        let expired = tables.all::<Token>().filter(|token| token.expired(now));
        expired.take(PURGED).map(|token| token.key.clone()).collect()
    });
    if expired.is_empty() {
        return Ok(0);
    }
    store.update(|tx| {
        for key in &expired {
            // It may have been used anew since.
            if tx.get::<Token>(key).is_some_and(|token| token.expired(now)) {
                tx.remove::<Token>(key);
            }
        }
    })?;
    Ok(expired.len())
}

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
