//! Subnets.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Random, Tables, command, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::{self, SUBNET, VPC};
use super::pages::{self, Page};
use super::records::{self, FreeInterface, Instance, Subnet, Vpc};
use super::tags::{self, TagSpecifications, TagView, Wanted};
use super::vpcs::BlockPublicAccess;
use super::{Command, Flag, Query, errors};
use crate::World;
use crate::regions::{self, Zone};
use isobar_forms::Cidr;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_subnet, on "subnet/*"),
    query!(describe_subnets),
    command!(delete_subnet, on "subnet/{SubnetId}"),
    command!(modify_subnet_attribute, on "subnet/{SubnetId}"),
];

/// How many subnets a network may have.
const MOST: usize = 200;
/// How many addresses of each subnet the service keeps for itself.
const RESERVED: i64 = 5;

#[derive(Debug, Output)]
struct SubnetView<'a> {
    availability_zone_id: &'a str,
    map_customer_owned_ip_on_launch: bool,
    owner_id: &'a str,
    assign_ipv6_address_on_creation: bool,
    ipv6_cidr_block_association_set: [Empty; 0],
    tags: Vec<TagView<'a>>,
    subnet_arn: String,
    enable_dns64: bool,
    ipv6_native: bool,
    private_dns_name_options_on_launch: DnsOptions,
    block_public_access_states: BlockPublicAccess,
    subnet_id: &'a str,
    state: &'static str,
    vpc_id: &'a str,
    cidr_block: Cidr,
    available_ip_address_count: i64,
    availability_zone: &'a str,
    default_for_az: bool,
    map_public_ip_on_launch: bool,
}

/// How instances are named.
#[derive(Debug, Output)]
pub(super) struct DnsOptions {
    hostname_type: &'static str,
    enable_resource_name_dns_a_record: bool,
    #[wire(name = "EnableResourceNameDnsAAAARecord")]
    enable_resource_name_dns_aaaa_record: bool,
}

impl DnsOptions {
    /// After their addresses.
    pub(super) const BY_ADDRESS: Self = Self {
        hostname_type: "ip-name",
        enable_resource_name_dns_a_record: false,
        enable_resource_name_dns_aaaa_record: false,
    };
}

fn view<'a>(store: &'a Tables, subnet: &'a Subnet) -> SubnetView<'a> {
    SubnetView {
        availability_zone_id: &subnet.zone_id,
        map_customer_owned_ip_on_launch: false,
        owner_id: records::account(&subnet.scope),
        assign_ipv6_address_on_creation: false,
        ipv6_cidr_block_association_set: [],
        tags: tags::of(store, &subnet.scope, &subnet.id),
        subnet_arn: records::arn(&subnet.scope, "subnet", &subnet.id),
        enable_dns64: false,
        ipv6_native: false,
        private_dns_name_options_on_launch: DnsOptions::BY_ADDRESS,
        block_public_access_states: BlockPublicAccess::OFF,
        subnet_id: &subnet.id,
        state: "available",
        vpc_id: &subnet.vpc_id,
        cidr_block: subnet.cidr,
        available_ip_address_count: free_addresses(store, subnet),
        availability_zone: &subnet.zone,
        default_for_az: subnet.default_for_zone,
        map_public_ip_on_launch: subnet.map_public_ip,
    }
}

/// How many addresses are left.
pub(super) fn free_addresses(store: &Tables, subnet: &Subnet) -> i64 {
    let used =
        store.by::<Instance>("subnet", &subnet.id).filter(|instance| instance.is_live()).count();
    let used = used + store.by::<FreeInterface>("subnet", &subnet.id).count();
    subnet.cidr.size() - RESERVED - i64::try_from(used).unwrap_or(i64::MAX)
}

#[derive(Debug, Input)]
struct CreateSubnet {
    vpc_id: String,
    cidr_block: Option<String>,
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    tag_specifications: TagSpecifications,
}

#[derive(Debug, Output)]
struct Created<'a> {
    subnet: SubnetView<'a>,
}

fn create_subnet<'c>(
    cx: &'c mut Command<'_, '_>,
    input: CreateSubnet,
) -> Result<Created<'c>, Fault> {
    let wanted = Wanted::new(&input.tag_specifications, &["subnet"], &errors::TAGGABLE_NETWORK)?;
    let scope = cx.scope();
    let vpc = records::find::<Vpc>(cx.store, &scope, &VPC, &input.vpc_id)?.clone();
    let block = input
        .cidr_block
        .ok_or_else(|| errors::MISSING_EITHER.with(&[&"cidrBlock", &"ipv6CidrBlock"]))?;
    let cidr: Cidr = block.parse().map_err(|_| errors::CIDR.with(&[&block]))?;
    let zone = zone(cx, input.availability_zone.as_deref(), input.availability_zone_id.as_deref())?;
    if !(16..=28).contains(&cidr.bits()) || !vpc.cidr.contains(cidr) {
        return Err(errors::SUBNET_RANGE.with(&[&block]));
    }
    let mut count = 0;
    for other in cx.store.by::<Subnet>("vpc", &vpc.id) {
        if other.cidr.overlaps(cidr) {
            return Err(errors::SUBNET_CONFLICT.with(&[&block]));
        }
        count += 1;
    }
    if count >= MOST {
        return Err(errors::SUBNET_LIMIT.fault());
    }
    let subnet = cx.store.put(new(&vpc, cidr, zone, cx.context.random));
    wanted.put(cx, "subnet", &subnet.id);
    let store: &Tables = cx.store;
    let subnet = records::find(store, &scope, &SUBNET, &subnet.id)?;
    Ok(Created { subnet: view(store, subnet) })
}

