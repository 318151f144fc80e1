//! Networks.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Tables, command, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::{self, VPC};
use super::pages::{self, Page};
use super::records::{self, Group, Home, Instance, Rule, Subnet, Vpc};
use super::tags::{self, TagSpecifications, TagView, Wanted};
use super::{Command, Flag, Query, errors, security_groups};
use crate::World;
use isobar_forms::Cidr;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_vpc, on "vpc/*"),
    query!(describe_vpcs),
    command!(delete_vpc, on "vpc/{VpcId}"),
    query!(describe_vpc_attribute),
    command!(modify_vpc_attribute, on "vpc/{VpcId}"),
];

/// How many networks a region may have.
const MOST: usize = 5;

#[derive(Debug, Output)]
pub(super) struct VpcView<'a> {
    owner_id: &'a str,
    instance_tenancy: &'a str,
    ipv6_cidr_block_association_set: [Empty; 0],
    cidr_block_association_set: [Association<'a>; 1],
    is_default: bool,
    tags: Vec<TagView<'a>>,
    block_public_access_states: BlockPublicAccess,
    vpc_id: &'a str,
    state: &'static str,
    cidr_block: Cidr,
    dhcp_options_id: &'a str,
}

#[derive(Debug, Output)]
struct Association<'a> {
    association_id: &'a str,
    cidr_block: Cidr,
    cidr_block_state: AssociationState,
}

#[derive(Debug, Output)]
struct AssociationState {
    state: &'static str,
}

/// Whether the internet is kept out; it is not.
#[derive(Debug, Output)]
pub(super) struct BlockPublicAccess {
    internet_gateway_block_mode: &'static str,
}

impl BlockPublicAccess {
    pub(super) const OFF: Self = Self { internet_gateway_block_mode: "off" };
}

fn view<'a>(store: &'a Tables, vpc: &'a Vpc) -> VpcView<'a> {
    VpcView {
        owner_id: records::account(&vpc.scope),
        instance_tenancy: &vpc.tenancy,
        ipv6_cidr_block_association_set: [],
        cidr_block_association_set: [Association {
            association_id: &vpc.association_id,
            cidr_block: vpc.cidr,
            cidr_block_state: AssociationState { state: "associated" },
        }],
        is_default: vpc.default,
        tags: tags::of(store, &vpc.scope, &vpc.id),
        block_public_access_states: BlockPublicAccess::OFF,
        vpc_id: &vpc.id,
        state: "available",
        cidr_block: vpc.cidr,
        dhcp_options_id: &vpc.dhcp_options_id,
    }
}

#[derive(Debug, Input)]
struct CreateVpc {
    cidr_block: Option<String>,
    instance_tenancy: Option<String>,
    tag_specifications: TagSpecifications,
}

#[derive(Debug, Output)]
struct Created<'a> {
    vpc: VpcView<'a>,
}

fn create_vpc<'c>(cx: &'c mut Command<'_, '_>, input: CreateVpc) -> Result<Created<'c>, Fault> {
    let wanted = Wanted::new(&input.tag_specifications, &["vpc"], &errors::TAGGABLE_NETWORK)?;
    let block = input
        .cidr_block
        .ok_or_else(|| errors::MISSING_EITHER.with(&[&"cidrBlock", &"ipv4IpamPoolId"]))?;
    let cidr: Cidr = block.parse().map_err(|_| errors::CIDR.with(&[&block]))?;
    if !(16..=28).contains(&cidr.bits()) {
        return Err(errors::VPC_RANGE.with(&[&block]));
    }
    let tenancy = tenancy(input.instance_tenancy)?;
    let scope = cx.scope();
    if cx.store.list::<Vpc>(&scope).count() >= MOST {
        return Err(errors::VPC_LIMIT.fault());
    }
    let dhcp_options_id = cx
        .store
        .get::<Home>(&scope)
        .map_or_else(|| "default".to_owned(), |home| home.dhcp_options_id.clone());
    let mut vpc = new(scope, cidr, dhcp_options_id, cx.random);
    vpc.tenancy = tenancy;
    let vpc = cx.store.put(vpc);
    wanted.put(cx, "vpc", &vpc.id);
    security_groups::create_default(cx.store, cx.context.random, &vpc);
    let store: &Tables = cx.store;
    let vpc = records::find(store, &vpc.scope, &VPC, &vpc.id)?;
    Ok(Created { vpc: view(store, vpc) })
}

