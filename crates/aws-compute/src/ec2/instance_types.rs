//! Instance types.

mod table;

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output, Value};

use super::filters::{Field, Filters, Selection};
use super::pages::{Limits, Page};
use super::{Query, errors};
use crate::World;
use crate::regions::{self, Region, Zone};
pub(super) use table::{Type, find};

pub(super) const OPERATIONS: &[Handler<World>] =
    &[query!(describe_instance_types), query!(describe_instance_type_offerings)];

#[derive(Debug, Input)]
struct DescribeInstanceTypes {
    instance_types: Option<Vec<String>>,
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct Described {
    instance_types: Vec<Value>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("auto-recovery-supported", "AutoRecoverySupported"),
    ("bare-metal", "BareMetal"),
    ("burstable-performance-supported", "BurstablePerformanceSupported"),
    ("current-generation", "CurrentGeneration"),
    ("dedicated-hosts-supported", "DedicatedHostsSupported"),
    ("ebs-info.attachment-limit-type", "EbsInfo.AttachmentLimitType"),
    (
        "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps",
        "EbsInfo.EbsOptimizedInfo.BaselineBandwidthInMbps",
    ),
    ("ebs-info.ebs-optimized-info.baseline-iops", "EbsInfo.EbsOptimizedInfo.BaselineIops"),
    (
        "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps",
        "EbsInfo.EbsOptimizedInfo.BaselineThroughputInMBps",
    ),
    (
        "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
        "EbsInfo.EbsOptimizedInfo.MaximumBandwidthInMbps",
    ),
    ("ebs-info.ebs-optimized-info.maximum-iops", "EbsInfo.EbsOptimizedInfo.MaximumIops"),
    (
        "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
        "EbsInfo.EbsOptimizedInfo.MaximumThroughputInMBps",
    ),
    ("ebs-info.ebs-optimized-support", "EbsInfo.EbsOptimizedSupport"),
    ("ebs-info.encryption-support", "EbsInfo.EncryptionSupport"),
    ("ebs-info.maximum-ebs-attachments", "EbsInfo.MaximumEbsAttachments"),
    ("ebs-info.nvme-support", "EbsInfo.NvmeSupport"),
    ("free-tier-eligible", "FreeTierEligible"),
    ("hibernation-supported", "HibernationSupported"),
    ("hypervisor", "Hypervisor"),
    ("instance-storage-info.disk.count", "InstanceStorageInfo.Disks.Count"),
    ("instance-storage-info.disk.size-in-gb", "InstanceStorageInfo.Disks.SizeInGB"),
    ("instance-storage-info.disk.type", "InstanceStorageInfo.Disks.Type"),
    ("instance-storage-info.encryption-support", "InstanceStorageInfo.EncryptionSupport"),
    ("instance-storage-info.nvme-support", "InstanceStorageInfo.NvmeSupport"),
    ("instance-storage-info.total-size-in-gb", "InstanceStorageInfo.TotalSizeInGB"),
    ("instance-storage-supported", "InstanceStorageSupported"),
    ("instance-type", "InstanceType"),
    ("memory-info.size-in-mib", "MemoryInfo.SizeInMiB"),
    ("network-info.bandwidth-weightings", "NetworkInfo.BandwidthWeightings"),
    ("network-info.efa-info.maximum-efa-interfaces", "NetworkInfo.EfaInfo.MaximumEfaInterfaces"),
    ("network-info.efa-supported", "NetworkInfo.EfaSupported"),
    ("network-info.ena-support", "NetworkInfo.EnaSupport"),
    ("network-info.encryption-in-transit-supported", "NetworkInfo.EncryptionInTransitSupported"),
    ("network-info.flexible-ena-queues-support", "NetworkInfo.FlexibleEnaQueuesSupport"),
    ("network-info.ipv4-addresses-per-interface", "NetworkInfo.Ipv4AddressesPerInterface"),
    ("network-info.ipv6-addresses-per-interface", "NetworkInfo.Ipv6AddressesPerInterface"),
    ("network-info.ipv6-supported", "NetworkInfo.Ipv6Supported"),
    ("network-info.maximum-network-cards", "NetworkInfo.MaximumNetworkCards"),
    ("network-info.maximum-network-interfaces", "NetworkInfo.MaximumNetworkInterfaces"),
    ("network-info.network-performance", "NetworkInfo.NetworkPerformance"),
    ("nitro-enclaves-support", "NitroEnclavesSupport"),
    ("nitro-tpm-info.supported-versions", "NitroTpmInfo.SupportedVersions"),
    ("nitro-tpm-support", "NitroTpmSupport"),
    ("processor-info.supported-architecture", "ProcessorInfo.SupportedArchitectures"),
    ("processor-info.supported-features", "ProcessorInfo.SupportedFeatures"),
    ("processor-info.sustained-clock-speed-in-ghz", "ProcessorInfo.SustainedClockSpeedInGhz"),
    ("reboot-migration-support", "RebootMigrationSupport"),
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
    cx: &Query<'_>,
    input: DescribeInstanceTypes,
) -> Result<Described, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, None)?;
    let region = here(cx);
    let names = input.instance_types.unwrap_or_default();
    let offered = |name: &str| find(name).filter(|kind| is_offered(kind, region));
    let unknown: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| offered(name).is_none()).collect();
    if !unknown.is_empty() {
        return Err(errors::TYPES_MISSING.with(&[&unknown.join(", ")]));
    }
    let mut types: Vec<&Type> = table::all()
        .iter()
        .filter(|kind| names.is_empty() || names.contains(&kind.name))
        .filter(|kind| is_offered(kind, region))
        .collect();
    if !selection.is_empty() {
        let shown = table::shown(&types).into_iter();
        let mut taken: Vec<bool> = shown.map(|shown| selection.holds(&shown)).collect();
        taken.reverse();
        types.retain(|_| taken.pop().unwrap_or(false));
    }
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let limits = Limits { min: 5, max: 100 };
    let asked = (!names.is_empty()).then_some("instanceTypes");
    let (types, next_token) = page.cut(types, |kind| &kind.name, limits, asked)?;
    Ok(Described { instance_types: table::shown(&types), next_token })
}

