//! Elastic Load Balancing, version 2: application and network load balancers, which are real proxies.

pub(crate) mod records;

use isobar_kernel::Tables;
use isobar_kernel::face::Served;

use crate::World;
use crate::{Command, Query};
use records::LoadBalancer;

pub(crate) const SERVICE: Served<World> = Served { name: "elbv2", operations: &[] };

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
pub(crate) fn forget_instance(_cx: &mut Command<'_, '_>, _id: &str) {}
