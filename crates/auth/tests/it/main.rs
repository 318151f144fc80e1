//! Signatures against the vendors' own suites and examples, and refusals in the vendors' words.

mod alibaba;
mod sigv4;
mod suite;

use jiff::Timestamp;

/// A moment.
fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
