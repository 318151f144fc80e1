//! EC2: networks, security groups, key pairs, instances and what describes them.

mod account_attributes;
mod availability_zones;
pub(crate) mod cidr;
mod errors;
mod filters;
mod ids;
mod images;
mod instance_attributes;
pub(crate) mod instance_states;
mod instance_status;
mod instance_types;
mod instances;
mod key_pairs;
mod launch;
mod network_acls;
mod network_interfaces;
mod pages;
pub(crate) mod records;
mod regions;
mod route_tables;
mod rule_changes;
mod security_group_rules;
mod security_groups;
pub(crate) mod seed;
mod subnets;
mod tags;
mod volumes;
mod vpcs;

use isobar_kernel::face::Served;

use crate::World;
use crate::{Command, Query};

pub(crate) const SERVICE: Served<World> = Served {
    name: "ec2",
    operations: &[
        account_attributes::OPERATIONS,
        availability_zones::OPERATIONS,
        images::OPERATIONS,
        instance_attributes::OPERATIONS,
        instance_states::OPERATIONS,
        instance_status::OPERATIONS,
        instance_types::OPERATIONS,
        instances::OPERATIONS,
        key_pairs::OPERATIONS,
        launch::OPERATIONS,
        network_acls::OPERATIONS,
        network_interfaces::OPERATIONS,
        regions::OPERATIONS,
        route_tables::OPERATIONS,
        rule_changes::OPERATIONS,
        security_group_rules::OPERATIONS,
        security_groups::OPERATIONS,
        subnets::OPERATIONS,
        tags::OPERATIONS,
        volumes::OPERATIONS,
        vpcs::OPERATIONS,
    ],
};

/// A boolean that EC2 wraps in a structure of its own.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Flag {
    value: Option<bool>,
}

impl Flag {
    /// The answer's form of the value.
    const fn of(value: bool) -> Option<Self> {
        Some(Self { value: Some(value) })
    }
}
