//! One image, by its id or slug.

use isobar_kernel::{Fault, query};

use super::find;
use crate::input::Text;
use crate::show::image::ImageView;
use crate::world::{Handler, Look, Query};
use crate::{Input, Output, errors};

pub(super) const OPERATIONS: &[Handler] = &[query!(get)];

#[derive(Debug, Input)]
struct Get {
    image_id: Text,
}

/// One image.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) image: ImageView,
}

fn get(cx: &Query<'_>, input: Get) -> Result<One, Fault> {
    let image = find::any(cx.scene(), &input.image_id).ok_or(&errors::NOT_FOUND)?;
    Ok(One { image: image.view() })
}
