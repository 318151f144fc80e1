//! How a tag looks, with what carries it.

use super::records::Tag;
use crate::world::Scene;
use crate::{Output, droplets};
use isobar_digitalocean_core::records::images::Image;

/// A tag, as it is shown.
#[derive(Debug, Output)]
pub(super) struct TagView {
    name: String,
    resources: Resources,
}

#[derive(Debug, Output)]
struct Resources {
    #[wire(flatten)]
    all: Tagged,
    droplets: Tagged,
    images: Tagged,
    volumes: Tagged,
    volume_snapshots: Tagged,
    databases: Tagged,
}

#[derive(Debug, Default, Output)]
struct Tagged {
    count: usize,
    #[wire(unless = "Option::is_none")]
    last_tagged_uri: Option<String>,
}

/// The tag as it stands.
pub(super) fn view(scene: Scene<'_>, tag: &Tag) -> TagView {
    let droplets: Vec<u64> = droplets::tagged(scene, &tag.name).map(|found| found.id).collect();
    let images: Vec<u64> =
        scene.by::<Image>("tag", tag.name.to_ascii_lowercase()).map(|image| image.id).collect();
    let tagged = |ids: &[u64], noun: &str| Tagged {
        count: ids.len(),
        last_tagged_uri: ids.last().map(|id| scene.url(format_args!("/v2/{noun}/{id}"))),
    };
    let count = droplets.len() + images.len();
    let last = tag.last_tagged.as_ref().filter(|_| count > 0);
    TagView {
        name: tag.name.clone(),
        resources: Resources {
            all: Tagged {
                count,
                last_tagged_uri: last.map(|path| scene.url(format_args!("{path}"))),
            },
            droplets: tagged(&droplets, "droplets"),
            images: tagged(&images, "images"),
            volumes: Tagged::default(),
            volume_snapshots: Tagged::default(),
            databases: Tagged::default(),
        },
    }
}
