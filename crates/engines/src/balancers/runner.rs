//! The runner's handle.

use std::collections::HashMap;
use std::sync::Arc;

use isobar_kernel::Store;
use parking_lot::RwLock;
use tokio::sync::watch;

use super::{Health, State};

/// (balancer, port that was asked for, target).
type HealthKey = (String, u16, String);

/// The balancers' runner. Clones share it.
#[derive(Clone, Debug)]
pub struct Balancers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    health: RwLock<HashMap<HealthKey, Health>>,
    changes: watch::Sender<u64>,
}

impl Balancers {
    pub(crate) fn new(store: Store) -> Self {
        let inner = Inner { store, health: RwLock::default(), changes: watch::Sender::new(0) };
        Self { inner: Arc::new(inner) }
    }

    /// How the target is, seen from the listener of the port that was asked for. A target that the
    /// runner has not met yet is [`State::Initial`].
    #[must_use]
    pub fn health(&self, balancer: &str, port: u16, target: &str) -> Health {
        let key = (balancer.to_owned(), port, target.to_owned());
        let known = self.inner.health.read().get(&key).cloned();
        known.unwrap_or(Health { state: State::Initial, cause: None })
    }

    /// A counter that moves with every change of any target's health.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }
}
