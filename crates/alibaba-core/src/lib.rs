//! What the groups of the local Alibaba Cloud's products stand on: how a request is admitted and how
//! refusals read, how lists, moments and ids are written ([`forms`]), pages, tags, regions, and the rows
//! that products keep, which others read.

pub mod face;
pub mod forms;
pub mod lookup;
pub mod paging;
pub mod records;
pub mod regions;
pub mod standard;
pub mod tagging;
pub mod tags;

use isobar_engines::Engines;
use isobar_kernel::Keys;

/// What the face has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account's id: 16 digits.
    pub account_id: String,
    /// The region of a call that says none.
    pub region: String,
    /// The access keys.
    pub keys: Keys,
    /// The engines.
    pub engines: Engines,
}

/// What handlers see besides the store.
#[derive(Debug)]
pub struct World {
    /// The account's id.
    pub account_id: String,
    /// The region of a call that says none.
    pub region: String,
    /// The engines.
    pub engines: Engines,
}

impl World {
    /// The account's id, which many answers have as a number.
    #[must_use]
    pub fn account_number(&self) -> i64 {
        self.account_id.parse().unwrap_or_default()
    }
}

/// A call that reads.
pub type Query<'a> = isobar_kernel::Query<'a, World>;
/// A call that writes.
pub type Command<'a, 'tx> = isobar_kernel::Command<'a, 'tx, World>;
/// A call that works outside of the store.
pub type Work<'a> = isobar_kernel::Work<'a, World>;
/// An entry of a table of operations.
pub type Handler = isobar_kernel::Handler<World>;
