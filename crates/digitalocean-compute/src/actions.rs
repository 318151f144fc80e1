//! Actions: what was begun with a droplet and what became of it.

pub(crate) mod get;
pub(crate) mod list;

pub(crate) use isobar_digitalocean_core::actions::{begin, close, idle};
use isobar_digitalocean_core::records::actions as records;

use crate::world::Served;

/// The group.
pub const SERVICE: Served =
    Served { name: "actions", operations: &[list::OPERATIONS, get::OPERATIONS], followers: &[] };
