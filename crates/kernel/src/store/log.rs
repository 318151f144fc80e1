//! The log on the disk: rows by collection and key, which fjall keeps, and what tells whether all of
//! them came back.
//!
//! Each write has a number. What was flushed to the disk says so in a file beside the log, the mark:
//! a log that ends before its mark has lost what was acknowledged, and is refused.
//!
//! After a write that failed (a full disk) fjall takes no further one until it is opened anew. That is
//! done when the next write comes, at most once a second; what the log has then is made what the
//! collections in memory are, for those hold what was acknowledged.

use std::collections::HashMap;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use tokio::time::Instant;

use super::kept::Kept;
use super::tx::Done;
use super::{Error, Tables, VERSION};

const VERSION_KEY: &str = "\0version";
const SEQUENCE_KEY: &str = "\0sequence";
const PROBE_KEY: &str = "\0probe";
/// The file that says up to which write the log was flushed.
const MARK: &str = "mark";
/// How often a log that failed is opened anew at most.
const REOPEN_AFTER: Duration = Duration::from_secs(1);

/// The log of a store.
pub(super) struct Log {
    directory: PathBuf,
    state: State,
    /// The number of the newest write.
    sequence: u64,
    /// The number that the mark says.
    marked: u64,
}

enum State {
    Open(Open),
    /// A write failed, and the log was last tried then.
    Failed(Instant),
}

struct Open {
    rows: Keyspace,
    database: Database,
}

impl Open {
    fn at(directory: &Path) -> Result<Self, Error> {
        // It panics at some files that are no journals of its own.
        let opened = std::panic::catch_unwind(|| {
            Database::builder(directory).cache_size(4 << 20).worker_threads(1).open()
        });
        let database = opened.map_err(|_| Error::Unreadable)?.map_err(|error| match error {
            fjall::Error::Locked => Error::Locked,
            other => Error::Log(other),
        })?;
        let rows = database.keyspace("rows", KeyspaceCreateOptions::default)?;
        Ok(Self { rows, database })
    }

    /// The number that a row of the log's own says.
    fn number(&self, key: &str) -> Result<Option<u64>, Error> {
        let found = self.rows.get(key)?;
        Ok(found.map(|text| String::from_utf8_lossy(&text).parse().unwrap_or(u64::MAX)))
    }
}

/// The kind and key of a row; `None` for the log's own.
fn split(key: &[u8]) -> Option<(String, String)> {
    let key = String::from_utf8_lossy(key);
    let (kind, key) = key.split_once('\0').filter(|(kind, _)| !kind.is_empty())?;
    Some((kind.to_owned(), key.to_owned()))
}

fn joined(kind: &str, key: &str) -> String {
    format!("{kind}\0{key}")
}

impl Log {
    /// Opens the log, or makes it, and puts its rows into the tables.
    pub(super) fn open(directory: &Path, tables: &mut Tables) -> Result<Self, Error> {
        let marked = read_mark(directory)?;
        // The log is put together before the copy goes: until then every error brings it back.
        let kept = Kept::new(directory).map_err(Error::Kept)?;
        let log = Self::open_kept(directory, tables, marked);
        // What another process holds was not touched, and is its own to write.
        if matches!(log, Ok(_) | Err(Error::Locked)) {
            kept.done().map_err(Error::Kept)?;
        }
        log
    }

    fn open_kept(directory: &Path, tables: &mut Tables, marked: u64) -> Result<Self, Error> {
        let open = Open::at(directory)?;
        let sequence = match open.number(VERSION_KEY)? {
            Some(found) if found > VERSION.into() => {
                return Err(Error::Newer { found: u32::try_from(found).unwrap_or(u32::MAX) });
            }
            Some(_) => open.number(SEQUENCE_KEY)?.unwrap_or_default(),
            None => 0,
        };
        if marked > sequence {
            return Err(Error::Damaged { found: sequence, marked });
        }
        for row in open.rows.iter() {
            let (key, value) = row.into_inner()?;
            if let Some((kind, key)) = split(&key) {
                tables.load(&kind, &key, &value)?;
            }
        }
        let directory = directory.to_owned();
        let mut log = Self { directory, state: State::Open(open), sequence, marked };
        if sequence == 0 {
            log.begin()?;
            log.flush()?;
        }
        Ok(log)
    }