fn tenancy(tenancy: Option<String>) -> Result<String, Fault> {
    match tenancy.as_deref() {
        None | Some("default") => Ok("default".to_owned()),
        Some("dedicated") => Ok("dedicated".to_owned()),
        Some(other) => Err(errors::VALUE.with(&[&other, &"instanceTenancy", &"Invalid tenancy."])),
    }
}

/// A network as it is created, with new ids for it and what comes with it.
pub(super) fn new(
    scope: String,
    cidr: Cidr,
    dhcp_options_id: String,
    random: &isobar_kernel::Random,
) -> Vpc {
    Vpc {
        scope,
        id: VPC.draw(random),
        cidr,
        association_id: ids::new("vpc-cidr-assoc-", random),
        dhcp_options_id,
        tenancy: "default".to_owned(),
        default: false,
        dns_support: true,
        dns_hostnames: false,
        address_metrics: false,
        route_table_id: ids::ROUTE_TABLE.draw(random),
        route_association_id: ids::new("rtbassoc-", random),
        network_acl_id: ids::NETWORK_ACL.draw(random),
        internet_gateway_id: None,
    }
}

#[derive(Debug, Input)]
struct DescribeVpcs {
    filters: Filters,
    vpc_ids: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    next_token: Option<String>,
    vpcs: Vec<VpcView<'a>>,
}

pub(super) const FILTERS: &[Field] = &[
    ("cidr", "CidrBlock"),
    ("cidr-block", "CidrBlock"),
    ("cidr-block-association.association-id", "CidrBlockAssociationSet.AssociationId"),
    ("cidr-block-association.cidr-block", "CidrBlockAssociationSet.CidrBlock"),
    ("cidr-block-association.state", "CidrBlockAssociationSet.CidrBlockState.State"),
    ("cidrBlock", "CidrBlock"),
    ("dhcp-options-id", "DhcpOptionsId"),
    ("dhcpOptionsId", "DhcpOptionsId"),
    ("ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"),
    ("ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"),
    ("ipv6-cidr-block-association.ipv6-pool", "Ipv6CidrBlockAssociationSet.Ipv6Pool"),
    ("ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"),
    ("is-default", "IsDefault"),
    ("isDefault", "IsDefault"),
    ("owner-id", "OwnerId"),
    ("state", "State"),
    ("vpc-id", "VpcId"),
];

fn describe_vpcs<'a>(cx: &Query<'a>, input: DescribeVpcs) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let vpcs = records::chosen(cx.store, &cx.scope(), &VPC, input.vpc_ids.as_deref())?;
    let vpcs = vpcs.into_iter().map(|vpc| view(cx.store, vpc));
    let vpcs = vpcs.filter(|vpc| selection.takes(vpc)).collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (vpcs, next_token) = page.cut(vpcs, |vpc| vpc.vpc_id, pages::USUAL, None)?;
    Ok(Described { next_token, vpcs })
}

#[derive(Debug, Input)]
struct DeleteVpc {
    vpc_id: String,
}

