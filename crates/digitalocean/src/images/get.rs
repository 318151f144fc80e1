//! One image, by its id or slug.

use isobar_kernel::{Fault, query};
use serde::{Deserialize, Serialize};

use super::find;
use crate::errors;
use crate::input::Text;
use crate::show::image::ImageView;
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(get)];

#[derive(Debug, Deserialize)]
struct Get {
    image_id: Text,
}

/// One image.
#[derive(Debug, Serialize)]
pub(super) struct One {
    pub(super) image: ImageView,
}

fn get(cx: &Query<'_>, input: Get) -> Result<One, Fault> {
    let image = find::any(cx.scene(), &input.image_id).ok_or(&errors::NOT_FOUND)?;
    Ok(One { image: image.view() })
}
