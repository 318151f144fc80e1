//! The account.

pub(crate) mod get;

use crate::world::Served;

/// The group.
pub const SERVICE: Served =
    Served { name: "account", operations: &[get::OPERATIONS], followers: &[] };
