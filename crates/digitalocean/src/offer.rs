//! What there is to choose from: regions, sizes, public images, kernels. Facts of the vendor's own
//! offer, as tables.

pub(crate) mod images;
pub(crate) mod kernels;
pub(crate) mod regions;
pub(crate) mod sizes;

pub(crate) use images::{Base, Kind};
pub(crate) use regions::Region;
pub(crate) use sizes::Size;

/// The region of the slug.
pub(crate) fn region(slug: &str) -> Option<&'static Region> {
    regions::REGIONS.iter().find(|region| region.slug == slug)
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
