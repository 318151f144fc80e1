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

pub(crate) use attributes::{fixed as fixed_attributes, only_shown as shown_attributes};
pub(crate) use listeners::UNBUILT_PROTOCOLS;

use crate::ec2::records::{Group, Instance, Subnet};
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
