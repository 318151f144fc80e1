//! VPCs.

use std::sync::Arc;

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, command, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::records::{BY_VPC, VSwitch, Vpc};
use crate::ecs::records::SecurityGroup;
use crate::forms::{self, DESCRIPTION, FREE_NAME, InOrder, Listed, comma_separated, seconds};
use crate::lookup::{find, region_of};
use crate::paging::{Page, newest_first};
use crate::tags::{self, KeyValue, Tags};
use crate::{Command, Handler, Query, regions};
use isobar_forms::Cidr;

/// What ECS's first version of the API has too.
pub(super) const OPERATIONS: &[Handler] = &[
    command!(create_vpc),
    query!(describe_vpcs),
    command!(modify_vpc_attribute),
    command!(delete_vpc),
];

/// What only VPC's own version has.
pub(super) const ATTRIBUTES: &[Handler] = &[query!(describe_vpc_attribute)];

const DEFAULT_CIDR: &str = "172.16.0.0/12";
const MOST_USER_CIDRS: usize = 3;
const MOST_IDS: usize = 20;

/// Blocks that no VPC may have.
const FORBIDDEN: &[&str] = &["100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];

#[derive(Debug, Input)]
pub(crate) struct CreateVpc {
    _region_id: String,
    cidr_block: Option<String>,
    vpc_name: Option<String>,
    description: Option<String>,
    user_cidr: Option<String>,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
pub(crate) struct CreatedVpc {
    pub(crate) vpc_id: String,
    pub(crate) v_router_id: String,
    pub(crate) route_table_id: String,
    pub(crate) resource_group_id: String,
}

pub(crate) fn create_vpc(cx: &mut Command<'_, '_>, input: CreateVpc) -> Result<CreatedVpc, Fault> {
    let cidr = input.cidr_block.as_deref().unwrap_or(DEFAULT_CIDR);
    let cidr = valid_cidr(cidr).ok_or_else(|| errors::VPC_CIDR.fault())?;
    check_names(input.vpc_name.as_deref(), input.description.as_deref())?;
    let user_cidrs = user_cidrs(input.user_cidr.as_deref())?;
    let resource_group_id = forms::default_resource_group(&cx.caller.account);
    if input.resource_group_id.is_some_and(|group| group != resource_group_id) {
        return Err(errors::RESOURCE_GROUP.fault());
    }
    let tags = Tags::given(input.tag, &errors::TAGS)?;
    let vpc = insert(cx, cidr, |vpc| {
        vpc.name = input.vpc_name.unwrap_or_default();
        vpc.description = input.description.unwrap_or_default();
        vpc.user_cidrs = user_cidrs;
        vpc.tags = tags;
    });
    Ok(CreatedVpc {
        vpc_id: vpc.id.clone(),
        v_router_id: vpc.router_id.clone(),
        route_table_id: vpc.route_table_id.clone(),
        resource_group_id,
    })
}

/// Puts a VPC in: plain but for what the closure sets.
fn insert(cx: &mut Command<'_, '_>, cidr: Cidr, set: impl FnOnce(&mut Vpc)) -> Arc<Vpc> {
    let region = regions::of_call(cx.region);
    let mut vpc = Vpc {
        scope: cx.scope(),
        id: forms::id(forms::VPC, region, cx.random),
        name: String::new(),
        description: String::new(),
        cidr: cidr.to_string(),
        user_cidrs: Vec::new(),
        is_default: false,
        router_id: forms::id(forms::ROUTER, region, cx.random),
        route_table_id: forms::id(forms::ROUTE_TABLE, region, cx.random),
        tags: Tags::default(),
        created_at: cx.now,
    };
    set(&mut vpc);
    cx.store.put(vpc)
}

/// The region's default VPC, which is made when the first instance needs one.
pub(crate) fn default_vpc(cx: &mut Command<'_, '_>) -> Arc<Vpc> {
    let scope = cx.scope();
    if let Some(vpc) = cx.store.list::<Vpc>(&scope).find(|vpc| vpc.is_default) {
        return Arc::clone(vpc);
    }
    let cidr = Cidr::exact(DEFAULT_CIDR).expect("the default block is one");
    insert(cx, cidr, |vpc| {
        vpc.description = "System created default VPC.".into();
        vpc.is_default = true;
    })
}

fn valid_cidr(text: &str) -> Option<Cidr> {
    let cidr = Cidr::exact(text).filter(|cidr| (8..=28).contains(&cidr.bits()))?;
    let forbidden = FORBIDDEN.iter().filter_map(|block| Cidr::exact(block));
    (!forbidden.into_iter().any(|block| block.overlaps(cidr))).then_some(cidr)
}

fn user_cidrs(text: Option<&str>) -> Result<Vec<String>, Fault> {
    let blocks = comma_separated(text.unwrap_or_default());
    if blocks.len() > MOST_USER_CIDRS {
        return Err(errors::USER_CIDR_QUOTA.fault());
    }
    let reserved = Cidr::exact("100.64.0.0/10").expect("the reserved block is one");
    for block in &blocks {
        let cidr = Cidr::exact(block).ok_or_else(|| errors::USER_CIDR.fault())?;
        if reserved.overlaps(cidr) {
            return Err(errors::USER_CIDR_RESERVED.fault());
        }
    }
    Ok(blocks.into_iter().map(str::to_owned).collect())
}

fn check_names(name: Option<&str>, description: Option<&str>) -> Result<(), Fault> {
    if name.is_some_and(|name| !name.is_empty() && !FREE_NAME.allows(name)) {
        return Err(errors::VPC_NAME.fault());
    }
    if description.is_some_and(|text| !DESCRIPTION.allows(text)) {
        return Err(errors::VPC_DESCRIPTION.fault());
    }
    Ok(())
}

#[derive(Debug, Input)]
pub(crate) struct DescribeVpcs {
    _region_id: String,
    vpc_id: Option<String>,
    vpc_name: Option<String>,
    is_default: Option<bool>,
    resource_group_id: Option<String>,
    vpc_owner_id: Option<i64>,
    dhcp_options_set_id: Option<String>,
    enable_ipv6: Option<bool>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
pub(crate) struct Vpcs {
    pub(crate) page_size: i64,
    pub(crate) page_number: i64,
    pub(crate) total_count: i64,
    pub(crate) vpcs: Listed<InOrder<VpcSummary>>,
}

/// A VPC in a list.
#[derive(Debug, Output)]
pub(crate) struct VpcSummary {
    #[wire(flatten)]
    pub(crate) vpc: VpcView,
    cen_status: &'static str,
    nat_gateway_ids: Listed<String>,
    router_table_ids: Listed<String>,
}

/// The order of a VPC's members in a list.
const IN_LISTS: &[&str] = &[
    "CreationTime",
    "Status",
    "VpcId",
    "IsDefault",
    "OwnerId",
    "RegionId",
    "VpcName",
    "VRouterId",
    "DhcpOptionsSetStatus",
    "CidrBlock",
    "Description",
    "ResourceGroupId",
    "DhcpOptionsSetId",
    "Ipv6CidrBlock",
    "CenStatus",
    "Tags",
    "Ipv6CidrBlocks",
    "VSwitchIds",
    "SecondaryCidrBlocks",
    "UserCidrs",
    "NatGatewayIds",
    "RouterTableIds",
    "EnabledIpv6",
];

/// What both ways to describe a VPC show.
#[derive(Debug, Output)]
pub(crate) struct VpcView {
    pub(crate) creation_time: String,
    pub(crate) status: &'static str,
    pub(crate) vpc_id: String,
    pub(crate) is_default: bool,
    pub(crate) owner_id: i64,
    pub(crate) region_id: String,
    pub(crate) vpc_name: String,
    pub(crate) v_router_id: String,
    pub(crate) dhcp_options_set_status: &'static str,
    pub(crate) cidr_block: String,
    pub(crate) description: String,
    pub(crate) resource_group_id: String,
    pub(crate) dhcp_options_set_id: &'static str,
    pub(crate) ipv6_cidr_block: &'static str,
    pub(crate) tags: Listed<KeyValue>,
    pub(crate) ipv6_cidr_blocks: Listed<String>,
    pub(crate) v_switch_ids: Listed<String>,
    pub(crate) secondary_cidr_blocks: Listed<String>,
    pub(crate) user_cidrs: Listed<String>,
    pub(crate) enabled_ipv6: bool,
    pub(crate) dns_hostname_status: &'static str,
}

fn view(cx: &Query<'_>, vpc: &Vpc) -> VpcView {
    let vswitches = cx.store.by::<VSwitch>(BY_VPC, &vpc.id).map(|row| row.id.clone()).collect();
    VpcView {
        creation_time: seconds(vpc.created_at),
        status: "Available",
        vpc_id: vpc.id.clone(),
        is_default: vpc.is_default,
        owner_id: cx.world.account_number(),
        region_id: region_of(&vpc.scope).into(),
        vpc_name: vpc.name.clone(),
        v_router_id: vpc.router_id.clone(),
        dhcp_options_set_status: "",
        dhcp_options_set_id: "",
        cidr_block: vpc.cidr.clone(),
        description: vpc.description.clone(),
        resource_group_id: forms::default_resource_group(&cx.caller.account),
        ipv6_cidr_block: "",
        dns_hostname_status: "DISABLED",
        enabled_ipv6: false,
        tags: Listed("Tag", vpc.tags.key_values()),
        ipv6_cidr_blocks: Listed("Ipv6CidrBlock", Vec::new()),
        v_switch_ids: Listed("VSwitchId", vswitches),
        secondary_cidr_blocks: Listed("SecondaryCidrBlock", Vec::new()),
        user_cidrs: Listed("UserCidr", vpc.user_cidrs.clone()),
    }
}

pub(crate) fn describe_vpcs(cx: &Query<'_>, input: DescribeVpcs) -> Result<Vpcs, Fault> {
    let page = Page::new(input.page_number, input.page_size, 50)?;
    let ids = comma_separated(input.vpc_id.as_deref().unwrap_or_default());
    if ids.len() > MOST_IDS {
        return Err(errors::TOO_MANY_VPC_IDS.fault());
    }
    let group = forms::default_resource_group(&cx.caller.account);
    let elsewhere = input.resource_group_id.is_some_and(|asked| asked != group)
        || input.vpc_owner_id.is_some_and(|owner| owner != cx.world.account_number())
        || input.dhcp_options_set_id.is_some_and(|id| !id.is_empty())
        || input.enable_ipv6 == Some(true);
    let vpcs = cx
        .store
        .list::<Vpc>(&cx.scope())
        .filter(|vpc| !elsewhere && (ids.is_empty() || ids.contains(&vpc.id.as_str())))
        .filter(|vpc| input.vpc_name.as_ref().is_none_or(|name| *name == vpc.name))
        .filter(|vpc| input.is_default.is_none_or(|asked| asked == vpc.is_default))
        .filter(|vpc| vpc.tags.fit(input.tag.as_deref()));
    let vpcs = newest_first(vpcs);
    let (total_count, vpcs) = page.cut(vpcs);
    let summary = |vpc: &Arc<Vpc>| {
        let summary = VpcSummary {
            vpc: view(cx, vpc),
            cen_status: "",
            nat_gateway_ids: Listed("NatGatewayIds", Vec::new()),
            router_table_ids: Listed("RouterTableIds", vec![vpc.route_table_id.clone()]),
        };
        InOrder(IN_LISTS, summary)
    };
    let vpcs = vpcs.into_iter().map(summary).collect();
    Ok(Vpcs {
        page_size: page.size,
        page_number: page.number,
        total_count,
        vpcs: Listed("Vpc", vpcs),
    })
}

#[derive(Debug, Input)]
struct DescribeVpcAttribute {
    _region_id: String,
    vpc_id: String,
}

#[derive(Debug, Output)]
struct VpcAttribute {
    #[wire(flatten)]
    vpc: VpcView,
    classic_link_enabled: bool,
    support_ipv4_gateway: bool,
    ipv4_gateway_id: &'static str,
    associated_cens: Listed<String>,
    associated_propagation_sources: Listed<String>,
    cloud_resources: Listed<CloudResource>,
}

/// The order of a VPC's members where it is described by itself.
const BY_ITSELF: &[&str] = &[
    "CreationTime",
    "Status",
    "VpcId",
    "IsDefault",
    "ClassicLinkEnabled",
    "OwnerId",
    "RegionId",
    "VpcName",
    "VRouterId",
    "DhcpOptionsSetStatus",
    "CidrBlock",
    "Description",
    "ResourceGroupId",
    "DhcpOptionsSetId",
    "Ipv6CidrBlock",
    "VSwitchIds",
    "UserCidrs",
    "SecondaryCidrBlocks",
    "AssociatedCens",
    "CloudResources",
    "Ipv6CidrBlocks",
    "SupportIpv4Gateway",
    "Ipv4GatewayId",
    "Tags",
    "AssociatedPropagationSources",
    "EnabledIpv6",
];

#[derive(Debug, Output)]
struct CloudResource {
    resource_count: usize,
    resource_type: &'static str,
}

fn describe_vpc_attribute(
    cx: &Query<'_>,
    input: DescribeVpcAttribute,
) -> Result<InOrder<VpcAttribute>, Fault> {
    let vpc = find::<Vpc>(cx, cx.store, &input.vpc_id, &errors::VPC_NOT_FOUND)?;
    let count = |resource_type, resource_count| CloudResource { resource_type, resource_count };
    let resources = vec![
        count("VRouter", 1),
        count("RouteTable", 1),
        count("VSwitch", cx.store.by::<VSwitch>(BY_VPC, &vpc.id).count()),
        count("SecurityGroup", cx.store.by::<SecurityGroup>(BY_VPC, &vpc.id).count()),
    ];
    let attribute = VpcAttribute {
        vpc: view(cx, vpc),
        classic_link_enabled: false,
        support_ipv4_gateway: false,
        ipv4_gateway_id: "",
        associated_cens: Listed("AssociatedCen", Vec::new()),
        associated_propagation_sources: Listed("AssociatedPropagationSources", Vec::new()),
        cloud_resources: Listed("CloudResourceSetType", resources),
    };
    Ok(InOrder(BY_ITSELF, attribute))
}

#[derive(Debug, Input)]
pub(crate) struct ModifyVpcAttribute {
    vpc_id: String,
    vpc_name: Option<String>,
    description: Option<String>,
    cidr_block: Option<String>,
}

pub(crate) fn modify_vpc_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifyVpcAttribute,
) -> Result<Empty, Fault> {
    let vpc = find::<Vpc>(cx, cx.store, &input.vpc_id, &errors::VPC_NOT_FOUND)?;
    let key = vpc.key();
    check_names(input.vpc_name.as_deref(), input.description.as_deref())?;
    if let Some(text) = &input.cidr_block {
        let cidr = valid_cidr(text).ok_or_else(|| errors::CIDR_MALFORMED.fault())?;
        let outside = |vswitch: &Arc<VSwitch>| {
            Cidr::exact(&vswitch.cidr).is_none_or(|block| !cidr.contains(block))
        };
        if cx.store.by::<VSwitch>(BY_VPC, &input.vpc_id).any(outside) {
            return Err(errors::SUBNET_OUTSIDE.fault());
        }
    }
    cx.store.modify::<Vpc>(&key, |vpc| {
        vpc.name = input.vpc_name.unwrap_or_else(|| vpc.name.clone());
        vpc.description = input.description.unwrap_or_else(|| vpc.description.clone());
        vpc.cidr = input.cidr_block.unwrap_or_else(|| vpc.cidr.clone());
    });
    Ok(Empty {})
}

#[derive(Debug, Input)]
pub(crate) struct DeleteVpc {
    vpc_id: String,
}

pub(crate) fn delete_vpc(cx: &mut Command<'_, '_>, input: DeleteVpc) -> Result<Empty, Fault> {
    let vpc = find::<Vpc>(cx, cx.store, &input.vpc_id, &errors::VPC_NOT_FOUND)?;
    let key = vpc.key();
    if cx.store.by::<VSwitch>(BY_VPC, &input.vpc_id).next().is_some() {
        return Err(errors::VPC_HAS_VSWITCHES.fault());
    }
    if cx.store.by::<SecurityGroup>(BY_VPC, &input.vpc_id).next().is_some() {
        return Err(errors::VPC_HAS_GROUPS.fault());
    }
    cx.store.remove::<Vpc>(&key);
    Ok(Empty {})
}
