//! A write in progress.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::watch;

use super::tables::{Row, row_of};
use super::{Error, Record, Tables, Topic};

/// The longest key that the log takes, the collection's name included; it panics at a longer one.
const MAX_KEY: usize = u16::MAX as usize;

/// A write in progress. It reads its own changes. One that is dropped before it is done is undone, so
/// that a handler that panics has changed nothing either.
pub struct Tx<'a> {
    tables: &'a mut Tables,
    done: Done,
}

/// What a write did.
#[derive(Default)]
pub(super) struct Done {
    changes: Vec<Change>,
    /// The topics that end with it, and so wake who waits.
    ended: Vec<watch::Sender<()>>,
    /// The counters of the collections that it touched.
    touched: Vec<Arc<watch::Sender<u64>>>,
}

/// One row, before and after it was changed. One that was put in anew has no `before`, one that was taken
/// out no `after`.
pub struct Change {
    pub(crate) kind: &'static str,
    pub(super) key: String,
    pub(super) before: Option<Box<dyn Row>>,
    pub(super) after: Option<Box<dyn Row>>,
}

impl Clone for Change {
    fn clone(&self) -> Self {
        let share = |row: &Option<Box<dyn Row>>| row.as_ref().map(|row| row.share());
        let (before, after) = (share(&self.before), share(&self.after));
        Self { kind: self.kind, key: self.key.clone(), before, after }
    }
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change").field("kind", &self.kind).field("key", &self.key).finish()
    }
}

impl Change {
    /// The row before; `None` where it is of another collection too.
    pub(crate) fn before<T: Record>(&self) -> Option<Arc<T>> {
        self.before.as_deref().and_then(row_of).cloned()
    }

    /// The row after; `None` where it is of another collection too.
    pub(crate) fn after<T: Record>(&self) -> Option<Arc<T>> {
        self.after.as_deref().and_then(row_of).cloned()
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("changes", &self.done.changes.len()).finish_non_exhaustive()
    }
}

impl Deref for Tx<'_> {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        self.tables
    }
}

impl<'a> Tx<'a> {
    pub(super) fn new(tables: &'a mut Tables) -> Self {
        Self { tables, done: Done::default() }
    }

    /// Puts the row in, in the place of one with its key.
    pub fn put<T: Record>(&mut self, row: T) -> Arc<T> {
        let row = Arc::new(row);
        self.change(T::KIND, row.key(), Some(Box::new(Arc::clone(&row))));
        row
    }

    /// Takes the row out and returns it.
    pub fn remove<T: Record>(&mut self, key: &str) -> Option<Arc<T>> {
        let before = self.tables.get::<T>(key).cloned()?;
        self.change(T::KIND, key.to_owned(), None);
        Some(before)
    }

    /// Changes a copy of the row and puts it in. `None` where there is no such row. The key must
    /// stay the same.
    pub fn modify<T: Record + Clone>(
        &mut self,
        key: &str,
        change: impl FnOnce(&mut T),
    ) -> Option<Arc<T>> {
        let mut row = T::clone(self.tables.get::<T>(key)?);
        change(&mut row);
        debug_assert_eq!(row.key(), key, "a row's key stays");
        Some(self.put(row))
    }

    /// Whether nothing was changed so far.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.done.changes.is_empty()
    }

    /// Says when one of the topics changes after this: each ends then.
    pub(crate) fn wait(&mut self, topics: &[Topic]) -> Vec<watch::Receiver<()>> {
        topics.iter().map(|topic| self.tables.wait(topic)).collect()
    }

    /// What was changed, from the so-manieth change on.
    pub(crate) fn changes_from(&self, from: usize) -> &[Change] {
        self.done.changes.get(from..).unwrap_or_default()
    }

    fn change(&mut self, kind: &'static str, key: String, row: Option<Box<dyn Row>>) {
        let after = row.as_ref().map(|row| row.share());
        let before = self.tables.replace(kind, &key, row, &mut self.done.ended);
        self.done.changes.push(Change { kind, key, before, after });
    }

    /// Whether the log can take it.
    pub(super) fn check(&self) -> Result<(), Error> {
        for Change { kind, key, .. } in &self.done.changes {
            let length = kind.len() + 1 + key.len();
            if length > MAX_KEY {
                return Err(Error::LongKey { kind, length });
            }
        }
        Ok(())
    }

    /// Keeps it in the tables.
    pub(super) fn done(mut self) -> Done {
        let mut done = std::mem::take(&mut self.done);
        let mut kinds: Vec<_> = done.changes.iter().map(|change| change.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        done.touched = kinds.iter().filter_map(|kind| self.tables.counter(kind)).collect();
        done
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        std::mem::take(&mut self.done).undo(self.tables);
    }
}

impl Done {
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Tells those who wait.
    pub(super) fn announce(self) {
        for counter in self.touched {
            counter.send_modify(|count| *count += 1);
        }
        drop(self.ended);
    }

    /// Takes it back. What came after it must have been taken back before.
    pub(super) fn undo(self, tables: &mut Tables) {
        for Change { kind, key, before, .. } in self.changes.into_iter().rev() {
            tables.replace(kind, &key, before, &mut Vec::new());
        }
    }
}
