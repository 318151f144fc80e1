//! Finding an image, public or private.

use std::sync::Arc;

use super::records::Image;
use crate::input::Text;
use crate::offer::{self, Base};
use crate::show::image::ImageView;
use crate::world::Scene;

/// An image.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Public(&'static Base),
    Private(&'a Arc<Image>),
}

impl Found<'_> {
    /// Its id.
    pub(crate) fn id(&self) -> u64 {
        match self {
            Self::Public(base) => base.id,
            Self::Private(image) => image.id,
        }
    }

    /// Gigabytes.
    pub(crate) fn min_disk_size(&self) -> u32 {
        match self {
            Self::Public(base) => base.min_disk_size,
            Self::Private(image) => image.min_disk_size,
        }
    }

    /// Its distribution's name.
    pub(crate) fn distribution(&self) -> &str {
        match self {
            Self::Public(base) => base.distribution,
            Self::Private(image) => &image.distribution,
        }
    }

    /// Gigabytes.
    pub(crate) fn size_gigabytes(&self) -> f64 {
        match self {
            Self::Public(base) => base.size_gigabytes,
            Self::Private(image) => image.size_gigabytes,
        }
    }

    /// As it is shown.
    pub(crate) fn view(&self) -> ImageView {
        match self {
            Self::Public(base) => ImageView::from(*base),
            Self::Private(image) => ImageView::from(image.as_ref()),
        }
    }
}

/// The image of the id or slug.
pub(crate) fn any<'a>(scene: Scene<'a>, image: &Text) -> Option<Found<'a>> {
    match image.number() {
        Some(id) => by_id(scene, id),
        None => offer::image_by_slug(&image.0).map(Found::Public),
    }
}

/// The image of the id.
pub(crate) fn by_id(scene: Scene<'_>, id: u64) -> Option<Found<'_>> {
    match offer::image(id) {
        Some(base) => Some(Found::Public(base)),
        None => private(scene, id).map(Found::Private),
    }
}

/// The account's own image of the id, once it is complete.
pub(crate) fn private(scene: Scene<'_>, id: u64) -> Option<&Arc<Image>> {
    scene.find::<Image>(id).filter(|image| image.is_ready(scene.now))
}
