//! What there is to choose from: regions, sizes, public images, kernels. Facts of the vendor's own
//! offer, as tables.

#![expect(missing_docs, reason = "fields are named as the vendor names the members that show them")]

pub mod images;
pub mod kernels;
pub mod regions;
pub mod sizes;

use isobar_kernel::Fault;

use crate::errors::UNSUPPORTED;
pub use images::{Base, Kind};
pub use regions::Region;
pub use sizes::Size;

/// The region of the slug.
pub fn region(slug: &str) -> Option<&'static Region> {
    regions::REGIONS.iter().find(|region| region.slug == slug)
}

/// Refuses the vendor's sizes that are not built: no machine here has a GPU.
pub fn check_size(slug: Option<&str>) -> Result<(), Fault> {
    match slug {
        Some(slug) if slug.starts_with("gpu-") => Err(UNSUPPORTED.with(&[&"a droplet with a GPU"])),
        _ => Ok(()),
    }
}

/// The size of the slug.
pub fn size(slug: &str) -> Option<&'static Size> {
    sizes::SIZES.iter().find(|size| size.slug == slug)
}

/// The public image of the id.
pub fn image(id: u64) -> Option<&'static Base> {
    images::IMAGES.iter().find(|image| image.id == id)
}

/// The public image of the slug.
pub fn image_by_slug(slug: &str) -> Option<&'static Base> {
    images::IMAGES.iter().find(|image| image.slug == slug)
}
