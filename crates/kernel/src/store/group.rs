//! Writes on their way into the log. A write that is done under the tables' lock joins a group, leaves
//! that lock and goes to the log; whoever has the log writes the whole group with one call, and those
//! who come after find their own written.
//!
//! A write that is in the tables and not in the log is seen by nobody but later writes, which come
//! after it in the log: readers settle the group first. Where the log fails, everything that is not in
//! it is taken back, newest first, and each of those writes fails.
//!
//! The tables' lock comes before the log's, and nobody waits for it who holds the log's.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::{Mutex, MutexGuard, RwLock};

use super::log::Log;
use super::tx::Done;
use super::{Error, Tables};

/// How often a write lets others run before it sleeps until the log is free.
const YIELDS: u32 = 200;

/// The writes on their way, and the log to which they go.
pub(super) struct Group {
    waiting: Mutex<Vec<Joined>>,
    /// How many writes are in the tables and not in the log.
    unlogged: AtomicUsize,
    /// Whether the log takes nothing until it was opened anew.
    failed: AtomicBool,
    log: Mutex<Logger>,
}

struct Logger {
    log: Log,
    /// What the log did not take, and is still in the tables.
    refused: Vec<Joined>,
}

/// A write that joined, and where its end is told.
struct Joined {
    done: Done,
    place: Arc<Place>,
}

/// Where a write is told how it ended.
#[derive(Default)]
pub(super) struct Place {
    ended: AtomicBool,
    lost: AtomicBool,
}

impl Place {
    fn end(&self, lost: bool) {
        self.lost.store(lost, Ordering::Relaxed);
        self.ended.store(true, Ordering::Release);
    }

    fn result(&self) -> Option<Result<(), Error>> {
        let ended = self.ended.load(Ordering::Acquire);
        let lost = || self.lost.load(Ordering::Relaxed);
        ended.then(|| if lost() { Err(Error::Failed) } else { Ok(()) })
    }
}

impl Group {
    /// Opens the log, or makes it, and puts its rows into the tables.
    pub(super) fn open(directory: &Path, tables: &mut Tables) -> Result<Self, Error> {
        let log = Log::open(directory, tables)?;
        Ok(Self {
            waiting: Mutex::default(),
            unlogged: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
            log: Mutex::new(Logger { log, refused: Vec::new() }),
        })
    }

    /// The number of the newest write in the log.
    pub(super) fn sequence(&self) -> u64 {
        self.log.lock().log.sequence()
    }

    /// Whether the log takes nothing until it was opened anew.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Sees to it that the log takes a write: one that failed is opened anew, where it is time for that,
    /// and made what the tables are.
    pub(super) fn ready(&self, tables: &mut Tables) -> Result<(), Error> {
        if !self.has_failed() {
            return Ok(());
        }
        self.mend(tables);
        self.log.lock().log.recover(tables)?;
        self.failed.store(false, Ordering::Release);
        Ok(())
    }

    /// Takes a write that is done in the tables. Whoever calls has their lock. One without changes waits
    /// too where others are on their way, since what it saw may be theirs.
    pub(super) fn join(&self, done: Done) -> Arc<Place> {
        let place = Arc::new(Place::default());
        if done.is_empty() && self.unlogged.load(Ordering::Acquire) == 0 {
            place.end(false);
            return place;
        }
        self.unlogged.fetch_add(1, Ordering::AcqRel);
        self.waiting.lock().push(Joined { done, place: Arc::clone(&place) });
        place
    }

    /// Waits until the write is in the log, or writes it with all others that wait.
    pub(super) fn logged(&self, place: &Place, tables: &RwLock<Tables>) -> Result<(), Error> {
        if let Some(result) = place.result() {
            return result;
        }
        let mut failure = None;
        {
            let Some(mut log) = self.turn(place) else { return place.result().unwrap_or(Ok(())) };
            if let Some(result) = place.result() {
                return result;
            }
            if let Err(error) = self.write(&mut log) {
                failure = Some(error);
            }
        }
        if let Some(Ok(())) = place.result() {
            return Ok(());
        }
        self.mend(&mut tables.write());
        Err(failure.unwrap_or(Error::Failed))
    }

