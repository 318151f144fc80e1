//! vSwitches.

use std::sync::Arc;

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, Tables, command, query};
use isobar_wire::{Input, Output};

pub(crate) use isobar_alibaba_core::records::vpc::available;

use super::records::{BY_VPC, VSwitch, Vpc};
use super::{errors, vpcs};
use crate::ecs::records::{BY_VSWITCH, Instance};
use crate::forms::{self, DESCRIPTION, FREE_NAME, Listed, comma_separated, seconds};
use crate::lookup::{find, region_of};
use crate::paging::{Page, newest_first};
use crate::regions::{self, Region};
use crate::tags::{self, KeyValue, Tags};
use crate::{Command, Handler, Query};
use isobar_alibaba_core::records::slb::LoadBalancer;
use isobar_forms::Cidr;

/// What ECS's first version of the API has too.
pub(super) const OPERATIONS: &[Handler] = &[
    command!(create_v_switch),
    query!(describe_v_switches),
    command!(modify_v_switch_attribute),
    command!(delete_v_switch),
];

/// What only VPC's own version has.
pub(super) const ATTRIBUTES: &[Handler] = &[query!(describe_v_switch_attributes)];

const MOST_IDS: usize = 20;
/// How many bits of a default vSwitch are fixed.
const DEFAULT_MASK: u8 = 20;

