//! The runner's handle.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use isobar_kernel::{Clock, Store};

use super::console;

/// How long a machine's processes may take to end when they are asked to.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// What the runner has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the machines' directories are.
    pub directory: PathBuf,
    /// The program that calls `keeper::main`: Isobar itself.
    pub program: PathBuf,
    /// The `PATH` that scripts find.
    pub path: OsString,
    /// How long a machine's processes may take to end when they are asked to. 10 s by default.
    pub stop_grace: Duration,
}

impl Settings {
    /// Settings with the usual grace and the usual `PATH`.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            program: program.into(),
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
            stop_grace: STOP_GRACE,
        }
    }
}

/// The machines' runner. Clones share it.
#[derive(Clone, Debug)]
pub struct Machines {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    settings: Settings,
}

impl Machines {
    pub(crate) fn new(store: Store, clock: Clock, settings: Settings) -> Self {
        Self { inner: Arc::new(Inner { store, clock, settings }) }
    }

    /// What is kept of the machine's console, which is empty where it never ran.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn console(&self, id: &str) -> io::Result<Vec<u8>> {
        console::read(&console_of(&self.inner.settings.directory.join(id)))
    }
}

/// Where a machine's console is in its directory.
fn console_of(directory: &Path) -> PathBuf {
    directory.join("console")
}
