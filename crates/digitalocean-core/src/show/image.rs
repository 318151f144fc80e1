//! Images, public ones and snapshots.

use crate::Output;
use crate::offer::{self, Base, Kind};
use crate::records::images::{self as records, Image};
use crate::show::time;
use crate::world::Scene;

/// An image, as it is shown.
#[derive(Debug, Output)]
pub struct ImageView {
    id: u64,
    name: String,
    distribution: String,
    slug: Option<&'static str>,
    public: bool,
    regions: Vec<String>,
    created_at: String,
    min_disk_size: u32,
    #[wire(name = "type")]
    kind: &'static str,
    size_gigabytes: f64,
    description: String,
    tags: Vec<String>,
    status: &'static str,
    error_message: &'static str,
}

impl From<&'static Base> for ImageView {
    fn from(base: &'static Base) -> Self {
        let regions = offer::regions::REGIONS.iter().filter(|region| region.available);
        Self {
            id: base.id,
            name: base.name.to_owned(),
            distribution: base.distribution.to_owned(),
            slug: Some(base.slug),
            public: true,
            regions: regions.map(|region| region.slug.to_owned()).collect(),
            created_at: base.created_at.to_owned(),
            min_disk_size: base.min_disk_size,
            kind: "snapshot",
            size_gigabytes: base.size_gigabytes,
            description: base.description.to_owned(),
            tags: Vec::new(),
            status: "available",
            error_message: "",
        }
    }
}

impl From<&Image> for ImageView {
    fn from(image: &Image) -> Self {
        Self {
            id: image.id,
            name: image.name.clone(),
            distribution: image.distribution.clone(),
            slug: None,
            public: false,
            regions: image.regions.clone(),
            created_at: time(image.created_at),
            min_disk_size: image.min_disk_size,
            kind: match image.kind {
                records::Kind::Snapshot => "snapshot",
                records::Kind::Backup => "backup",
            },
            size_gigabytes: image.size_gigabytes,
            description: image.description.clone().unwrap_or_default(),
            tags: image.tags.clone(),
            status: "available",
            error_message: "",
        }
    }
}

/// The image of a droplet. A distribution is a `base` there, and a `snapshot` among the images, as the
/// vendor has it. A snapshot may have been deleted since: what is known of it stays.
pub fn of_droplet(scene: Scene<'_>, id: u64) -> ImageView {
    if let Some(base) = offer::image(id) {
        let kind = match base.kind {
            Kind::Distribution => "base",
            Kind::Application => "snapshot",
        };
        return ImageView { kind, ..base.into() };
    }
    match scene.find::<Image>(id) {
        Some(image) => ImageView::from(image.as_ref()),
        None => ImageView {
            id,
            name: String::new(),
            distribution: "Unknown".to_owned(),
            slug: None,
            public: false,
            regions: Vec::new(),
            created_at: String::new(),
            min_disk_size: 0,
            kind: "snapshot",
            size_gigabytes: 0.0,
            description: String::new(),
            tags: Vec::new(),
            status: "deleted",
            error_message: "",
        },
    }
}
