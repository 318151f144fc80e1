//! The caller's token.

mod get;

use crate::world::Served;

pub(crate) const SERVICE: Served =
    Served { name: "oauth", operations: &[get::OPERATIONS], followers: &[] };