    /// Opens a log that failed anew, where it is time for that, and makes it what the tables are.
    pub(super) fn recover(&mut self, tables: &Tables) -> Result<(), Error> {
        let State::Failed(at) = self.state else { return Ok(()) };
        if at.elapsed() < REOPEN_AFTER {
            return Err(Error::Failed);
        }
        self.state = State::Failed(Instant::now());
        let open = Open::at(&self.directory)?;
        let mut held: HashMap<String, Vec<u8>> = HashMap::new();
        tables.dump(|kind, key, row| {
            held.insert(joined(kind, key), row);
        });
        let mut batch = open.database.batch();
        for row in open.rows.iter() {
            let (key, value) = row.into_inner()?;
            if split(&key).is_none() {
                continue;
            }
            match held.remove(&*String::from_utf8_lossy(&key)) {
                Some(row) if row == *value => {}
                Some(row) => batch.insert(&open.rows, &*key, row),
                None => batch.remove(&open.rows, &*key),
            }
        }
        for (key, row) in held {
            batch.insert(&open.rows, key, row);
        }
        self.sequence += 1;
        batch.insert(&open.rows, SEQUENCE_KEY, self.sequence.to_string());
        batch.durability(Some(PersistMode::SyncAll)).commit()?;
        self.state = State::Open(open);
        tracing::info!("the log is written again");
        Ok(())
    }

    /// Whether it takes nothing until it was opened anew.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// Fails, as a full disk makes it.
    #[cfg(test)]
    pub(super) fn fail(&mut self) {
        self.state = State::Failed(Instant::now());
    }

    /// Appends writes, in their order and with one call: all of them or none.
    pub(super) fn write<'d>(
        &mut self,
        writes: impl Iterator<Item = &'d Done>,
    ) -> Result<(), Error> {
        let State::Open(open) = &self.state else { return Err(Error::Failed) };
        let mut batch = open.database.batch();
        let mut sequence = self.sequence;
        for write in writes.filter(|write| !write.is_empty()) {
            for change in write.changes() {
                let key = joined(change.kind, &change.key);
                match &change.after {
                    Some(row) => batch.insert(&open.rows, key, row.bytes()),
                    None => batch.remove(&open.rows, key),
                }
            }
            sequence += 1;
        }
        if sequence == self.sequence {
            return Ok(());
        }
        batch.insert(&open.rows, SEQUENCE_KEY, sequence.to_string());
        let written = batch.durability(Some(PersistMode::Buffer)).commit();
        self.note(written)?;
        self.sequence = sequence;
        Ok(())
    }

    /// Writes into a new log of which version it is; that is its first write.
    fn begin(&mut self) -> Result<(), Error> {
        let State::Open(open) = &self.state else { return Err(Error::Failed) };
        let mut batch = open.database.batch();
        batch.insert(&open.rows, VERSION_KEY, VERSION.to_string());
        batch.insert(&open.rows, SEQUENCE_KEY, "1");
        let written = batch.durability(Some(PersistMode::Buffer)).commit();
        self.note(written)?;
        self.sequence = 1;
        Ok(())
    }

    /// The number of the newest write.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Writes something, to see whether that works.
    pub(super) fn probe(&mut self) -> Result<(), Error> {
        let State::Open(open) = &self.state else { return Err(Error::Failed) };
        let mut batch = open.database.batch();
        batch.insert(&open.rows, PROBE_KEY, "");
        let written = batch.durability(Some(PersistMode::Buffer)).commit();
        self.note(written)
    }

    /// Brings the log to the disk, and then the mark up to it.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let State::Open(open) = &self.state else { return Err(Error::Failed) };
        if self.sequence == self.marked {
            return Ok(());
        }
        let flushed = open.database.persist(PersistMode::SyncAll);
        self.note(flushed)?;
        write_mark(&self.directory, self.sequence)?;
        self.marked = self.sequence;
        Ok(())
    }

    /// Keeps in mind that the log failed.
    fn note(&mut self, result: fjall::Result<()>) -> Result<(), Error> {
        result.map_err(|error| {
            self.state = State::Failed(Instant::now());
            Error::Log(error)
        })
    }
}

/// What the mark says; one that cannot be read says more than any log has.
///
/// # Errors
/// Where the file is there and cannot be read, or is no regular one.
pub fn read_mark(directory: &Path) -> Result<u64, Error> {
    let path = directory.join(MARK);
    match std::fs::symlink_metadata(&path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(Error::Mark(io::Error::other("it is no regular file")));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Ok(_) | Err(_) => {}
    }
    let text = std::fs::read_to_string(path).map_err(Error::Mark)?;
    Ok(text.trim().parse().unwrap_or(u64::MAX))
}

fn write_mark(directory: &Path, sequence: u64) -> Result<(), Error> {
    let (path, new) = (directory.join(MARK), directory.join("mark.new"));
    let write = || {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(&new)?;
        writeln!(file, "{sequence}")?;
        file.sync_data()?;
        std::fs::rename(&new, &path)
    };
    write().map_err(Error::Mark)
}

/// Forgets up to which write the log was flushed, so that a damaged one opens with what it has.
///
/// # Errors
/// Where the mark cannot be removed.
pub fn forget_mark(directory: &Path) -> io::Result<()> {
    match std::fs::remove_file(directory.join(MARK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
