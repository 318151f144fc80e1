//! The images, page by page: the account's own first.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::find::Found;
use super::records::Image;
use crate::input::on;
use crate::offer::{self, Kind};
use crate::page::{Links, Meta, Page, Paging};
use crate::show::image::ImageView;
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list)];

#[derive(Debug, Input)]
struct List {
    /// `distribution` or `application`.
    r#type: Option<String>,
    private: Option<bool>,
    tag_name: Option<String>,
}

#[derive(Debug, Output)]
struct Images {
    images: Vec<ImageView>,
    links: Links,
    meta: Meta,
}

fn list(cx: &Query<'_>, Both(input, paging): Both<List, Paging>) -> Result<Images, Fault> {
    let scene = cx.scene();
    let tag = input.tag_name.as_deref().filter(|tag| !tag.is_empty());
    let kind = match input.r#type.as_deref() {
        Some("distribution") => Some(Kind::Distribution),
        Some("application") => Some(Kind::Application),
        _ => None,
    };
    let own = scene
        .list::<Image>()
        .filter(|image| kind.is_none() && image.is_ready(scene.now))
        .filter(|image| {
            tag.is_none_or(|tag| image.tags.iter().any(|own| own.eq_ignore_ascii_case(tag)))
        })
        .map(Found::Private);
    let with_public = tag.is_none() && !on(input.private);
    let public = offer::images::IMAGES
        .iter()
        .filter(|base| with_public && kind.is_none_or(|kind| kind == base.kind))
        .map(Found::Public);
    let private = on(input.private).then_some("true");
    let filters = [("type", input.r#type.as_deref()), ("private", private), ("tag_name", tag)];
    let page = paging.cut(scene, "/v2/images", &filters, own.chain(public));
    let Page { items, links, meta } = page.map(|image| image.view());
    Ok(Images { images: items, links, meta })
}
