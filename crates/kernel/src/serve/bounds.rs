//! What all listeners share: connections, and the memory that bodies take before their senders are
//! known.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most connections to the local clouds at once, all listeners together, where the process may have
/// as many descriptors; further ones wait in the system's queue.
const MOST_CONNECTIONS: usize = 3072;
/// The most of the control plane's own, so that it is reached when the clouds' are taken.
const MOST_OF_CONTROL: usize = 1024;
/// Of the descriptors that the process may have, one in so many is for connections to the clouds, and
/// half as many for the control plane's. The rest are machines' (three each), balancers' and files.
const SHARE: u64 = 4;
/// The bodies over [`SMALL`] that are held at once, in KiB.
const LARGE_KIB: u32 = 64 << 10;
/// A body up to this is bounded by the number of connections, in bytes.
const SMALL: usize = 64 << 10;

/// The bounds of one process. Clones share them.
#[derive(Clone, Debug)]
pub struct Bounds {
    pub(super) connections: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

impl Bounds {
    /// The local clouds' bounds, for a process that may have so many descriptors.
    #[must_use]
    pub fn of_clouds(descriptors: u64) -> Self {
        Self::new(MOST_CONNECTIONS, descriptors / SHARE)
    }

    /// The control plane's.
    #[must_use]
    pub fn of_control(descriptors: u64) -> Self {
        Self::new(MOST_OF_CONTROL, descriptors / SHARE / 2)
    }

    fn new(most: usize, share: u64) -> Self {
        let places = usize::try_from(share).unwrap_or(most).clamp(1, most);
        Self {
            connections: Arc::new(Semaphore::new(places)),
            bodies: Arc::new(Semaphore::new(usize::try_from(LARGE_KIB).unwrap_or(usize::MAX))),
        }
    }

    /// Waits until a body of the length may be held; of one whose length is not known, the most that is
    /// read.
    pub(super) async fn room(
        &self,
        length: Option<u64>,
        most: usize,
    ) -> Option<OwnedSemaphorePermit> {
        let length =
            length.map_or(most, |length| usize::try_from(length).unwrap_or(most).min(most));
        if length <= SMALL {
            return None;
        }
        let kib = u32::try_from(length.div_ceil(1 << 10)).unwrap_or(LARGE_KIB).min(LARGE_KIB);
        Arc::clone(&self.bodies).acquire_many_owned(kib).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MOST: usize = 16 << 20;

    async fn waits(bounds: &Bounds, length: Option<u64>) -> bool {
        tokio::time::timeout(Duration::ZERO, bounds.room(length, MOST)).await.is_err()
    }

    #[tokio::test]
    async fn large_bodies_wait_for_room_and_small_ones_do_not() {
        let bounds = Bounds::of_clouds(1024);
        let mut held = Vec::new();
        for length in [None, Some(16 << 20), Some(1 << 40), Some(16 << 20)] {
            held.push(bounds.room(length, MOST).await);
        }
        assert!(waits(&bounds, None).await);
        assert!(waits(&bounds, Some(1 << 20)).await);
        assert!(!waits(&bounds, Some(0)).await);
        assert!(!waits(&bounds, Some(64 << 10)).await);
        held.pop();
        assert!(!waits(&bounds, Some(1 << 20)).await);
    }

    #[test]
    fn connections_fit_into_the_descriptors() {
        for (descriptors, clouds, control) in [(65_536, 3072, 1024), (1024, 256, 128), (0, 1, 1)] {
            let places = |bounds: Bounds| bounds.connections.available_permits();
            assert_eq!(places(Bounds::of_clouds(descriptors)), clouds);
            assert_eq!(places(Bounds::of_control(descriptors)), control);
        }
    }
}
