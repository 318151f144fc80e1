//! The firewalls, page by page, and one of them.

use isobar_kernel::{Fault, query};

use super::find;
use super::records::Firewall;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::firewall::{FirewallView, view};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

/// The input of an operation on one firewall.
#[derive(Debug, Input)]
pub(super) struct OfFirewall {
    pub(super) firewall_id: String,
}

#[derive(Debug, Output)]
struct Firewalls {
    firewalls: Vec<FirewallView>,
    links: Links,
    meta: Meta,
}

/// One firewall.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) firewall: FirewallView,
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Firewalls, Fault> {
    let scene = cx.scene();
    let page = paging.cut(scene, "/v2/firewalls", &[], scene.list::<Firewall>());
    let Page { items, links, meta } = page.map(|firewall| view(scene, firewall));
    Ok(Firewalls { firewalls: items, links, meta })
}

fn get(cx: &Query<'_>, input: OfFirewall) -> Result<One, Fault> {
    let scene = cx.scene();
    Ok(One { firewall: view(scene, find(scene, &input.firewall_id)?) })
}
