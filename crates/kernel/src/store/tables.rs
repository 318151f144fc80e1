//! The collections in memory.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use tokio::sync::watch;

use super::topics::Topics;
use super::{Error, Record, Topic};

/// Which collections a store has. Engines and faces each add theirs.
#[derive(Default)]
pub struct Schema {
    tables: HashMap<&'static str, Table>,
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
        self.insert(T::KIND, |row| {
            let row: T = serde_json::from_slice(row)?;
            Ok((row.key(), Box::new(Arc::new(row))))
        });
    }

    fn insert(&mut self, kind: &'static str, load: Load) {
        let before = self.tables.insert(kind, Table::new(load));
        assert!(before.is_none(), "two collections are named {kind}");
    }

    pub(super) fn into_tables(self) -> Tables {
        Tables { tables: self.tables }
    }
}

/// A row of any collection: what is a collection's own is an [`Arc`] of its type, so that all else has
/// its code once.
pub(super) trait Row: Send + Sync {
    /// The secondary indexes' entries.
    fn links(&self) -> Vec<Link>;
    /// As the log has it.
    fn bytes(&self) -> Vec<u8>;
    /// The [`Arc`].
    fn as_any(&self) -> &dyn Any;
    /// The same row once more.
    fn share(&self) -> Box<dyn Row>;
}

/// An index and a value in it.
pub(super) type Link = (&'static str, String);

impl<T: Record> Row for Arc<T> {
    fn links(&self) -> Vec<Link> {
        T::links(self)
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&**self).expect("a record's type can be written as JSON")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn share(&self) -> Box<dyn Row> {
        Box::new(Arc::clone(self))
    }
}

/// The row, where it is of the type.
pub(super) fn row_of<T: Record>(row: &dyn Row) -> Option<&Arc<T>> {
    row.as_any().downcast_ref()
}

/// The row of a collection, which has no others.
fn own<T: Record>(row: &dyn Row) -> &Arc<T> {
    row_of(row).expect("a collection has rows of its own type")
}

/// All collections.
pub struct Tables {
    tables: HashMap<&'static str, Table>,
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
        self.table(T::KIND).get(key).map(own)
    }

    /// The rows whose keys begin with the prefix, in the keys' order.
    pub fn list<'a, T: Record>(
        &'a self,
        prefix: &str,
    ) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        self.table(T::KIND).list(prefix.to_owned()).map(own)
    }

    /// All rows, in the keys' order.
    pub fn all<T: Record>(&self) -> impl Iterator<Item = &Arc<T>> {
        self.table(T::KIND).list(String::new()).map(own)
    }

    /// The rows that have the value in the index, in the keys' order.
    pub fn by<'a, T: Record>(
        &'a self,
        index: &'static str,
        value: &str,
    ) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        self.table(T::KIND).by(&(index, value.to_owned())).map(own)
    }

    /// How many rows there are.
    #[must_use]
    pub fn count<T: Record>(&self) -> usize {
        self.table(T::KIND).rows.len()
    }

    pub(super) fn watch(&self, kind: &str) -> watch::Receiver<u64> {
        self.table(kind).changed.subscribe()
    }

    pub(super) fn load(&mut self, kind: &str, key: &str, row: &[u8]) -> Result<(), Error> {
        let table = self.tables.get_mut(kind).ok_or_else(|| Error::UnknownKind(kind.to_owned()))?;
        let (key, row) = (table.load)(row).map_err(|source| Error::Row {
            kind: kind.to_owned(),
            key: key.to_owned(),
            source,
        })?;
        table.replace(&key, Some(row), &mut Vec::new());
        Ok(())
    }

    /// Every row as the log has it: its collection, its key, and its JSON.
    pub(super) fn dump(&self, mut each: impl FnMut(&str, &str, Vec<u8>)) {
        for (kind, table) in &self.tables {
            for (key, row) in &table.rows {
                each(kind, key, row.bytes());
            }
        }
    }

    /// The counter of the collection's changes.
    pub(super) fn counter(&self, kind: &str) -> Option<Arc<watch::Sender<u64>>> {
        self.tables.get(kind).map(|table| Arc::clone(&table.changed))
    }

    /// Ends with the first change of the topic.
    ///
    /// # Panics
    /// If the topic's collection is not in the schema, which is a mistake in the program.
    pub(super) fn wait(&mut self, topic: &Topic) -> watch::Receiver<()> {
        self.table_mut(topic.kind).topics.wait(&topic.link)
    }

    /// Puts a row in (or takes it out) and returns the one before. Topics that end with it are added.
    pub(super) fn replace(
        &mut self,
        kind: &str,
        key: &str,
        row: Option<Box<dyn Row>>,
        ended: &mut Vec<watch::Sender<()>>,
    ) -> Option<Box<dyn Row>> {
        self.table_mut(kind).replace(key, row, ended)
    }

    fn table(&self, kind: &str) -> &Table {
        let table = self.tables.get(kind);
        table.unwrap_or_else(|| panic!("the collection {kind} is in the schema"))
    }

    fn table_mut(&mut self, kind: &str) -> &mut Table {
        let table = self.tables.get_mut(kind);
        table.unwrap_or_else(|| panic!("the collection {kind} is in the schema"))
    }
}

/// Reads a row as the log has it, and gives its key.
type Load = fn(&[u8]) -> Result<(String, Box<dyn Row>), serde_json::Error>;

struct Table {
    load: Load,
    rows: BTreeMap<String, Box<dyn Row>>,
    links: HashMap<Link, BTreeSet<String>>,
    changed: Arc<watch::Sender<u64>>,
    topics: Topics,
}

impl Table {
    fn new(load: Load) -> Self {
        Self {
            load,
            rows: BTreeMap::new(),
            links: HashMap::new(),
            changed: Arc::default(),
            topics: Topics::default(),
        }
    }

    fn get(&self, key: &str) -> Option<&dyn Row> {
        self.rows.get(key).map(AsRef::as_ref)
    }

    fn list(&self, prefix: String) -> impl Iterator<Item = &dyn Row> {
        let from = (Bound::Included(prefix.clone()), Bound::Unbounded);
        let rows = self.rows.range::<String, _>(from);
        rows.take_while(move |(key, _)| key.starts_with(&prefix)).map(|(_, row)| row.as_ref())
    }

    fn by<'a>(&'a self, link: &Link) -> impl Iterator<Item = &'a dyn Row> + use<'a> {
        self.links.get(link).into_iter().flatten().filter_map(|key| self.get(key))
    }

    fn replace(
        &mut self,
        key: &str,
        row: Option<Box<dyn Row>>,
        ended: &mut Vec<watch::Sender<()>>,
    ) -> Option<Box<dyn Row>> {
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
