//! What every test needs: a state directory, a store and engines.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use isobar_engines::Engines;
use isobar_engines::machines::{self, Machine, Phase, Spec};
use isobar_kernel::store::Schema;
use isobar_kernel::{Clock, Random, Store};

/// The program that is a keeper.
pub(crate) const HELPER: &str = env!("CARGO_BIN_EXE_isobar-engines-helper");

/// How long anything may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A directory that is deleted in the end.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("engines-{}-{count}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Engines over an ephemeral store.
pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) engines: Engines,
}

impl World {
    /// Engines that do not run.
    pub(crate) fn idle() -> Self {
        let directory = Directory::new();
        let mut schema = Schema::default();
        isobar_engines::schema(&mut schema);
        let store = Store::ephemeral(schema);
        let clock = Clock::default();
        let mut settings = machines::Settings::new(directory.path().join("machines"), HELPER);
        settings.stop_grace = Duration::from_secs(2);
        let engines = Engines::new(&store, &clock, &Random::seeded(3), settings);
        Self { directory, store, clock, random: Random::default(), engines }
    }

    /// Engines that run.
    pub(crate) async fn new() -> Self {
        let world = Self::idle();
        world.engines.start().await.unwrap();
        world
    }

    /// Creates a machine that starts.
    pub(crate) fn create(&self, id: &str, script: &str) -> Arc<Machine> {
        let spec = Spec {
            id: id.to_owned(),
            script: script.into(),
            environment: [("COLOUR".to_owned(), "green".to_owned())].into(),
            start: true,
        };
        let now = self.clock.now();
        self.store.update(|tx| machines::create(tx, &self.random, now, spec)).unwrap()
    }

    /// Changes a machine as a handler would.
    pub(crate) fn tell(
        &self,
        id: &str,
        what: fn(&mut isobar_kernel::Tx<'_>, &str, jiff::Timestamp) -> Option<Arc<Machine>>,
    ) {
        let now = self.clock.now();
        self.store.update(|tx| what(tx, id, now)).unwrap().unwrap();
    }

    pub(crate) fn machine(&self, id: &str) -> Option<Arc<Machine>> {
        self.store.read(|tables| machines::find(tables, id).cloned())
    }

    /// Waits until the machine is in the phase.
    pub(crate) async fn phase(&self, id: &str, phase: Phase) -> Arc<Machine> {
        self.machine_when(id, |machine| machine.phase == phase).await
    }

    /// Waits until the machine is as it should be.
    pub(crate) async fn machine_when(
        &self,
        id: &str,
        good: impl Fn(&Machine) -> bool,
    ) -> Arc<Machine> {
        let mut changed = self.store.watch::<Machine>();
        let wait = async {
            loop {
                changed.mark_unchanged();
                if let Some(machine) = self.machine(id).filter(|machine| good(machine)) {
                    return machine;
                }
                changed.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(machine) => machine,
            Err(_) => panic!(
                "{:?}\n{}",
                self.machine(id),
                String::from_utf8_lossy(&self.engines.machines.console(id).unwrap())
            ),
        }
    }

    pub(crate) fn console(&self, id: &str) -> String {
        String::from_utf8(self.engines.machines.console(id).unwrap()).unwrap()
    }
}

/// Looks until it is so, pausing shortly: for what tells nobody when it changes, such as files and
/// other processes.
pub(crate) async fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let wait = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "{what}");
}
