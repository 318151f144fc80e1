//! What an answer says of an instance.

use std::borrow::Cow;

use isobar_engines::machines::{self, Machine};
use isobar_kernel::Tables;
use isobar_wire::Output;
use jiff::Timestamp;

use super::super::images::{self, Image};
use super::super::instance_states::{self as states, State, StateView};
use super::super::instance_types::{self, Type};
use super::super::network_interfaces::{Addresses, InstanceInterface};
use super::super::records::{self, Group, Instance, Vpc};
use super::super::subnets::DnsOptions;
use super::super::tags::{self, TagView};
use super::super::volumes::InstanceVolume;

#[derive(Debug, Output)]
pub(in crate::ec2) struct InstanceView<'a> {
    architecture: &'static str,
    block_device_mappings: Vec<InstanceVolume<'a>>,
    client_token: &'a str,
    ebs_optimized: bool,
    ena_support: bool,
    hypervisor: &'static str,
    network_interfaces: Vec<InstanceInterface<'a>>,
    root_device_name: &'static str,
    root_device_type: &'static str,
    security_groups: Vec<GroupIdentifier<'a>>,
    source_dest_check: Option<bool>,
    state_reason: Option<Reason<'a>>,
    tags: Vec<TagView<'a>>,
    virtualization_type: &'static str,
    cpu_options: CpuOptions,
    capacity_reservation_specification: Preference,
    hibernation_options: Hibernation,
    metadata_options: Metadata<'a>,
    enclave_options: Enclave,
    boot_mode: Option<&'static str>,
    platform_details: &'static str,
    usage_operation: &'static str,
    usage_operation_update_time: Timestamp,
    private_dns_name_options: DnsOptions,
    maintenance_options: Maintenance<'a>,
    current_instance_boot_mode: &'static str,
    network_performance_options: Bandwidth,
    operator: Operator,
    pub(super) instance_id: &'a str,
    image_id: &'a str,
    state: StateView,
    private_dns_name: String,
    public_dns_name: String,
    state_transition_reason: &'a str,
    key_name: Option<&'a str>,
    ami_launch_index: i64,
    product_codes: [(); 0],
    instance_type: &'a str,
    launch_time: Timestamp,
    placement: Placement<'a>,
    monitoring: Monitoring,
    subnet_id: Option<&'a str>,
    vpc_id: Option<&'a str>,
    private_ip_address: Option<String>,
    public_ip_address: Option<String>,
    #[wire(skip)]
    pub(super) owner_id: &'a str,
    #[wire(skip)]
    pub(super) reservation_id: &'a str,
}

/// A group's id and name.
#[derive(Clone, Debug, Output)]
pub(in crate::ec2) struct GroupIdentifier<'a> {
    pub(in crate::ec2) group_id: &'a str,
    pub(in crate::ec2) group_name: &'a str,
}

#[derive(Debug, Output)]
struct Reason<'a> {
    code: Cow<'a, str>,
    message: Cow<'a, str>,
}

#[derive(Debug, Output)]
struct CpuOptions {
    core_count: i64,
    threads_per_core: i64,
}

#[derive(Debug, Output)]
struct Preference {
    capacity_reservation_preference: &'static str,
}

#[derive(Debug, Output)]
struct Hibernation {
    configured: bool,
}

#[derive(Debug, Output)]
struct Metadata<'a> {
    state: &'static str,
    http_tokens: &'a str,
    http_put_response_hop_limit: i64,
    http_endpoint: &'a str,
    http_protocol_ipv6: &'a str,
    instance_metadata_tags: &'a str,
}

#[derive(Debug, Output)]
struct Enclave {
    enabled: bool,
}

#[derive(Debug, Output)]
struct Maintenance<'a> {
    auto_recovery: &'a str,
    reboot_migration: &'static str,
}

#[derive(Debug, Output)]
struct Bandwidth {
    bandwidth_weighting: &'static str,
}

/// Who manages it: nobody but its owner.
#[derive(Debug, Output)]
pub(in crate::ec2) struct Operator {
    managed: bool,
}

impl Operator {
    pub(in crate::ec2) const NONE: Self = Self { managed: false };
}

#[derive(Debug, Output)]
struct Placement<'a> {
    availability_zone_id: &'a str,
    group_name: &'static str,
    tenancy: &'a str,
    availability_zone: &'a str,
}

#[derive(Debug, Output)]
struct Monitoring {
    state: &'static str,
}

/// An instance with what it is looked at together with.
#[derive(Clone, Copy, Debug)]
pub(in crate::ec2) struct Seen<'a> {
    pub(in crate::ec2) instance: &'a Instance,
    pub(in crate::ec2) machine: Option<&'a Machine>,
    pub(in crate::ec2) state: State,
}

impl<'a> Seen<'a> {
    pub(in crate::ec2) fn new(store: &'a Tables, instance: &'a Instance) -> Self {
        let machine = machines::find(store, &instance.id).map(|machine| &**machine);
        Self { instance, machine, state: State::of(instance, machine) }
    }

