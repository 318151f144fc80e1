//! Creating and deleting tags.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::list::{OfTag, One};
use super::records::Tag;
use super::view::view;
use super::{ensure, errors, find, is_letter, resources};
use crate::Input;
use crate::errors::{NOT_FOUND, REQUIRED};
use crate::world::{Command, Handler, Look};

pub(super) const OPERATIONS: &[Handler] = &[command!(create), command!(delete)];

#[derive(Debug, Input)]
struct Create {
    name: Option<String>,
}

/// Creates the tag. One that is there already stays as it is written, as the vendor has it.
fn create(cx: &mut Command<'_, '_>, input: Create) -> Result<One, Fault> {
    let name = input.name.filter(|name| !name.is_empty()).ok_or(REQUIRED.with(&[&"name"]))?;
    if !name.chars().all(is_letter) {
        return Err(errors::CHARACTERS.with(&[&name]));
    }
    let name = ensure(cx, &[name])?.pop().unwrap_or_default();
    let tag = find(cx, &name).ok_or(&NOT_FOUND)?;
    Ok(One { tag: view(cx.scene(), tag) })
}

/// Takes the tag off everything that carries it, and away.
fn delete(cx: &mut Command<'_, '_>, input: OfTag) -> Result<Empty, Fault> {
    let tag = find(cx, &input.tag_id).ok_or(&NOT_FOUND)?.clone();
    resources::strip(cx, &tag.name);
    cx.store.remove::<Tag>(&isobar_kernel::Record::key(&tag));
    Ok(Empty {})
}
