//! Wakes those who wait for something to change; they look for themselves what did.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// Waiters look again this often even if nobody here woke them: another replica may be at work.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Wakes all who wait. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Hub(watch::Sender<u64>);

impl Hub {
    pub(crate) fn wake(&self) {
        self.0.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    /// The changes from now on.
    pub(crate) fn changes(&self) -> Changes {
        Changes(self.0.subscribe())
    }
}

/// What one waiter has not seen yet.
pub(crate) struct Changes(watch::Receiver<u64>);

impl Changes {
    /// Waits for a change. `false` once the time has passed.
    pub(crate) async fn wait(&mut self, deadline: Instant) -> bool {
        if Instant::now() >= deadline {
            return false;
        }
        let again = deadline.min(Instant::now() + LOOK_AGAIN);
        let _ = timeout_at(again, self.0.changed()).await;
        true
    }
}
