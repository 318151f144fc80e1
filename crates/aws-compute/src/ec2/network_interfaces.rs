//! Network interfaces: each instance has one, which may stay when it ends.

use std::net::Ipv4Addr;

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, command, query};
use isobar_wire::{Input, Output};
use jiff::Timestamp;

use super::filters::{Field, Filters, Selection};
use super::ids::INTERFACE;
use super::instances::{GroupIdentifier, Operator, Seen};
use super::pages::{self, Page};
use super::records::{self, FreeInterface, Group, Instance};
use super::tags::{self, TagView};
use super::{Command, Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    query!(describe_network_interfaces),
    command!(delete_network_interface, on "network-interface/{NetworkInterfaceId}"),
];

/// The addresses of an instance. Its private and its public one are the same: its machine's.
#[derive(Debug)]
pub(super) struct Addresses {
    address: Ipv4Addr,
    region: String,
    is_public: bool,
    has_public_name: bool,
}

impl Addresses {
    pub(super) fn new(
        address: Ipv4Addr,
        region: &str,
        is_public: bool,
        has_public_name: bool,
    ) -> Self {
        Self { address, region: region.to_owned(), is_public, has_public_name }
    }

    pub(super) fn private(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn private_name(&self) -> String {
        let [a, b, c, d] = self.address.octets();
        match self.region.as_str() {
            "us-east-1" => format!("ip-{a}-{b}-{c}-{d}.ec2.internal"),
            region => format!("ip-{a}-{b}-{c}-{d}.{region}.compute.internal"),
        }
    }

    pub(super) fn public(&self) -> Option<String> {
        self.is_public.then(|| self.address.to_string())
    }

    /// The name under which the instance can be reached. No name server here knows the vendor's
    /// names, so it is the address, which can be opened.
    pub(super) fn public_name(&self) -> Option<String> {
        (self.is_public && self.has_public_name).then(|| self.address.to_string())
    }
}

/// An interface as its instance shows it.
#[derive(Debug, Output)]
pub(super) struct InstanceInterface<'a> {
    association: Option<Association>,
    attachment: Attachment<'a>,
    description: &'a str,
    groups: Vec<GroupIdentifier<'a>>,
    ipv6_addresses: [(); 0],
    mac_address: &'a str,
    network_interface_id: &'a str,
    owner_id: &'a str,
    private_dns_name: String,
    private_ip_address: String,
    private_ip_addresses: [PrivateAddress; 1],
    source_dest_check: bool,
    status: &'static str,
    subnet_id: &'a str,
    vpc_id: &'a str,
    interface_type: &'static str,
    operator: Operator,
}

#[derive(Clone, Debug, Output)]
struct Association {
    ip_owner_id: &'static str,
    public_dns_name: String,
    public_ip: String,
}

impl Association {
    fn of(addresses: &Addresses) -> Option<Self> {
        Some(Self {
            ip_owner_id: "amazon",
            public_dns_name: addresses.public_name().unwrap_or_default(),
            public_ip: addresses.public()?,
        })
    }
}

#[derive(Debug, Output)]
struct Attachment<'a> {
    attach_time: Timestamp,
    attachment_id: &'a str,
    delete_on_termination: bool,
    device_index: i64,
    status: &'static str,
    network_card_index: i64,
    /// Only where the interface is looked at by itself.
    instance_id: Option<&'a str>,
    instance_owner_id: Option<&'a str>,
}

#[derive(Debug, Output)]
struct PrivateAddress {
    association: Option<Association>,
    primary: bool,
    private_dns_name: String,
    private_ip_address: String,
}

impl PrivateAddress {
    fn of(addresses: &Addresses) -> Self {
        Self {
            association: Association::of(addresses),
            primary: true,
            private_dns_name: addresses.private_name(),
            private_ip_address: addresses.private(),
        }
    }
}

