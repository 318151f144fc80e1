//! A context in which time stands still and nothing is random.

use std::future::ready;
use std::time::Duration;

use isobar_client::{Context, Sleep};
use jiff::Timestamp;

/// Time that stands still, and zeros for randomness.
#[derive(Debug)]
pub(crate) struct Fixed;

impl Context for Fixed {
    fn now(&self) -> Timestamp {
        crate::NOW.parse().expect("the constant is a timestamp")
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(ready(()))
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