    /// The log, or `None` once another has written it. A group is written in microseconds, which is less than
    /// to sleep and be woken takes; only a flush takes long.
    fn turn(&self, place: &Place) -> Option<MutexGuard<'_, Logger>> {
        for _ in 0..YIELDS {
            if let Some(log) = self.log.try_lock() {
                return Some(log);
            }
            std::thread::yield_now();
            if place.result().is_some() {
                return None;
            }
        }
        Some(self.log.lock())
    }

    /// Whether everything in the tables is in the log, after what waits was written. Whoever calls holds
    /// the tables, so that nothing is added meanwhile; `false` wants [`mend`](Self::mend).
    pub(super) fn settle(&self) -> bool {
        if self.unlogged.load(Ordering::Acquire) == 0 {
            return true;
        }
        let written = self.write(&mut self.log.lock());
        written.is_ok()
    }

    /// Writes what waits. What the log does not take is kept for [`mend`](Self::mend).
    fn write(&self, to: &mut Logger) -> Result<(), Error> {
        if !to.refused.is_empty() {
            return Err(Error::Failed);
        }
        let group = std::mem::take(&mut *self.waiting.lock());
        match to.log.write(group.iter().map(|joined| &joined.done)) {
            Ok(()) => {
                self.unlogged.fetch_sub(group.len(), Ordering::AcqRel);
                for Joined { done, place } in group {
                    place.end(false);
                    done.announce();
                }
                Ok(())
            }
            Err(error) => {
                self.failed.store(true, Ordering::Release);
                to.refused = group;
                Err(error)
            }
        }
    }

    /// Takes back what the log did not take, and everything that came after it.
    pub(super) fn mend(&self, tables: &mut Tables) {
        let mut log = self.log.lock();
        let mut lost = std::mem::take(&mut log.refused);
        if lost.is_empty() {
            return;
        }
        lost.append(&mut self.waiting.lock());
        self.unlogged.fetch_sub(lost.len(), Ordering::AcqRel);
        for Joined { done, place } in lost.into_iter().rev() {
            done.undo(tables);
            place.end(true);
        }
    }

    /// Brings the log to the disk, and then its mark up to it.
    pub(super) fn flush(&self) -> Result<(), Error> {
        self.noting(Log::flush)
    }

    /// Writes something, to see whether that works.
    pub(super) fn probe(&self) -> Result<(), Error> {
        self.noting(Log::probe)
    }

    fn noting(&self, work: impl FnOnce(&mut Log) -> Result<(), Error>) -> Result<(), Error> {
        let mut log = self.log.lock();
        let result = work(&mut log.log);
        if log.log.has_failed() {
            self.failed.store(true, Ordering::Release);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::{Deserialize, Serialize};

    use crate::store::{Record, Schema, Store};

    #[derive(Serialize, Deserialize)]
    struct Row(String);

    impl Record for Row {
        const KIND: &'static str = "test.row";

        fn key(&self) -> String {
            self.0.clone()
        }
    }

    fn schema() -> Schema {
        let mut schema = Schema::default();
        schema.add::<Row>();
        schema
    }

    fn keys(store: &Store) -> Vec<String> {
        store.read(|tables| tables.all::<Row>().map(|row| row.0.clone()).collect())
    }

    /// Many write at once while the log fails again and again: what was acknowledged is there, what was
    /// refused is not, in the tables and in the log alike.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test's own directory")]
    fn what_a_failed_log_refused_is_taken_back_and_nothing_else() {
        let directory = std::env::temp_dir().join(format!("isobar-group-{}", std::process::id()));
        let store = Store::open(&directory, schema()).unwrap();
        let group = store.inner.group.as_ref().unwrap();
        let write = |writer: u32| {
            let keys = (0..400).map(|number| format!("{writer}-{number}"));
            let written = |key: &String| {
                std::thread::sleep(Duration::from_millis(2));
                let seen = store.write(|tx| {
                    let seen = tx.put(Row(key.clone())).0.len();
                    Ok::<_, ()>(seen)
                });
                // A reader sees what is in the log only.
                assert_eq!(store.read(|tables| tables.get::<Row>(key).is_some()), seen.is_ok());
                seen.is_ok()
            };
            keys.filter(written).collect::<Vec<_>>()
        };
        let mut acknowledged: Vec<String> = std::thread::scope(|scope| {
            let write = &write;
            let writers: Vec<_> = (0..8).map(|writer| scope.spawn(move || write(writer))).collect();
            for _ in 0..2 {
                std::thread::sleep(Duration::from_millis(150));
                // Not told to those who write: they find out at the log.
                group.log.lock().log.fail();
            }
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
        });
        assert!(acknowledged.len() < 8 * 400, "no write met the failure");
        acknowledged.sort_unstable();
        assert_eq!(keys(&store), acknowledged);
        std::thread::sleep(Duration::from_millis(1100));
        store.flush().unwrap();
        drop(store);
        let store = Store::open(&directory, schema()).unwrap();
        assert_eq!(keys(&store), acknowledged);
        drop(store);
        std::fs::remove_dir_all(directory).unwrap();
    }
}
