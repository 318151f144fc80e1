//! DescribeNetworkInterfaces: the interfaces with which instances are made. Others cannot be made.

use std::sync::Arc;

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use isobar_alibaba_core::records::address_of;

use super::instances::Found;
use super::records::Instance;
use crate::forms::{self, Listed, seconds};
use crate::paging::{self, Part, newest_first, place};
use crate::tags::{self, TagKeyValue};
use crate::{Handler, Query, standard};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_network_interfaces)];

/// The most interfaces of a page by its number, and of one by a token.
const MOST: i64 = 1000;
const MOST_RESULTS: i64 = 500;
/// The most ids and addresses of a call.
const MOST_ASKED: usize = 100;

#[derive(Debug, Input)]
struct DescribeNetworkInterfaces {
    _region_id: String,
    page_number: Option<i64>,
    page_size: Option<i64>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// Which interfaces are asked for.
#[derive(Debug, Default, Input)]
struct Selection {
    network_interface_id: Option<Vec<String>>,
    network_interface_name: Option<String>,
    v_switch_id: Option<String>,
    vpc_id: Option<String>,
    primary_ip_address: Option<String>,
    private_ip_address: Option<Vec<String>>,
    ipv6_address: Option<Vec<String>>,
    security_group_id: Option<String>,
    #[wire(name = "Type")]
    kind: Option<String>,
    instance_id: Option<String>,
    service_managed: Option<bool>,
    status: Option<String>,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct NetworkInterfaces {
    next_token: String,
    page_size: i64,
    page_number: i64,
    total_count: i64,
    network_interface_sets: Listed<InterfaceView>,
}

#[derive(Debug, Output)]
struct InterfaceView {
    creation_time: String,
    vpc_id: String,
    #[wire(name = "Type")]
    kind: &'static str,
    status: &'static str,
    network_interface_traffic_mode: &'static str,
    network_interface_name: &'static str,
    mac_address: String,
    queue_pair_number: i64,
    network_interface_id: String,
    instance_id: String,
    owner_id: String,
    service_managed: bool,
    v_switch_id: String,
    description: &'static str,
    resource_group_id: &'static str,
    zone_id: String,
    private_ip_address: String,
    queue_number: i64,
    private_ip_sets: Listed<PrivateAddress>,
    ipv6_sets: Listed<String>,
    ipv4_prefix_sets: Listed<String>,
    ipv6_prefix_sets: Listed<String>,
    tags: Listed<TagKeyValue>,
    security_group_ids: Listed<String>,
    associated_public_ip: PublicAddress,
    attachment: Attachment,
    delete_on_release: bool,
}

#[derive(Debug, Output)]
struct PrivateAddress {
    private_ip_address: String,
    primary: bool,
    associated_public_ip: PublicAddress,
}

/// Elastic addresses are not built, so that no interface has one.
#[derive(Debug, Default, Output)]
struct PublicAddress {
    public_ip_address: &'static str,
    allocation_id: &'static str,
}

#[derive(Debug, Output)]
struct Attachment {
    device_index: i64,
    instance_id: String,
    trunk_network_interface_id: &'static str,
    network_card_index: i64,
}

fn view(cx: &Query<'_>, row: &Arc<Instance>) -> InterfaceView {
    let found = Found::of(cx.store, row);
    let address = found.address();
    let private = PrivateAddress {
        private_ip_address: address.clone(),
        primary: true,
        associated_public_ip: PublicAddress::default(),
    };
    InterfaceView {
        creation_time: seconds(row.created_at),
        vpc_id: row.vpc_id.clone(),
        kind: "Primary",
        status: "InUse",
        network_interface_traffic_mode: "Standard",
        network_interface_name: "",
        mac_address: row.mac_address.clone(),
        queue_pair_number: 0,
        network_interface_id: row.interface_id.clone(),
        instance_id: row.id.clone(),
        owner_id: cx.caller.account.clone(),
        service_managed: false,
        v_switch_id: row.vswitch_id.clone(),
        description: "",
        resource_group_id: "",
        zone_id: row.zone_id.clone(),
        private_ip_address: address,
        queue_number: found.instance_type().map_or(0, |kind| kind.queues),
        private_ip_sets: Listed("PrivateIpSet", vec![private]),
        ipv6_sets: Listed("Ipv6Set", Vec::new()),
        ipv4_prefix_sets: Listed("Ipv4PrefixSet", Vec::new()),
        ipv6_prefix_sets: Listed("Ipv6PrefixSet", Vec::new()),
        tags: Listed("Tag", row.first_tags.tag_key_values()),
        security_group_ids: Listed("SecurityGroupId", row.group_ids.clone()),
        associated_public_ip: PublicAddress::default(),
        attachment: Attachment {
            device_index: 0,
            instance_id: row.id.clone(),
            trunk_network_interface_id: "",
            network_card_index: 0,
        },
        delete_on_release: true,
    }
}

fn check(asked: &Selection) -> Result<(), Fault> {
    let lists = [
        ("NetworkInterfaceId", &asked.network_interface_id),
        ("PrivateIpAddress", &asked.private_ip_address),
        ("Ipv6Address", &asked.ipv6_address),
    ];
    let values = [
        ("Type", &asked.kind, ["Primary", "Secondary"].as_slice()),
        (
            "Status",
            &asked.status,
            &["Available", "Attaching", "InUse", "Detaching", "Deleting", "CreateFailed"],
        ),
    ];
    let long = lists
        .into_iter()
        .find(|(_, list)| list.as_ref().is_some_and(|list| list.len() > MOST_ASKED));
    let unknown = values.into_iter().find(|(_, given, known)| {
        given.as_deref().is_some_and(|given| !given.is_empty() && !known.contains(&given))
    });
    match long.map(|(name, _)| name).or(unknown.map(|(name, ..)| name)) {
        Some(name) => Err(standard::INVALID_PARAMETER.with(&[&name])),
        None => Ok(()),
    }
}

/// Whether something is asked for that no interface here has.
fn none(cx: &Query<'_>, asked: &Selection) -> bool {
    let other = |given: &Option<String>, own: &str| {
        given.as_deref().is_some_and(|given| !given.is_empty() && given != own)
    };
    other(&asked.kind, "Primary")
        || other(&asked.status, "InUse")
        || other(&asked.network_interface_name, "")
        || other(&asked.resource_group_id, &forms::default_resource_group(&cx.caller.account))
        || asked.service_managed == Some(true)
        || asked.ipv6_address.as_ref().is_some_and(|list| !list.is_empty())
}

fn describe_network_interfaces(
    cx: &Query<'_>,
    Both(input, asked): Both<DescribeNetworkInterfaces, Selection>,
) -> Result<NetworkInterfaces, Fault> {
    check(&asked)?;
    let none = none(cx, &asked);
    let is = |asked: &Option<String>, own: &str| {
        asked.as_deref().is_none_or(|asked| asked.is_empty() || asked == own)
    };
    let among = |asked: &Option<Vec<String>>, own: &str| {
        asked.as_deref().is_none_or(|list| list.is_empty() || list.iter().any(|text| text == own))
    };
    let group = asked.security_group_id.as_ref().filter(|id| !id.is_empty());
    let at = |row: &Instance| {
        let address = address_of(cx.store, &row.id);
        is(&asked.primary_ip_address, &address) && among(&asked.private_ip_address, &address)
    };
    let rows = cx
        .store
        .list::<Instance>(&cx.scope())
        .filter(|row| !none && among(&asked.network_interface_id, &row.interface_id))
        .filter(|row| is(&asked.instance_id, &row.id) && is(&asked.vpc_id, &row.vpc_id))
        .filter(|row| is(&asked.v_switch_id, &row.vswitch_id))
        .filter(|row| group.is_none_or(|id| row.group_ids.contains(id)))
        .filter(|row| at(row) && row.first_tags.fit(asked.tag.as_deref()));
    let page = paging::Asked {
        page_number: input.page_number,
        page_size: input.page_size,
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        most: (MOST, MOST_RESULTS),
    };
    let Part { page, total, items, next_token } =
        page.cut(newest_first(rows), |row| place(row), &standard::INVALID_PARAMETER)?;
    let views = items.into_iter().map(|row| view(cx, row)).collect();
    Ok(NetworkInterfaces {
        next_token,
        page_size: page.size,
        page_number: page.number,
        total_count: total,
        network_interface_sets: Listed("NetworkInterfaceSet", views),
    })
}
