//! A listener at work: its targets, and what its connections ask of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use isobar_kernel::{Clock, Random};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::choose::{Seat, Seats};
use super::target::{Lease, Live};
use super::{Health, HealthCheck, Listener, Protocol, probe};

/// A listener at work.
#[derive(Debug)]
pub(super) struct LiveListener {
    local: SocketAddr,
    marks: Marks,
    config: RwLock<Arc<Listener>>,
    seats: Mutex<Seats>,
    check: watch::Sender<Option<HealthCheck>>,
    changes: watch::Sender<u64>,
    /// Cancelled when nothing new is accepted any more.
    closing: CancellationToken,
    /// Cancelled when the clients' connections must end.
    cut: CancellationToken,
    connections: TaskTracker,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// What the marks of requests are made of, by which they can be followed.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) clock: Clock,
    pub(super) random: Random,
}

impl Marks {
    /// A new mark: a version, the second in eight hexadecimal digits and 24 more that are drawn.
    pub(super) fn draw(&self) -> String {
        format!("1-{:08x}-{}", self.clock.system().as_second(), self.random.hex(24))
    }
}

impl LiveListener {
    /// A listener that is bound there, and does not accept yet.
    pub(super) fn new(
        local: SocketAddr,
        config: &Listener,
        marks: Marks,
        changes: watch::Sender<u64>,
    ) -> Arc<Self> {
        let listener = Arc::new(Self {
            local,
            marks,
            config: RwLock::new(Arc::new(config.clone())),
            seats: Mutex::default(),
            check: watch::Sender::new(config.pool.health_check.clone()),
            changes,
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
            connections: TaskTracker::new(),
            accepting: Mutex::new(None),
        });
        listener.seat(config);
        listener
    }

    /// Keeps the task that accepts for it, which ends before it is closed.
    pub(super) fn accepted_by(&self, task: JoinHandle<()>) {
        *self.accepting.lock() = Some(task);
    }

    /// The address and port that are bound.
    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(super) fn idle_timeout(&self) -> Duration {
        Duration::from_millis(self.config.read().idle_timeout_ms)
    }

    /// Whether connections to targets are kept for further requests.
    pub(super) fn keeps_connections(&self) -> bool {
        self.config.read().keep_alive
    }

    /// Whether answers of text are compressed.
    pub(super) fn gzips(&self) -> bool {
        self.config.read().gzip
    }

    /// What makes the marks of requests.
    pub(super) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// How long what is under way may go on at a target that leaves.
    pub(super) fn drain(&self) -> Duration {
        Duration::from_millis(self.config.read().pool.drain_ms)
    }

    pub(super) fn config(&self) -> Arc<Listener> {
        Arc::clone(&self.config.read())
    }

    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Chooses a target that was not tried yet and begins something there.
    pub(super) fn choose(&self, tried: &[Arc<Live>]) -> Option<Lease> {
        let config = Arc::clone(&self.config.read());
        self.seats.lock().choose(&config.pool, tried)
    }

    pub(super) fn health(&self, target: &str) -> Option<Health> {
        let seats = self.seats.lock();
        seats.seats.iter().find(|seat| seat.target.id == target).map(|seat| seat.target.health())
    }

    /// Follows a change of the record, without touching what is under way.
    pub(super) fn update(&self, config: &Listener) {
        if **self.config.read() == *config {
            return;
        }
        *self.config.write() = Arc::new(config.clone());
        self.check.send_if_modified(|check| {
            let changed = *check != config.pool.health_check;
            if changed {
                check.clone_from(&config.pool.health_check);
            }
            changed
        });
        self.seat(config);
    }

    /// Gives every target of the record a seat, and lets those leave that should.
    fn seat(&self, config: &Listener) {
        let drain = Duration::from_millis(config.pool.drain_ms);
        let mut seats = self.seats.lock();
        let mut before = std::mem::take(&mut seats.seats);
        for target in &config.pool.targets {
            let socket = SocketAddr::new(target.address, target.port);
            // One that left and is to stay again begins anew.
            let same = before.iter().position(|seat| {
                seat.target.id == target.id
                    && seat.target.socket == socket
                    && (!seat.draining || target.draining)
            });
            let mut seat = match same {
                Some(at) => before.swap_remove(at),
                None => self.new_seat(target.id.clone(), socket),
            };
            seat.weight = target.weight;
            if target.draining {
                retire(&mut seat, drain);
            }
            seats.seats.push(seat);
        }
        for mut seat in before {
            retire(&mut seat, drain);
        }
    }

    fn new_seat(&self, id: String, socket: SocketAddr) -> Seat {
        let checks = self.check.subscribe();
        let checked = checks.borrow().is_some();
        let target = Arc::new(Live::new(id, socket, checked, self.changes.clone()));
        let watched = Arc::clone(&target);
        tokio::spawn(async move {
            tokio::select! {
                () = probe::watch(&watched, checks) => {}
                () = watched.leaving().cancelled() => {}
            }
        });
        Seat::new(target, 1)
    }

    /// Accepts nothing more and frees the port. What is under way may end within the time, then it
    /// is ended. The future that is returned waits for that.
    pub(super) async fn close(self: Arc<Self>, drain: Duration) -> impl Future<Output = ()> + Send {
        self.closing.cancel();
        let accepting = self.accepting.lock().take();
        if let Some(accepting) = accepting {
            let _ = accepting.await;
        }
        async move {
            self.connections.close();
            let targets: Vec<_> =
                self.seats.lock().seats.iter().map(|seat| Arc::clone(&seat.target)).collect();
            let ended = async {
                self.connections.wait().await;
                for target in &targets {
                    target.await_quiet().await;
                }
            };
            if timeout(drain, ended).await.is_err() {
                self.cut.cancel();
            }
            for seat in &mut self.seats.lock().seats {
                retire(seat, Duration::ZERO);
            }
            self.connections.wait().await;
        }
    }

    pub(super) fn protocol(&self) -> Protocol {
        self.config.read().protocol
    }

    /// Cancelled when the clients' connections must end.
    pub(super) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// The clients' connections.
    pub(super) fn connections(&self) -> &TaskTracker {
        &self.connections
    }
}

fn retire(seat: &mut Seat, drain: Duration) {
    if !seat.draining {
        seat.draining = true;
        seat.target.leave();
        tokio::spawn(Arc::clone(&seat.target).retire(drain));
    }
}
