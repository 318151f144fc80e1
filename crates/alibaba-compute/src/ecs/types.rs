//! DescribeInstanceTypes.

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::type_table::{self, InstanceType};
use crate::forms::Listed;
use crate::paging::{self, after_token};
use crate::{Handler, Query, standard};

pub(super) const OPERATIONS: &[Handler] =
    &[query!(describe_instance_types), query!(describe_instance_type_families)];

/// The most types of a page, and how many there are where the caller does not say.
const MOST: i64 = 1600;

#[derive(Debug, Input)]
struct DescribeInstanceTypes {
    instance_types: Option<Vec<String>>,
    instance_type_family: Option<String>,
    instance_type_families: Option<Vec<String>>,
    instance_category: Option<String>,
    instance_categories: Option<Vec<String>>,
    instance_family_level: Option<String>,
    cpu_architecture: Option<String>,
    cpu_architectures: Option<Vec<String>>,
    physical_processor_model: Option<String>,
    minimum_cpu_core_count: Option<u32>,
    maximum_cpu_core_count: Option<u32>,
    minimum_memory_size: Option<f64>,
    maximum_memory_size: Option<f64>,
    minimum_cpu_speed_frequency: Option<f64>,
    maximum_cpu_speed_frequency: Option<f64>,
    minimum_cpu_turbo_frequency: Option<f64>,
    maximum_cpu_turbo_frequency: Option<f64>,
    #[wire(name = "MinimumGPUAmount")]
    minimum_gpu_amount: Option<i64>,
    #[wire(name = "GPUSpec")]
    gpu_spec: Option<String>,
    minimum_local_storage_amount: Option<i64>,
    local_storage_category: Option<String>,
    minimum_instance_bandwidth_rx: Option<i64>,
    minimum_instance_bandwidth_tx: Option<i64>,
    minimum_instance_pps_rx: Option<i64>,
    minimum_instance_pps_tx: Option<i64>,
    minimum_eni_quantity: Option<i64>,
    minimum_eni_private_ip_address_quantity: Option<i64>,
    minimum_baseline_credit: Option<i64>,
    minimum_initial_credit: Option<i64>,
    #[wire(name = "MaximumGPUAmount")]
    maximum_gpu_amount: Option<i64>,
    gpu_specs: Option<Vec<String>>,
    physical_processor_models: Option<Vec<String>>,
    local_storage_categories: Option<Vec<String>>,
    minimum_local_storage_capacity: Option<i64>,
    minimum_disk_quantity: Option<i64>,
    minimum_eni_ipv6_address_quantity: Option<i64>,
    minimum_primary_eni_queue_number: Option<i64>,
    minimum_secondary_eni_queue_number: Option<i64>,
    minimum_queue_pair_number: Option<i64>,
    minimum_eri_quantity: Option<i64>,
    nvme_support: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct InstanceTypes {
    instance_types: Listed<TypeView>,
    next_token: String,
}

#[derive(Debug, Output)]
struct TypeView {
    eni_total_quantity: i64,
    local_storage_category: &'static str,
    primary_eni_queue_number: i64,
    memory_size: f64,
    local_storage_capacity: Option<i64>,
    instance_family_level: &'static str,
    instance_pps_rx: i64,
    eni_ipv6_address_quantity: i64,
    maximum_queue_number_per_eni: i64,
    instance_type_id: &'static str,
    instance_bandwidth_rx: i64,
    secondary_eni_queue_number: i64,
    #[wire(name = "GPUSpec")]
    gpu_spec: &'static str,
    instance_bandwidth_tx: i64,
    queue_pair_number: i64,
    eri_quantity: i64,
    #[wire(name = "GPUAmount")]
    gpu_amount: i64,
    total_eni_queue_quantity: i64,
    nvme_support: &'static str,
    disk_quantity: i64,
    initial_credit: Option<i64>,
    local_storage_amount: Option<i64>,
    baseline_credit: Option<i64>,
    instance_pps_tx: i64,
    eni_private_ip_address_quantity: i64,
    cpu_core_count: u32,
    instance_type_family: &'static str,
    eni_quantity: i64,
    eni_trunk_supported: bool,
    cpu_speed_frequency: f64,
    cpu_turbo_frequency: f64,
    physical_processor_model: &'static str,
    network_encryption_support: bool,
    instance_category: &'static str,
    cpu_architecture: &'static str,
    #[wire(name = "GPUMemorySize")]
    gpu_memory_size: f64,
    network_card_quantity: i64,
    network_cards: Listed<NetworkCard>,
    supported_boot_modes: Listed<&'static str>,
}

#[derive(Debug, Output)]
struct NetworkCard {
    network_card_index: i64,
}

fn view(row: &'static InstanceType) -> TypeView {
    let family = row.family;
    let arm = family.architecture == "ARM";
    let (speed, turbo) = family.frequencies;
    TypeView {
        instance_type_id: &row.id,
        instance_type_family: family.name,
        instance_family_level: family.level,
        instance_category: family.category,
        cpu_core_count: row.cpus,
        memory_size: row.memory,
        cpu_architecture: family.architecture,
        physical_processor_model: family.processor,
        cpu_speed_frequency: speed,
        cpu_turbo_frequency: turbo,
        gpu_amount: 0,
        gpu_spec: "",
        gpu_memory_size: 0.0,
        instance_bandwidth_rx: row.bandwidth,
        instance_bandwidth_tx: row.bandwidth,
        instance_pps_rx: row.packets,
        instance_pps_tx: row.packets,
        eni_quantity: row.interfaces,
        eni_total_quantity: row.interfaces,
        eni_private_ip_address_quantity: row.addresses,
        eni_ipv6_address_quantity: if row.addresses < 6 { 1 } else { row.addresses },
        eni_trunk_supported: false,
        primary_eni_queue_number: row.queues,
        secondary_eni_queue_number: row.queues,
        maximum_queue_number_per_eni: row.queues,
        total_eni_queue_quantity: row.queues * row.interfaces,
        eri_quantity: 0,
        queue_pair_number: 0,
        disk_quantity: 17,
        local_storage_category: "",
        local_storage_amount: None,
        local_storage_capacity: None,
        nvme_support: if arm { "required" } else { "unsupported" },
        initial_credit: row.credits().map(|(initial, _)| initial),
        baseline_credit: row.credits().map(|(_, baseline)| baseline),
        network_card_quantity: 1,
        network_cards: Listed("NetworkCardInfo", vec![NetworkCard { network_card_index: 0 }]),
        network_encryption_support: false,
        supported_boot_modes: Listed(
            "SupportedBootMode",
            if arm { vec!["UEFI"] } else { vec!["BIOS", "UEFI"] },
        ),
    }
}

impl DescribeInstanceTypes {
    fn fits(&self, view: &TypeView) -> bool {
        let least = |asked: Option<i64>, own: i64| asked.is_none_or(|asked| own >= asked);
        let between = |from: Option<f64>, to: Option<f64>, own: f64| {
            from.is_none_or(|from| own >= from) && to.is_none_or(|to| own <= to)
        };
        let cpus = view.cpu_core_count;
        self.named(view)
            && self.minimum_cpu_core_count.is_none_or(|least| cpus >= least)
            && self.maximum_cpu_core_count.is_none_or(|most| cpus <= most)
            && between(self.minimum_memory_size, self.maximum_memory_size, view.memory_size)
            && between(
                self.minimum_cpu_speed_frequency,
                self.maximum_cpu_speed_frequency,
                view.cpu_speed_frequency,
            )
            && between(
                self.minimum_cpu_turbo_frequency,
                self.maximum_cpu_turbo_frequency,
                view.cpu_turbo_frequency,
            )
            && least(self.minimum_gpu_amount, view.gpu_amount)
            && least(self.minimum_local_storage_amount, 0)
            && least(self.minimum_instance_bandwidth_rx, view.instance_bandwidth_rx)
            && least(self.minimum_instance_bandwidth_tx, view.instance_bandwidth_tx)
            && least(self.minimum_instance_pps_rx, view.instance_pps_rx)
            && least(self.minimum_instance_pps_tx, view.instance_pps_tx)
            && least(self.minimum_eni_quantity, view.eni_quantity)
            && least(
                self.minimum_eni_private_ip_address_quantity,
                view.eni_private_ip_address_quantity,
            )
            && least(self.minimum_baseline_credit, view.baseline_credit.unwrap_or(0))
            && least(self.minimum_initial_credit, view.initial_credit.unwrap_or(0))
            && self.maximum_gpu_amount.is_none_or(|most| view.gpu_amount <= most)
            && least(self.minimum_local_storage_capacity, 0)
            && least(self.minimum_disk_quantity, view.disk_quantity)
            && least(self.minimum_eni_ipv6_address_quantity, view.eni_ipv6_address_quantity)
            && least(self.minimum_primary_eni_queue_number, view.primary_eni_queue_number)
            && least(self.minimum_secondary_eni_queue_number, view.secondary_eni_queue_number)
            && least(self.minimum_queue_pair_number, view.queue_pair_number)
            && least(self.minimum_eri_quantity, view.eri_quantity)
    }

