//! Where time, sleep and randomness come from.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// A future in a box.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time, sleep and randomness come from.
pub trait Context: Debug + Send + Sync {
    /// The time that signatures carry.
    fn now(&self) -> Timestamp;

    /// The time since some moment, which never runs backwards.
    fn elapsed(&self) -> Duration;

    /// Lets time pass.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Fills the bytes with randomness.
    fn random(&self, bytes: &mut [u8]);
}

/// The system's clock and randomness, and tokio's timer.
#[derive(Debug)]
pub struct System {
    start: Instant,
}

impl Default for System {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is what everything else is given")]
impl Context for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has a source of randomness");
    }
}

/// A number drawn evenly from the zero to the one, the one excluded.
pub(crate) fn fraction(context: &dyn Context) -> f64 {
    let mut bytes = [0; 8];
    context.random(&mut bytes);
    // The 53 bits that a double's fraction holds.
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A random UUID (version 4), which is the form that every vendor takes as a token or nonce.
pub(crate) fn uuid(context: &dyn Context) -> String {
    let mut bytes = [0; 16];
    context.random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::with_capacity(36);
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(digit), 16).expect("a digit is below sixteen"));
        }
    }
    out
}
