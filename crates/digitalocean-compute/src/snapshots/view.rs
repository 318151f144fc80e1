//! How a snapshot looks.

use crate::Output;
use crate::show::time;
use crate::world::Scene;
use isobar_digitalocean_core::records::images::{Image, Kind};

/// A snapshot, as it is shown.
#[derive(Debug, Output)]
pub(super) struct SnapshotView {
    id: String,
    name: String,
    created_at: String,
    regions: Vec<String>,
    resource_id: String,
    resource_type: &'static str,
    min_disk_size: u32,
    size_gigabytes: f64,
    tags: Vec<String>,
}

impl From<&Image> for SnapshotView {
    fn from(image: &Image) -> Self {
        Self {
            id: image.id.to_string(),
            name: image.name.clone(),
            created_at: time(image.created_at),
            regions: image.regions.clone(),
            resource_id: image.droplet.to_string(),
            resource_type: "droplet",
            min_disk_size: image.min_disk_size,
            size_gigabytes: image.size_gigabytes,
            tags: image.tags.clone(),
        }
    }
}

/// Whether the image is a snapshot that can be seen.
pub(super) fn is_snapshot(scene: Scene<'_>, image: &Image) -> bool {
    image.kind == Kind::Snapshot && image.is_ready(scene.now)
}
