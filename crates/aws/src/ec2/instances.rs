//! Instances as they are shown.

use std::borrow::Cow;

use isobar_engines::machines::{self, Machine};
use isobar_kernel::{Fault, Handler, Tables, query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::filters::{Field, Filters, Selection};
use super::ids::INSTANCE;
use super::instance_states::{self as states, State, StateView};
use super::network_interfaces::{Addresses, InstanceInterface};
use super::pages::{self, Page};
use super::records::{self, Group, Instance, Vpc};
use super::subnets::DnsOptions;
use super::tags::{self, TagView};
use super::volumes::InstanceVolume;
use super::{Query, errors, images, instance_types};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_instances)];

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstanceView<'a> {
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
    instance_id: &'a str,
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
    #[serde(skip)]
    owner_id: &'a str,
    #[serde(skip)]
    reservation_id: &'a str,
}

/// A group's id and name.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupIdentifier<'a> {
    pub(super) group_id: &'a str,
    pub(super) group_name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reason<'a> {
    code: Cow<'a, str>,
    message: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CpuOptions {
    core_count: i64,
    threads_per_core: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Preference {
    capacity_reservation_preference: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Hibernation {
    configured: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    state: &'static str,
    http_tokens: &'a str,
    http_put_response_hop_limit: i64,
    http_endpoint: &'a str,
    http_protocol_ipv6: &'a str,
    instance_metadata_tags: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Enclave {
    enabled: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Maintenance<'a> {
    auto_recovery: &'a str,
    reboot_migration: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Bandwidth {
    bandwidth_weighting: &'static str,
}

/// Who manages it: nobody but its owner.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Operator {
    managed: bool,
}

impl Operator {
    pub(super) const NONE: Self = Self { managed: false };
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Placement<'a> {
    availability_zone_id: &'a str,
    group_name: &'static str,
    tenancy: &'a str,
    availability_zone: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Monitoring {
    state: &'static str,
}

/// An instance with what it is looked at together with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) instance: &'a Instance,
    pub(super) machine: Option<&'a Machine>,
    pub(super) state: State,
}

impl<'a> Seen<'a> {
    pub(super) fn new(store: &'a Tables, instance: &'a Instance) -> Self {
        let machine = machines::find(store, &instance.id).map(|machine| &**machine);
        Self { instance, machine, state: State::of(instance, machine) }
    }

    /// Its addresses, while it has any.
    pub(super) fn addresses(&self, store: &Tables) -> Option<Addresses> {
        let machine = self.machine.filter(|_| self.state.is_attached())?;
        let key = format!("{}{}", self.instance.scope, self.instance.vpc_id);
        let names = store.get::<Vpc>(&key).is_some_and(|vpc| vpc.dns_hostnames && vpc.dns_support);
        let is_up = matches!(self.state, State::Pending | State::Running);
        let public = self.instance.public && is_up;
        Some(Addresses::new(machine.address, records::region(&self.instance.scope), public, names))
    }

    /// Its groups, while it has any.
    pub(super) fn groups(&self, store: &'a Tables) -> Vec<GroupIdentifier<'a>> {
        let attached = self.state.is_attached();
        let ids = self.instance.group_ids.iter().filter(|_| attached);
        ids.filter_map(|id| store.get::<Group>(&format!("{}{id}", self.instance.scope)))
            .map(|group| GroupIdentifier { group_id: &group.id, group_name: &group.name })
            .collect()
    }
}

pub(super) fn view<'a>(store: &'a Tables, seen: Seen<'a>) -> InstanceView<'a> {
    let Seen { instance, machine, state } = seen;
    let image = images::find(records::region(&instance.scope), &instance.image_id);
    let kind = instance_types::find(&instance.instance_type);
    let nitro = kind.is_some_and(|kind| kind.family.is_nitro());
    let threads = kind.map_or(1, |kind| kind.threads_per_core());
    let addresses = seen.addresses(store);
    let attached = state.is_attached();
    let reason = states::reason(instance, machine, state);
    let groups = seen.groups(store);
    InstanceView {
        architecture: image.map_or("x86_64", |image| image.architecture),
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
        cpu_options: CpuOptions {
            core_count: kind.map_or(1, |kind| kind.size.vcpus / threads),
            threads_per_core: threads,
        },
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
        current_instance_boot_mode: if nitro { "uefi" } else { "legacy-bios" },
        network_performance_options: Bandwidth { bandwidth_weighting: "default" },
        operator: Operator::NONE,
        instance_id: &instance.id,
        image_id: &instance.image_id,
        state: state.view(),
        private_dns_name: addresses.as_ref().map(Addresses::private_name).unwrap_or_default(),
        public_dns_name: addresses.as_ref().and_then(Addresses::public_name).unwrap_or_default(),
        state_transition_reason: &instance.transition,
        key_name: instance.key_name.as_deref(),
        ami_launch_index: instance.launch_index,
        product_codes: [],
        instance_type: &instance.instance_type,
        launch_time: instance.launched_at,
        placement: Placement {
            availability_zone_id: &instance.zone_id,
            group_name: "",
            tenancy: &instance.tenancy,
            availability_zone: &instance.zone,
        },
        monitoring: Monitoring { state: if instance.monitoring { "enabled" } else { "disabled" } },
        subnet_id: attached.then_some(&instance.subnet_id),
        vpc_id: attached.then_some(&instance.vpc_id),
        private_ip_address: addresses.as_ref().map(Addresses::private),
        public_ip_address: addresses.as_ref().and_then(Addresses::public),
        owner_id: records::account(&instance.scope),
        reservation_id: &instance.reservation_id,
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

/// Instances that were launched together.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Reservation<'a> {
    reservation_id: &'a str,
    owner_id: &'a str,
    groups: [(); 0],
    instances: Vec<InstanceView<'a>>,
}

impl<'a> Reservation<'a> {
    /// The reservation of an instance, with it alone.
    fn of(instance: InstanceView<'a>) -> Self {
        let (reservation_id, owner_id) = (instance.reservation_id, instance.owner_id);
        Self { reservation_id, owner_id, groups: [], instances: vec![instance] }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeInstances {
    instance_ids: Option<Vec<String>>,
    filters: Filters,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    next_token: Option<String>,
    reservations: Vec<Reservation<'a>>,
}

/// The instances of the ids that are shown, in the ids' order; all where none are given.
pub(super) fn chosen<'a>(cx: &Query<'a>, ids: Option<&[String]>) -> Result<Vec<Seen<'a>>, Fault> {
    let (scope, now) = (cx.scope(), cx.now);
    let ids = ids.unwrap_or_default();
    if ids.is_empty() {
        let all = cx.store.list::<Instance>(&scope).filter(|instance| instance.is_shown(now));
        return Ok(all.map(|instance| Seen::new(cx.store, instance)).collect());
    }
    INSTANCE.check_all(ids)?;
    states::existing(cx.store, &scope, ids, now)?;
    let mut sorted: Vec<&String> = ids.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let found = sorted.into_iter().filter_map(|id| cx.store.get(&format!("{scope}{id}")));
    Ok(found.map(|instance: &std::sync::Arc<Instance>| Seen::new(cx.store, instance)).collect())
}

fn describe_instances<'a>(
    cx: &Query<'a>,
    input: DescribeInstances,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(IN_INSTANCES))?;
    let ids = input.instance_ids.as_deref();
    if input.max_results.is_some() && ids.is_some_and(|ids| !ids.is_empty()) {
        return Err(errors::IDS_WITH_MAX_RESULTS.with(&[&"instancesSet"]));
    }
    let instances = chosen(cx, ids)?.into_iter().map(|seen| view(cx.store, seen));
    // Filters look at an instance within its reservation, as they name members of both.
    let instances: Vec<_> = instances
        .map(Reservation::of)
        .filter(|reservation| selection.takes(reservation))
        .flat_map(|reservation| reservation.instances)
        .collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (instances, next_token) =
        page.cut(instances, |instance| instance.instance_id, pages::USUAL, None)?;
    Ok(Described { next_token, reservations: together(instances) })
}

/// The instances by their reservations.
pub(super) fn together(instances: Vec<InstanceView<'_>>) -> Vec<Reservation<'_>> {
    let mut reservations: Vec<Reservation<'_>> = Vec::new();
    for instance in instances {
        let id = instance.reservation_id;
        match reservations.iter_mut().find(|reservation| reservation.reservation_id == id) {
            Some(reservation) => reservation.instances.push(instance),
            None => reservations.push(Reservation::of(instance)),
        }
    }
    reservations
}

/// Where an instance's tags stand in a reservation.
const IN_INSTANCES: &str = "Instances.Tags";

pub(super) const FILTERS: &[Field] = &[
    ("architecture", "Instances.Architecture"),
    ("availability-zone", "Instances.Placement.AvailabilityZone"),
    ("availability-zone-id", "Instances.Placement.AvailabilityZoneId"),
    ("block-device-mapping.attach-time", "Instances.BlockDeviceMappings.Ebs.AttachTime"),
    (
        "block-device-mapping.delete-on-termination",
        "Instances.BlockDeviceMappings.Ebs.DeleteOnTermination",
    ),
    ("block-device-mapping.device-name", "Instances.BlockDeviceMappings.DeviceName"),
    ("block-device-mapping.status", "Instances.BlockDeviceMappings.Ebs.Status"),
    ("block-device-mapping.volume-id", "Instances.BlockDeviceMappings.Ebs.VolumeId"),
    ("boot-mode", "Instances.BootMode"),
    ("capacity-reservation-id", "Instances.CapacityReservationId"),
    ("client-token", "Instances.ClientToken"),
    ("current-instance-boot-mode", "Instances.CurrentInstanceBootMode"),
    ("dns-name", "Instances.PublicDnsName"),
    ("ebs-optimized", "Instances.EbsOptimized"),
    ("ena-support", "Instances.EnaSupport"),
    ("enclave-options.enabled", "Instances.EnclaveOptions.Enabled"),
    ("hibernation-options.configured", "Instances.HibernationOptions.Configured"),
    ("host-id", "Instances.Placement.HostId"),
    ("hypervisor", "Instances.Hypervisor"),
    ("iam-instance-profile.arn", "Instances.IamInstanceProfile.Arn"),
    ("iam-instance-profile.id", "Instances.IamInstanceProfile.Id"),
    ("image-id", "Instances.ImageId"),
    ("instance-id", "Instances.InstanceId"),
    ("instance-lifecycle", "Instances.InstanceLifecycle"),
    ("instance-state-code", "Instances.State.Code"),
    ("instance-state-name", "Instances.State.Name"),
    ("instance-type", "Instances.InstanceType"),
    ("instance.group-id", "Instances.SecurityGroups.GroupId"),
    ("instance.group-name", "Instances.SecurityGroups.GroupName"),
    ("ip-address", "Instances.PublicIpAddress"),
    ("kernel-id", "Instances.KernelId"),
    ("key-name", "Instances.KeyName"),
    ("launch-index", "Instances.AmiLaunchIndex"),
    ("launch-time", "Instances.LaunchTime"),
    ("maintenance-options.auto-recovery", "Instances.MaintenanceOptions.AutoRecovery"),
    ("metadata-options.http-endpoint", "Instances.MetadataOptions.HttpEndpoint"),
    ("metadata-options.http-protocol-ipv6", "Instances.MetadataOptions.HttpProtocolIpv6"),
    (
        "metadata-options.http-put-response-hop-limit",
        "Instances.MetadataOptions.HttpPutResponseHopLimit",
    ),
    ("metadata-options.http-tokens", "Instances.MetadataOptions.HttpTokens"),
    ("metadata-options.instance-metadata-tags", "Instances.MetadataOptions.InstanceMetadataTags"),
    ("metadata-options.state", "Instances.MetadataOptions.State"),
    ("monitoring-state", "Instances.Monitoring.State"),
    (
        "network-interface.addresses.association.public-ip",
        "Instances.NetworkInterfaces.PrivateIpAddresses.Association.PublicIp",
    ),
    (
        "network-interface.addresses.primary",
        "Instances.NetworkInterfaces.PrivateIpAddresses.Primary",
    ),
    (
        "network-interface.addresses.private-ip-address",
        "Instances.NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress",
    ),
    ("network-interface.association.public-ip", "Instances.NetworkInterfaces.Association.PublicIp"),
    (
        "network-interface.attachment.attachment-id",
        "Instances.NetworkInterfaces.Attachment.AttachmentId",
    ),
    (
        "network-interface.attachment.delete-on-termination",
        "Instances.NetworkInterfaces.Attachment.DeleteOnTermination",
    ),
    (
        "network-interface.attachment.device-index",
        "Instances.NetworkInterfaces.Attachment.DeviceIndex",
    ),
    ("network-interface.attachment.status", "Instances.NetworkInterfaces.Attachment.Status"),
    ("network-interface.availability-zone", "Instances.Placement.AvailabilityZone"),
    ("network-interface.description", "Instances.NetworkInterfaces.Description"),
    ("network-interface.group-id", "Instances.NetworkInterfaces.Groups.GroupId"),
    ("network-interface.group-name", "Instances.NetworkInterfaces.Groups.GroupName"),
    ("network-interface.mac-address", "Instances.NetworkInterfaces.MacAddress"),
    ("network-interface.network-interface-id", "Instances.NetworkInterfaces.NetworkInterfaceId"),
    ("network-interface.owner-id", "Instances.NetworkInterfaces.OwnerId"),
    ("network-interface.private-dns-name", "Instances.NetworkInterfaces.PrivateDnsName"),
    ("network-interface.source-dest-check", "Instances.NetworkInterfaces.SourceDestCheck"),
    ("network-interface.status", "Instances.NetworkInterfaces.Status"),
    ("network-interface.subnet-id", "Instances.NetworkInterfaces.SubnetId"),
    ("network-interface.vpc-id", "Instances.NetworkInterfaces.VpcId"),
    ("owner-id", "OwnerId"),
    ("placement-group-name", "Instances.Placement.GroupName"),
    ("platform", "Instances.Platform"),
    ("platform-details", "Instances.PlatformDetails"),
    ("private-dns-name", "Instances.PrivateDnsName"),
    ("private-dns-name-options.hostname-type", "Instances.PrivateDnsNameOptions.HostnameType"),
    ("private-ip-address", "Instances.PrivateIpAddress"),
    ("product-code", "Instances.ProductCodes.ProductCodeId"),
    ("product-code.type", "Instances.ProductCodes.ProductCodeType"),
    ("ramdisk-id", "Instances.RamdiskId"),
    ("reason", "Instances.StateTransitionReason"),
    ("requester-id", "RequesterId"),
    ("reservation-id", "ReservationId"),
    ("root-device-name", "Instances.RootDeviceName"),
    ("root-device-type", "Instances.RootDeviceType"),
    ("source-dest-check", "Instances.SourceDestCheck"),
    ("spot-instance-request-id", "Instances.SpotInstanceRequestId"),
    ("state-reason-code", "Instances.StateReason.Code"),
    ("state-reason-message", "Instances.StateReason.Message"),
    ("subnet-id", "Instances.SubnetId"),
    ("tenancy", "Instances.Placement.Tenancy"),
    ("tpm-support", "Instances.TpmSupport"),
    ("usage-operation", "Instances.UsageOperation"),
    ("usage-operation-update-time", "Instances.UsageOperationUpdateTime"),
    ("virtualization-type", "Instances.VirtualizationType"),
    ("vpc-id", "Instances.VpcId"),
];
