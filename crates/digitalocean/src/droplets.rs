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
pub(crate) mod records;

use std::sync::Arc;

use isobar_kernel::Fault;

use crate::world::{Scene, Served};
use records::Droplet;

pub(crate) const SERVICE: Served = Served {
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

/// The droplet of the id.
pub(crate) fn find(scene: Scene<'_>, id: u64) -> Result<&Arc<Droplet>, Fault> {
    scene.find::<Droplet>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}

/// The droplets that carry the tag, whatever its case.
pub(crate) fn tagged<'a>(scene: Scene<'a>, tag: &str) -> impl Iterator<Item = &'a Arc<Droplet>> {
    scene.by::<Droplet>("tag", tag.to_ascii_lowercase())
}
