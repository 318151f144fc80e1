//! What the control plane is given: where its state is, and every way to the outside.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::caller::Clouds;
use crate::faults::FaultPoints;
use crate::probe::Prober;

/// What [`Control::open`](crate::Control::open) takes.
#[derive(Clone)]
pub struct Config {
    /// Where the state is.
    pub database: Database,
    /// The way to the clouds.
    pub clouds: Arc<dyn Clouds>,
    /// The direct health checks.
    pub prober: Arc<dyn Prober>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// What happens at fault points.
    pub faults: Arc<dyn FaultPoints>,
    /// How long things may take.
    pub timings: Timings,
}

/// Where the state is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// Nowhere but in memory.
    Memory,
    /// A SQLite file, which is made if it is not there. Whoever opens it holds it alone: operations
    /// that another process left unfinished are taken over at once.
    File(PathBuf),
}

/// How long things may take, and how often they happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timings {
    /// How long a claim on an operation holds without being renewed.
    pub lease: Duration,
    /// How often claims are renewed, and unclaimed operations looked for.
    pub heartbeat: Duration,
    /// The first pause after a call to a cloud failed; each further one is twice as long.
    pub retry_first: Duration,
    /// The longest pause.
    pub retry_longest: Duration,
    /// How often clouds are asked whether something is ready.
    pub poll: Duration,
    /// How long undoing may take before what is left goes to the sweeper.
    pub undo_deadline: Duration,
    /// How often the sweeper looks for what no deployment owns.
    pub sweep: Duration,
    /// How long answers are kept for replays.
    pub idempotency: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            heartbeat: Duration::from_secs(5),
            retry_first: Duration::from_millis(250),
            retry_longest: Duration::from_secs(10),
            poll: Duration::from_millis(500),
            undo_deadline: Duration::from_mins(10),
            sweep: Duration::from_mins(1),
            idempotency: Duration::from_hours(24),
        }
    }
}

/// Time. Whatever waits for a cloud or a deadline asks this clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// Returns when the time has passed.
    async fn sleep(&self, duration: Duration);
}

/// Randomness for ids and keys.
pub trait Random: Send + Sync {
    /// Fills the bytes, from a source that is fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}