impl<'a> InstanceInterface<'a> {
    pub(super) fn new(
        instance: &'a Instance,
        addresses: &Addresses,
        groups: &[GroupIdentifier<'a>],
    ) -> Self {
        let interface = &instance.interface;
        Self {
            association: Association::of(addresses),
            attachment: attachment(instance, false),
            description: &interface.description,
            groups: groups.to_vec(),
            ipv6_addresses: [],
            mac_address: &interface.mac,
            network_interface_id: &interface.id,
            owner_id: records::account(&instance.scope),
            private_dns_name: addresses.private_name(),
            private_ip_address: addresses.private(),
            private_ip_addresses: [PrivateAddress::of(addresses)],
            source_dest_check: instance.source_dest_check,
            status: "in-use",
            subnet_id: &instance.subnet_id,
            vpc_id: &instance.vpc_id,
            interface_type: "interface",
            operator: Operator::NONE,
        }
    }
}

fn attachment(instance: &Instance, alone: bool) -> Attachment<'_> {
    let interface = &instance.interface;
    Attachment {
        attach_time: instance.created_at,
        attachment_id: &interface.attachment_id,
        delete_on_termination: interface.delete_on_termination,
        device_index: 0,
        status: "attached",
        network_card_index: 0,
        instance_id: alone.then_some(&instance.id),
        instance_owner_id: alone.then(|| records::account(&instance.scope)),
    }
}

/// An interface by itself.
#[derive(Debug, Output)]
struct InterfaceView<'a> {
    association: Option<Association>,
    attachment: Option<Attachment<'a>>,
    availability_zone: &'a str,
    availability_zone_id: &'a str,
    description: &'a str,
    groups: Vec<GroupIdentifier<'a>>,
    interface_type: &'static str,
    ipv6_addresses: [(); 0],
    mac_address: &'a str,
    network_interface_id: &'a str,
    owner_id: &'a str,
    private_dns_name: String,
    private_ip_address: String,
    private_ip_addresses: [PrivateAddress; 1],
    requester_managed: bool,
    source_dest_check: bool,
    status: &'static str,
    subnet_id: &'a str,
    tag_set: Vec<TagView<'a>>,
    vpc_id: &'a str,
    operator: Operator,
}

fn view<'a>(cx: &Query<'a>, seen: Seen<'a>) -> Option<InterfaceView<'a>> {
    let instance = seen.instance;
    let interface = &instance.interface;
    // One that stays when its instance ends is a row of its own from then on.
    if !instance.is_live() && !interface.delete_on_termination {
        return None;
    }
    let addresses = seen.addresses(cx.store)?;
    Some(InterfaceView {
        association: Association::of(&addresses),
        attachment: Some(attachment(instance, true)),
        availability_zone: &instance.zone,
        availability_zone_id: &instance.zone_id,
        description: &interface.description,
        groups: seen.groups(cx.store),
        interface_type: "interface",
        ipv6_addresses: [],
        mac_address: &interface.mac,
        network_interface_id: &interface.id,
        owner_id: records::account(&instance.scope),
        private_dns_name: addresses.private_name(),
        private_ip_address: addresses.private(),
        private_ip_addresses: [PrivateAddress::of(&addresses)],
        requester_managed: false,
        source_dest_check: instance.source_dest_check,
        status: "in-use",
        subnet_id: &instance.subnet_id,
        tag_set: tags::of(cx.store, &instance.scope, &interface.id),
        vpc_id: &instance.vpc_id,
        operator: Operator::NONE,
    })
}

/// One that stayed when its instance ended.
fn free<'a>(cx: &Query<'a>, row: &'a FreeInterface) -> InterfaceView<'a> {
    let addresses = Addresses::new(row.address, records::region(&row.scope), false, false);
    let interface = &row.interface;
    let groups = row.group_ids.iter();
    let groups = groups.filter_map(|id| cx.store.get::<Group>(&format!("{}{id}", row.scope)));
    InterfaceView {
        association: None,
        attachment: None,
        availability_zone: &row.zone,
        availability_zone_id: &row.zone_id,
        description: &interface.description,
        groups: groups
            .map(|group| GroupIdentifier { group_id: &group.id, group_name: &group.name })
            .collect(),
        interface_type: "interface",
        ipv6_addresses: [],
        mac_address: &interface.mac,
        network_interface_id: &interface.id,
        owner_id: records::account(&row.scope),
        private_dns_name: addresses.private_name(),
        private_ip_address: addresses.private(),
        private_ip_addresses: [PrivateAddress::of(&addresses)],
        requester_managed: false,
        source_dest_check: row.source_dest_check,
        status: "available",
        subnet_id: &row.subnet_id,
        tag_set: tags::of(cx.store, &row.scope, &interface.id),
        vpc_id: &row.vpc_id,
        operator: Operator::NONE,
    }
}

