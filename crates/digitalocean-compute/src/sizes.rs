//! Sizes of droplets.

mod list;

use crate::world::Served;

/// The group.
pub const SERVICE: Served =
    Served { name: "sizes", operations: &[list::OPERATIONS], followers: &[] };
