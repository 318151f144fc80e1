//! Which droplets and tags a firewall applies to.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::find;
use super::records::Firewall;
use super::request::{check_droplets, check_tags};
use crate::Input;
use crate::errors::REQUIRED;
use crate::input::Number;
use crate::world::{Command, Handler, Look};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(assign_droplets),
    command!(delete_droplets),
    command!(add_tags),
    command!(delete_tags),
];

#[derive(Debug, Input)]
struct Droplets {
    firewall_id: String,
    droplet_ids: Option<Vec<Number>>,
}

#[derive(Debug, Input)]
struct Tags {
    firewall_id: String,
    tags: Option<Vec<String>>,
}

fn assign_droplets(cx: &mut Command<'_, '_>, input: Droplets) -> Result<Empty, Fault> {
    let (mut firewall, ids) = named_droplets(cx, input)?;
    firewall.changes = ids.iter().map(|id| (*id, false)).collect();
    for id in ids {
        if !firewall.droplet_ids.contains(&id) {
            firewall.droplet_ids.push(id);
        }
    }
    Ok(write(cx, firewall))
}

fn delete_droplets(cx: &mut Command<'_, '_>, input: Droplets) -> Result<Empty, Fault> {
    let (mut firewall, ids) = named_droplets(cx, input)?;
    firewall.changes = ids.iter().map(|id| (*id, true)).collect();
    firewall.droplet_ids.retain(|id| !ids.contains(id));
    Ok(write(cx, firewall))
}

fn add_tags(cx: &mut Command<'_, '_>, input: Tags) -> Result<Empty, Fault> {
    let (mut firewall, tags) = named_tags(cx, input)?;
    for tag in tags {
        if !firewall.tags.contains(&tag) {
            firewall.tags.push(tag);
        }
    }
    firewall.changes.clear();
    Ok(write(cx, firewall))
}

fn delete_tags(cx: &mut Command<'_, '_>, input: Tags) -> Result<Empty, Fault> {
    let (mut firewall, tags) = named_tags(cx, input)?;
    firewall.tags.retain(|own| !tags.contains(own));
    firewall.changes.clear();
    Ok(write(cx, firewall))
}

fn named_droplets(cx: &Command<'_, '_>, input: Droplets) -> Result<(Firewall, Vec<u64>), Fault> {
    let scene = cx.scene();
    let firewall = Firewall::clone(find(scene, &input.firewall_id)?);
    let ids = input.droplet_ids.filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| REQUIRED.with(&[&"droplet_ids"]))?;
    Ok((firewall, check_droplets(scene, &ids)?))
}

fn named_tags(cx: &Command<'_, '_>, input: Tags) -> Result<(Firewall, Vec<String>), Fault> {
    let scene = cx.scene();
    let firewall = Firewall::clone(find(scene, &input.firewall_id)?);
    let tags = input.tags.filter(|tags| !tags.is_empty());
    let tags = tags.ok_or_else(|| REQUIRED.with(&[&"tags"]))?;
    Ok((firewall, check_tags(scene, &tags)?))
}

fn write(cx: &mut Command<'_, '_>, mut firewall: Firewall) -> Empty {
    firewall.changed_at = cx.now;
    cx.store.put(firewall);
    Empty {}
}
