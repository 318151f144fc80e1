//! A target as the proxy sees it: its health, what is under way there, and connections kept for it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::health::Judge;
use super::{Cause, Health, HealthCheck, State};

/// What is sent to a target: what the client sends, or nothing.
pub(super) type RequestBody = Either<Incoming, Empty<Bytes>>;

/// How long a connection to a target may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept: below the five seconds after which common servers close one,
/// which would meet a request on its way.
const KEPT: Duration = Duration::from_secs(4);
/// How many idle connections are kept for a target.
const MAX_KEPT: usize = 64;

/// A target.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) id: String,
    pub(super) socket: SocketAddr,
    judge: Mutex<Judge>,
    active: AtomicUsize,
    quiet: Notify,
    kept: Mutex<Vec<Kept>>,
    /// Cancelled when the target leaves: it gets nothing new and is not checked any more.
    leaving: CancellationToken,
    /// Cancelled when what is under way there must end.
    cut: CancellationToken,
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct Kept {
    sender: SendRequest<RequestBody>,
    since: Instant,
}

/// Something under way at a target, until it is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    target: Arc<Live>,
}

impl Lease {
    pub(super) fn new(target: &Arc<Live>) -> Self {
        target.active.fetch_add(1, Ordering::AcqRel);
        Self { target: Arc::clone(target) }
    }

    pub(super) fn target(&self) -> &Arc<Live> {
        &self.target
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.target.active.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.target.quiet.notify_waiters();
            if self.target.leaving.is_cancelled() {
                self.target.announce();
            }
        }
    }
}

impl Live {
    pub(super) fn new(
        id: String,
        socket: SocketAddr,
        checked: bool,
        changes: watch::Sender<u64>,
    ) -> Self {
        Self {
            id,
            socket,
            judge: Mutex::new(Judge::new(checked)),
            active: AtomicUsize::new(0),
            quiet: Notify::new(),
            kept: Mutex::default(),
            leaving: CancellationToken::new(),
            cut: CancellationToken::new(),
            changes,
        }
    }

    pub(super) fn health(&self) -> Health {
        if !self.leaving.is_cancelled() {
            return self.judge.lock().health().clone();
        }
        let state = if self.active() == 0 { State::Drained } else { State::Draining };
        Health { state, cause: None }
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.judge.lock().health().state == State::Healthy
    }

    /// How much is under way there.
    pub(super) fn active(&self) -> usize {
        self.active.load(Ordering::Acquire)
    }

    pub(super) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    pub(super) fn leaving(&self) -> &CancellationToken {
        &self.leaving
    }

    /// Takes a check's result into account.
    pub(super) fn hear(&self, check: &HealthCheck, result: Result<(), Cause>) {
        if self.judge.lock().hear(check, result) {
            self.announce();
        }
        self.kept.lock().retain(Kept::is_good);
    }

    /// Forgets what checks have shown, because there are none any more.
    pub(super) fn uncheck(&self) {
        *self.judge.lock() = Judge::new(false);
        self.announce();
    }

    fn announce(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Lets what is under way go on for the time, and then ends it. Returns when nothing is.
    pub(super) async fn retire(self: Arc<Self>, drain: Duration) {
        if timeout(drain, self.await_quiet()).await.is_err() {
            self.cut.cancel();
            self.await_quiet().await;
        }
        self.cut.cancel();
    }

    /// Marks the target as leaving, and closes what is idle. To be called where no lease can be made
    /// at the same time.
    pub(super) fn leave(&self) {
        self.leaving.cancel();
        self.drop_kept();
        self.announce();
    }

    /// Waits until nothing is under way there.
    pub(super) async fn await_quiet(&self) {
        loop {
            let quiet = self.quiet.notified();
            tokio::pin!(quiet);
            quiet.as_mut().enable();
            if self.active() == 0 {
                return;
            }
            quiet.await;
        }
    }

    /// A connection to the target.
    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(self.socket)).await??;
        // What a proxy passes on is as large as it came; waiting for more would only delay it.
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// A connection for a request: one that was kept, or a new one. Says whether it is new.
    pub(super) async fn sender(&self) -> io::Result<(SendRequest<RequestBody>, bool)> {
        match self.kept_sender() {
            Some(sender) => Ok((sender, false)),
            None => Ok((self.new_sender().await?, true)),
        }
    }

    /// Closes the connections that are kept.
    pub(super) fn drop_kept(&self) {
        self.kept.lock().clear();
    }

    fn kept_sender(&self) -> Option<SendRequest<RequestBody>> {
        let mut kept = self.kept.lock();
        while let Some(last) = kept.pop() {
            if last.is_good() {
                return Some(last.sender);
            }
        }
        None
    }

    async fn new_sender(&self) -> io::Result<SendRequest<RequestBody>> {
        let io = TokioIo::new(self.connect().await?);
        let (sender, connection) = http1::handshake(io).await.map_err(io::Error::other)?;
        let cut = self.cut.clone();
        tokio::spawn(async move {
            tokio::select! {
                // Whoever waits for an answer hears of the error.
                _ = connection.with_upgrades() => {}
                () = cut.cancelled() => {}
            }
        });
        Ok(sender)
    }

    /// Keeps the connection for another request as soon as its answer has been read.
    pub(super) fn keep(self: &Arc<Self>, mut sender: SendRequest<RequestBody>) {
        let target = Arc::clone(self);
        tokio::spawn(async move {
            if sender.ready().await.is_err() {
                return;
            }
            let mut kept = target.kept.lock();
            if !target.leaving.is_cancelled() && kept.len() < MAX_KEPT {
                kept.push(Kept { sender, since: Instant::now() });
            }
        });
    }
}

impl Kept {
    fn is_good(&self) -> bool {
        self.since.elapsed() < KEPT && self.sender.is_ready() && !self.sender.is_closed()
    }
}
