//! Regions.

mod list;

use crate::world::Served;

pub(crate) const SERVICE: Served =
    Served { name: "regions", operations: &[list::OPERATIONS], followers: &[] };
