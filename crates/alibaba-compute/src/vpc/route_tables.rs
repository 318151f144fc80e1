//! DescribeRouteTableList and DescribeRouteTables: the system route table that each VPC has. Others, and
//! routes of one's own, cannot be made.

use std::sync::Arc;

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::records::{BY_VPC, VSwitch, Vpc};
use crate::forms::{self, Listed, seconds};
use crate::paging::{Page, newest_first};
use crate::tags::{self, KeyValue};
use crate::{Handler, Query, standard};

pub(super) const OPERATIONS: &[Handler] =
    &[query!(describe_route_table_list), query!(describe_route_tables)];

const MOST: i64 = 50;

/// A part of the cloud's own services, which every VPC reaches.
const SERVICES: &str = "100.64.0.0/10";

#[derive(Debug, Input)]
struct DescribeRouteTableList {
    _region_id: String,
    router_type: Option<String>,
    router_id: Option<String>,
    vpc_id: Option<String>,
    route_table_id: Option<String>,
    route_table_name: Option<String>,
    route_table_type: Option<String>,
    resource_group_id: Option<String>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct RouteTableList {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    router_table_list: Listed<Summary>,
}

#[derive(Debug, Output)]
struct Summary {
    vpc_id: String,
    creation_time: String,
    status: &'static str,
    router_id: String,
    associate_type: &'static str,
    route_table_id: String,
    owner_id: i64,
    description: &'static str,
    route_table_type: &'static str,
    resource_group_id: String,
    router_type: &'static str,
    route_table_name: &'static str,
    tags: Listed<KeyValue>,
    v_switch_ids: Listed<String>,
    gateway_ids: Listed<String>,
    route_propagation_enable: bool,
}

/// Whether a filter is there and asks for something else.
fn other(asked: Option<&str>, own: &str) -> bool {
    asked.is_some_and(|asked| !asked.is_empty() && asked != own)
}

fn vswitches(cx: &Query<'_>, vpc: &Vpc) -> Listed<String> {
    let ids = cx.store.by::<VSwitch>(BY_VPC, &vpc.id).map(|row| row.id.clone());
    Listed("VSwitchId", ids.collect())
}

fn describe_route_table_list(
    cx: &Query<'_>,
    input: DescribeRouteTableList,
) -> Result<RouteTableList, Fault> {
    let page = Page::new(input.page_number, input.page_size, MOST)?;
    check_router_type(input.router_type.as_deref())?;
    let group = forms::default_resource_group(&cx.caller.account);
    // The tables here have neither names nor tags.
    let none = input.router_type.as_deref() == Some("VBR")
        || other(input.route_table_name.as_deref(), "")
        || other(input.route_table_type.as_deref(), "System")
        || other(input.resource_group_id.as_deref(), &group)
        || input.tag.as_ref().is_some_and(|tags| !tags.is_empty());
    let vpcs = cx
        .store
        .list::<Vpc>(&cx.scope())
        .filter(|vpc| !none && !other(input.vpc_id.as_deref(), &vpc.id))
        .filter(|vpc| !other(input.router_id.as_deref(), &vpc.router_id))
        .filter(|vpc| !other(input.route_table_id.as_deref(), &vpc.route_table_id));
    let (total_count, vpcs) = page.cut(newest_first(vpcs));
    let view = |vpc: &Arc<Vpc>| Summary {
        vpc_id: vpc.id.clone(),
        creation_time: seconds(vpc.created_at),
        status: "Available",
        router_id: vpc.router_id.clone(),
        associate_type: "VSwitch",
        route_table_id: vpc.route_table_id.clone(),
        owner_id: cx.world.account_number(),
        description: "",
        route_table_type: "System",
        resource_group_id: group.clone(),
        router_type: "VRouter",
        route_table_name: "",
        tags: Listed("Tag", Vec::new()),
        v_switch_ids: vswitches(cx, vpc),
        gateway_ids: Listed("GatewayIds", Vec::new()),
        route_propagation_enable: true,
    };
    Ok(RouteTableList {
        page_size: page.size,
        page_number: page.number,
        total_count,
        router_table_list: Listed("RouterTableListType", vpcs.into_iter().map(view).collect()),
    })
}

fn check_router_type(asked: Option<&str>) -> Result<(), Fault> {
    match asked {
        None | Some("" | "VRouter" | "VBR") => Ok(()),
        Some(_) => Err(standard::INVALID_PARAMETER.with(&[&"RouterType"])),
    }
}

#[derive(Debug, Input)]
struct DescribeRouteTables {
    v_router_id: Option<String>,
    router_id: Option<String>,
    router_type: Option<String>,
    route_table_id: Option<String>,
    route_table_name: Option<String>,
    #[wire(name = "Type")]
    kind: Option<String>,
    resource_group_id: Option<String>,
    page_number: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct RouteTables {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    route_tables: Listed<RouteTableView>,
}

#[derive(Debug, Output)]
struct RouteTableView {
    creation_time: String,
    status: &'static str,
    v_router_id: String,
    route_table_type: &'static str,
    resource_group_id: String,
    route_table_id: String,
    route_entrys: Listed<RouteEntry>,
    v_switch_ids: Listed<String>,
}

#[derive(Debug, Output)]
struct RouteEntry {
    #[wire(name = "Type")]
    kind: &'static str,
    status: &'static str,
    next_hop_type: &'static str,
    route_entry_name: &'static str,
    route_entry_id: &'static str,
    instance_id: &'static str,
    route_table_id: String,
    description: &'static str,
    destination_cidr_block: String,
    next_hops: Listed<&'static str>,
}

/// The routes of a system table: to each vSwitch, and to the cloud's own services.
fn entries(cx: &Query<'_>, vpc: &Vpc) -> Vec<RouteEntry> {
    let vswitches = cx.store.by::<VSwitch>(BY_VPC, &vpc.id).map(|row| row.cidr.clone());
    let destinations = vswitches.chain([SERVICES.to_owned()]);
    let entry = |destination_cidr_block| RouteEntry {
        kind: "System",
        status: "Available",
        next_hop_type: "local",
        route_entry_name: "",
        route_entry_id: "",
        instance_id: "",
        route_table_id: vpc.route_table_id.clone(),
        description: "",
        destination_cidr_block,
        next_hops: Listed("NextHop", Vec::new()),
    };
    destinations.map(entry).collect()
}

fn describe_route_tables(cx: &Query<'_>, input: DescribeRouteTables) -> Result<RouteTables, Fault> {
    let page = Page::new(input.page_number, input.page_size, MOST)?;
    check_router_type(input.router_type.as_deref())?;
    let router = input.v_router_id.as_deref().filter(|id| !id.is_empty());
    let known = |id: &str| cx.store.list::<Vpc>(&cx.scope()).any(|vpc| vpc.router_id == id);
    if router.is_some_and(|id| !known(id)) {
        return Err(errors::ROUTER_NOT_FOUND.fault());
    }
    let group = forms::default_resource_group(&cx.caller.account);
    let none = input.router_type.as_deref() == Some("VBR")
        || other(input.route_table_name.as_deref(), "")
        || other(input.resource_group_id.as_deref(), &group);
    let vpcs = cx
        .store
        .list::<Vpc>(&cx.scope())
        .filter(|vpc| !none && !other(router, &vpc.router_id))
        .filter(|vpc| !other(input.router_id.as_deref(), &vpc.router_id))
        .filter(|vpc| !other(input.route_table_id.as_deref(), &vpc.route_table_id));
    let (total_count, vpcs) = page.cut(newest_first(vpcs));
    // The type is that of the routes that are shown, not of the tables.
    let kind = input.kind.as_deref();
    let view = |vpc: &Arc<Vpc>| RouteTableView {
        creation_time: seconds(vpc.created_at),
        status: "Available",
        v_router_id: vpc.router_id.clone(),
        route_table_type: "System",
        resource_group_id: group.clone(),
        route_table_id: vpc.route_table_id.clone(),
        route_entrys: Listed(
            "RouteEntry",
            if other(kind, "System") { Vec::new() } else { entries(cx, vpc) },
        ),
        v_switch_ids: vswitches(cx, vpc),
    };
    Ok(RouteTables {
        page_size: page.size,
        page_number: page.number,
        total_count,
        route_tables: Listed("RouteTable", vpcs.into_iter().map(view).collect()),
    })
}
