//! The balancers' runner: it keeps a listener at work for each one of a record.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use isobar_kernel::{Clock, Random, Store};
use parking_lot::RwLock;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::{self, bind};
use super::listener::{LiveListener, Marks};
use super::{Balancer, Health, Listener, State};

/// How long requests under way may take when everything stops.
const SHUTDOWN_DRAIN: Duration = Duration::from_secs(5);

/// A listener's key: the balancer's id and the port that was asked for.
type Key = (String, u16);

/// The balancers' runner. Clones share it.
#[derive(Clone, Debug)]
pub struct Balancers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    random: Random,
    listeners: RwLock<HashMap<Key, Arc<LiveListener>>>,
    changes: watch::Sender<u64>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Balancers {
    pub(crate) fn new(store: Store, clock: Clock, random: Random) -> Self {
        let inner = Inner {
            store,
            clock,
            random,
            listeners: RwLock::default(),
            changes: watch::Sender::new(0),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// How the target is, seen from the listener of the port that was asked for. A target that the
    /// runner has not met yet is [`State::Initial`].
    #[must_use]
    pub fn health(&self, balancer: &str, port: u16, target: &str) -> Health {
        let listener = self.inner.listeners.read().get(&(balancer.to_owned(), port)).cloned();
        let known = listener.and_then(|listener| listener.health(target));
        known.unwrap_or(Health { state: State::Initial, cause: None })
    }

    /// A counter that moves with every change of any target's health.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    pub(crate) fn start(&self) {
        self.inner.tasks.spawn(follow(Arc::clone(&self.inner)));
    }

    pub(crate) async fn shutdown(&self) {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

async fn follow(inner: Arc<Inner>) {
    let mut changed = inner.store.watch::<Balancer>();
    loop {
        changed.mark_unchanged();
        inner.reconcile().await;
        tokio::select! {
            () = inner.shutdown.cancelled() => break,
            // The store outlives this task, which holds it.
            _ = changed.changed() => {}
        }
    }
    let listeners = std::mem::take(&mut *inner.listeners.write());
    for listener in listeners.into_values() {
        let closed = listener.close(SHUTDOWN_DRAIN).await;
        inner.tasks.spawn(closed);
    }
}

impl Inner {
    /// Brings the listeners at work to what the records say.
    async fn reconcile(&self) {
        let balancers: Vec<Arc<Balancer>> =
            self.store.read(|tables| tables.all::<Balancer>().cloned().collect());
        let mut wanted: HashMap<Key, (Ipv4Addr, &Listener)> = HashMap::new();
        for balancer in &balancers {
            for listener in &balancer.listeners {
                wanted.insert((balancer.id.clone(), listener.port), (balancer.address, listener));
            }
        }
        self.close_others(&wanted).await;
        for (key, (address, config)) in wanted {
            let live = self.listeners.read().get(&key).cloned();
            match live {
                Some(live) => live.update(config),
                None => self.open(key, address, config).await,
            }
        }
    }

    /// Closes the listeners that no record has any more, or has at another address.
    async fn close_others(&self, wanted: &HashMap<Key, (Ipv4Addr, &Listener)>) {
        let mut others = Vec::new();
        self.listeners.write().retain(|key, live| {
            let stays = wanted.get(key).is_some_and(|(address, _)| *address == live.local().ip());
            if !stays {
                others.push(Arc::clone(live));
            }
            stays
        });
        for other in others {
            let drain = other.drain();
            let closed = other.close(drain).await;
            self.tasks.spawn(closed);
        }
    }

    async fn open(&self, key: Key, address: Ipv4Addr, config: &Listener) {
        let bound = match bind(address, config).await {
            Ok(socket) => socket.local_addr().map(|local| (socket, local)),
            Err(error) => Err(error),
        };
        let (port, error) = match bound {
            Ok((socket, local)) => {
                let marks = Marks { clock: self.clock.clone(), random: self.random.clone() };
                let live = accept::start(socket, local, config, marks, self.changes.clone());
                self.listeners.write().insert(key.clone(), live);
                (Some(local.port()), None)
            }
            Err(error) => {
                tracing::warn!(%error, %address, port = config.port, "no port could be bound");
                (None, Some(error.to_string()))
            }
        };
        self.write_port(&key, port, error);
    }

    /// Writes down which port is bound, if that is news.
    fn write_port(&self, (id, port): &Key, bound: Option<u16>, error: Option<String>) {
        let written = self.store.update(|tx| {
            let before = tx.get::<Balancer>(id)?;
            let listener = before.listener(*port)?;
            if listener.bound_port != bound || listener.bind_error != error {
                tx.modify::<Balancer>(id, |balancer| {
                    let same = |listener: &&mut Listener| listener.port == *port;
                    if let Some(listener) = balancer.listeners.iter_mut().find(same) {
                        listener.bound_port = bound;
                        listener.bind_error = error;
                    }
                });
            }
            Some(())
        });
        if let Err(error) = written {
            tracing::error!(id, port, %error, "a bound port could not be written");
        }
    }
}
