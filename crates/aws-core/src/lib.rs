//! What the groups of the local AWS's services stand on: how a request is admitted and how refusals read,
//! the regions, and the rows that more than one group reads.

pub mod face;
pub mod records;
pub mod regions;

use isobar_engines::Engines;
pub use isobar_kernel::Record;

/// What handlers see besides the store.
#[derive(Debug)]
pub struct World {
    /// What runs machines and load balancers.
    pub engines: Engines,
}

/// A call that reads.
pub type Query<'a> = isobar_kernel::Query<'a, World>;
/// A call that writes.
pub type Command<'a, 'tx> = isobar_kernel::Command<'a, 'tx, World>;
/// A call that works outside of the store.
pub type Work<'a> = isobar_kernel::Work<'a, World>;