    /// Its addresses, while it has any.
    pub(in crate::ec2) fn addresses(&self, store: &Tables) -> Option<Addresses> {
        let machine = self.machine.filter(|_| self.state.is_attached())?;
        let key = format!("{}{}", self.instance.scope, self.instance.vpc_id);
        let names = store.get::<Vpc>(&key).is_some_and(|vpc| vpc.dns_hostnames && vpc.dns_support);
        let is_up = matches!(self.state, State::Pending | State::Running);
        let public = self.instance.public && is_up;
        Some(Addresses::new(machine.address, records::region(&self.instance.scope), public, names))
    }

    /// Its groups, while it has any.
    pub(in crate::ec2) fn groups(&self, store: &'a Tables) -> Vec<GroupIdentifier<'a>> {
        let attached = self.state.is_attached();
        let ids = self.instance.group_ids.iter().filter(|_| attached);
        ids.filter_map(|id| store.get::<Group>(&format!("{}{id}", self.instance.scope)))
            .map(|group| GroupIdentifier { group_id: &group.id, group_name: &group.name })
            .collect()
    }
}

pub(in crate::ec2) fn view<'a>(store: &'a Tables, seen: Seen<'a>) -> InstanceView<'a> {
    let Seen { instance, machine, state } = seen;
    let image = images::find(records::region(&instance.scope), &instance.image_id);
    let kind = instance_types::find(&instance.instance_type);
    let addresses = seen.addresses(store);
    let attached = state.is_attached();
    let reason = states::reason(instance, machine, state);
    let groups = seen.groups(store);
    InstanceView {
        architecture: image.map_or("x86_64", |image: &Image| image.architecture),
        block_device_mappings: if attached { InstanceVolume::all(instance) } else { Vec::new() },
        client_token: &instance.client_token,
        ebs_optimized: instance.ebs_optimized,
        ena_support: true,
        hypervisor: "xen",
        network_interfaces: addresses
            .as_ref()
            .map(|addresses| InstanceInterface::new(instance, addresses, &groups))
            .into_iter()
            .collect(),
        root_device_name: image.map_or("/dev/xvda", |image| image.root_device),
        root_device_type: "ebs",
        security_groups: groups,
        source_dest_check: attached.then_some(instance.source_dest_check),
        state_reason: reason.map(|(code, message)| Reason { code, message }),
        tags: tags::of(store, &instance.scope, &instance.id),
        virtualization_type: "hvm",
        cpu_options: cpu_options(kind),
        capacity_reservation_specification: Preference { capacity_reservation_preference: "open" },
        hibernation_options: Hibernation { configured: false },
        metadata_options: metadata(instance, state),
        enclave_options: Enclave { enabled: false },
        boot_mode: image.and_then(|image| image.boot_mode),
        platform_details: "Linux/UNIX",
        usage_operation: "RunInstances",
        usage_operation_update_time: instance.created_at,
        private_dns_name_options: DnsOptions::BY_ADDRESS,
        maintenance_options: Maintenance {
            auto_recovery: &instance.auto_recovery,
            reboot_migration: "default",
        },
        current_instance_boot_mode: boot_mode(kind),
        network_performance_options: Bandwidth { bandwidth_weighting: "default" },
        operator: Operator::NONE,
        instance_id: &instance.id,
        image_id: &instance.image_id,
        state: state.into(),
        private_dns_name: addresses.as_ref().map(Addresses::private_name).unwrap_or_default(),
        public_dns_name: addresses.as_ref().and_then(Addresses::public_name).unwrap_or_default(),
        state_transition_reason: &instance.transition,
        key_name: instance.key_name.as_deref(),
        ami_launch_index: instance.launch_index,
        product_codes: [],
        instance_type: &instance.instance_type,
        launch_time: instance.launched_at,
        placement: placement(instance),
        monitoring: Monitoring { state: if instance.monitoring { "enabled" } else { "disabled" } },
        subnet_id: attached.then_some(&instance.subnet_id),
        vpc_id: attached.then_some(&instance.vpc_id),
        private_ip_address: addresses.as_ref().map(Addresses::private),
        public_ip_address: addresses.as_ref().and_then(Addresses::public),
        owner_id: records::account(&instance.scope),
        reservation_id: &instance.reservation_id,
    }
}

fn cpu_options(kind: Option<&Type>) -> CpuOptions {
    let (core_count, threads_per_core) =
        kind.map_or((1, 1), |kind| (kind.cores, kind.threads_per_core));
    CpuOptions { core_count, threads_per_core }
}

fn boot_mode(kind: Option<&Type>) -> &'static str {
    if kind.is_some_and(|kind| kind.boots_uefi) { "uefi" } else { "legacy-bios" }
}

fn placement(instance: &Instance) -> Placement<'_> {
    Placement {
        availability_zone_id: &instance.zone_id,
        group_name: "",
        tenancy: &instance.tenancy,
        availability_zone: &instance.zone,
    }
}

fn metadata(instance: &Instance, state: State) -> Metadata<'_> {
    let options = &instance.metadata;
    Metadata {
        state: if state == State::Pending { "pending" } else { "applied" },
        http_tokens: &options.http_tokens,
        http_put_response_hop_limit: options.hop_limit,
        http_endpoint: &options.http_endpoint,
        http_protocol_ipv6: &options.http_protocol_ipv6,
        instance_metadata_tags: &options.instance_tags,
    }
}
