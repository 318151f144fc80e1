//! EC2: networks, security groups, key pairs, instances and what describes them.

mod account_attributes;
mod addresses;
mod availability_zones;
pub(crate) mod errors;
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
mod monitoring;
mod network_acls;
mod network_interface_attributes;
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

use filters::{Field, NOT_BUILT};
use isobar_kernel::Served;
use isobar_wire::{Input, Output};

use crate::World;
use crate::{Command, Query};

/// The service.
pub const SERVICE: Served<World> = Served {
    name: "ec2",
    operations: &[
        account_attributes::OPERATIONS,
        addresses::OPERATIONS,
        availability_zones::OPERATIONS,
        images::OPERATIONS,
        instance_attributes::OPERATIONS,
        instance_states::OPERATIONS,
        instance_status::OPERATIONS,
        instance_types::OPERATIONS,
        instances::OPERATIONS,
        key_pairs::OPERATIONS,
        launch::OPERATIONS,
        monitoring::OPERATIONS,
        network_acls::OPERATIONS,
        network_interface_attributes::OPERATIONS,
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
    followers: &[],
};

/// The filters of each operation and the member that holds its items.
const FILTERS: &[(&str, &str, &[Field])] = &[
    ("DescribeAddresses", "Addresses", addresses::FILTERS),
    ("DescribeAvailabilityZones", "AvailabilityZones", availability_zones::FILTERS),
    ("DescribeImages", "Images", images::FILTERS),
    (
        "DescribeInstanceCreditSpecifications",
        "InstanceCreditSpecifications",
        instance_attributes::FILTERS,
    ),
    ("DescribeInstanceStatus", "InstanceStatuses", instance_status::FILTERS),
    ("DescribeInstanceTypeOfferings", "InstanceTypeOfferings", instance_types::OFFERING_FILTERS),
    ("DescribeInstanceTypes", "InstanceTypes", instance_types::FILTERS),
    ("DescribeInstances", "Reservations", instances::FILTERS),
    ("DescribeKeyPairs", "KeyPairs", key_pairs::FILTERS),
    ("DescribeNetworkAcls", "NetworkAcls", network_acls::FILTERS),
    ("DescribeNetworkInterfaces", "NetworkInterfaces", network_interfaces::FILTERS),
    ("DescribeRegions", "Regions", regions::FILTERS),
    ("DescribeRouteTables", "RouteTables", route_tables::FILTERS),
    ("DescribeSecurityGroupRules", "SecurityGroupRules", security_group_rules::FILTERS),
    ("DescribeSecurityGroups", "SecurityGroups", security_groups::FILTERS),
    ("DescribeSubnets", "Subnets", subnets::FILTERS),
    ("DescribeTags", "Tags", tags::FILTERS),
    ("DescribeVolumes", "Volumes", volumes::FILTERS),
    ("DescribeVpcs", "Vpcs", vpcs::FILTERS),
];

/// What of the served operations is not built, beside the members that their handlers do not read:
/// operation and text.
#[must_use]
pub fn unbuilt() -> Vec<(&'static str, String)> {
    let filters = FILTERS.iter().filter_map(|(operation, _, fields)| {
        let unbuilt = fields.iter().filter(|(_, place)| *place == NOT_BUILT);
        let names: Vec<String> = unbuilt.map(|(name, _)| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| (*operation, format!("the filters {}", names.join(", "))))
    });
    // A machine has one address, for life.
    let address = "another public address than before the stop".to_owned();
    filters.chain([("StartInstances", address)]).collect()
}

/// A boolean that EC2 wraps in a structure of its own.
#[derive(Clone, Copy, Debug, Input, Output)]
struct Flag {
    value: Option<bool>,
}

impl Flag {
    /// The answer's form of the value.
    const fn of(value: bool) -> Option<Self> {
        Some(Self { value: Some(value) })
    }
}

/// A text that EC2 wraps in a structure of its own.
#[derive(Debug, Input, Output)]
struct Text {
    value: Option<String>,
}

impl Text {
    /// The answer's form of the value.
    fn of(value: impl Into<String>) -> Option<Self> {
        Some(Self { value: Some(value.into()) })
    }
}

#[cfg(test)]
mod tests {
    use isobar_catalogue::{Cloud, Kind, Service, ShapeId};

    use super::filters::NOWHERE;
    use super::*;

    /// The shape at the path, through lists.
    fn at(service: &Service, shape: ShapeId, path: &str) -> Option<ShapeId> {
        if let Kind::List(list) = &service.shape(shape).kind {
            return at(service, list.item, path);
        }
        if path.is_empty() {
            return Some(shape);
        }
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let members = &service.structure(shape)?.members;
        let member = members.iter().find(|member| member.name == name)?;
        at(service, member.shape, rest)
    }

    #[test]
    fn filters_look_at_members_that_exist() {
        let service = isobar_catalogue::service(Cloud::Aws, "ec2").unwrap();
        for (operation, items, fields) in FILTERS {
            let output = service.operation(operation).unwrap().output.unwrap();
            let item = at(service, output, items).unwrap();
            for (name, path) in *fields {
                if [NOT_BUILT, NOWHERE].contains(path) {
                    continue;
                }
                for path in path.split('|').filter(|path| !path.starts_with('=')) {
                    assert!(at(service, item, path).is_some(), "{operation} {name}: {path}");
                }
            }
        }
    }
}
