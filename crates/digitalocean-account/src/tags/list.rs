//! The tags, page by page, and one of them.

use isobar_kernel::{Fault, query};

use super::find;
use super::records::Tag;
use super::view::{TagView, view};
use crate::errors::NOT_FOUND;
use crate::page::{Links, Meta, Page, Paging};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

/// The input of an operation on one tag.
#[derive(Debug, Input)]
pub(super) struct OfTag {
    pub(super) tag_id: String,
}

#[derive(Debug, Output)]
struct Tags {
    tags: Vec<TagView>,
    links: Links,
    meta: Meta,
}

/// One tag.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) tag: TagView,
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Tags, Fault> {
    let scene = cx.scene();
    let page = paging.cut(scene, "/v2/tags", &[], scene.list::<Tag>());
    let Page { items, links, meta } = page.map(|tag| view(scene, tag));
    Ok(Tags { tags: items, links, meta })
}

fn get(cx: &Query<'_>, input: OfTag) -> Result<One, Fault> {
    let tag = find(cx, &input.tag_id).ok_or(&NOT_FOUND)?;
    Ok(One { tag: view(cx.scene(), tag) })
}
