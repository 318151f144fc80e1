//! What can go wrong.

use std::io;
use std::path::{Path, PathBuf};

use isobar_client::Kind;

/// Why a transfer failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A call of the store failed.
    #[error("{url}")]
    Call {
        /// Of what.
        url: String,
        /// The call's own error.
        source: isobar_client::Error,
    },
    /// The store's answer lacks what it must have.
    #[error("{url}: the answer has no {what}")]
    Answer {
        /// Of what.
        url: String,
        /// What it lacks.
        what: &'static str,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written: the disk is full, say.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What arrived is not what was sent.
    #[error("{what}: the checksum of what arrived is {found}, that of what was sent {expected}")]
    Checksum {
        /// What was transferred.
        what: String,
        /// The checksum of what was sent.
        expected: String,
        /// The checksum of what arrived.
        found: String,
    },
    /// The source changed meanwhile.
    #[error("{0} changed while it was read")]
    Changed(String),
    /// What was moved may be what it was moved to, as two endpoints can lead to one store.
    #[error("{0} and {1} cannot be told apart: nothing was removed")]
    Alike(String, String),
    /// An object's key is no name for a file in the target folder.
    #[error("the key `{0}` is no name for a file within the target folder")]
    Name(String),
    /// A link on the way to a file leads out of the target folder, or nowhere.
    #[error("{} is a link that leads out of the target folder", .0.display())]
    Outside(PathBuf),
    /// The object lies in an archive, and must be restored before it is read.
    #[error("{0} is in an archive and has to be restored before it can be read")]
    Archived(String),
    /// There is something that is not to be written over.
    #[error("{0} is there already")]
    Exists(String),
    /// More than may be were to be removed from the target.
    #[error("{count} of the target's {of} would be removed, which is more than may be: none was")]
    TooMany {
        /// How many.
        count: u64,
        /// Of how many.
        of: u64,
    },
    /// Another transfer writes the same file.
    #[error("another transfer writes {}", .0.display())]
    Busy(PathBuf),
    /// The object is larger than the store takes.
    #[error("{what} has {size} bytes, which is more than {scheme} takes")]
    TooLarge {
        /// What was to be transferred.
        what: String,
        /// Its size.
        size: u64,
        /// The store.
        scheme: &'static str,
    },
    /// Some of many failed; each was told of.
    #[error("{failed} of {total} failed")]
    Some {
        /// How many failed.
        failed: u64,
        /// Of how many.
        total: u64,
    },
    /// It was cancelled.
    #[error("interrupted")]
    Cancelled,
}

impl Error {
    pub(crate) fn read(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn write(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Write { path, source }
    }

    /// The call's error, if that is what it is.
    #[must_use]
    pub fn call(&self) -> Option<&isobar_client::Error> {
        match self {
            Self::Call { source, .. } => Some(source),
            _ => None,
        }
    }

    pub(crate) fn is_kind(&self, kind: Kind) -> bool {
        self.call().is_some_and(|error| error.kind() == kind)
    }

    /// Whether the same again may succeed.
    pub(crate) fn may_pass(&self) -> bool {
        /// Codes that say that what arrived was damaged on its way.
        const DAMAGED: [&str; 5] = [
            "BadDigest",
            "InvalidDigest",
            "IncompleteBody",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch",
        ];
        match self {
            Self::Checksum { .. } => true,
            Self::Call { source, .. } => {
                source.is_retryable() || source.code().is_some_and(|code| DAMAGED.contains(&code))
            }
            _ => false,
        }
    }
}
