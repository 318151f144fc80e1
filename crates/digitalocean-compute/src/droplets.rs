//! Droplets: each is a machine of the engines.

mod backups;
pub(crate) mod create;
mod destroy;
mod errors;
pub(crate) mod get;
mod images;
mod kernels;
mod list;
mod neighbors;
mod protection;

pub(crate) use isobar_digitalocean_core::droplets::{find, tagged};
use isobar_digitalocean_core::records::droplets as records;

use crate::world::Served;

/// The group.
pub const SERVICE: Served = Served {
    name: "droplets",
    operations: &[
        create::OPERATIONS,
        list::OPERATIONS,
        get::OPERATIONS,
        destroy::OPERATIONS,
        images::OPERATIONS,
        backups::OPERATIONS,
        kernels::OPERATIONS,
        neighbors::OPERATIONS,
        protection::OPERATIONS,
    ],
    followers: &[],
};
