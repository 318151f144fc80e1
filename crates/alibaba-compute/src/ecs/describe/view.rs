//! How DescribeInstances shows an instance: every member that the vendor always has.

use crate::ecs::image_table;
use crate::ecs::instances::{EipAddress, Found, NEVER, NO_EIP, Status, VpcAttributes};
use crate::forms::{Listed, minutes};
use crate::lookup::region_of;
use crate::tags::TagKeyValue;
use isobar_wire::Output;

/// An instance in the answer.
#[derive(Debug, Output)]
pub(super) struct InstanceView {
    resource_group_id: &'static str,
    memory: i64,
    instance_charge_type: &'static str,
    cpu: u32,
    #[wire(name = "OSName")]
    os_name: &'static str,
    instance_network_type: &'static str,
    inner_ip_address: Listed<String>,
    expired_time: &'static str,
    image_id: String,
    eip_address: EipAddress,
    image_options: ImageOptions,
    vlan_id: &'static str,
    host_name: String,
    tags: Listed<TagKeyValue>,
    status: Status,
    hibernation_options: HibernationOptions,
    metadata_options: MetadataOptions,
    instance_id: String,
    stopped_mode: String,
    cpu_options: CpuOptions,
    start_time: String,
    deletion_protection: bool,
    vpc_attributes: VpcAttributes,
    security_group_ids: Listed<String>,
    internet_charge_type: String,
    instance_name: String,
    deployment_set_id: &'static str,
    internet_max_bandwidth_out: i64,
    serial_number: String,
    #[wire(name = "OSType")]
    os_type: &'static str,
    creation_time: String,
    auto_release_time: &'static str,
    description: String,
    instance_type_family: String,
    dedicated_instance_attribute: DedicatedInstance,
    public_ip_address: Listed<String>,
    #[wire(name = "GPUSpec")]
    gpu_spec: &'static str,
    network_interfaces: Listed<Interface>,
    spot_price_limit: f64,
    sale_cycle: &'static str,
    device_available: bool,
    instance_type: String,
    #[wire(name = "OSNameEn")]
    os_name_en: &'static str,
    spot_strategy: String,
    key_pair_name: String,
    io_optimized: bool,
    zone_id: String,
    cluster_id: &'static str,
    ecs_capacity_reservation_attr: CapacityReservation,
    dedicated_host_attribute: DedicatedHost,
    #[wire(name = "GPUAmount")]
    gpu_amount: i64,
    operation_locks: Listed<String>,
    internet_max_bandwidth_in: i64,
    recyclable: bool,
    region_id: String,
    credit_specification: String,
    local_storage_capacity: Option<i64>,
    local_storage_amount: Option<i64>,
    spot_duration: i64,
    spot_interruption_behavior: String,
    hpc_cluster_id: &'static str,
    #[wire(name = "ISP")]
    isp: &'static str,
    rdma_ip_address: Listed<String>,
}

#[derive(Debug, Output)]
struct Interface {
    #[wire(name = "Type")]
    kind: &'static str,
    primary_ip_address: String,
    mac_address: String,
    network_interface_id: String,
    private_ip_sets: Listed<PrivateAddress>,
}

#[derive(Debug, Output)]
struct PrivateAddress {
    private_ip_address: String,
    primary: bool,
}

#[derive(Debug, Output)]
struct DedicatedHost {
    dedicated_host_id: &'static str,
    dedicated_host_name: &'static str,
    dedicated_host_cluster_id: &'static str,
}

#[derive(Debug, Output)]
struct DedicatedInstance {
    tenancy: &'static str,
    affinity: &'static str,
}

#[derive(Debug, Output)]
struct CapacityReservation {
    capacity_reservation_preference: &'static str,
    capacity_reservation_id: &'static str,
}

#[derive(Debug, Output)]
struct CpuOptions {
    threads_per_core: u32,
    numa: &'static str,
    core_count: u32,
}

#[derive(Debug, Output)]
struct MetadataOptions {
    http_tokens: &'static str,
    http_endpoint: &'static str,
}

#[derive(Debug, Output)]
struct HibernationOptions {
    configured: bool,
}

#[derive(Debug, Output)]
struct ImageOptions {
    login_as_non_root: bool,
}

impl InstanceView {
    pub(super) fn of(found: &Found<'_>) -> Self {
        let row = found.row;
        let cpus = found.cpus();
        let image = image_table::find(&row.image_id);
        let is_x86 = found.instance_type().is_some_and(|kind| kind.family.architecture == "X86");
        let threads = if cpus > 1 && is_x86 { 2 } else { 1 };
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
            instance_type_family: found.family().into(),
            cpu: cpus,
            memory: found.memory_mib(),
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
            spot_price_limit: row.spot.price_limit,
            spot_duration: row.spot.duration,
            spot_interruption_behavior: row.spot.interruption.clone(),
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
                core_count: cpus / threads,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use isobar_engines::machines::{self, Spec};
    use isobar_kernel::store::Schema;
    use isobar_kernel::{Random, Store};
    use serde_json::json;

    use super::*;
    use crate::ecs::records::Instance;

    /// A row of an earlier version, whose region, image and type are in no table any more.
    #[test]
    fn an_instance_of_a_type_that_is_gone_is_shown() {
        let mut schema = Schema::default();
        isobar_engines::schema(&mut schema);
        isobar_alibaba_core::records::schema(&mut schema);
        let store = Store::ephemeral(schema);
        let row: Instance = serde_json::from_value(json!({
            "scope": "1/cn-gone/", "id": "i-1", "name": "old", "description": "", "host_name": "h",
            "image_id": "gone.vhd", "type_id": "ecs.gone.xlarge", "vpc_id": "", "vswitch_id": "",
            "zone_id": "cn-gone-a", "group_ids": [], "key_pair": null, "public": false,
            "internet_charge_type": "PayByTraffic", "bandwidth_in": 10, "bandwidth_out": 0,
            "credit_specification": "", "deletion_protection": false, "user_data": "",
            "stopped_mode": "Not-applicable", "spot_strategy": "NoSpot", "interface_id": "eni-1",
            "mac_address": "", "serial_number": "", "tags": {},
            "created_at": "2026-01-01T00:00:00Z", "started_at": null,
        }))
        .unwrap();
        let made = store.update(|tx| {
            let spec = Spec { id: row.id.clone(), ..Spec::default() };
            machines::create(tx, &Random::seeded(7), row.created_at, spec);
            tx.put(row)
        });
        let row: Arc<Instance> = made.unwrap();
        let view = store.read(|tables| InstanceView::of(&Found::of(tables, &row)));
        assert_eq!((view.instance_type_family.as_str(), view.cpu, view.memory), ("ecs.gone", 0, 0));
        assert_eq!((view.region_id.as_str(), view.os_name_en), ("cn-gone", ""));
    }
}
