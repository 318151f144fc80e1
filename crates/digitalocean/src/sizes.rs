//! Sizes of droplets.

mod list;

use crate::world::Served;

pub(crate) const SERVICE: Served =
    Served { name: "sizes", operations: &[list::OPERATIONS], followers: &[] };
