//! AllocatePublicIpAddress.

use isobar_kernel::{Fault, Record as _, command};
use isobar_wire::{Input, Output};

use super::errors;
use super::instances::{Status, find};
use super::records::Instance;
use crate::{Command, Handler};
use isobar_forms::is_ipv4;

pub(super) const OPERATIONS: &[Handler] = &[command!(allocate_public_ip_address)];

#[derive(Debug, Input)]
struct AllocatePublicIpAddress {
    instance_id: String,
    ip_address: Option<String>,
}

#[derive(Debug, Output)]
struct PublicIpAddress {
    ip_address: String,
}

/// Gives the instance a public address, which is the one that it has.
fn allocate_public_ip_address(
    cx: &mut Command<'_, '_>,
    input: AllocatePublicIpAddress,
) -> Result<PublicIpAddress, Fault> {
    let found = find(cx, cx.store, &input.instance_id)?;
    if ![Status::Running, Status::Stopped].contains(&found.status()) {
        return Err(errors::INSTANCE_STATUS.fault());
    }
    if found.row.public {
        return Err(errors::ADDRESS_ALLOCATED.fault());
    }
    if found.row.bandwidth_out < 1 {
        return Err(errors::ADDRESS_NEEDS_BANDWIDTH.fault());
    }
    let (key, address) = (found.row.key(), found.address());
    match input.ip_address.as_deref().filter(|asked| !asked.is_empty()) {
        Some(asked) if !is_ipv4(asked) => return Err(errors::ADDRESS_MALFORMED.fault()),
        Some(asked) if asked != address => return Err(errors::ADDRESS_NOT_FOUND.fault()),
        _ => {}
    }
    cx.store.modify::<Instance>(&key, |row| row.public = true);
    Ok(PublicIpAddress { ip_address: address })
}
