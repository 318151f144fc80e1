//! A write in progress.

use std::ops::Deref;
use std::sync::Arc;

use super::tables::bytes;
use super::{Record, Tables};

/// A write in progress. It reads its own changes. One that is dropped before it is committed is
/// undone, so that a handler that panics has changed nothing either.
pub struct Tx<'a> {
    tables: &'a mut Tables,
    changes: Vec<Change>,
    undo: Vec<Undo>,
}

/// Puts back what one change replaced.
type Undo = Box<dyn FnOnce(&mut Tables)>;

pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) row: Option<Vec<u8>>,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("changes", &self.changes.len()).finish_non_exhaustive()
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
        Self { tables, changes: Vec::new(), undo: Vec::new() }
    }

    /// Puts the row in, in the place of one with its key.
    ///
    /// # Panics
    /// If the row cannot be written as JSON, which is a mistake in its type.
    pub fn put<T: Record>(&mut self, row: T) -> Arc<T> {
        let bytes = bytes(&row);
        let row = Arc::new(row);
        self.change(row.key(), Some((Arc::clone(&row), bytes)));
        row
    }

    /// Takes the row out and returns it.
    pub fn remove<T: Record>(&mut self, key: &str) -> Option<Arc<T>> {
        let before = self.tables.get::<T>(key).cloned()?;
        self.change::<T>(key.to_owned(), None);
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

    fn change<T: Record>(&mut self, key: String, row: Option<(Arc<T>, Vec<u8>)>) {
        let (row, bytes) = row.unzip();
        let before = self.tables.replace(&key, row);
        let undo_key = key.clone();
        self.undo.push(Box::new(move |tables| {
            tables.replace(&undo_key, before);
        }));
        self.changes.push(Change { kind: T::KIND, key, row: bytes });
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Keeps what was done, and tells those who wait.
    pub(super) fn commit(mut self) {
        self.undo.clear();
        self.announce();
    }

    fn announce(&self) {
        let mut kinds: Vec<_> = self.changes.iter().map(|change| change.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            self.tables.announce(kind);
        }
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        while let Some(step) = self.undo.pop() {
            step(self.tables);
        }
    }
}
