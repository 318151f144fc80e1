//! ECS's first version of the calls about VPCs and vSwitches: what is made by it and by VPC's own is
//! the same. Only what is described has fewer members here.

use isobar_kernel::{Fault, command, query};
use isobar_wire::Output;

use crate::forms::Listed;
use crate::vpc::vpcs::{
    CreateVpc, DescribeVpcs, Vpcs, create_vpc as create, delete_vpc, describe_vpcs as describe,
    modify_vpc_attribute,
};
use crate::vpc::vswitches::{
    DescribeVSwitches, VSwitches, create_v_switch, delete_v_switch,
    describe_v_switches as describe_switches, modify_v_switch_attribute,
};
use crate::{Command, Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(create_vpc),
    query!(describe_vpcs),
    command!(modify_vpc_attribute),
    command!(delete_vpc),
    command!(create_v_switch),
    query!(describe_v_switches),
    command!(modify_v_switch_attribute),
    command!(delete_v_switch),
];

#[derive(Debug, Output)]
struct CreatedVpc {
    vpc_id: String,
    v_router_id: String,
    route_table_id: String,
}

fn create_vpc(cx: &mut Command<'_, '_>, input: CreateVpc) -> Result<CreatedVpc, Fault> {
    let vpc = create(cx, input)?;
    Ok(CreatedVpc {
        vpc_id: vpc.vpc_id,
        v_router_id: vpc.v_router_id,
        route_table_id: vpc.route_table_id,
    })
}

#[derive(Debug, Output)]
struct OldVpcs {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    vpcs: Listed<OldVpc>,
}

#[derive(Debug, Output)]
struct OldVpc {
    vpc_id: String,
    vpc_name: String,
    description: String,
    cidr_block: String,
    creation_time: String,
    is_default: bool,
    region_id: String,
    status: &'static str,
    v_router_id: String,
    v_switch_ids: Listed<String>,
    user_cidrs: Listed<String>,
}

fn describe_vpcs(cx: &Query<'_>, input: DescribeVpcs) -> Result<OldVpcs, Fault> {
    let Vpcs { page_size, page_number, total_count, vpcs } = describe(cx, input)?;
    let vpcs = vpcs.1.into_iter().map(|row| row.1.vpc).map(|vpc| OldVpc {
        vpc_id: vpc.vpc_id,
        vpc_name: vpc.vpc_name,
        description: vpc.description,
        cidr_block: vpc.cidr_block,
        creation_time: vpc.creation_time,
        is_default: vpc.is_default,
        region_id: vpc.region_id,
        status: vpc.status,
        v_router_id: vpc.v_router_id,
        v_switch_ids: vpc.v_switch_ids,
        user_cidrs: vpc.user_cidrs,
    });
    Ok(OldVpcs { page_size, page_number, total_count, vpcs: Listed("Vpc", vpcs.collect()) })
}

#[derive(Debug, Output)]
struct OldVSwitches {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    v_switches: Listed<OldVSwitch>,
}

#[derive(Debug, Output)]
struct OldVSwitch {
    v_switch_id: String,
    v_switch_name: String,
    vpc_id: String,
    zone_id: String,
    description: String,
    cidr_block: String,
    creation_time: String,
    is_default: bool,
    status: &'static str,
    available_ip_address_count: i64,
    resource_group_id: String,
}

fn describe_v_switches(cx: &Query<'_>, input: DescribeVSwitches) -> Result<OldVSwitches, Fault> {
    let VSwitches { page_size, page_number, total_count, v_switches } =
        describe_switches(cx, input)?;
    let vswitches = v_switches.1.into_iter().map(|row| OldVSwitch {
        v_switch_id: row.v_switch_id,
        v_switch_name: row.v_switch_name,
        vpc_id: row.vpc_id,
        zone_id: row.zone_id,
        description: row.description,
        cidr_block: row.cidr_block,
        creation_time: row.creation_time,
        is_default: row.is_default,
        status: row.status,
        available_ip_address_count: row.available_ip_address_count,
        resource_group_id: row.resource_group_id,
    });
    let v_switches = Listed("VSwitch", vswitches.collect());
    Ok(OldVSwitches { page_size, page_number, total_count, v_switches })
}
