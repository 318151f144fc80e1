//! The machines' runner: one worker per machine, woken when its record says something new.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isobar_kernel::{Clock, Store};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::change::change;
use super::place::{Place, make_directory};
use super::worker::Worker;
use super::{Desired, Machine, Phase, console, tree};

/// How long a machine's processes may take to end when they are asked to.
const STOP_GRACE: Duration = Duration::from_secs(10);
/// How many machines start at the same time.
const STARTS: usize = 16;

/// What the runner has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the machines' directories are.
    pub directory: PathBuf,
    /// The program that calls [`keeper::main`](super::keeper::main): Isobar itself.
    pub program: PathBuf,
    /// The `PATH` that scripts find.
    pub path: OsString,
    /// How long a machine's processes may take to end when they are asked to. 10 s by default.
    pub stop_grace: Duration,
    /// How many machines may have processes at once. Each takes three descriptors of this process.
    pub most: usize,
}

/// How many machines may have processes where nothing is said.
const MOST: usize = 10_000;

impl Settings {
    /// Settings with the usual grace and the usual `PATH`.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            program: program.into(),
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
            stop_grace: STOP_GRACE,
            most: MOST,
        }
    }
}

/// The machines' runner. Clones share it.
#[derive(Clone, Debug)]
pub struct Machines {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) starts: Semaphore,
    /// A place for each machine that may have processes.
    pub(super) seats: Arc<Semaphore>,
    /// The directory without links in its path, once it is made: processes are marked with it.
    root: OnceLock<PathBuf>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Inner {
    pub(super) fn place(&self, id: &str) -> Place {
        Place::new(self.root.get().unwrap_or(&self.settings.directory).join(id))
    }
}

impl Machines {
    pub(crate) fn new(store: Store, clock: Clock, settings: Settings) -> Self {
        let inner = Inner {
            store,
            clock,
            seats: Arc::new(Semaphore::new(settings.most)),
            settings,
            starts: Semaphore::new(STARTS),
            root: OnceLock::new(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// What is kept of the machine's console, which is empty where it never ran.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn console(&self, id: &str) -> io::Result<Vec<u8>> {
        console::read(&self.inner.place(id).console())
    }

    pub(crate) async fn start(&self) -> io::Result<()> {
        let directory = &self.inner.settings.directory;
        make_directory(directory)?;
        let root = directory.canonicalize()?;
        let root = self.inner.root.get_or_init(|| root);
        end_leftovers(root.clone()).await?;
        let now = self.inner.clock.now();
        let resumed = self.inner.store.update(|tx| {
            let ids: Vec<_> = tx.all::<Machine>().map(|machine| machine.id.clone()).collect();
            for id in ids {
                change(tx, &id, |machine| {
                    if machine.desired == Desired::Running {
                        machine.enter(Phase::Starting, now);
                    }
                });
            }
        });
        resumed.map_err(io::Error::other)?;
        self.inner.tasks.spawn(follow(Arc::clone(&self.inner)));
        Ok(())
    }

    pub(crate) async fn shutdown(&self) {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

/// Ends what an earlier process left running: its keepers do so too when it dies, but they may have
/// been killed themselves, or not be done yet.
async fn end_leftovers(directory: PathBuf) -> io::Result<()> {
    let ended = tokio::task::spawn_blocking(move || tree::kill_marked(&directory)).await;
    let count = ended.map_err(io::Error::other)??;
    if count > 0 {
        tracing::info!(count, "ended processes that an earlier run left");
    }
    Ok(())
}

/// What a worker goes by. It is woken when this changes.
type Intent = (Desired, u64, bool);

struct Followed {
    intent: Option<Intent>,
    wake: Arc<Notify>,
    worker: JoinHandle<()>,
}

/// Gives every machine a worker and wakes it when its record says something new.
async fn follow(inner: Arc<Inner>) {
    let mut changed = inner.store.watch::<Machine>();
    let mut followed: HashMap<String, Followed> = HashMap::new();
    loop {
        changed.mark_unchanged();
        let mut intents: HashMap<String, Intent> = inner.store.read(|tables| {
            let present = tables.all::<Machine>().filter(|row| row.phase != Phase::Removed);
            present.map(|row| (row.id.clone(), (row.desired, row.boot, row.forgotten))).collect()
        });
        followed.retain(|id, followed| {
            let intent = intents.remove(id);
            if followed.intent != intent {
                followed.intent = intent;
                followed.wake.notify_one();
            }
            intent.is_some() || !followed.worker.is_finished()
        });
        for (id, intent) in intents {
            let new = follow_one(&inner, id.clone(), intent);
            followed.insert(id, new);
        }
        tokio::select! {
            () = inner.shutdown.cancelled() => return,
            // The store outlives this task, which holds it.
            _ = changed.changed() => {}
        }
    }
}

fn follow_one(inner: &Arc<Inner>, id: String, intent: Intent) -> Followed {
    let wake = Arc::new(Notify::new());
    let worker = Worker {
        inner: Arc::clone(inner),
        id,
        wake: Arc::clone(&wake),
        shutdown: inner.shutdown.clone(),
    };
    let worker = inner.tasks.spawn(worker.run());
    Followed { intent: Some(intent), wake, worker }
}
