//! Finding droplets.

use std::sync::Arc;

use isobar_kernel::Fault;

use crate::records::droplets::Droplet;
use crate::world::Scene;

/// The droplet of the id.
pub fn find(scene: Scene<'_>, id: u64) -> Result<&Arc<Droplet>, Fault> {
    scene.find::<Droplet>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}

/// The droplets that carry the tag, whatever its case.
pub fn tagged<'a>(scene: Scene<'a>, tag: &str) -> impl Iterator<Item = &'a Arc<Droplet>> {
    scene.by::<Droplet>("tag", tag.to_ascii_lowercase())
}
