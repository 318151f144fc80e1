//! State: typed collections in memory with secondary indexes, durable through a write-ahead log.
//!
//! Reads see the collections directly. A write runs under the one write lock, keeps what it
//! replaced, and is either logged and kept as a whole or undone as a whole: a handler that returns
//! an error has changed nothing. A logged write has reached the operating system before it is
//! acknowledged, so that it outlives a killed process; the log is flushed to the disk once a second.
//!
//! Writes are encoded and logged outside of the write lock, in groups: whoever comes to the log first
//! writes what all have ready by then (`group.rs`).
//!
//! fjall keeps the log, its recovery and its compaction; the collections are rebuilt from it at the
//! start. Rows are JSON, so that a later version can add fields with defaults. A store says its layout's
//! version; one that is newer, or holds a collection that the program does not know, is refused.
//!
//! There is one store for all clouds, since machines and addresses are one pool and a transaction must
//! span a face's rows and an engine's. Keys begin with account and region, collections' names with the
//! service or cloud, so that nothing meets by accident.

mod group;
mod kept;
mod log;
mod tables;
mod topics;
mod tx;

use std::path::Path;
use std::sync::Arc;

use parking_lot::RwLock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use group::Group;
pub use log::{forget_mark, read_mark};
pub use tables::{Schema, Tables};
pub use topics::Topic;
pub use tx::{Change, Tx};

/// The layout's version. A directory that says a greater one is refused.
pub const VERSION: u32 = 1;

/// A row of a collection.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The collection's name, unique in the store and never changed: `ec2.instance`.
    const KIND: &'static str;

    /// The row's key, unique in its collection. Begin it with the scope (`account/region/`), which
    /// makes a region's rows one range.
    fn key(&self) -> String;

    /// The secondary indexes' entries: (index, value).
    fn links(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Why a store cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds it.
    #[error("the state is in use by another process")]
    Locked,
    /// It was written by a newer version.
    #[error("the state is of version {found}; this program reads up to {VERSION}")]
    Newer {
        /// The version found.
        found: u32,
    },
    /// It holds a collection that this program does not know.
    #[error("the state holds the unknown collection {0}")]
    UnknownKind(String),
    /// A row cannot be read.
    #[error("the row {kind} {key} cannot be read")]
    Row {
        /// Its collection.
        kind: String,
        /// Its key.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A row's key is longer than the log takes.
    #[error("a key of {length} bytes in {kind} is too long for the log")]
    LongKey {
        /// Its collection.
        kind: &'static str,
        /// How long the collection's name and the key are together.
        length: usize,
    },
    /// The log ends before what was flushed to the disk: it was damaged.
    #[error(
        "the state is damaged: its log ends at write {found} and went to write {marked} before"
    )]
    Damaged {
        /// The number of the newest write in the log.
        found: u64,
        /// The number of the newest one that was flushed.
        marked: u64,
    },
    /// The log could not be written, and was not opened anew yet.
    #[error("the log could not be written")]
    Failed,
    /// The log cannot be read: fjall gave up on it.
    #[error("the log cannot be read: its files are damaged")]
    Unreadable,
    /// The log's files cannot be copied before they are opened, or brought back.
    #[error("the log's files cannot be kept while they are opened")]
    Kept(#[source] std::io::Error),
    /// The file that says how far the log goes cannot be read or written.
    #[error("the log's mark cannot be read or written")]
    Mark(#[source] std::io::Error),
    /// The log cannot be read or written.
    #[error("the log cannot be read or written")]
    Log(#[from] fjall::Error),
}

impl Error {
    /// Whether what is on the disk is damaged: neither in another's hands, nor of another version, nor out
    /// of reach for now, as on a full disk.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Unreadable | Self::Row { .. } => true,
            Self::Log(error) => !is_out_of_reach(error),
            Self::Locked
            | Self::Newer { .. }
            | Self::UnknownKind(_)
            | Self::LongKey { .. }
            | Self::Failed
            | Self::Kept(_)
            | Self::Mark(_) => false,
        }
    }
}