fn here(cx: &Query<'_>) -> &'static Region {
    regions::find(cx.region).expect("a request is admitted for a region that exists")
}

/// Whether any zone of the region offers the type.
fn is_offered(kind: &Type, region: &Region) -> bool {
    region.zones().any(|zone| kind.is_offered(region.name, &zone))
}

#[derive(Debug, Input)]
struct DescribeInstanceTypeOfferings {
    location_type: Option<String>,
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct Offerings {
    instance_type_offerings: Vec<Offering>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct Offering {
    instance_type: &'static str,
    location_type: String,
    location: String,
    /// What orders the pages.
    #[wire(skip)]
    id: String,
}

pub(super) const OFFERING_FILTERS: &[Field] =
    &[("instance-type", "InstanceType"), ("location", "Location")];

fn describe_instance_type_offerings(
    cx: &Query<'_>,
    input: DescribeInstanceTypeOfferings,
) -> Result<Offerings, Fault> {
    let selection = Selection::new(&input.filters, OFFERING_FILTERS, None)?;
    let region = here(cx);
    let kind = input.location_type.as_deref().unwrap_or("region");
    let places: Vec<(String, Vec<Zone>)> = match kind {
        "region" => vec![(region.name.to_owned(), region.zones().collect())],
        "availability-zone" => region.zones().map(|zone| (zone.name.clone(), vec![zone])).collect(),
        "availability-zone-id" => {
            region.zones().map(|zone| (zone.id.clone(), vec![zone])).collect()
        }
        // The account has none.
        "outpost" => Vec::new(),
        other => return Err(errors::VALUE.with(&[&other, &"locationType", &""])),
    };
    let offerings = table::all().iter().flat_map(|found| {
        let has = |zones: &[Zone]| zones.iter().any(|zone| found.is_offered(region.name, zone));
        let places = places.iter().filter(move |(_, zones)| has(zones));
        places.map(move |(location, _)| Offering {
            instance_type: &found.name,
            location_type: kind.to_owned(),
            location: location.clone(),
            id: format!("{} {location}", found.name),
        })
    });
    let mut offerings: Vec<_> = offerings.filter(|offering| selection.takes(offering)).collect();
    offerings.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let limits = Limits { min: 5, max: 1000 };
    let (instance_type_offerings, next_token) =
        page.cut(offerings, |offering| &offering.id, limits, None)?;
    Ok(Offerings { instance_type_offerings, next_token })
}