    fn named(&self, view: &TypeView) -> bool {
        let is = |asked: &Option<String>, own: &str| {
            asked.as_deref().is_none_or(|asked| asked.is_empty() || asked == own)
        };
        let among = |asked: &Option<Vec<String>>, own: &str| {
            asked
                .as_deref()
                .is_none_or(|asked| asked.is_empty() || asked.iter().any(|asked| asked == own))
        };
        among(&self.instance_types, view.instance_type_id)
            && is(&self.instance_type_family, view.instance_type_family)
            && among(&self.instance_type_families, view.instance_type_family)
            && is(&self.instance_category, view.instance_category)
            && among(&self.instance_categories, view.instance_category)
            && is(&self.instance_family_level, view.instance_family_level)
            && is(&self.cpu_architecture, view.cpu_architecture)
            && among(&self.cpu_architectures, view.cpu_architecture)
            && is(&self.physical_processor_model, view.physical_processor_model)
            && is(&self.gpu_spec, view.gpu_spec)
            && is(&self.local_storage_category, view.local_storage_category)
            && among(&self.gpu_specs, view.gpu_spec)
            && among(&self.physical_processor_models, view.physical_processor_model)
            && among(&self.local_storage_categories, view.local_storage_category)
            && is(&self.nvme_support, view.nvme_support)
    }
}

fn describe_instance_types(
    _: &Query<'_>,
    input: DescribeInstanceTypes,
) -> Result<InstanceTypes, Fault> {
    let most = paging::results(input.max_results, MOST, MOST, &standard::INVALID_PARAMETER)?;
    let mut types: Vec<TypeView> =
        type_table::all().iter().map(view).filter(|view| input.fits(view)).collect();
    types.sort_by_key(|view| view.instance_type_id);
    let token = input.next_token.as_deref();
    let invalid = || standard::INVALID_PARAMETER.with(&[&"NextToken"]);
    let key = |view: &TypeView| view.instance_type_id.to_owned();
    let (types, next_token) = after_token(types, token, most, key, invalid)?;
    Ok(InstanceTypes { instance_types: Listed("InstanceType", types), next_token })
}

#[derive(Debug, Input)]
struct DescribeInstanceTypeFamilies {
    _region_id: String,
    generation: Option<String>,
}

#[derive(Debug, Output)]
struct Families {
    instance_type_families: Listed<FamilyView>,
}

#[derive(Debug, Output)]
struct FamilyView {
    generation: &'static str,
    instance_type_family_id: &'static str,
}

fn describe_instance_type_families(
    _: &Query<'_>,
    input: DescribeInstanceTypeFamilies,
) -> Result<Families, Fault> {
    let wanted = input.generation.as_deref().filter(|generation| !generation.is_empty());
    let families = type_table::FAMILIES
        .iter()
        .filter(|row| wanted.is_none_or(|asked| asked == row.generation))
        .map(|row| FamilyView { generation: row.generation, instance_type_family_id: row.name });
    Ok(Families { instance_type_families: Listed("InstanceTypeFamily", families.collect()) })
}
