//! The firewalls that apply to a droplet.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use super::find;
use super::images::Listed;
use crate::Output;
use crate::page::{Links, Meta, Page};
use crate::show::firewall::{self as view, FirewallView};
use crate::world::{Handler, Look, Query};
use isobar_digitalocean_core::records::firewalls::Firewall;

pub(super) const OPERATIONS: &[Handler] = &[query!(list_firewalls)];

#[derive(Debug, Output)]
struct Firewalls {
    firewalls: Vec<FirewallView>,
    links: Links,
    meta: Meta,
}

fn list_firewalls(cx: &Query<'_>, Both(of, paging): Listed) -> Result<Firewalls, Fault> {
    let scene = cx.scene();
    let droplet = find(scene, of.droplet_id.0)?;
    let applying = scene.list::<Firewall>().filter(|firewall| {
        firewall.droplet_ids.contains(&droplet.id)
            || firewall.tags.iter().any(|tag| droplet.has_tag(tag))
    });
    let path = format!("/v2/droplets/{}/firewalls", droplet.id);
    let page = paging.cut(scene, &path, &[], applying);
    let Page { items, links, meta } = page.map(|firewall| view::view(scene, firewall));
    Ok(Firewalls { firewalls: items, links, meta })
}
