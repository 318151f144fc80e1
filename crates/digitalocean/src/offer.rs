//! What there is to choose from: regions, sizes, public images, kernels. Facts of the vendor's own
//! offer, as tables.

pub(crate) mod images;
pub(crate) mod kernels;
pub(crate) mod regions;
pub(crate) mod sizes;

use isobar_kernel::Fault;

use crate::errors::UNSUPPORTED;
pub(crate) use images::{Base, Kind};
pub(crate) use regions::Region;
pub(crate) use sizes::Size;

/// The region of the slug.
pub(crate) fn region(slug: &str) -> Option<&'static Region> {
    regions::REGIONS.iter().find(|region| region.slug == slug)
}

/// Refuses the vendor's sizes that are not built: no machine here has a GPU.
pub(crate) fn check_size(slug: Option<&str>) -> Result<(), Fault> {
    match slug {
        Some(slug) if slug.starts_with("gpu-") => Err(UNSUPPORTED.with(&[&"a droplet with a GPU"])),
        _ => Ok(()),
    }
}

/// The size of the slug.
pub(crate) fn size(slug: &str) -> Option<&'static Size> {
    sizes::SIZES.iter().find(|size| size.slug == slug)
}

/// The public image of the id.
pub(crate) fn image(id: u64) -> Option<&'static Base> {
    images::IMAGES.iter().find(|image| image.id == id)
}

/// The public image of the slug.
pub(crate) fn image_by_slug(slug: &str) -> Option<&'static Base> {
    images::IMAGES.iter().find(|image| image.slug == slug)
}
