//! DescribeInstanceAttribute and ModifyInstanceAttribute.

use isobar_engines::machines::Machine;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, command, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::instances::{EipAddress, NEVER, NO_EIP, Status, VpcAttributes, find};
use super::launch::{is_host_name, is_password, user_data};
use super::records::{Instance, SecurityGroup};
use super::security_groups::{self, MOST_GROUPS};
use super::type_table::InstanceType;
use crate::forms::{DESCRIPTION, Listed, STRICT_NAME, minutes};
use crate::lookup::region_of;
use crate::{Command, Handler, Query};

pub(super) const OPERATIONS: &[Handler] =
    &[query!(describe_instance_attribute), command!(modify_instance_attribute)];

#[derive(Debug, Input)]
struct DescribeInstanceAttribute {
    instance_id: String,
}

#[derive(Debug, Output)]
struct InstanceAttribute {
    status: Status,
    serial_number: String,
    creation_time: String,
    description: String,
    instance_name: String,
    instance_network_type: &'static str,
    memory: i64,
    image_id: String,
    cluster_id: &'static str,
    vlan_id: &'static str,
    stopped_mode: String,
    host_name: String,
    instance_id: String,
    instance_type: String,
    internet_max_bandwidth_in: i64,
    internet_max_bandwidth_out: i64,
    region_id: String,
    instance_charge_type: &'static str,
    io_optimized: &'static str,
    cpu: u32,
    expired_time: &'static str,
    zone_id: String,
    internet_charge_type: String,
    credit_specification: String,
    security_group_ids: Listed<String>,
    eip_address: EipAddress,
    public_ip_address: Listed<String>,
    inner_ip_address: Listed<String>,
    vpc_attributes: VpcAttributes,
    dedicated_host_attribute: DedicatedHost,
    operation_locks: Listed<String>,
    enable_jumbo_frame: bool,
}

#[derive(Debug, Output)]
struct DedicatedHost {
    dedicated_host_name: &'static str,
    dedicated_host_id: &'static str,
}

fn describe_instance_attribute(
    cx: &Query<'_>,
    input: DescribeInstanceAttribute,
) -> Result<InstanceAttribute, Fault> {
    let found = find(cx, cx.store, &input.instance_id)?;
    let row = found.row;
    Ok(InstanceAttribute {
        instance_id: row.id.clone(),
        instance_name: row.name.clone(),
        description: row.description.clone(),
        host_name: row.host_name.clone(),
        status: found.status(),
        serial_number: row.serial_number.clone(),
        region_id: region_of(&row.scope).into(),
        zone_id: row.zone_id.clone(),
        cluster_id: "",
        vlan_id: "",
        image_id: row.image_id.clone(),
        instance_type: row.type_id.clone(),
        cpu: found.cpus(),
        memory: found.memory_mib(),
        io_optimized: "optimized",
        instance_network_type: "vpc",
        instance_charge_type: "PostPaid",
        internet_charge_type: row.internet_charge_type.clone(),
        internet_max_bandwidth_in: row.bandwidth_in,
        internet_max_bandwidth_out: row.bandwidth_out,
        stopped_mode: row.stopped_mode.clone(),
        credit_specification: row.credit_specification.clone(),
        creation_time: minutes(row.created_at),
        expired_time: NEVER,
        enable_jumbo_frame: false,
        security_group_ids: Listed("SecurityGroupId", row.group_ids.clone()),
        public_ip_address: Listed("IpAddress", found.public_addresses()),
        inner_ip_address: Listed("IpAddress", Vec::new()),
        vpc_attributes: VpcAttributes::of(&found),
        eip_address: NO_EIP,
        dedicated_host_attribute: DedicatedHost { dedicated_host_id: "", dedicated_host_name: "" },
        operation_locks: Listed("LockReason", Vec::new()),
    })
}

#[derive(Debug, Input)]
struct ModifyInstanceAttribute {
    instance_id: String,
    instance_name: Option<String>,
    description: Option<String>,
    host_name: Option<String>,
    password: Option<String>,
    user_data: Option<String>,
    credit_specification: Option<String>,
    deletion_protection: Option<bool>,
    security_group_ids: Option<Vec<String>>,
}

fn modify_instance_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifyInstanceAttribute,
) -> Result<Empty, Fault> {
    let found = find(cx, cx.store, &input.instance_id)?;
    check(&input)?;
    if let Some(text) = &input.user_data {
        // What runs is what was there when the instance was made: only a stopped one may be given
        // another script, and it runs at the next start.
        user_data(text)?;
        if found.status() != Status::Stopped {
            return Err(errors::INSTANCE_STATUS.fault());
        }
    }
    if input.credit_specification.is_some()
        && found.instance_type().and_then(InstanceType::credits).is_none()
    {
        return Err(errors::CREDIT_SPECIFICATION.fault());
    }
    let groups = groups(cx, found.row, input.security_group_ids)?;
    let (key, id) = (found.row.key(), found.row.id.clone());
    if let Some(text) = &input.user_data {
        let script = user_data(text)?;
        cx.store.modify::<Machine>(&id, |machine| machine.script = script);
    }
    cx.store.modify::<Instance>(&key, |row| {
        let set = |field: &mut String, value: Option<String>| {
            if let Some(value) = value {
                *field = value;
            }
        };
        set(&mut row.name, input.instance_name);
        set(&mut row.description, input.description);
        set(&mut row.host_name, input.host_name);
        set(&mut row.user_data, input.user_data);
        set(&mut row.credit_specification, input.credit_specification);
        row.deletion_protection = input.deletion_protection.unwrap_or(row.deletion_protection);
        row.group_ids = groups.unwrap_or_else(|| row.group_ids.clone());
    });
    Ok(Empty {})
}

fn check(input: &ModifyInstanceAttribute) -> Result<(), Fault> {
    if input.instance_name.as_deref().is_some_and(|name| !STRICT_NAME.allows(name)) {
        return Err(errors::INSTANCE_NAME.fault());
    }
    if input.description.as_deref().is_some_and(|text| !DESCRIPTION.allows(text)) {
        return Err(errors::DESCRIPTION.fault());
    }
    if input.host_name.as_deref().is_some_and(|name| !is_host_name(name)) {
        return Err(errors::HOST_NAME.fault());
    }
    if input.password.as_deref().is_some_and(|password| !is_password(password)) {
        return Err(errors::PASSWORD.fault());
    }
    let credit = input.credit_specification.as_deref();
    if credit.is_some_and(|credit| !["Standard", "Unlimited"].contains(&credit)) {
        return Err(errors::CREDIT_SPECIFICATION.fault());
    }
    Ok(())
}

/// The groups that the instance is to be in instead of its own, where the call gives any.
fn groups(
    cx: &Command<'_, '_>,
    row: &Instance,
    ids: Option<Vec<String>>,
) -> Result<Option<Vec<String>>, Fault> {
    let Some(ids) = ids.filter(|ids| !ids.is_empty()) else { return Ok(None) };
    if ids.len() > MOST_GROUPS {
        return Err(errors::TOO_MANY_GROUPS.fault());
    }
    for (at, id) in ids.iter().enumerate() {
        if ids[..at].contains(id) {
            return Err(errors::GROUP_REPEATED.fault());
        }
        let key = format!("{}{id}", row.scope);
        let group: &SecurityGroup =
            security_groups::find(cx.store, &key, &errors::GROUP_NOT_FOUND)?;
        if group.vpc_id != row.vpc_id {
            return Err(errors::GROUP_IN_OTHER_VPC.fault());
        }
    }
    Ok(Some(ids))
}
