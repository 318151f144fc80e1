//! Snapshots: the same images as a list of their own. Volumes have none here.

mod change;
mod list;
mod view;

use crate::world::Served;

/// The group.
pub const SERVICE: Served = Served {
    name: "snapshots",
    operations: &[list::OPERATIONS, change::OPERATIONS],
    followers: &[],
};
