//! Instance types.

mod table;

use isobar_kernel::{Fault, Handler, query};
use serde::{Deserialize, Serialize};

use super::filters::{Field, Filters, Selection};
use super::pages::{Limits, Page};
use super::{Query, errors};
use crate::World;
pub(super) use table::{Type, find};

pub(super) const OPERATIONS: &[Handler<World>] =
    &[query!(describe_instance_types), query!(describe_instance_type_offerings)];

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TypeView {
    instance_type: String,
    current_generation: bool,
    free_tier_eligible: bool,
    supported_usage_classes: &'static [&'static str],
    supported_root_device_types: &'static [&'static str],
    supported_virtualization_types: &'static [&'static str],
    bare_metal: bool,
    hypervisor: &'static str,
    processor_info: Processor,
    #[serde(rename = "VCpuInfo")]
    vcpu_info: Vcpus,
    memory_info: Memory,
    instance_storage_supported: bool,
    ebs_info: Ebs,
    network_info: Network,
    placement_group_info: Placement,
    hibernation_supported: bool,
    burstable_performance_supported: bool,
    dedicated_hosts_supported: bool,
    auto_recovery_supported: bool,
    supported_boot_modes: &'static [&'static str],
    nitro_enclaves_support: &'static str,
    nitro_tpm_support: &'static str,
    nitro_tpm_info: Option<NitroTpm>,
    phc_support: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Processor {
    supported_architectures: &'static [&'static str],
    sustained_clock_speed_in_ghz: f64,
    manufacturer: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Vcpus {
    #[serde(rename = "DefaultVCpus")]
    default_vcpus: i64,
    default_cores: i64,
    default_threads_per_core: i64,
    valid_cores: Vec<i64>,
    valid_threads_per_core: Vec<i64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Memory {
    #[serde(rename = "SizeInMiB")]
    size_in_mib: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Ebs {
    ebs_optimized_support: &'static str,
    encryption_support: &'static str,
    nvme_support: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Network {
    network_performance: &'static str,
    maximum_network_interfaces: i64,
    maximum_network_cards: i64,
    default_network_card_index: i64,
    network_cards: [NetworkCard; 1],
    ipv4_addresses_per_interface: i64,
    ipv6_addresses_per_interface: i64,
    ipv6_supported: bool,
    ena_support: &'static str,
    efa_supported: bool,
    encryption_in_transit_supported: bool,
    ena_srd_supported: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkCard {
    network_card_index: i64,
    network_performance: &'static str,
    maximum_network_interfaces: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Placement {
    supported_strategies: &'static [&'static str],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NitroTpm {
    supported_versions: [&'static str; 1],
}

fn view(found: &Type) -> TypeView {
    let family = found.family;
    let nitro = family.is_nitro();
    let supported = |yes: bool| if yes { "supported" } else { "unsupported" };
    TypeView {
        instance_type: found.name(),
        current_generation: family.current,
        free_tier_eligible: table::FREE_TIER.contains(&found.name().as_str()),
        supported_usage_classes: &["on-demand", "spot"],
        supported_root_device_types: &["ebs"],
        supported_virtualization_types: &["hvm"],
        bare_metal: false,
        hypervisor: if nitro { "nitro" } else { "xen" },
        processor_info: Processor {
            supported_architectures: family.architectures,
            sustained_clock_speed_in_ghz: family.clock_ghz,
            manufacturer: family.manufacturer,
        },
        vcpu_info: vcpus(found),
        memory_info: Memory { size_in_mib: found.size.memory_mib },
        instance_storage_supported: false,
        ebs_info: Ebs {
            ebs_optimized_support: if nitro { "default" } else { "unsupported" },
            encryption_support: "supported",
            nvme_support: if nitro { "required" } else { "unsupported" },
        },
        network_info: network(found),
        placement_group_info: Placement {
            supported_strategies: if family.burstable {
                &["partition", "spread"]
            } else {
                &["cluster", "partition", "spread"]
            },
        },
        hibernation_supported: found.size.memory_mib <= 150 << 10,
        burstable_performance_supported: family.burstable,
        dedicated_hosts_supported: !family.burstable || family.name == "t3",
        auto_recovery_supported: true,
        supported_boot_modes: family.boot_modes(),
        nitro_enclaves_support: supported(found.has_enclaves()),
        nitro_tpm_support: supported(nitro),
        nitro_tpm_info: nitro.then_some(NitroTpm { supported_versions: ["2.0"] }),
        phc_support: "unsupported",
    }
}

fn vcpus(found: &Type) -> Vcpus {
    let threads = found.threads_per_core();
    let cores = found.size.vcpus / threads;
    // Of types with many cores, an even number can be chosen.
    let valid_cores =
        if cores <= 2 { (1..=cores).collect() } else { (2..=cores).step_by(2).collect() };
    Vcpus {
        default_vcpus: found.size.vcpus,
        default_cores: cores,
        default_threads_per_core: threads,
        valid_cores,
        valid_threads_per_core: (1..=threads).collect(),
    }
}

fn network(found: &Type) -> Network {
    let size = found.size;
    Network {
        network_performance: size.network,
        maximum_network_interfaces: size.interfaces,
        maximum_network_cards: 1,
        default_network_card_index: 0,
        network_cards: [NetworkCard {
            network_card_index: 0,
            network_performance: size.network,
            maximum_network_interfaces: size.interfaces,
        }],
        ipv4_addresses_per_interface: size.addresses,
        ipv6_addresses_per_interface: size.addresses,
        ipv6_supported: true,
        ena_support: if found.family.is_nitro() { "required" } else { "unsupported" },
        efa_supported: false,
        encryption_in_transit_supported: found.family.encrypts_in_transit,
        ena_srd_supported: false,
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeInstanceTypes {
    instance_types: Option<Vec<String>>,
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    instance_types: Vec<TypeView>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("auto-recovery-supported", "AutoRecoverySupported"),
    ("bare-metal", "BareMetal"),
    ("burstable-performance-supported", "BurstablePerformanceSupported"),
    ("current-generation", "CurrentGeneration"),
    ("dedicated-hosts-supported", "DedicatedHostsSupported"),
    ("ebs-info.ebs-optimized-support", "EbsInfo.EbsOptimizedSupport"),
    ("ebs-info.encryption-support", "EbsInfo.EncryptionSupport"),
    ("ebs-info.nvme-support", "EbsInfo.NvmeSupport"),
    ("free-tier-eligible", "FreeTierEligible"),
    ("hibernation-supported", "HibernationSupported"),
    ("hypervisor", "Hypervisor"),
    ("instance-storage-supported", "InstanceStorageSupported"),
    ("instance-type", "InstanceType"),
    ("memory-info.size-in-mib", "MemoryInfo.SizeInMiB"),
    ("network-info.efa-supported", "NetworkInfo.EfaSupported"),
    ("network-info.ena-support", "NetworkInfo.EnaSupport"),
    ("network-info.encryption-in-transit-supported", "NetworkInfo.EncryptionInTransitSupported"),
    ("network-info.ipv4-addresses-per-interface", "NetworkInfo.Ipv4AddressesPerInterface"),
    ("network-info.ipv6-addresses-per-interface", "NetworkInfo.Ipv6AddressesPerInterface"),
    ("network-info.ipv6-supported", "NetworkInfo.Ipv6Supported"),
    ("network-info.maximum-network-cards", "NetworkInfo.MaximumNetworkCards"),
    ("network-info.maximum-network-interfaces", "NetworkInfo.MaximumNetworkInterfaces"),
    ("network-info.network-performance", "NetworkInfo.NetworkPerformance"),
    ("nitro-enclaves-support", "NitroEnclavesSupport"),
    ("nitro-tpm-support", "NitroTpmSupport"),
    ("nitro-tpm-info.supported-versions", "NitroTpmInfo.SupportedVersions"),
    ("processor-info.supported-architecture", "ProcessorInfo.SupportedArchitectures"),
    ("processor-info.sustained-clock-speed-in-ghz", "ProcessorInfo.SustainedClockSpeedInGhz"),
    ("supported-boot-mode", "SupportedBootModes"),
    ("supported-root-device-type", "SupportedRootDeviceTypes"),
    ("supported-usage-class", "SupportedUsageClasses"),
    ("supported-virtualization-type", "SupportedVirtualizationTypes"),
    ("vcpu-info.default-cores", "VCpuInfo.DefaultCores"),
    ("vcpu-info.default-threads-per-core", "VCpuInfo.DefaultThreadsPerCore"),
    ("vcpu-info.default-vcpus", "VCpuInfo.DefaultVCpus"),
    ("vcpu-info.valid-cores", "VCpuInfo.ValidCores"),
    ("vcpu-info.valid-threads-per-core", "VCpuInfo.ValidThreadsPerCore"),
];

fn describe_instance_types(
    _: &Query<'_>,
    input: DescribeInstanceTypes,
) -> Result<Described, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, None)?;
    let names = input.instance_types.unwrap_or_default();
    let unknown: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| find(name).is_none()).collect();
    if !unknown.is_empty() {
        return Err(errors::TYPES_MISSING.with(&[&unknown.join(", ")]));
    }
    let mut types: Vec<TypeView> = table::all()
        .map(|found| view(&found))
        .filter(|found| names.is_empty() || names.contains(&found.instance_type))
        .filter(|found| selection.takes(found))
        .collect();
    types.sort_unstable_by(|a, b| a.instance_type.cmp(&b.instance_type));
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let limits = Limits { min: 5, max: 100 };
    let asked = (!names.is_empty()).then_some("instanceTypes");
    let (instance_types, next_token) =
        page.cut(types, |found| &found.instance_type, limits, asked)?;
    Ok(Described { instance_types, next_token })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeInstanceTypeOfferings {
    location_type: Option<String>,
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Offerings {
    instance_type_offerings: Vec<Offering>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Offering {
    instance_type: String,
    location_type: String,
    location: String,
    /// What orders the pages.
    #[serde(skip)]
    id: String,
}

pub(super) const OFFERING_FILTERS: &[Field] =
    &[("instance-type", "InstanceType"), ("location", "Location")];

/// Each type is offered in each zone of each region.
fn describe_instance_type_offerings(
    cx: &Query<'_>,
    input: DescribeInstanceTypeOfferings,
) -> Result<Offerings, Fault> {
    let selection = Selection::new(&input.filters, OFFERING_FILTERS, None)?;
    let region =
        crate::regions::find(cx.region).expect("a request is admitted for a region that exists");
    let kind = input.location_type.as_deref().unwrap_or("region");
    let locations: Vec<String> = match kind {
        "region" => vec![region.name.to_owned()],
        "availability-zone" => region.zones().map(|zone| zone.name).collect(),
        "availability-zone-id" => region.zones().map(|zone| zone.id).collect(),
        other => return Err(errors::VALUE.with(&[&other, &"locationType", &""])),
    };
    let mut offerings: Vec<Offering> = table::all()
        .flat_map(|found| {
            locations.iter().map(move |location| Offering {
                instance_type: found.name(),
                location_type: kind.to_owned(),
                location: location.clone(),
                id: format!("{} {location}", found.name()),
            })
        })
        .filter(|offering| selection.takes(offering))
        .collect();
    offerings.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let limits = Limits { min: 5, max: 1000 };
    let (instance_type_offerings, next_token) =
        page.cut(offerings, |offering| &offering.id, limits, None)?;
    Ok(Offerings { instance_type_offerings, next_token })
}