fn delete_vpc(cx: &mut Command<'_, '_>, input: DeleteVpc) -> Result<Empty, Fault> {
    let scope = cx.scope();
    let vpc = records::find::<Vpc>(cx.store, &scope, &VPC, &input.vpc_id)?.clone();
    if has_dependents(cx.store, &vpc) {
        return Err(errors::VPC_DEPENDENCY.with(&[&vpc.id]));
    }
    let groups: Vec<String> =
        cx.store.by::<Group>("vpc", &vpc.id).map(|group| group.id.clone()).collect();
    for group in groups {
        security_groups::remove(cx, &group);
    }
    for id in [&vpc.id, &vpc.route_table_id, &vpc.network_acl_id] {
        tags::clear(cx, id);
    }
    cx.store.remove::<Vpc>(&format!("{scope}{}", vpc.id));
    Ok(Empty {})
}

/// Subnets, groups of its own and instances hold a network; the default group goes with it.
fn has_dependents(store: &Tables, vpc: &Vpc) -> bool {
    let default_group = security_groups::default_of(store, &vpc.id);
    let referenced = default_group.is_some_and(|group| {
        store.by::<Rule>("referenced", &group.id).any(|rule| rule.group_id != group.id)
    });
    // The default network can be deleted together with its gateway; the vendor's own consoles
    // detach that first, which is not built here.
    referenced
        || store.by::<Subnet>("vpc", &vpc.id).next().is_some()
        || store.by::<Group>("vpc", &vpc.id).any(|group| group.name != security_groups::DEFAULT)
        || store.by::<Instance>("vpc", &vpc.id).any(|instance| instance.is_live())
}

#[derive(Debug, Input)]
struct DescribeVpcAttribute {
    attribute: String,
    vpc_id: String,
}

#[derive(Debug, Default, Output)]
struct Attribute {
    enable_dns_hostnames: Option<Flag>,
    enable_dns_support: Option<Flag>,
    enable_network_address_usage_metrics: Option<Flag>,
    vpc_id: String,
}

fn describe_vpc_attribute(cx: &Query<'_>, input: DescribeVpcAttribute) -> Result<Attribute, Fault> {
    let vpc = records::find::<Vpc>(cx.store, &cx.scope(), &VPC, &input.vpc_id)?;
    let mut shown = Attribute { vpc_id: input.vpc_id, ..Attribute::default() };
    match input.attribute.as_str() {
        "enableDnsHostnames" => shown.enable_dns_hostnames = Flag::of(vpc.dns_hostnames),
        "enableDnsSupport" => shown.enable_dns_support = Flag::of(vpc.dns_support),
        "enableNetworkAddressUsageMetrics" => {
            shown.enable_network_address_usage_metrics = Flag::of(vpc.address_metrics);
        }
        other => return Err(errors::ATTRIBUTE.with(&[&other])),
    }
    Ok(shown)
}

#[derive(Debug, Input)]
struct ModifyVpcAttribute {
    vpc_id: String,
    enable_dns_hostnames: Option<Flag>,
    enable_dns_support: Option<Flag>,
    enable_network_address_usage_metrics: Option<Flag>,
}

fn modify_vpc_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifyVpcAttribute,
) -> Result<Empty, Fault> {
    let scope = cx.scope();
    records::find::<Vpc>(cx.store, &scope, &VPC, &input.vpc_id)?;
    let [hostnames, support, metrics] = [
        input.enable_dns_hostnames,
        input.enable_dns_support,
        input.enable_network_address_usage_metrics,
    ]
    .map(|flag| flag.and_then(|flag| flag.value));
    let given = [hostnames, support, metrics].iter().flatten().count();
    match given {
        0 => return Err(errors::MISSING.with(&[&"attribute"])),
        1 => {}
        _ => return Err(errors::ONE_ATTRIBUTE.fault()),
    }
    cx.store.modify::<Vpc>(&format!("{scope}{}", input.vpc_id), |vpc| {
        vpc.dns_hostnames = hostnames.unwrap_or(vpc.dns_hostnames);
        vpc.dns_support = support.unwrap_or(vpc.dns_support);
        vpc.address_metrics = metrics.unwrap_or(vpc.address_metrics);
    });
    Ok(Empty {})
}
