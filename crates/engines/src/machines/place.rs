//! Where a machine's files are, and by what its processes are known.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The variable that marks every process of a machine: its value is the machine's directory.
pub(super) const MARK: &str = "ISOBAR_MACHINE";

/// A machine's directory.
#[derive(Clone, Debug)]
pub(super) struct Place {
    directory: PathBuf,
}

impl Place {
    pub(super) fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The directory, in which nothing but the following is.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The script's home and working directory. The script's own file and the console are outside
    /// of it: a machine that serves its working directory shows neither.
    pub(super) fn home(&self) -> PathBuf {
        self.directory.join("home")
    }

    /// The script's file.
    pub(super) fn script(&self) -> PathBuf {
        self.directory.join("user-data")
    }

    /// The console's directory.
    pub(super) fn console(&self) -> PathBuf {
        self.directory.join("console")
    }

    /// Makes the directories and writes the script, readable by their owner alone.
    pub(super) fn prepare(&self, script: &[u8]) -> io::Result<()> {
        make_directory(&self.home())?;
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.script())?;
        file.write_all(script)
    }
}

/// Makes the directory and those above it, for their owner alone.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
