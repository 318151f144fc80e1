//! How DescribeInstances shows an instance: every member that the vendor always has.

use serde::Serialize;

use crate::ecs::image_table;
use crate::ecs::instances::{EipAddress, Found, NEVER, NO_EIP, Status, VpcAttributes};
use crate::forms::{Listed, minutes};
use crate::lookup::region_of;
use crate::tags::TagKeyValue;

/// An instance in the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstanceView {
    instance_id: String,
    instance_name: String,
    description: String,
    host_name: String,
    status: Status,
    region_id: String,
    zone_id: String,
    cluster_id: &'static str,
    vlan_id: &'static str,
    serial_number: String,
    image_id: String,
    #[serde(rename = "OSName")]
    os_name: &'static str,
    #[serde(rename = "OSNameEn")]
    os_name_en: &'static str,
    #[serde(rename = "OSType")]
    os_type: &'static str,
    instance_type: String,
    instance_type_family: &'static str,
    cpu: u32,
    memory: i64,
    #[serde(rename = "GPUAmount")]
    gpu_amount: i64,
    #[serde(rename = "GPUSpec")]
    gpu_spec: &'static str,
    local_storage_capacity: Option<i64>,
    local_storage_amount: Option<i64>,
    io_optimized: bool,
    device_available: bool,
    instance_charge_type: &'static str,
    internet_charge_type: String,
    internet_max_bandwidth_in: i64,
    internet_max_bandwidth_out: i64,
    instance_network_type: &'static str,
    creation_time: String,
    start_time: String,
    expired_time: &'static str,
    auto_release_time: &'static str,
    sale_cycle: &'static str,
    stopped_mode: String,
    recyclable: bool,
    deletion_protection: bool,
    credit_specification: String,
    spot_strategy: String,
    spot_price_limit: f64,
    spot_duration: i64,
    spot_interruption_behavior: &'static str,
    key_pair_name: String,
    resource_group_id: &'static str,
    deployment_set_id: &'static str,
    hpc_cluster_id: &'static str,
    #[serde(rename = "ISP")]
    isp: &'static str,
    security_group_ids: Listed<String>,
    public_ip_address: Listed<String>,
    inner_ip_address: Listed<String>,
    rdma_ip_address: Listed<String>,
    vpc_attributes: VpcAttributes,
    eip_address: EipAddress,
    network_interfaces: Listed<Interface>,
    operation_locks: Listed<String>,
    tags: Listed<TagKeyValue>,
    dedicated_host_attribute: DedicatedHost,
    dedicated_instance_attribute: DedicatedInstance,
    ecs_capacity_reservation_attr: CapacityReservation,
    cpu_options: CpuOptions,
    metadata_options: MetadataOptions,
    hibernation_options: HibernationOptions,
    image_options: ImageOptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Interface {
    #[serde(rename = "Type")]
    kind: &'static str,
    mac_address: String,
    primary_ip_address: String,
    network_interface_id: String,
    private_ip_sets: Listed<PrivateAddress>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateAddress {
    private_ip_address: String,
    primary: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DedicatedHost {
    dedicated_host_id: &'static str,
    dedicated_host_name: &'static str,
    dedicated_host_cluster_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DedicatedInstance {
    affinity: &'static str,
    tenancy: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CapacityReservation {
    capacity_reservation_id: &'static str,
    capacity_reservation_preference: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CpuOptions {
    core_count: u32,
    threads_per_core: u32,
    numa: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetadataOptions {
    http_endpoint: &'static str,
    http_tokens: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct HibernationOptions {
    configured: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ImageOptions {
    login_as_non_root: bool,
}

impl InstanceView {
    pub(super) fn of(found: &Found<'_>) -> Self {
        let row = found.row;
        let kind = found.instance_type();
        let image = image_table::find(&row.image_id);
        let threads = if kind.cpus > 1 && kind.family.architecture == "X86" { 2 } else { 1 };
        Self {
            instance_id: row.id.clone(),
            instance_name: row.name.clone(),
            description: row.description.clone(),
            host_name: row.host_name.clone(),
            status: found.status(),
            region_id: region_of(&row.scope).into(),
            zone_id: row.zone_id.clone(),
            cluster_id: "",
            vlan_id: "",
            serial_number: row.serial_number.clone(),
            image_id: row.image_id.clone(),
            os_name: image.map_or("", |image| image.name_chinese),
            os_name_en: image.map_or("", |image| image.name_english),
            os_type: "linux",
            instance_type: row.type_id.clone(),
            instance_type_family: kind.family.name,
            cpu: kind.cpus,
            memory: kind.memory_mib(),
            gpu_amount: 0,
            gpu_spec: "",
            local_storage_capacity: None,
            local_storage_amount: None,
            io_optimized: true,
            device_available: true,
            instance_charge_type: "PostPaid",
            internet_charge_type: row.internet_charge_type.clone(),
            internet_max_bandwidth_in: row.bandwidth_in,
            internet_max_bandwidth_out: row.bandwidth_out,
            instance_network_type: "vpc",
            creation_time: minutes(row.created_at),
            start_time: row.started_at.map(minutes).unwrap_or_default(),
            expired_time: NEVER,
            auto_release_time: "",
            sale_cycle: "",
            stopped_mode: row.stopped_mode.clone(),
            recyclable: false,
            deletion_protection: row.deletion_protection,
            credit_specification: row.credit_specification.clone(),
            spot_strategy: row.spot_strategy.clone(),
            spot_price_limit: 0.0,
            spot_duration: 0,
            spot_interruption_behavior: "",
            key_pair_name: row.key_pair.clone().unwrap_or_default(),
            resource_group_id: "",
            deployment_set_id: "",
            hpc_cluster_id: "",
            isp: "",
            security_group_ids: Listed("SecurityGroupId", row.group_ids.clone()),
            public_ip_address: Listed("IpAddress", found.public_addresses()),
            inner_ip_address: Listed("IpAddress", Vec::new()),
            rdma_ip_address: Listed("IpAddress", Vec::new()),
            vpc_attributes: VpcAttributes::of(found),
            eip_address: NO_EIP,
            network_interfaces: Listed("NetworkInterface", vec![interface(found)]),
            operation_locks: Listed("LockReason", Vec::new()),
            tags: Listed("Tag", row.tags.tag_key_values()),
            dedicated_host_attribute: DedicatedHost {
                dedicated_host_id: "",
                dedicated_host_name: "",
                dedicated_host_cluster_id: "",
            },
            dedicated_instance_attribute: DedicatedInstance { affinity: "", tenancy: "" },
            ecs_capacity_reservation_attr: CapacityReservation {
                capacity_reservation_id: "",
                capacity_reservation_preference: "",
            },
            cpu_options: CpuOptions {
                core_count: kind.cpus / threads,
                threads_per_core: threads,
                numa: "ON",
            },
            metadata_options: MetadataOptions { http_endpoint: "", http_tokens: "" },
            hibernation_options: HibernationOptions { configured: false },
            image_options: ImageOptions { login_as_non_root: false },
        }
    }
}

fn interface(found: &Found<'_>) -> Interface {
    let address = found.address();
    let private = PrivateAddress { private_ip_address: address.clone(), primary: true };
    Interface {
        kind: "Primary",
        mac_address: found.row.mac_address.clone(),
        primary_ip_address: address,
        network_interface_id: found.row.interface_id.clone(),
        private_ip_sets: Listed("PrivateIpSet", vec![private]),
    }
}
