//! The nonces that came lately.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;
use parking_lot::Mutex;

/// How many nonces are remembered at most. The oldest is forgotten for a newer one, so a flood of
/// requests shortens the memory instead of filling the machine's.
const MOST: usize = 1 << 17;

/// Remembers nonces until they expire. The time is the caller's.
#[derive(Default)]
pub struct Nonces {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    seen: HashSet<(Box<str>, Box<str>)>,
    order: VecDeque<(Timestamp, Box<str>, Box<str>)>,
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nonces").field("seen", &self.inner.lock().order.len()).finish()
    }
}

impl Nonces {
    /// Remembers a key's nonce until a moment; `false` where it is remembered already.
    pub fn use_once(&self, id: &str, nonce: &str, now: Timestamp, until: Timestamp) -> bool {
        let mut inner = self.inner.lock();
        while let Some((expires, ..)) = inner.order.front()
            && (*expires <= now || inner.order.len() >= MOST)
        {
            if let Some((_, id, nonce)) = inner.order.pop_front() {
                inner.seen.remove(&(id, nonce));
            }
        }
        let entry: (Box<str>, Box<str>) = (id.into(), nonce.into());
        if !inner.seen.insert(entry.clone()) {
            return false;
        }
        inner.order.push_back((until, entry.0, entry.1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_used_once_until_it_expires() {
        let nonces = Nonces::default();
        let at = |second| Timestamp::from_second(second).unwrap();
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
}