#[derive(Debug, Input)]
pub(crate) struct CreateVSwitch {
    zone_id: String,
    cidr_block: String,
    vpc_id: String,
    v_switch_name: Option<String>,
    description: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
pub(crate) struct CreatedVSwitch {
    v_switch_id: String,
}

pub(crate) fn create_v_switch(
    cx: &mut Command<'_, '_>,
    input: CreateVSwitch,
) -> Result<CreatedVSwitch, Fault> {
    check_names(input.v_switch_name.as_deref(), input.description.as_deref())?;
    let vpc = find::<Vpc>(cx, cx.store, &input.vpc_id, &errors::VPC_NOT_FOUND)?;
    let region = regions::find(region_of(&vpc.scope));
    let region = region.filter(|region| region.has_zone(&input.zone_id));
    let region = region.ok_or_else(|| errors::ZONE_NOT_FOUND.fault())?;
    let cidr = Cidr::exact(&input.cidr_block).ok_or_else(|| errors::CIDR_MALFORMED.fault())?;
    if !(16..=29).contains(&cidr.bits()) {
        return Err(errors::VSWITCH_MASK.fault());
    }
    if Cidr::exact(&vpc.cidr).is_none_or(|block| !block.contains(cidr)) {
        return Err(errors::VSWITCH_OUTSIDE.fault());
    }
    if !is_free(cx.store, &input.vpc_id, cidr) {
        return Err(errors::VSWITCH_OVERLAPS.fault());
    }
    let tags = Tags::given(input.tag, &errors::TAGS)?;
    let vpc = Arc::clone(vpc);
    let place = (region, input.zone_id.as_str());
    let vswitch = insert(cx, &vpc, place, cidr, |vswitch| {
        vswitch.name = input.v_switch_name.unwrap_or_default();
        vswitch.description = input.description.unwrap_or_default();
        vswitch.tags = tags;
    });
    Ok(CreatedVSwitch { v_switch_id: vswitch.id.clone() })
}

/// Puts a vSwitch in: plain but for what the closure sets.
fn insert(
    cx: &mut Command<'_, '_>,
    vpc: &Vpc,
    (region, zone_id): (&Region, &str),
    cidr: Cidr,
    set: impl FnOnce(&mut VSwitch),
) -> Arc<VSwitch> {
    let mut vswitch = VSwitch {
        scope: vpc.scope.clone(),
        id: forms::id(forms::VSWITCH, region, cx.random),
        vpc_id: vpc.id.clone(),
        zone_id: zone_id.to_owned(),
        name: String::new(),
        description: String::new(),
        cidr: cidr.to_string(),
        is_default: false,
        tags: Tags::default(),
        created_at: cx.now,
    };
    set(&mut vswitch);
    cx.store.put(vswitch)
}

fn is_free(tables: &Tables, vpc_id: &str, cidr: Cidr) -> bool {
    let mut taken =
        tables.by::<VSwitch>(BY_VPC, vpc_id).filter_map(|vswitch| Cidr::exact(&vswitch.cidr));
    !taken.any(|taken| taken.overlaps(cidr))
}

/// The default vSwitch of a zone, made in the default VPC when the first instance needs it. `None`
/// where that VPC has no room left.
pub(crate) fn default_vswitch(cx: &mut Command<'_, '_>, zone_id: &str) -> Option<Arc<VSwitch>> {
    let vpc = vpcs::default_vpc(cx);
    let mut vswitches = cx.store.by::<VSwitch>(BY_VPC, &vpc.id);
    let known = vswitches.find(|row| row.is_default && row.zone_id == zone_id).map(Arc::clone);
    drop(vswitches);
    if known.is_some() {
        return known;
    }
    let block = Cidr::exact(&vpc.cidr)?;
    let mut parts = (0..).map_while(|at| block.part(DEFAULT_MASK, at));
    let cidr = parts.find(|part| is_free(cx.store, &vpc.id, *part))?;
    let place = (regions::of_call(cx.region), zone_id);
    Some(insert(cx, &vpc, place, cidr, |vswitch| {
        vswitch.description = "System created default virtual switch.".into();
        vswitch.is_default = true;
    }))
}

fn check_names(name: Option<&str>, description: Option<&str>) -> Result<(), Fault> {
    if name.is_some_and(|name| !name.is_empty() && !FREE_NAME.allows(name)) {
        return Err(errors::VSWITCH_NAME.fault());
    }
    if description.is_some_and(|text| !DESCRIPTION.allows(text)) {
        return Err(errors::VSWITCH_DESCRIPTION.fault());
    }
    Ok(())
}

#[derive(Debug, Input)]
pub(crate) struct DescribeVSwitches {
    vpc_id: Option<String>,
    v_switch_id: Option<String>,
    zone_id: Option<String>,
    v_switch_name: Option<String>,
    is_default: Option<bool>,
    route_table_id: Option<String>,
    resource_group_id: Option<String>,
    v_switch_owner_id: Option<i64>,
    enable_ipv6: Option<bool>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
pub(crate) struct VSwitches {
    pub(crate) page_size: i64,
    pub(crate) page_number: i64,
    pub(crate) total_count: i64,
    pub(crate) v_switches: Listed<VSwitchView>,
}

/// What both ways to describe a vSwitch show.
#[derive(Debug, Output)]
pub(crate) struct VSwitchView {
    pub(crate) vpc_id: String,
    pub(crate) status: &'static str,
    pub(crate) creation_time: String,
    pub(crate) is_default: bool,
    pub(crate) available_ip_address_count: i64,
    pub(crate) network_acl_id: &'static str,
    pub(crate) owner_id: i64,
    pub(crate) v_switch_id: String,
    pub(crate) cidr_block: String,
    pub(crate) description: String,
    pub(crate) resource_group_id: String,
    pub(crate) zone_id: String,
    pub(crate) ipv6_cidr_block: &'static str,
    pub(crate) v_switch_name: String,
    pub(crate) share_type: &'static str,
    pub(crate) enabled_ipv6: bool,
    pub(crate) tags: Listed<KeyValue>,
    pub(crate) route_table: RouteTable,
}

#[derive(Debug, Output)]
pub(crate) struct RouteTable {
    route_table_id: String,
    route_table_type: &'static str,
}

fn view(cx: &Query<'_>, vswitch: &VSwitch) -> VSwitchView {
    let vpc = cx.store.get::<Vpc>(&format!("{}{}", vswitch.scope, vswitch.vpc_id));
    VSwitchView {
        vpc_id: vswitch.vpc_id.clone(),
        status: "Available",
        creation_time: seconds(vswitch.created_at),
        is_default: vswitch.is_default,
        available_ip_address_count: available(cx.store, vswitch),
        network_acl_id: "",
        owner_id: cx.world.account_number(),
        v_switch_id: vswitch.id.clone(),
        cidr_block: vswitch.cidr.clone(),
        description: vswitch.description.clone(),
        resource_group_id: forms::default_resource_group(&cx.caller.account),
        zone_id: vswitch.zone_id.clone(),
        ipv6_cidr_block: "",
        v_switch_name: vswitch.name.clone(),
        share_type: "",
        enabled_ipv6: false,
        tags: Listed("Tag", vswitch.tags.key_values()),
        route_table: RouteTable {
            route_table_id: vpc.map(|vpc| vpc.route_table_id.clone()).unwrap_or_default(),
            route_table_type: "System",
        },
    }
}

pub(crate) fn describe_v_switches(
    cx: &Query<'_>,
    input: DescribeVSwitches,
) -> Result<VSwitches, Fault> {
    let page = Page::new(input.page_number, input.page_size, 50)?;
    let ids = comma_separated(input.v_switch_id.as_deref().unwrap_or_default());
    if ids.len() > MOST_IDS {
        return Err(errors::TOO_MANY_VSWITCH_IDS.fault());
    }
    let vpcs = comma_separated(input.vpc_id.as_deref().unwrap_or_default());
    let group = forms::default_resource_group(&cx.caller.account);
    let elsewhere = input.resource_group_id.is_some_and(|asked| asked != group)
        || input.v_switch_owner_id.is_some_and(|owner| owner != cx.world.account_number())
        || input.enable_ipv6 == Some(true);
    let of_table = |vswitch: &VSwitch, table: &String| {
        cx.store
            .get::<Vpc>(&cx.key(&vswitch.vpc_id))
            .is_some_and(|vpc| vpc.route_table_id == *table)
    };
    let vswitches = cx
        .store
        .list::<VSwitch>(&cx.scope())
        .filter(|row| !elsewhere && (ids.is_empty() || ids.contains(&row.id.as_str())))
        .filter(|row| vpcs.is_empty() || vpcs.contains(&row.vpc_id.as_str()))
        .filter(|row| input.zone_id.as_ref().is_none_or(|zone| *zone == row.zone_id))
        .filter(|row| input.v_switch_name.as_ref().is_none_or(|name| *name == row.name))
        .filter(|row| input.is_default.is_none_or(|asked| asked == row.is_default))
        .filter(|row| input.route_table_id.as_ref().is_none_or(|table| of_table(row, table)))
        .filter(|row| row.tags.fit(input.tag.as_deref()));
    let vswitches = newest_first(vswitches);
    let (total_count, vswitches) = page.cut(vswitches);
    let vswitches = vswitches.into_iter().map(|vswitch| view(cx, vswitch)).collect();
    Ok(VSwitches {
        page_size: page.size,
        page_number: page.number,
        total_count,
        v_switches: Listed("VSwitch", vswitches),
    })
}

#[derive(Debug, Input)]
pub(crate) struct VSwitchId {
    v_switch_id: String,
}

fn describe_v_switch_attributes(cx: &Query<'_>, input: VSwitchId) -> Result<VSwitchView, Fault> {
    let not_found = &errors::VSWITCH_ATTRIBUTES_NOT_FOUND;
    let vswitch = find::<VSwitch>(cx, cx.store, &input.v_switch_id, not_found)?;
    Ok(view(cx, vswitch))
}

#[derive(Debug, Input)]
pub(crate) struct ModifyVSwitchAttribute {
    v_switch_id: String,
    v_switch_name: Option<String>,
    description: Option<String>,
}

pub(crate) fn modify_v_switch_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifyVSwitchAttribute,
) -> Result<Empty, Fault> {
    let not_found = &errors::VSWITCH_MODIFY_NOT_FOUND;
    let key = find::<VSwitch>(cx, cx.store, &input.v_switch_id, not_found)?.key();
    check_names(input.v_switch_name.as_deref(), input.description.as_deref())?;
    cx.store.modify::<VSwitch>(&key, |vswitch| {
        vswitch.name = input.v_switch_name.unwrap_or_else(|| vswitch.name.clone());
        vswitch.description = input.description.unwrap_or_else(|| vswitch.description.clone());
    });
    Ok(Empty {})
}

pub(crate) fn delete_v_switch(cx: &mut Command<'_, '_>, input: VSwitchId) -> Result<Empty, Fault> {
    let not_found = &errors::VSWITCH_NOT_FOUND;
    let key = find::<VSwitch>(cx, cx.store, &input.v_switch_id, not_found)?.key();
    let used = cx.store.by::<Instance>(BY_VSWITCH, &input.v_switch_id).next().is_some()
        || cx.store.by::<LoadBalancer>(BY_VSWITCH, &input.v_switch_id).next().is_some();
    if used {
        return Err(errors::VSWITCH_IN_USE.fault());
    }
    cx.store.remove::<VSwitch>(&key);
    Ok(Empty {})
}
