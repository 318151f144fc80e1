//! The account.

pub(crate) mod get;

use crate::world::Served;

pub(crate) const SERVICE: Served =
    Served { name: "account", operations: &[get::OPERATIONS], followers: &[] };
