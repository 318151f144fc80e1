//! The kernels that a droplet may be changed to.

use isobar_kernel::{Fault, query};
use serde::Serialize;

use super::find;
use super::images::OfDroplet;
use crate::offer::kernels::{KERNELS, Kernel};
use crate::page::{Links, Meta, Page, Paging};
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(list_kernels)];

#[derive(Debug, Serialize)]
struct Kernels {
    kernels: Vec<Kernel>,
    links: Links,
    meta: Meta,
}

fn list_kernels(cx: &Query<'_>, input: OfDroplet) -> Result<Kernels, Fault> {
    let scene = cx.scene();
    let droplet = find(scene, input.droplet_id.0)?;
    let path = format!("/v2/droplets/{}/kernels", droplet.id);
    let paging: Paging = input.paging;
    let Page { items, links, meta } = paging.cut(scene, &path, &[], KERNELS.iter().copied());
    Ok(Kernels { kernels: items, links, meta })
}
