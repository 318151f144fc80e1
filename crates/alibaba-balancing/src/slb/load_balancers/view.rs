//! How load balancers are shown.

use isobar_engines::balancers;
use isobar_kernel::Tables;
use isobar_wire::Output;

use crate::Query;
use crate::forms::{InOrder, Listed, default_resource_group, seconds};
use crate::lookup::region_of;
use crate::slb::records::{Listener, LoadBalancer, Server};
use crate::tags::TagKeyValue;
use isobar_alibaba_core::records::address_of;

/// The address, with a port where the first listener's could not be had: it opens as it is shown.
pub(super) fn shown_address(tables: &Tables, row: &LoadBalancer) -> String {
    balancers::find(tables, &row.id).map(|engine| engine.shown_address()).unwrap_or_default()
}

/// What both ways to describe a load balancer show.
#[derive(Debug, Output)]
struct Common {
    load_balancer_id: String,
    load_balancer_name: String,
    load_balancer_status: &'static str,
    address: String,
    address_type: &'static str,
    #[wire(name = "AddressIPVersion")]
    address_ip_version: &'static str,
    network_type: &'static str,
    vpc_id: String,
    v_switch_id: String,
    region_id: String,
    region_id_alias: String,
    master_zone_id: String,
    slave_zone_id: String,
    bandwidth: i64,
    load_balancer_spec: String,
    pay_type: &'static str,
    instance_charge_type: String,
    create_time: String,
    create_time_stamp: i64,
    delete_protection: &'static str,
    modification_protection_status: &'static str,
    modification_protection_reason: String,
    resource_group_id: String,
    tags: Listed<TagKeyValue>,
}

impl Common {
    fn of(cx: &Query<'_>, row: &LoadBalancer) -> Self {
        let private = row.network.is_some();
        let (vpc_id, v_switch_id) = row.network.clone().unwrap_or_default();
        let protected = row.console_protection.is_some();
        Self {
            load_balancer_id: row.id.clone(),
            load_balancer_name: row.name.clone(),
            load_balancer_status: row.status(),
            address: shown_address(cx.store, row),
            address_type: if private { "intranet" } else { "internet" },
            address_ip_version: "ipv4",
            network_type: if private { "vpc" } else { "classic" },
            vpc_id,
            v_switch_id,
            region_id: region_of(&row.scope).into(),
            region_id_alias: region_of(&row.scope).into(),
            master_zone_id: row.master_zone.clone(),
            slave_zone_id: row.slave_zone.clone(),
            bandwidth: row.bandwidth.unwrap_or(5120),
            load_balancer_spec: row.spec.clone(),
            pay_type: "PayOnDemand",
            instance_charge_type: row.instance_charge_type.clone(),
            create_time: seconds(row.created_at),
            create_time_stamp: row.created_at.as_second() * 1000,
            delete_protection: if row.delete_protection { "on" } else { "off" },
            modification_protection_status: if protected {
                "ConsoleProtection"
            } else {
                "NonProtection"
            },
            modification_protection_reason: row.console_protection.clone().unwrap_or_default(),
            resource_group_id: default_resource_group(&cx.caller.account),
            tags: Listed("Tag", row.tags.tag_key_values()),
        }
    }
}

/// A load balancer in a list.
#[derive(Debug, Output)]
pub(super) struct Summary {
    #[wire(flatten)]
    common: Common,
    /// A number here: 3 for bandwidth, 4 for traffic.
    internet_charge_type: &'static str,
    internet_charge_type_alias: String,
}

/// The order of a load balancer's members in a list.
const IN_LISTS: &[&str] = &[
    "VpcId",
    "CreateTimeStamp",
    "LoadBalancerId",
    "CreateTime",
    "PayType",
    "AddressType",
    "NetworkType",
    "AddressIPVersion",
    "LoadBalancerName",
    "Bandwidth",
    "Address",
    "SlaveZoneId",
    "MasterZoneId",
    "InternetChargeTypeAlias",
    "LoadBalancerSpec",
    "RegionId",
    "ModificationProtectionReason",
    "ModificationProtectionStatus",
    "VSwitchId",
    "LoadBalancerStatus",
    "ResourceGroupId",
    "InternetChargeType",
    "DeleteProtection",
    "RegionIdAlias",
    "Tags",
    "InstanceChargeType",
];

