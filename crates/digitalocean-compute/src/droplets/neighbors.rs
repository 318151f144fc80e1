//! Which droplets share their physical hardware. All droplets here run on this one machine, so
//! those of the same region are neighbours.

use std::collections::BTreeMap;

use isobar_kernel::{Fault, query};

use super::find;
use super::get::OfDroplet;
use super::records::Droplet;
use crate::Output;
use crate::input::Nothing;
use crate::show::droplet::{self, DropletView};
use crate::world::{Handler, Look, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(list_neighbors), query!(list_neighbors_ids)];

#[derive(Debug, Output)]
struct Neighbors {
    droplets: Vec<DropletView>,
}

#[derive(Debug, Output)]
struct Groups {
    neighbor_ids: Vec<Vec<u64>>,
}

fn list_neighbors(cx: &Query<'_>, input: OfDroplet) -> Result<Neighbors, Fault> {
    let scene = cx.scene();
    let droplet = find(scene, input.droplet_id.0)?;
    let droplets = scene
        .list::<Droplet>()
        .filter(|other| other.id != droplet.id && other.region == droplet.region)
        .map(|other| droplet::view(scene, other))
        .collect();
    Ok(Neighbors { droplets })
}

fn list_neighbors_ids(cx: &Query<'_>, _: Nothing) -> Result<Groups, Fault> {
    let mut groups: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for droplet in cx.scene().list::<Droplet>() {
        groups.entry(&droplet.region).or_default().push(droplet.id);
    }
    let neighbor_ids = groups.into_values().filter(|ids| ids.len() > 1).collect();
    Ok(Groups { neighbor_ids })
}
