//! What handlers see besides the store, and what all groups share.

use std::sync::Arc;

use isobar_engines::Engines;
use isobar_kernel::{Record, Tables, Tx};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the face keeps outside the store.
#[derive(Debug)]
pub struct World {
    /// The region of what is created without one.
    pub region: String,
    /// What droplets and load balancers run on.
    pub engines: Engines,
}

/// A call that reads.
pub type Query<'a> = isobar_kernel::Query<'a, World>;
/// A call that writes.
pub type Command<'a, 'tx> = isobar_kernel::Command<'a, 'tx, World>;
/// An entry of a table of operations.
pub type Handler = isobar_kernel::Handler<World>;
/// A group of operations.
pub type Served = isobar_kernel::Served<World>;

/// How many droplets an account may have.
pub const DROPLET_LIMIT: usize = 1000;

/// The key of something of an account: ids are unique within one.
pub fn key(account: &str, id: impl std::fmt::Display) -> String {
    format!("{account}/{id}")
}

/// What showing anything needs: the store as it stands, whose it is, and when.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The collections.
    pub tables: &'a Tables,
    /// The account's id.
    pub account: &'a str,
    /// Now.
    pub now: Timestamp,
    /// The URL at which the caller reached this cloud.
    pub base_url: &'a str,
}

impl<'a> Scene<'a> {
    /// The row of the account's with the id.
    pub fn find<T: Record>(self, id: impl std::fmt::Display) -> Option<&'a Arc<T>> {
        self.tables.get(&key(self.account, id))
    }

    /// The account's rows.
    pub fn list<T: Record>(self) -> impl Iterator<Item = &'a Arc<T>> {
        self.tables.list::<T>(&key(self.account, ""))
    }

    /// The account's rows that have the value in the index.
    pub fn by<T: Record>(
        self,
        index: &'static str,
        value: impl std::fmt::Display,
    ) -> impl Iterator<Item = &'a Arc<T>> {
        self.tables.by::<T>(index, &key(self.account, value))
    }

    /// The URL of the path.
    pub fn url(self, path: std::fmt::Arguments<'_>) -> String {
        format!("{}{path}", self.base_url)
    }
}

/// What a call can be looked at as.
pub trait Look {
    /// What showing something needs.
    fn scene(&self) -> Scene<'_>;
}

impl Look for Query<'_> {
    fn scene(&self) -> Scene<'_> {
        Scene {
            tables: self.store,
            account: &self.caller.account,
            now: self.now,
            base_url: self.base_url,
        }
    }
}

impl Look for Command<'_, '_> {
    fn scene(&self) -> Scene<'_> {
        Scene {
            tables: self.store,
            account: &self.caller.account,
            now: self.now,
            base_url: self.base_url,
        }
    }
}

/// How long the vendor's services take to carry out a change, or to hear of each other's: seconds to
/// minutes there, and here just long enough to be met.
const SETTLING: SignedDuration = SignedDuration::from_millis(50);

/// Whether what was done at the time is still carried out, by the local clouds' clock.
pub fn is_settling(done_at: Option<Timestamp>, now: Timestamp) -> bool {
    // A clock that was moved back holds nothing up.
    done_at.is_some_and(|at| at <= now && now.duration_since(at) < SETTLING)
}

/// The next id of a kind whose ids are growing numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Counter {
    name: String,
    next: u64,
}

impl Record for Counter {
    const KIND: &'static str = "do.counter";

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// A kind whose ids are growing numbers, and its first one. All ids of a kind have the same number
/// of digits, so that keys sort as the numbers do.
#[derive(Clone, Copy, Debug)]
pub struct Numbered(&'static str, u64);

/// The vendor's ids of actions have outgrown 32 bits with a sign.
pub const ACTIONS: Numbered = Numbered("action", 2_900_000_001);
/// Droplets.
pub const DROPLETS: Numbered = Numbered("droplet", 410_000_001);
/// Images.
pub const IMAGES: Numbered = Numbered("image", 190_000_001);
/// SSH keys.
pub const SSH_KEYS: Numbered = Numbered("ssh_key", 41_000_001);

impl Numbered {
    /// Takes the next id.
    pub fn next(self, tx: &mut Tx<'_>) -> u64 {
        let id = tx.get::<Counter>(self.0).map_or(self.1, |counter| counter.next.max(self.1));
        tx.put(Counter { name: self.0.to_owned(), next: id + 1 });
        id
    }
}
