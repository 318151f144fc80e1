//! Regions.

mod list;

use crate::world::Served;

/// The group.
pub const SERVICE: Served =
    Served { name: "regions", operations: &[list::OPERATIONS], followers: &[] };
