//! A service's operations and shapes, of which a call needs few: each is decoded when it is first
//! looked at.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Index, IndexMut, Range};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something with a name, which must be its first field: it is read without the rest.
pub trait Named {
    /// The name.
    fn name(&self) -> &str;
}

/// A list that an importer makes, or that a pack holds; what a pack holds is decoded item by item.
#[derive(Clone)]
pub struct Items<T>(Inner<T>);

#[derive(Clone)]
enum Inner<T> {
    Made(Vec<T>),
    Packed(Vec<Packed<T>>),
}

#[derive(Clone)]
struct Packed<T> {
    bytes: &'static [u8],
    item: OnceLock<Box<T>>,
}

impl<T: DeserializeOwned> Packed<T> {
    fn item(&self) -> &T {
        self.item.get_or_init(|| Box::new(decoded(self.bytes)))
    }
}

/// # Panics
/// If the bytes are no item, which the hash of a pack and the catalogue's own tests rule out.
fn decoded<T: Deserialize<'static>>(bytes: &'static [u8]) -> T {
    postcard::from_bytes(bytes).expect("a pack's item is whole")
}

/// The start of a [`Named`] item.
#[derive(Deserialize)]
struct Start {
    name: &'static str,
}

impl<T> Items<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Inner::Made(items) => items.len(),
            Inner::Packed(items) => items.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: DeserializeOwned> Items<T> {
    /// All of them, each decoded when its turn comes.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { items: self, places: 0..self.len() }
    }

    /// The list, to be changed: all of it is decoded.
    pub fn to_mut(&mut self) -> &mut Vec<T> {
        if let Inner::Packed(items) = &self.0 {
            self.0 = Inner::Made(items.iter().map(|packed| decoded(packed.bytes)).collect());
        }
        match &mut self.0 {
            Inner::Made(items) => items,
            Inner::Packed(_) => unreachable!("what was packed was unpacked above"),
        }
    }
}

impl<T: Named> Items<T> {
    /// The names, in the list's order; nothing is decoded for them.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.len()).map(|at| self.name(at))
    }

    fn name(&self, at: usize) -> &str {
        match &self.0 {
            Inner::Made(items) => items[at].name(),
            Inner::Packed(items) => decoded::<Start>(items[at].bytes).name,
        }
    }
}

impl<T: Named> Items<T> {
    /// Where the item of a name is, in a list that is sorted by them.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            match self.name(middle).cmp(name) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => to = middle,
            }
        }
        None
    }
}

impl<T: Named + DeserializeOwned> Items<T> {
    /// The item of a name, in a list that is sorted by them.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&T> {
        self.position(name).map(|at| &self[at])
    }

    /// The first item whose name is wanted.
    pub fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<&T> {
        self.names().position(wanted).map(|at| &self[at])
    }
}

/// The items one after the other.
pub struct Iter<'a, T: DeserializeOwned> {
    items: &'a Items<T>,
    places: Range<usize>,
}

impl<'a, T: DeserializeOwned> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.places.next().map(|at| &self.items[at])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<T: DeserializeOwned> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.places.next_back().map(|at| &self.items[at])
    }
}

impl<T: DeserializeOwned> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T: DeserializeOwned> IntoIterator for &'a Items<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: DeserializeOwned> Index<usize> for Items<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        match &self.0 {
            Inner::Made(items) => &items[at],
            Inner::Packed(items) => items[at].item(),
        }
    }
}

/// To change one decodes all.
impl<T: DeserializeOwned> IndexMut<usize> for Items<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.to_mut()[at]
    }
}

impl<T> From<Vec<T>> for Items<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Inner::Made(items))
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Items<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: DeserializeOwned + fmt::Debug> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// In a pack, a list of byte strings, each of which is an item in postcard; in a format that people
/// read, the items themselves.
impl<T: Serialize + DeserializeOwned> Serialize for Items<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_seq(self.iter());
        }
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        match &self.0 {
            Inner::Made(items) => {
                for item in items {
                    let bytes = postcard::to_stdvec(item).map_err(serde::ser::Error::custom)?;
                    list.serialize_element(&Bytes(&bytes))?;
                }
            }
            Inner::Packed(items) => {
                for item in items {
                    list.serialize_element(&Bytes(item.bytes))?;
                }
            }
        }
        list.end()
    }
}

struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items: Vec<&'de [u8]> = Vec::deserialize(deserializer)?;
        let packed = |bytes: &'de [u8]| Packed { bytes, item: OnceLock::new() };
        Ok(Self(Inner::Packed(items.into_iter().map(packed).collect())))
    }
}
