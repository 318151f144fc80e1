//! Images: the public ones of the table, and the account's snapshots and backups.

mod change;
pub(crate) mod find;
mod get;
mod list;
pub(crate) mod records;

use crate::world::Served;

pub(crate) const SERVICE: Served = Served {
    name: "images",
    operations: &[list::OPERATIONS, get::OPERATIONS, change::OPERATIONS],
    followers: &[],
};
