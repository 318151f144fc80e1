//! The account's droplets, page by page.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::records::Droplet;
use super::tagged;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::droplet::{self, DropletView};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list)];

#[derive(Debug, Input)]
struct List {
    tag_name: Option<String>,
    name: Option<String>,
    /// `droplets` or `gpus`.
    r#type: Option<String>,
}

/// A page of droplets.
#[derive(Debug, Output)]
pub(crate) struct Droplets {
    pub(crate) droplets: Vec<DropletView>,
    pub(crate) links: Links,
    pub(crate) meta: Meta,
}

fn list(cx: &Query<'_>, Both(input, paging): Both<List, Paging>) -> Result<Droplets, Fault> {
    let scene = cx.scene();
    let tag = input.tag_name.as_deref().filter(|tag| !tag.is_empty());
    let name = input.name.as_deref().filter(|name| !name.is_empty());
    let kind = input.r#type.as_deref();
    let mut found: Vec<_> = match tag {
        Some(tag) => tagged(scene, tag).collect(),
        None => scene.list::<Droplet>().collect(),
    };
    // No size here has a GPU.
    found.retain(|droplet| {
        kind != Some("gpus") && name.is_none_or(|name| droplet.name.eq_ignore_ascii_case(name))
    });
    let filters = [("tag_name", tag), ("name", name), ("type", kind)];
    let page = paging.cut(scene, "/v2/droplets", &filters, found);
    let Page { items, links, meta } = page.map(|droplet| droplet::view(scene, droplet));
    Ok(Droplets { droplets: items, links, meta })
}
