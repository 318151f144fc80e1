//! The snapshots, page by page, and one of them.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::view::{SnapshotView, is_snapshot};
use crate::input::Text;
use crate::page::{Links, Meta, Page, Paging};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output, errors};
use isobar_digitalocean_core::records::images::Image;

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

#[derive(Debug, Input)]
struct List {
    resource_type: Option<String>,
}

#[derive(Debug, Input)]
struct Get {
    snapshot_id: Text,
}

#[derive(Debug, Output)]
struct Snapshots {
    snapshots: Vec<SnapshotView>,
    links: Links,
    meta: Meta,
}

#[derive(Debug, Output)]
struct One {
    snapshot: SnapshotView,
}

fn list(cx: &Query<'_>, Both(input, paging): Both<List, Paging>) -> Result<Snapshots, Fault> {
    let scene = cx.scene();
    let kind = input.resource_type.as_deref();
    let snapshots = scene
        .list::<Image>()
        .filter(|image| is_snapshot(scene, image) && kind.is_none_or(|kind| kind == "droplet"));
    let page = paging.cut(scene, "/v2/snapshots", &[("resource_type", kind)], snapshots);
    let Page { items, links, meta } = page.map(|image| SnapshotView::from(image.as_ref()));
    Ok(Snapshots { snapshots: items, links, meta })
}

fn get(cx: &Query<'_>, input: Get) -> Result<One, Fault> {
    let scene = cx.scene();
    let image = scene
        .find::<Image>(&input.snapshot_id)
        .filter(|image| is_snapshot(scene, image))
        .ok_or(&errors::NOT_FOUND)?;
    Ok(One { snapshot: SnapshotView::from(image.as_ref()) })
}