/// Whether the system's own word is behind the error that the file cannot be used now.
fn is_out_of_reach(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, StorageFull};
    let chain = std::iter::successors(Some(error), |error| error.source());
    let mut kinds = chain.filter_map(|error| error.downcast_ref::<std::io::Error>());
    kinds.any(|error| {
        matches!(error.kind(), FileTooLarge | PermissionDenied | QuotaExceeded | StorageFull)
    })
}

/// Why a write did not happen.
#[derive(Debug)]
pub enum Aborted<E> {
    /// The writer said so.
    By(E),
    /// The log could not be written; what the writer did is undone.
    Log(Error),
}

/// The store. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    tables: RwLock<Tables>,
    /// Locked after the tables where both are. None without a disk.
    group: Option<Group>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// A store without a disk, whose content ends with the process.
    #[must_use]
    pub fn ephemeral(schema: Schema) -> Self {
        Self { inner: Arc::new(Inner { tables: RwLock::new(schema.into_tables()), group: None }) }
    }

    /// Opens the store in the directory, or makes it.
    ///
    /// # Errors
    /// Where another process holds it, a newer version wrote it, or it cannot be read.
    pub fn open(directory: &Path, schema: Schema) -> Result<Self, Error> {
        let mut tables = schema.into_tables();
        let group = Some(Group::open(directory, &mut tables)?);
        Ok(Self { inner: Arc::new(Inner { tables: RwLock::new(tables), group }) })
    }

    /// The number of the newest write in the log; 0 for a store without a disk.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.inner.group.as_ref().map_or(0, Group::sequence)
    }

    /// Looks at the collections. Writers wait meanwhile, so keep it short. What is seen is in the log.
    pub fn read<R>(&self, look: impl FnOnce(&Tables) -> R) -> R {
        loop {
            let tables = self.inner.tables.read();
            match &self.inner.group {
                Some(group) if !group.settle() => {
                    drop(tables);
                    group.mend(&mut self.inner.tables.write());
                }
                _ => return look(&tables),
            }
        }
    }

    /// Changes the collections: all of it where the closure returns `Ok`, nothing otherwise.
    ///
    /// # Errors
    /// The closure's own, or the log's.
    pub fn write<R, E>(
        &self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<R, E>,
    ) -> Result<R, Aborted<E>> {
        let Some(group) = &self.inner.group else {
            let mut tables = self.inner.tables.write();
            let mut tx = Tx::new(&mut tables);
            let result = change(&mut tx).map_err(Aborted::By)?;
            tx.done().announce();
            return Ok(result);
        };
        let mut tables = self.inner.tables.write();
        group.ready(&mut tables).map_err(Aborted::Log)?;
        let mut tx = Tx::new(&mut tables);
        let result = change(&mut tx).map_err(Aborted::By)?;
        tx.check().map_err(Aborted::Log)?;
        let place = group.join(tx.done());
        drop(tables);
        group.logged(&place, &self.inner.tables).map_err(Aborted::Log)?;
        Ok(result)
    }

    /// Runs a change that cannot fail of itself.
    ///
    /// # Errors
    /// The log's.
    pub fn update<R>(&self, change: impl FnOnce(&mut Tx<'_>) -> R) -> Result<R, Error> {
        self.write(|tx| Ok::<R, std::convert::Infallible>(change(tx))).map_err(|aborted| {
            match aborted {
                Aborted::Log(error) => error,
                Aborted::By(never) => match never {},
            }
        })
    }

    /// A counter that moves with every write that touches the collection: what a reconciler waits on.
    #[must_use]
    pub fn watch<T: Record>(&self) -> watch::Receiver<u64> {
        self.inner.tables.read().watch(T::KIND)
    }

    /// Flushes the log to the disk. One that failed is opened anew.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn flush(&self) -> Result<(), Error> {
        self.with_log(Group::flush)
    }

    /// Whether a write would be kept: writes something to the log that is no row.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn check(&self) -> Result<(), Error> {
        self.with_log(Group::probe)
    }

    fn with_log(&self, work: impl FnOnce(&Group) -> Result<(), Error>) -> Result<(), Error> {
        let Some(group) = &self.inner.group else { return Ok(()) };
        if group.has_failed() {
            group.ready(&mut self.inner.tables.write())?;
        }
        work(group)
    }
}
