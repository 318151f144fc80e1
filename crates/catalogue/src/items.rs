//! A service's operations and shapes, of which a call needs few: they lie in blocks, each of which is
//! unpacked when something in it is first looked at, and each item is decoded when it is itself.

use std::cmp::Ordering;
use std::mem::take;
use std::ops::{Index, IndexMut, Range};
use std::sync::OnceLock;
use std::{fmt, io};

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::compression::{compressed, decompressed};

/// How many bytes the items of a block may have on the average. Less compresses worse, more makes a
/// call unpack more that it does not need.
const BLOCK: usize = 32 << 10;

/// A list of up to as many bytes is one block: a call would save little, and the pack grow much.
const WHOLE: usize = 256 << 10;

/// The shift of a list that is not cut: more bits than any list has places.
const UNCUT: u32 = u32::BITS - 1;

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
    Packed(Blocks<T>),
}

/// A list in blocks.
#[derive(Clone)]
struct Blocks<T> {
    /// How many items there are.
    length: usize,
    /// How many bits of an item's place are its place in its block; above them is the block's.
    shift: u32,
    blocks: Vec<Block<T>>,
}

/// Some items that follow one another.
#[derive(Clone)]
struct Block<T> {
    packed: PackedBlock<'static>,
    items: OnceLock<Vec<Packed<T>>>,
}

/// A list as it is in a pack.
#[derive(Serialize, Deserialize)]
struct PackedBlocks<B> {
    length: usize,
    shift: u32,
    blocks: Vec<B>,
}

/// A block in a pack.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct PackedBlock<'a> {
    /// The length of what is in it.
    unpacked: usize,
    /// A list of byte strings, each of which is an item in postcard.
    #[serde(borrow)]
    bytes: &'a [u8],
}

/// A block as it is written.
#[derive(Serialize)]
struct MadeBlock {
    unpacked: usize,
    bytes: Vec<u8>,
}

/// Why a block could not be made.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
enum MadeError {
    Encoding(#[from] postcard::Error),
    Compression(#[from] io::Error),
}

#[derive(Clone)]
struct Packed<T> {
    bytes: &'static [u8],
    item: OnceLock<Box<T>>,
}

impl<T> Block<T> {
    /// # Panics
    /// If the block is not whole, which the hash of a pack and the catalogue's own tests rule out.
    fn items(&self) -> &[Packed<T>] {
        self.items.get_or_init(|| {
            let PackedBlock { unpacked, bytes } = self.packed;
            let bytes = decompressed(bytes, unpacked).expect("a pack's block is whole");
            let items: Vec<&'static [u8]> = decoded(bytes);
            items.into_iter().map(|bytes| Packed { bytes, item: OnceLock::new() }).collect()
        })
    }
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

impl<T> Blocks<T> {
    /// The item at a place of the list.
    fn item(&self, at: usize) -> &Packed<T> {
        &self.blocks[at >> self.shift].items()[at & ((1 << self.shift) - 1)]
    }
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
            Inner::Packed(blocks) => blocks.length,
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
        if let Inner::Packed(list) = &self.0 {
            let items = list.blocks.iter().flat_map(Block::items);
            self.0 = Inner::Made(items.map(|packed| decoded(packed.bytes)).collect());
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
            Inner::Packed(blocks) => decoded::<Start>(blocks.item(at).bytes).name,
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
            Inner::Packed(blocks) => blocks.item(at).item(),
        }
    }
}

/// Changing one item decodes all of them.
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

/// In a pack, a list of blocks; in a format that people read, the items themselves.
impl<T: Serialize + DeserializeOwned> Serialize for Items<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_seq(self.iter());
        }
        match &self.0 {
            Inner::Made(items) => blocks(items).map_err(S::Error::custom)?.serialize(serializer),
            Inner::Packed(Blocks { length, shift, blocks }) => {
                let blocks = blocks.iter().map(|block| block.packed).collect();
                PackedBlocks { length: *length, shift: *shift, blocks }.serialize(serializer)
            }
        }
    }
}

/// The list in blocks of as many items each, which are a power of two. Few items are not compressed: they
/// are with the whole service.
fn blocks<T: Serialize>(items: &[T]) -> Result<PackedBlocks<MadeBlock>, MadeError> {
    let items: Vec<Vec<u8>> = items.iter().map(postcard::to_stdvec).collect::<Result<_, _>>()?;
    let total: usize = items.iter().map(Vec::len).sum();
    let shift = match items.len() * BLOCK / total.max(1) {
        in_block if total > WHOLE => in_block.max(1).ilog2(),
        _ => UNCUT,
    };
    let mut blocks = (items.chunks(1 << shift))
        .map(|items| {
            let bytes = postcard::to_stdvec(items)?;
            Ok(MadeBlock { unpacked: bytes.len(), bytes })
        })
        .collect::<Result<Vec<_>, MadeError>>()?;
    if total > BLOCK {
        for block in &mut blocks {
            block.bytes = compressed(take(&mut block.bytes))?;
        }
    }
    Ok(PackedBlocks { length: items.len(), shift, blocks })
}

impl<'de: 'static, T> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PackedBlocks { length, shift, blocks } = PackedBlocks::deserialize(deserializer)?;
        let block = |packed| Block { packed, items: OnceLock::new() };
        let blocks = blocks.into_iter().map(block).collect();
        Ok(Self(Inner::Packed(Blocks { length, shift, blocks })))
    }
}
