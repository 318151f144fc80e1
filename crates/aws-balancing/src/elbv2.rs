//! Elastic Load Balancing, version 2: application and network load balancers, which are real proxies.

mod attributes;
mod balance;
mod capacity_reservations;
mod errors;
mod listeners;
mod load_balancers;
mod names;
mod pages;
pub(crate) mod records;
mod rules;
mod tags;
mod target_groups;
mod targets;

use isobar_kernel::{Served, Tables, follow};

use crate::{Command, Query, World};
use isobar_aws_core::records::{Group, Instance, Subnet};
use records::LoadBalancer;

/// The service.
pub const SERVICE: Served<World> = Served {
    name: "elbv2",
    operations: &[
        attributes::OPERATIONS,
        capacity_reservations::OPERATIONS,
        listeners::OPERATIONS,
        load_balancers::OPERATIONS,
        rules::OPERATIONS,
        tags::OPERATIONS,
        target_groups::OPERATIONS,
        targets::OPERATIONS,
    ],
    followers: &[
        follow!(Changed Instance, forget_ended),
        follow!(Held Group, uses_group),
        follow!(Held Subnet, uses_subnet),
    ],
};

/// Whether a load balancer stands in the subnet.
fn uses_subnet(store: &Tables, subnet: &Subnet) -> bool {
    let mut all = store.list::<LoadBalancer>(&subnet.scope);
    all.any(|row| row.zones.iter().any(|zone| zone.subnet_id == subnet.id))
}

/// Whether a load balancer has the security group.
fn uses_group(store: &Tables, group: &Group) -> bool {
    let mut all = store.list::<LoadBalancer>(&group.scope);
    all.any(|row| row.group_ids.contains(&group.id))
}

/// Takes an instance that has ended out of the target groups.
fn forget_ended(cx: &mut Command<'_, '_>, before: Option<&Instance>, after: Option<&Instance>) {
    if let Some(instance) = before.filter(|row| row.is_live())
        && !after.is_some_and(Instance::is_live)
    {
        targets::forget(cx, &instance.id);
    }
}

/// What of the served operations is not built, beside the members that their handlers do not read:
/// operation and text.
#[must_use]
pub fn unbuilt() -> Vec<(&'static str, String)> {
    let quoted = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let fixed = attributes::fixed().into_iter().map(|(operation, keys)| {
        let keys = quoted(&keys);
        (operation, format!("other values than the first of the attributes {keys}"))
    });
    let shown = attributes::only_shown().map(|(operation, key, reason)| {
        (operation, format!("an effect of the attribute `{key}` ({reason})"))
    });
    let protocols = ["CreateListener", "ModifyListener"].map(|operation| {
        (operation, format!("`Protocol` {}", quoted(listeners::UNBUILT_PROTOCOLS)))
    });
    fixed.chain(shown).chain(protocols).collect()
}
