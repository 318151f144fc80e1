//! A copy of the journals while they are opened. fjall cuts a journal off where it cannot read on, before
//! anybody can say that what follows is wanted; a start that is refused must change nothing.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The copy; what was there comes back where it is dropped before it is [done](Self::done).
pub(super) struct Kept {
    directory: PathBuf,
    copy: PathBuf,
    /// What the copy is called while it is removed: one that is half removed is not brought back.
    discarded: PathBuf,
    done: bool,
}

impl Kept {
    /// Makes the copy beside the directory. One that is there is of a start that was killed on its way,
    /// and is brought back first.
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        let beside = |end: &str| {
            let mut name = OsString::from(directory);
            name.push(end);
            PathBuf::from(name)
        };
        let (copy, discarded) = (beside(".opening"), beside(".opening-discarded"));
        let mut kept = Self { directory: directory.to_owned(), copy, discarded, done: true };
        if kept.copy.exists() {
            kept.bring_back()?;
        }
        kept.discard()?;
        if !directory.exists() {
            return Ok(kept);
        }
        let unfinished = beside(".opening-new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir(&unfinished)?;
        for path in journals(directory)? {
            if let Some(name) = path.file_name() {
                fs::copy(&path, unfinished.join(name))?;
            }
        }
        fs::rename(&unfinished, &kept.copy)?;
        kept.done = false;
        Ok(kept)
    }

    /// The directory was opened: the copy is not needed.
    pub(super) fn done(mut self) -> io::Result<()> {
        self.done = true;
        self.discard()
    }

    /// Removes the copy, in two steps of which the first is whole or not at all.
    fn discard(&self) -> io::Result<()> {
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        gone(fs::remove_dir_all(&self.discarded))?;
        gone(fs::rename(&self.copy, &self.discarded))?;
        gone(fs::remove_dir_all(&self.discarded))
    }

    /// Makes the journals what they were.
    fn bring_back(&self) -> io::Result<()> {
        for path in journals(&self.directory)? {
            if path.file_name().is_some_and(|name| !self.copy.join(name).exists()) {
                fs::remove_file(&path)?;
            }
        }
        for path in journals(&self.copy)? {
            if let Some(name) = path.file_name() {
                fs::copy(&path, self.directory.join(name))?;
            }
        }
        Ok(())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let restored = self.bring_back().and_then(|()| self.discard());
        if let Err(error) = restored {
            tracing::error!(%error, copy = %self.copy.display(), "the journals are kept there");
        }
    }
}

/// The regular files of the directory that are journals.
fn journals(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_file() && path.extension().is_some_and(|end| end == "jnl") {
            found.push(path);
        }
    }
    Ok(found)
}
