//! The snapshots and backups that were taken of a droplet.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::find;
use super::get::OfDroplet;
use crate::Output;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::image::ImageView;
use crate::world::{Handler, Look, Query};
use isobar_digitalocean_core::records::images::{Image, Kind};

pub(super) const OPERATIONS: &[Handler] = &[query!(list_snapshots), query!(list_backups)];

/// The input of a list of what one droplet has.
pub(super) type Listed = Both<OfDroplet, Paging>;

#[derive(Debug, Output)]
struct Snapshots {
    snapshots: Vec<ImageView>,
    links: Links,
    meta: Meta,
}

#[derive(Debug, Output)]
struct Backups {
    backups: Vec<ImageView>,
    links: Links,
    meta: Meta,
}

fn list_snapshots(cx: &Query<'_>, input: Listed) -> Result<Snapshots, Fault> {
    let Page { items, links, meta } = taken(cx, &input, Kind::Snapshot, "snapshots")?;
    Ok(Snapshots { snapshots: items, links, meta })
}

fn list_backups(cx: &Query<'_>, input: Listed) -> Result<Backups, Fault> {
    let Page { items, links, meta } = taken(cx, &input, Kind::Backup, "backups")?;
    Ok(Backups { backups: items, links, meta })
}

fn taken(
    cx: &Query<'_>,
    Both(of, paging): &Listed,
    kind: Kind,
    noun: &str,
) -> Result<Page<ImageView>, Fault> {
    let scene = cx.scene();
    let droplet = find(scene, of.droplet_id.0)?;
    let images = scene
        .by::<Image>("droplet", droplet.id)
        .filter(|image| image.kind == kind && image.is_ready(scene.now));
    let path = format!("/v2/droplets/{}/{noun}", droplet.id);
    let page = paging.cut(scene, &path, &[], images);
    Ok(page.map(|image| ImageView::from(image.as_ref())))
}
