//! Signatures against the vendors' own suites and examples, and refusals in the vendors' words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alibaba;
mod chunks;
mod events;
mod oss;
mod sigv4;
mod sls;
mod suite;

use jiff::Timestamp;

/// A moment.
fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
