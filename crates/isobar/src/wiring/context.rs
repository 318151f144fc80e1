//! Time, chance and fault points for the control plane.

use crate::output::say;
use std::sync::Arc;
use std::time::Duration;

use isobar_control::config;
use isobar_control::faults::{FaultPoint, FaultPoints, NoFaults};
use isobar_kernel::Random;
use jiff::Timestamp;

/// The system's clock. The control plane's work is real even where the local clouds' time is moved.
pub(super) struct SystemClock;

#[async_trait::async_trait]
impl config::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the binary gives the others their clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

pub(super) struct SystemRandom(pub(super) Random);

impl config::Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

/// What operators are told of a failure, with its causes.
pub(super) fn in_words(context: &isobar_control::error::Context) -> String {
    let mut text = format!("cannot {}", context.doing);
    let mut cause = context.source.as_deref().map(|source| source as &dyn std::error::Error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// `ISOBAR_FAULT=after:create_instance@aws` ends the process at that point, as a crash would; for
/// tests of what a restart makes of it.
#[expect(clippy::disallowed_methods, reason = "the binary reads the environment")]
pub(super) fn fault_points() -> Arc<dyn FaultPoints> {
    match std::env::var("ISOBAR_FAULT") {
        Ok(wish) if !wish.is_empty() => Arc::new(Crash(wish)),
        _ => Arc::new(NoFaults),
    }
}

struct Crash(String);

impl FaultPoints for Crash {
    fn reached(&self, point: &FaultPoint) {
        if point.matches(&self.0) {
            say!("fault point {}: the process ends here", self.0);
            // As `kill -9` does: nothing is flushed, no destructor runs.
            let own = rustix::process::getpid();
            let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
            std::process::abort();
        }
    }
}
