//! What the handlers share.

use std::sync::Arc;
use std::time::Duration;

use isobar_control::Control;
use isobar_kernel::Shared;
use tokio::sync::{Semaphore, watch};

use crate::rate::Limiter;

/// After how long without an event a comment is sent, so that nobody takes a stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The most requests that are answered at once.
const MAX_UNDER_WAY: usize = 4096;

/// What the handlers share. Clones share it too.
#[derive(Clone)]
pub struct App {
    pub(crate) control: Control,
    /// What the local clouds stand on, whose clock, faults and journal the API shows.
    pub(crate) local: Shared,
    pub(crate) limiter: Arc<Limiter>,
    /// Seals cursors: drawn at each start, so that a cursor ends with the process at the latest.
    pub(crate) cursor_key: Arc<[u8; 32]>,
    /// A place for each request that is being answered, whether its caller is still there or not.
    pub(crate) under_way: Arc<Semaphore>,
    /// After how long without an event a stream says that it lives.
    pub(crate) keep_alive: Duration,
    /// Turns true when the listener stops: whoever waits or streams ends then.
    closing: Arc<watch::Sender<bool>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// Puts the API over a control plane and the local clouds beside it.
    #[must_use]
    pub fn new(control: Control, local: Shared) -> Self {
        let mut key = [0; 32];
        local.random.fill(&mut key);
        Self {
            control,
            local,
            limiter: Arc::default(),
            cursor_key: Arc::new(key),
            under_way: Arc::new(Semaphore::new(MAX_UNDER_WAY)),
            keep_alive: KEEP_ALIVE,
            closing: Arc::default(),
        }
    }

    /// The same with another time after which a stream without events says that it lives; 15 s where
    /// nothing is said.
    #[must_use]
    pub fn keep_alive(mut self, after: Duration) -> Self {
        self.keep_alive = after;
        self
    }

    /// Ends what waits or streams.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Returns when the listener stops.
    pub(crate) async fn closed(&self) {
        isobar_kernel::serve::stopped(&mut self.closing.subscribe()).await;
    }
}