#[derive(Debug, Input)]
struct DeleteNetworkInterface {
    network_interface_id: String,
}

fn delete_network_interface(
    cx: &mut Command<'_, '_>,
    input: DeleteNetworkInterface,
) -> Result<Empty, Fault> {
    let (id, scope) = (input.network_interface_id, cx.scope());
    INTERFACE.check(&id)?;
    if cx.store.remove::<FreeInterface>(&format!("{scope}{id}")).is_some() {
        tags::clear(cx, &id);
        return Ok(Empty {});
    }
    let is_used = records::holder(cx.store, &scope, &id).is_some();
    Err(if is_used { errors::INTERFACE_IN_USE.with(&[&id]) } else { INTERFACE.missing(&id) })
}

#[derive(Debug, Input)]
struct DescribeNetworkInterfaces {
    network_interface_ids: Option<Vec<String>>,
    filters: Filters,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    network_interfaces: Vec<InterfaceView<'a>>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("addresses.association.owner-id", "PrivateIpAddresses.Association.IpOwnerId"),
    ("addresses.association.public-ip", "PrivateIpAddresses.Association.PublicIp"),
    ("addresses.primary", "PrivateIpAddresses.Primary"),
    ("addresses.private-ip-address", "PrivateIpAddresses.PrivateIpAddress"),
    ("association.allocation-id", "Association.AllocationId"),
    ("association.association-id", "Association.AssociationId"),
    ("association.ip-owner-id", "Association.IpOwnerId"),
    ("association.public-dns-name", "Association.PublicDnsName"),
    ("association.public-ip", "Association.PublicIp"),
    ("attachment.attach-time", "Attachment.AttachTime"),
    ("attachment.attachment-id", "Attachment.AttachmentId"),
    ("attachment.delete-on-termination", "Attachment.DeleteOnTermination"),
    ("attachment.device-index", "Attachment.DeviceIndex"),
    ("attachment.instance-id", "Attachment.InstanceId"),
    ("attachment.instance-owner-id", "Attachment.InstanceOwnerId"),
    ("attachment.status", "Attachment.Status"),
    ("availability-zone", "AvailabilityZone"),
    ("availability-zone-id", "AvailabilityZoneId"),
    ("description", "Description"),
    ("group-id", "Groups.GroupId"),
    ("group-name", "Groups.GroupName"),
    ("interface-type", "InterfaceType"),
    ("ipv6-addresses.ipv6-address", "Ipv6Addresses.Ipv6Address"),
    ("mac-address", "MacAddress"),
    ("network-interface-id", "NetworkInterfaceId"),
    ("operator.managed", "Operator.Managed"),
    ("operator.principal", "Operator.Principal"),
    ("owner-id", "OwnerId"),
    ("private-dns-name", "PrivateDnsName"),
    ("private-ip-address", "PrivateIpAddress"),
    ("requester-id", "RequesterId"),
    ("requester-managed", "RequesterManaged"),
    ("source-dest-check", "SourceDestCheck"),
    ("status", "Status"),
    ("subnet-id", "SubnetId"),
    ("vpc-id", "VpcId"),
];

fn describe_network_interfaces<'a>(
    cx: &Query<'a>,
    input: DescribeNetworkInterfaces,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some("TagSet"))?;
    let ids = input.network_interface_ids.unwrap_or_default();
    INTERFACE.check_all(&ids)?;
    let mut interfaces: Vec<_> = cx
        .store
        .list::<Instance>(&cx.scope())
        .filter_map(|instance| view(cx, Seen::new(cx.store, instance)))
        .chain(cx.store.list::<FreeInterface>(&cx.scope()).map(|row| free(cx, row)))
        .collect();
    let exists = |id: &str| interfaces.iter().any(|row| row.network_interface_id == id);
    if let Some(id) = ids.iter().find(|id| !exists(id)) {
        return Err(INTERFACE.missing(id));
    }
    interfaces.retain(|row| {
        (ids.is_empty() || ids.iter().any(|id| id == row.network_interface_id))
            && selection.takes(row)
    });
    interfaces.sort_unstable_by_key(|row| row.network_interface_id);
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (network_interfaces, next_token) =
        page.cut(interfaces, |row| row.network_interface_id, pages::USUAL, None)?;
    Ok(Described { network_interfaces, next_token })
}
