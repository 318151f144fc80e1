//! The collections in memory.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use tokio::sync::watch;

use super::topics::Topics;
use super::tx::Row;
use super::{Error, Record, Topic};

/// Which collections a store has. Engines and faces each add theirs.
#[derive(Default)]
pub struct Schema {
    tables: HashMap<&'static str, Box<dyn AnyTable>>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.tables.keys()).finish()
    }
}

impl Schema {
    /// Adds the collection.
    ///
    /// # Panics
    /// If two collections have one name, which is a mistake in the program.
    pub fn add<T: Record>(&mut self) {
        let before = self.tables.insert(T::KIND, Box::new(Table::<T>::default()));
        assert!(before.is_none(), "two collections are named {}", T::KIND);
    }

    pub(super) fn into_tables(self) -> Tables {
        Tables { tables: self.tables }
    }
}

/// All collections.
pub struct Tables {
    tables: HashMap<&'static str, Box<dyn AnyTable>>,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.tables.keys()).finish()
    }
}

impl Tables {
    /// The row of the key.
    #[must_use]
    pub fn get<T: Record>(&self, key: &str) -> Option<&Arc<T>> {
        self.table::<T>().rows.get(key)
    }

    /// The rows whose keys begin with the prefix, in the keys' order.
    pub fn list<'a, T: Record>(
        &'a self,
        prefix: &str,
    ) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        let prefix = prefix.to_owned();
        let from = (Bound::Included(prefix.clone()), Bound::Unbounded);
        self.table::<T>()
            .rows
            .range::<String, _>(from)
            .take_while(move |(key, _)| key.starts_with(&prefix))
            .map(|(_, row)| row)
    }

    /// All rows, in the keys' order.
    pub fn all<T: Record>(&self) -> impl Iterator<Item = &Arc<T>> {
        self.table::<T>().rows.values()
    }

    /// The rows that have the value in the index, in the keys' order.
    pub fn by<'a, T: Record>(
        &'a self,
        index: &'static str,
        value: &str,
    ) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        let table = self.table::<T>();
        table
            .links
            .get(&(index, value.to_owned()))
            .into_iter()
            .flatten()
            .filter_map(|key| table.rows.get(key))
    }

    /// How many rows there are.
    #[must_use]
    pub fn count<T: Record>(&self) -> usize {
        self.table::<T>().rows.len()
    }

    pub(super) fn watch<T: Record>(&self) -> watch::Receiver<u64> {
        self.table::<T>().changed.subscribe()
    }

    pub(super) fn load(&mut self, kind: &str, key: &str, row: &[u8]) -> Result<(), Error> {
        let table = self.tables.get_mut(kind).ok_or_else(|| Error::UnknownKind(kind.to_owned()))?;
        table.load(row).map_err(|source| Error::Row {
            kind: kind.to_owned(),
            key: key.to_owned(),
            source,
        })
    }

    /// Every row as the log has it: its collection, its key, and its JSON.
    pub(super) fn dump(&self, mut each: impl FnMut(&str, &str, Vec<u8>)) {
        for (kind, table) in &self.tables {
            table.dump(&mut |key, row| each(kind, key, row));
        }
    }

    /// The counter of the collection's changes.
    pub(super) fn counter(&self, kind: &str) -> Option<Arc<watch::Sender<u64>>> {
        self.tables.get(kind).map(|table| table.counter())
    }

    /// Ends with the first change of the topic.
    ///
    /// # Panics
    /// If the topic's collection is not in the schema, which is a mistake in the program.
    pub(super) fn wait(&mut self, topic: &Topic) -> watch::Receiver<()> {
        let table = self.tables.get_mut(topic.kind);
        let table =
            table.unwrap_or_else(|| panic!("the collection {} is in the schema", topic.kind));
        table.topics().wait(&topic.link)
    }

    /// Puts a row in (or takes it out) and returns the one before. Topics that end with it are added.
    pub(super) fn replace<T: Record>(
        &mut self,
        key: &str,
        row: Option<Arc<T>>,
        ended: &mut Vec<watch::Sender<()>>,
    ) -> Option<Arc<T>> {
        self.table_mut::<T>().replace(key, row, ended)
    }

    /// Puts back what a change replaced.
    pub(super) fn restore(&mut self, kind: &str, key: &str, before: Option<Arc<dyn Row>>) {
        if let Some(table) = self.tables.get_mut(kind) {
            table.restore(key, before);
        }
    }

    fn table<T: Record>(&self) -> &Table<T> {
        self.tables
            .get(T::KIND)
            .and_then(|table| table.as_any().downcast_ref())
            .unwrap_or_else(|| panic!("the collection {} is in the schema", T::KIND))
    }

    fn table_mut<T: Record>(&mut self) -> &mut Table<T> {
        self.tables
            .get_mut(T::KIND)
            .and_then(|table| table.as_any_mut().downcast_mut())
            .unwrap_or_else(|| panic!("the collection {} is in the schema", T::KIND))
    }
}

