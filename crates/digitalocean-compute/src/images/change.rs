//! Renaming, describing and deleting the account's own images.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::find;
use super::get::One;
use super::records::Image;
use crate::input::Number;
use crate::show::image::ImageView;
use crate::world::{Command, Handler, Look, key};
use crate::{Input, errors};

pub(super) const OPERATIONS: &[Handler] = &[command!(update), command!(delete)];

#[derive(Debug, Input)]
struct Update {
    image_id: Number,
    name: Option<String>,
    distribution: Option<String>,
    description: Option<String>,
}

#[derive(Debug, Input)]
struct Delete {
    image_id: Number,
}

fn update(cx: &mut Command<'_, '_>, input: Update) -> Result<One, Fault> {
    let found = find::private(cx.scene(), input.image_id.0).ok_or(&errors::NOT_FOUND)?;
    let mut image = Image::clone(found);
    if let Some(name) = input.name {
        if name.is_empty() {
            return Err(errors::REQUIRED.with(&[&"name"]));
        }
        image.name = name;
    }
    image.distribution = input.distribution.unwrap_or(image.distribution);
    image.description = input.description.or(image.description);
    let image = cx.store.put(image);
    Ok(One { image: ImageView::from(image.as_ref()) })
}

fn delete(cx: &mut Command<'_, '_>, input: Delete) -> Result<Empty, Fault> {
    let image = find::private(cx.scene(), input.image_id.0).ok_or(&errors::NOT_FOUND)?;
    let key = key(&image.account, image.id);
    cx.store.remove::<Image>(&key);
    Ok(Empty {})
}
