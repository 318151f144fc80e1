//! The caller's token.

mod get;

use crate::world::Served;

/// The group.
pub const SERVICE: Served =
    Served { name: "oauth", operations: &[get::OPERATIONS], followers: &[] };