/// A subnet as it is created.
pub(super) fn new(vpc: &Vpc, cidr: Cidr, zone: Zone, random: &Random) -> Subnet {
    Subnet {
        scope: vpc.scope.clone(),
        id: SUBNET.draw(random),
        vpc_id: vpc.id.clone(),
        cidr,
        zone: zone.name,
        zone_id: zone.id,
        default_for_zone: false,
        map_public_ip: false,
        network_acl_association_id: ids::new("aclassoc-", random),
    }
}

/// The zone that is asked for; one of the region's where none is.
fn zone(cx: &Command<'_, '_>, name: Option<&str>, id: Option<&str>) -> Result<Zone, Fault> {
    let region = regions::find(cx.region).expect("a request is admitted for a region that exists");
    let names = || region.zones().map(|zone| zone.name).collect::<Vec<_>>().join(", ");
    match (name, id) {
        (Some(_), Some(_)) => {
            Err(errors::COMBINATION.with(&[&"availabilityZone", &"availabilityZoneId"]))
        }
        (Some(name), None) => region
            .zone(name)
            .ok_or_else(|| errors::SUBNET_ZONE.with(&[&name, &"availabilityZone", &names()])),
        (None, Some(id)) => region
            .zone_of_id(id)
            .ok_or_else(|| errors::SUBNET_ZONE.with(&[&id, &"availabilityZoneId", &names()])),
        (None, None) => Ok(region.zones().next().expect("each region has zones")),
    }
}

#[derive(Debug, Input)]
struct DescribeSubnets {
    filters: Filters,
    subnet_ids: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    next_token: Option<String>,
    subnets: Vec<SubnetView<'a>>,
}

pub(super) const FILTERS: &[Field] = &[
    ("availability-zone", "AvailabilityZone"),
    ("availabilityZone", "AvailabilityZone"),
    ("availability-zone-id", "AvailabilityZoneId"),
    ("availabilityZoneId", "AvailabilityZoneId"),
    ("available-ip-address-count", "AvailableIpAddressCount"),
    ("cidr", "CidrBlock"),
    ("cidr-block", "CidrBlock"),
    ("cidrBlock", "CidrBlock"),
    ("customer-owned-ipv4-pool", "CustomerOwnedIpv4Pool"),
    ("default-for-az", "DefaultForAz"),
    ("defaultForAz", "DefaultForAz"),
    ("enable-dns64", "EnableDns64"),
    ("enable-lni-at-device-index", "EnableLniAtDeviceIndex"),
    ("ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"),
    ("ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"),
    ("ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"),
    ("ipv6-native", "Ipv6Native"),
    ("map-customer-owned-ip-on-launch", "MapCustomerOwnedIpOnLaunch"),
    ("map-public-ip-on-launch", "MapPublicIpOnLaunch"),
    ("outpost-arn", "OutpostArn"),
    ("owner-id", "OwnerId"),
    (
        "private-dns-name-options-on-launch.hostname-type",
        "PrivateDnsNameOptionsOnLaunch.HostnameType",
    ),
    (
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
        "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord",
    ),
    (
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
        "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord",
    ),
    ("state", "State"),
    ("subnet-arn", "SubnetArn"),
    ("subnet-id", "SubnetId"),
    ("vpc-id", "VpcId"),
];

fn describe_subnets<'a>(cx: &Query<'a>, input: DescribeSubnets) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let subnets = records::chosen(cx.store, &cx.scope(), &SUBNET, input.subnet_ids.as_deref())?;
    let subnets = subnets.into_iter().map(|subnet| view(cx.store, subnet));
    let subnets = subnets.filter(|subnet| selection.takes(subnet)).collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (subnets, next_token) = page.cut(subnets, |subnet| subnet.subnet_id, pages::USUAL, None)?;
    Ok(Described { next_token, subnets })
}

#[derive(Debug, Input)]
struct DeleteSubnet {
    subnet_id: String,
}

fn delete_subnet(cx: &mut Command<'_, '_>, input: DeleteSubnet) -> Result<Empty, Fault> {
    let scope = cx.scope();
    let subnet = records::find::<Subnet>(cx.store, &scope, &SUBNET, &input.subnet_id)?;
    let used = cx.store.by::<Instance>("subnet", &subnet.id).any(|instance| instance.is_live())
        || cx.store.by::<FreeInterface>("subnet", &subnet.id).next().is_some();
    if used || cx.is_held(subnet) {
        return Err(errors::SUBNET_DEPENDENCY.with(&[&input.subnet_id]));
    }
    tags::clear(cx, &input.subnet_id);
    cx.store.remove::<Subnet>(&format!("{scope}{}", input.subnet_id));
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct ModifySubnetAttribute {
    subnet_id: String,
    map_public_ip_on_launch: Option<Flag>,
}

fn modify_subnet_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifySubnetAttribute,
) -> Result<Empty, Fault> {
    let scope = cx.scope();
    records::find::<Subnet>(cx.store, &scope, &SUBNET, &input.subnet_id)?;
    if let Some(value) = input.map_public_ip_on_launch.and_then(|flag| flag.value) {
        let key = format!("{scope}{}", input.subnet_id);
        cx.store.modify::<Subnet>(&key, |subnet| subnet.map_public_ip = value);
    }
    Ok(Empty {})
}
