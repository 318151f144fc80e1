//! Elastic IP addresses. None can be had here, so an account has none, which is what clients ask for
//! that list instances.

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection, TAGS};
use super::{Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_addresses)];

#[derive(Debug, Input)]
struct DescribeAddresses {
    public_ips: Option<Vec<String>>,
    allocation_ids: Option<Vec<String>>,
    filters: Filters,
}

#[derive(Debug, Output)]
struct Described {
    addresses: [(); 0],
}

pub(super) const FILTERS: &[Field] = &[
    ("allocation-id", "AllocationId"),
    ("association-id", "AssociationId"),
    ("domain", "Domain"),
    ("instance-id", "InstanceId"),
    ("network-border-group", "NetworkBorderGroup"),
    ("network-interface-id", "NetworkInterfaceId"),
    ("network-interface-owner-id", "NetworkInterfaceOwnerId"),
    ("private-ip-address", "PrivateIpAddress"),
    ("public-ip", "PublicIp"),
];

fn describe_addresses(_: &Query<'_>, input: DescribeAddresses) -> Result<Described, Fault> {
    Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    if let Some(address) = input.public_ips.unwrap_or_default().first() {
        return Err(errors::ADDRESS_MISSING.with(&[address]));
    }
    if let Some(id) = input.allocation_ids.unwrap_or_default().first() {
        return Err(errors::ALLOCATION_MISSING.with(&[id]));
    }
    Ok(Described { addresses: [] })
}
