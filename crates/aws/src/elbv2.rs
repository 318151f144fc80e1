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

use isobar_kernel::Served;
use isobar_kernel::Tables;

pub(crate) use attributes::{fixed as fixed_attributes, only_shown as shown_attributes};
pub(crate) use listeners::UNBUILT_PROTOCOLS;

use crate::{Command, Query, World};
use records::LoadBalancer;

pub(crate) const SERVICE: Served<World> = Served {
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
};

/// Whether a load balancer stands in the subnet.
pub(crate) fn uses_subnet(store: &Tables, scope: &str, subnet_id: &str) -> bool {
    let mut all = store.list::<LoadBalancer>(scope);
    all.any(|row| row.zones.iter().any(|zone| zone.subnet_id == subnet_id))
}

/// Whether a load balancer has the security group.
pub(crate) fn uses_group(store: &Tables, scope: &str, group_id: &str) -> bool {
    let mut all = store.list::<LoadBalancer>(scope);
    all.any(|row| row.group_ids.iter().any(|id| id == group_id))
}

/// Takes an instance that has ended out of the target groups.
pub(crate) fn forget_instance(cx: &mut Command<'_, '_>, id: &str) {
    targets::forget(cx, id);
}