trait AnyTable: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn load(&mut self, row: &[u8]) -> Result<(), serde_json::Error>;
    fn dump(&self, each: &mut dyn FnMut(&str, Vec<u8>));
    fn restore(&mut self, key: &str, before: Option<Arc<dyn Row>>);
    fn counter(&self) -> Arc<watch::Sender<u64>>;
    fn topics(&mut self) -> &mut Topics;
}

/// A row as the log has it.
///
/// # Panics
/// If the row cannot be written as JSON, which is a mistake in its type.
pub(super) fn bytes<T: Record>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).expect("a record's type can be written as JSON")
}

struct Table<T> {
    rows: BTreeMap<String, Arc<T>>,
    links: HashMap<(&'static str, String), BTreeSet<String>>,
    changed: Arc<watch::Sender<u64>>,
    topics: Topics,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            links: HashMap::new(),
            changed: Arc::default(),
            topics: Topics::default(),
        }
    }
}

impl<T: Record> Table<T> {
    fn replace(
        &mut self,
        key: &str,
        row: Option<Arc<T>>,
        ended: &mut Vec<watch::Sender<()>>,
    ) -> Option<Arc<T>> {
        let added = row.as_ref().map(|row| row.links()).unwrap_or_default();
        let before = match row {
            Some(row) => self.rows.insert(key.to_owned(), row),
            None => self.rows.remove(key),
        };
        let removed = before.as_ref().map(|row| row.links()).unwrap_or_default();
        if !self.topics.is_empty() {
            ended.extend(removed.iter().chain(&added).filter_map(|link| self.topics.end(link)));
        }
        for link in removed {
            if let Some(keys) = self.links.get_mut(&link) {
                keys.remove(key);
                if keys.is_empty() {
                    self.links.remove(&link);
                }
            }
        }
        for link in added {
            self.links.entry(link).or_default().insert(key.to_owned());
        }
        before
    }
}

impl<T: Record> AnyTable for Table<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn load(&mut self, row: &[u8]) -> Result<(), serde_json::Error> {
        let row: T = serde_json::from_slice(row)?;
        let key = row.key();
        self.replace(&key, Some(Arc::new(row)), &mut Vec::new());
        Ok(())
    }

    fn dump(&self, each: &mut dyn FnMut(&str, Vec<u8>)) {
        for (key, row) in &self.rows {
            each(key, bytes(&**row));
        }
    }

    fn restore(&mut self, key: &str, before: Option<Arc<dyn Row>>) {
        let before = before.map(|row| {
            row.as_any().downcast().expect("a row goes back to the collection that it came from")
        });
        self.replace(key, before, &mut Vec::new());
    }

    fn counter(&self) -> Arc<watch::Sender<u64>> {
        Arc::clone(&self.changed)
    }

    fn topics(&mut self) -> &mut Topics {
        &mut self.topics
    }
}
