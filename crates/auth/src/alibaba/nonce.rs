//! The nonces that came lately.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

/// How many nonces are remembered at most. The oldest is forgotten for a newer one, so a flood of
/// requests shortens the memory instead of filling the machine's.
const MOST: usize = 1 << 17;

/// What stands for a key's nonce: the beginning of a hash, for a nonce is as long as its sender likes.
pub type Mark = [u8; 16];

/// Keeps nonces beyond the process, so that a request cannot be repeated after a restart.
pub trait Keep: Send + Sync {
    /// Keeps a mark until a moment, and lets go of others. It is called one call at a time.
    fn keep(&self, mark: Mark, until: Timestamp, forgotten: &[Mark]);
}

/// Remembers nonces until they expire. The time is the caller's.
#[derive(Default)]
pub struct Nonces {
    inner: Mutex<Inner>,
    keeper: Option<Box<dyn Keep>>,
}

#[derive(Default)]
struct Inner {
    seen: HashSet<Mark>,
    order: VecDeque<(Timestamp, Mark)>,
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nonces").field("seen", &self.inner.lock().order.len()).finish()
    }
}

impl Nonces {
    /// Nonces that are kept beyond the process, with those that were kept before.
    #[must_use]
    pub fn kept(mut known: Vec<(Timestamp, Mark)>, keeper: Box<dyn Keep>) -> Self {
        known.sort_unstable();
        let seen = known.iter().map(|(_, mark)| *mark).collect();
        Self { inner: Mutex::new(Inner { seen, order: known.into() }), keeper: Some(keeper) }
    }

    /// Remembers a key's nonce until a moment; `false` where it is remembered already.
    pub fn use_once(&self, id: &str, nonce: &str, now: Timestamp, until: Timestamp) -> bool {
        let mark = mark(id, nonce);
        let mut inner = self.inner.lock();
        let mut forgotten = Vec::new();
        while let Some((expires, _)) = inner.order.front()
            && (*expires <= now || inner.order.len() >= MOST)
        {
            if let Some((_, mark)) = inner.order.pop_front() {
                inner.seen.remove(&mark);
                forgotten.push(mark);
            }
        }
        let is_new = inner.seen.insert(mark);
        if is_new {
            inner.order.push_back((until, mark));
        }
        // The lock is held meanwhile: what is kept comes in the order of what is remembered.
        if let Some(keeper) = self.keeper.as_ref().filter(|_| is_new) {
            forgotten.retain(|old| *old != mark);
            keeper.keep(mark, until, &forgotten);
        }
        is_new
    }
}

fn mark(id: &str, nonce: &str) -> Mark {
    let hash = Sha256::new().chain_update(id).chain_update([0]).chain_update(nonce).finalize();
    let mut mark = Mark::default();
    mark.copy_from_slice(&hash[..size_of::<Mark>()]);
    mark
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_nonce_is_used_once_until_it_expires() {
        let nonces = Nonces::default();
        assert!(nonces.use_once("a", "1", at(0), at(10)));
        assert!(!nonces.use_once("a", "1", at(9), at(19)));
        assert!(nonces.use_once("b", "1", at(9), at(19)));
        assert!(nonces.use_once("a", "1", at(10), at(20)));
        assert!(!nonces.use_once("a", "1", at(11), at(21)));
    }

    #[test]
    fn the_memory_is_bounded() {
        let nonces = Nonces::default();
        let (now, until) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        for nonce in 0..MOST + 10 {
            assert!(nonces.use_once("a", &nonce.to_string(), now, until));
        }
        assert_eq!(nonces.inner.lock().seen.len(), MOST);
        assert!(nonces.use_once("a", "0", now, until));
    }

    #[derive(Clone, Default)]
    struct Shelf(Arc<Mutex<Vec<(Timestamp, Mark)>>>);

    impl Keep for Shelf {
        fn keep(&self, mark: Mark, until: Timestamp, forgotten: &[Mark]) {
            let mut kept = self.0.lock();
            kept.retain(|(_, mark)| !forgotten.contains(mark));
            kept.push((until, mark));
        }
    }

    #[test]
    fn what_is_kept_is_known_again_and_let_go_of_in_time() {
        let shelf = Shelf::default();
        let again = || Nonces::kept(shelf.0.lock().clone(), Box::new(shelf.clone()));
        let first = again();
        assert!(first.use_once("a", "1", at(0), at(10)));
        assert!(first.use_once("a", "2", at(5), at(15)));
        let second = again();
        assert!(!second.use_once("a", "1", at(6), at(16)));
        assert!(second.use_once("a", "3", at(12), at(22)));
        assert_eq!(shelf.0.lock().len(), 2);
        assert!(!again().use_once("a", "2", at(13), at(23)));
    }
}
