//! Time as the local clouds see it: real by default, and movable.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// The farthest that the clock can be from the system's, either way: a hundred years. What is
/// reckoned from a time so far away is still within the range of timestamps.
pub const MAX_OFFSET: SignedDuration = SignedDuration::from_hours(100 * 366 * 24);

/// The local clouds' clock. Clones share the offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    moved: Arc<watch::Sender<()>>,
}

impl Clock {
    /// Now: the system's time moved by the offset.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.system();
        now.checked_add(self.offset()).unwrap_or(now)
    }

    /// The system's time, wherever the clock was moved: what whoever calls from outside goes by.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn system(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Moves the clock by the duration, which may be negative, and at most to [`MAX_OFFSET`].
    /// Machines and sockets keep real time.
    pub fn advance(&self, by: SignedDuration) {
        let most = MAX_OFFSET.as_secs() * 1000;
        let by =
            i64::try_from(by.as_millis()).unwrap_or(if by.is_negative() { -most } else { most });
        let moved = |offset: i64| Some(offset.saturating_add(by).clamp(-most, most));
        // It never fails, since there always is an offset to move to.
        let _ = self.offset_ms.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
        self.moved.send_replace(());
    }

    /// Returns once it is so late, whether by time that passes or because the clock was moved.
    pub async fn reached(&self, time: Timestamp) {
        let mut moved = self.moved.subscribe();
        while let Ok(left) = std::time::Duration::try_from(time.duration_since(self.now())) {
            if left.is_zero() {
                return;
            }
            // The clock is here, and so nobody drops what tells of its moves.
            let _ = tokio::time::timeout(left, moved.changed()).await;
        }
    }

    /// How far the clock is from the system's.
    #[must_use]
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }
}