impl Summary {
    pub(super) fn of(cx: &Query<'_>, row: &LoadBalancer) -> InOrder<Self> {
        let by_bandwidth = row.internet_charge_type == "paybybandwidth";
        let summary = Self {
            common: Common::of(cx, row),
            internet_charge_type: if by_bandwidth { "3" } else { "4" },
            internet_charge_type_alias: row.internet_charge_type.clone(),
        };
        InOrder(IN_LISTS, summary)
    }
}

/// A load balancer by itself.
#[derive(Debug, Output)]
pub(super) struct Attribute {
    #[wire(flatten)]
    common: Common,
    internet_charge_type: String,
    end_time: &'static str,
    end_time_stamp: i64,
    listener_ports: Listed<u16>,
    listener_ports_and_protocal: Listed<PortAndProtocal>,
    listener_ports_and_protocol: Listed<PortAndProtocol>,
    backend_servers: Listed<BackendServer>,
}

/// The vendor misspelt it first, and keeps both.
#[derive(Debug, Output)]
struct PortAndProtocal {
    listener_protocal: &'static str,
    listener_port: u16,
}

#[derive(Debug, Output)]
struct PortAndProtocol {
    listener_port: u16,
    listener_protocol: &'static str,
    listener_forward: &'static str,
    description: String,
}

#[derive(Debug, Output)]
struct BackendServer {
    #[wire(name = "Type")]
    kind: String,
    weight: u32,
    description: String,
    server_ip: String,
    server_id: String,
}

/// The order of a load balancer's members where it is described by itself.
const BY_ITSELF: &[&str] = &[
    "VpcId",
    "Tags",
    "CreateTimeStamp",
    "CreateTime",
    "LoadBalancerId",
    "PayType",
    "AddressType",
    "NetworkType",
    "AddressIPVersion",
    "RenewalCycUnit",
    "Bandwidth",
    "LoadBalancerName",
    "Address",
    "SlaveZoneId",
    "EndTimeStamp",
    "MasterZoneId",
    "LoadBalancerSpec",
    "AutoReleaseTime",
    "ModificationProtectionReason",
    "RegionId",
    "ModificationProtectionStatus",
    "EndTime",
    "VSwitchId",
    "LoadBalancerStatus",
    "ResourceGroupId",
    "InternetChargeType",
    "DeleteProtection",
    "RegionIdAlias",
    "RenewalStatus",
    "RenewalDuration",
    "ListenerPorts",
    "ListenerPortsAndProtocal",
    "ListenerPortsAndProtocol",
    "BackendServers",
    "InstanceChargeType",
];

impl Attribute {
    pub(super) fn of(cx: &Query<'_>, row: &LoadBalancer) -> InOrder<Self> {
        let protocal = |listener: &Listener| PortAndProtocal {
            listener_port: listener.port,
            listener_protocal: listener.protocol.name(),
        };
        let protocol = |listener: &Listener| PortAndProtocol {
            listener_port: listener.port,
            listener_protocol: listener.protocol.name(),
            listener_forward: "off",
            description: listener.description.clone(),
        };
        let server = |server: &Server| BackendServer {
            server_id: server.named.clone(),
            server_ip: address_of(cx.store, &server.id),
            kind: server.kind.clone(),
            weight: server.weight,
            description: server.description.clone(),
        };
        let listeners = &row.listeners;
        let attribute = Self {
            common: Common::of(cx, row),
            internet_charge_type: row.internet_charge_type.clone(),
            // Pay-as-you-go load balancers never end.
            end_time: "2999-09-08T16:00:00Z",
            end_time_stamp: 32_493_801_600_000,
            listener_ports: Listed(
                "ListenerPort",
                listeners.iter().map(|listener| listener.port).collect(),
            ),
            listener_ports_and_protocal: Listed(
                "ListenerPortAndProtocal",
                listeners.iter().map(protocal).collect(),
            ),
            listener_ports_and_protocol: Listed(
                "ListenerPortAndProtocol",
                listeners.iter().map(protocol).collect(),
            ),
            backend_servers: Listed("BackendServer", row.servers.iter().map(server).collect()),
        };
        InOrder(BY_ITSELF, attribute)
    }
}
