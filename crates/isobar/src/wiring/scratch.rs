//! Where an ephemeral server's machines have their directories.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use isobar_cli::report::Error;
use isobar_kernel::Random;

/// What the names begin with.
const PREFIX: &str = "isobar-";
/// How many letters and digits follow.
const LETTERS: usize = 12;
/// The file in it that its owner holds.
const LOCK: &str = "lock";

/// A directory under the system's temporary one. Nothing in it outlives the server.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) directory: PathBuf,
    /// Held as long as the process lives, so that the next one can tell what nobody owns.
    _lock: File,
}

impl Scratch {
    /// Makes one, and removes those that killed servers left.
    #[expect(clippy::disallowed_methods, reason = "the binary reads the environment")]
    pub(super) fn new(random: &Random) -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let directory = parent.join(format!("{PREFIX}{}", random.lower(LETTERS)));
        let make = || {
            DirBuilder::new().mode(0o700).create(&directory)?;
            let lock = File::create_new(directory.join(LOCK))?;
            lock.try_lock().map_err(io::Error::from)?;
            Ok(lock)
        };
        let lock = make().map_err(|error: io::Error| {
            let said = format!("{} cannot be made", directory.display());
            Error::failed("scratch_unusable", said).source(error)
        })?;
        Ok(Self { directory, _lock: lock })
    }

    /// Removes it.
    pub(super) fn remove(self) {
        remove(&self.directory);
    }
}

/// Removes the directories of servers that were killed.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let letters = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).unwrap_or_default();
        let is_name =
            letters.len() == LETTERS && letters.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_name && is_abandoned(&entry.path()) {
            remove(&entry.path());
        }
    }
}

/// Whether it is the user's own directory, with a lock that no process holds.
fn is_abandoned(directory: &Path) -> bool {
    let own = rustix::process::geteuid().as_raw();
    let is_own = fs::symlink_metadata(directory)
        .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own);
    let lock = directory.join(LOCK);
    let is_file = || fs::symlink_metadata(&lock).is_ok_and(|metadata| metadata.is_file());
    let is_held = || {
        File::open(&lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    };
    is_own && is_file() && !is_held()
}

fn remove(directory: &Path) {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, directory = %directory.display(), "cannot be removed");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_killed_server_left_is_swept() {
        let parent = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../target")
            .join(format!("scratch-test-{}", std::process::id()));
        let make = |name: &str, file: &str| {
            let directory = parent.join(name);
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join(file), "").unwrap();
            directory
        };
        let left = make("isobar-abcdefghijkl", LOCK);
        let held = make("isobar-bbcdefghijkl", LOCK);
        let lock = File::open(held.join(LOCK)).unwrap();
        lock.try_lock().unwrap();
        let others = [
            make("isobar-cbcdefghijkl", "notes"),
            make("isobar-project", LOCK),
            make("isobar-abcdef.hijkl", LOCK),
        ];
        sweep(&parent);
        assert!(!left.exists());
        assert!(held.exists() && others.iter().all(|other| other.exists()));
        drop(lock);
        fs::remove_dir_all(&parent).unwrap();
    }
}
