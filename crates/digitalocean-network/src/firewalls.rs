//! Firewalls: checked, kept and shown, and not enforced between local processes.

mod change;
mod errors;
mod list;
mod members;
mod request;
mod rules;

use isobar_digitalocean_core::records::firewalls as records;
use std::sync::Arc;

use isobar_kernel::{Fault, follow};

use crate::world::{Command, Look, Scene, Served};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::load_balancers::LoadBalancer;
use isobar_digitalocean_core::records::tags::Tag;
use records::{Firewall, Rule};

/// The group.
pub const SERVICE: Served = Served {
    name: "firewalls",
    operations: &[list::OPERATIONS, change::OPERATIONS, members::OPERATIONS, rules::OPERATIONS],
    followers: &[
        follow!(Ended Droplet, forget_droplet),
        follow!(Ended LoadBalancer, forget_balancer),
        follow!(Ended Tag, forget_tag),
    ],
};

/// The firewall of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<Firewall>, Fault> {
    scene.find::<Firewall>(id).ok_or_else(|| errors::NOT_FOUND.fault())
}

/// Takes the droplet out of every firewall that names it.
fn forget_droplet(cx: &mut Command<'_, '_>, droplet: &Droplet) {
    forget(cx, |firewall| {
        firewall.droplet_ids.retain(|id| *id != droplet.id);
        for rule in firewall.rules_mut() {
            rule.peers.droplet_ids.retain(|id| *id != droplet.id);
        }
    });
}

/// Takes the tag out of every firewall that names it.
fn forget_tag(cx: &mut Command<'_, '_>, tag: &Tag) {
    let keep = |own: &String| !own.eq_ignore_ascii_case(&tag.name);
    forget(cx, |firewall| {
        firewall.tags.retain(keep);
        for rule in firewall.rules_mut() {
            rule.peers.tags.retain(keep);
        }
    });
}

/// Takes the load balancer out of every firewall that names it.
fn forget_balancer(cx: &mut Command<'_, '_>, balancer: &LoadBalancer) {
    forget(cx, |firewall| {
        for rule in firewall.rules_mut() {
            rule.peers.load_balancer_uids.retain(|id| *id != balancer.id);
        }
    });
}

/// Changes every firewall that the change concerns. A rule that has nobody left goes.
fn forget(cx: &mut Command<'_, '_>, change: impl Fn(&mut Firewall)) {
    let all: Vec<_> = cx.scene().list::<Firewall>().map(Arc::clone).collect();
    for before in all {
        let mut firewall = Firewall::clone(&before);
        change(&mut firewall);
        keep_named(&mut firewall.inbound, &before.inbound);
        keep_named(&mut firewall.outbound, &before.outbound);
        if firewall != *before {
            cx.store.put(firewall);
        }
    }
}

/// Takes out the rules that name nobody now and did before.
fn keep_named(rules: &mut Vec<Rule>, before: &[Rule]) {
    let mut before = before.iter();
    rules.retain(|rule| {
        let named_nobody = before.next().is_some_and(|rule| rule.peers.is_empty());
        named_nobody || !rule.peers.is_empty()
    });
}
