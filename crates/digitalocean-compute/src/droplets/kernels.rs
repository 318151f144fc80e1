//! The kernels that a droplet may be changed to.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::find;
use super::images::Listed;
use crate::Output;
use crate::offer::kernels::{KERNELS, Kernel};
use crate::page::{Links, Meta, Page};
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(list_kernels)];

#[derive(Debug, Output)]
struct Kernels {
    kernels: Vec<Kernel>,
    links: Links,
    meta: Meta,
}

fn list_kernels(cx: &Query<'_>, Both(of, paging): Listed) -> Result<Kernels, Fault> {
    let scene = cx.scene();
    let droplet = find(scene, of.droplet_id.0)?;
    let path = format!("/v2/droplets/{}/kernels", droplet.id);
    let Page { items, links, meta } = paging.cut(scene, &path, &[], KERNELS.iter().copied());
    Ok(Kernels { kernels: items, links, meta })
}
