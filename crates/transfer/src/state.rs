//! What a transfer that was interrupted left behind, so that the next one goes on from there.
//!
//! An upload is found by a file in the user's cache and by the store's own list of its parts, a
//! download by its part file and a journal of its ranges. Both are summed again before they are
//! believed.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use isobar_client::checksum::Algorithm;
use serde::{Deserialize, Serialize};

/// The most bytes of a state file: an entry for each of 10,000 parts, with room.
const LARGEST: u64 = 4 << 20;

/// A file of the state folder, for one source and target.
#[derive(Clone, Debug)]
pub(crate) struct State {
    path: PathBuf,
}

/// An upload in parts that was begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// What is uploaded, and in which version.
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) part_size: u64,
    pub(crate) upload: String,
}

/// A name of sixteen digits for a text.
pub(crate) fn name_of(text: &str) -> String {
    let mut hasher = Algorithm::Crc64Nvme.hasher();
    hasher.update(text.as_bytes());
    hasher.finish().hex()
}

impl State {
    /// The file for what is called so; `None` where nothing is kept.
    pub(crate) fn of(folder: Option<&Path>, what: &str) -> Option<Self> {
        folder.map(|folder| Self { path: folder.join(format!("{}.json", name_of(what))) })
    }

    /// What it holds; nothing where it cannot be read: the transfer begins anew then.
    pub(crate) fn read(&self) -> Option<Begun> {
        let size = fs::metadata(&self.path).ok()?.len();
        let text = fs::read(&self.path).ok().filter(|_| size <= LARGEST)?;
        serde_json::from_slice(&text).ok()
    }

    /// Keeps it, readable for its owner only.
    pub(crate) fn write(&self, begun: &Begun) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let beside = self.path.with_extension("new");
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(&serde_json::to_vec(begun)?)?;
        fs::rename(&beside, &self.path)
    }

    /// Forgets it.
    pub(crate) fn remove(&self) {
        // What stays is found to be out of date when it is read.
        let _ = fs::remove_file(&self.path);
    }
}

/// The ranges of a file that are written, each with its checksum, so that they are believed only
/// after they were read again. Lines of `number checksum`.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    path: PathBuf,
}

impl Journal {
    pub(crate) fn of(folder: Option<&Path>, what: &str) -> Option<Self> {
        folder.map(|folder| Self { path: folder.join(format!("{}.ranges", name_of(what))) })
    }

    /// What is written; nothing where it cannot be read.
    pub(crate) fn read(&self) -> Vec<(u64, String)> {
        let size = fs::metadata(&self.path).map_or(0, |data| data.len());
        let text = fs::read_to_string(&self.path).ok().filter(|_| size <= LARGEST);
        let line = |line: &str| {
            let (number, checksum) = line.split_once(' ')?;
            Some((number.parse().ok()?, checksum.to_owned()))
        };
        text.unwrap_or_default().lines().filter_map(line).collect()
    }

    /// Adds a range; at once, since one line is one write.
    pub(crate) fn add(&self, number: u64, checksum: &str) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file =
            fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        file.write_all(format!("{number} {checksum}\n").as_bytes())
    }

    pub(crate) fn remove(&self) -> bool {
        match fs::remove_file(&self.path) {
            Ok(()) => true,
            Err(error) => error.kind() == ErrorKind::NotFound,
        }
    }
}
