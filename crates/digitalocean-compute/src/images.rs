//! Images: the public ones of the table, and the account's snapshots and backups.

mod change;
pub(crate) mod find;
mod get;
mod list;

use crate::world::Served;
use isobar_digitalocean_core::records::images as records;

/// The group.
pub const SERVICE: Served = Served {
    name: "images",
    operations: &[list::OPERATIONS, get::OPERATIONS, change::OPERATIONS],
    followers: &[],
};
