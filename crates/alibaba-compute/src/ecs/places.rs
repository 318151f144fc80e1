//! The regions and zones of ECS.

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::type_table::{self, FAMILIES};
use crate::forms::Listed;
use crate::regions::{self, REGIONS, Region};
use crate::{Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_regions), query!(describe_zones)];

/// The categories of disks, the best first.
pub(super) const DISK_CATEGORIES: &[&str] =
    &["cloud_auto", "cloud_essd", "cloud_ssd", "cloud_efficiency", "cloud_essd_entry"];
/// How instances are paid for.
pub(super) const CHARGE_TYPES: &[&str] = &["PrePaid", "PostPaid"];
/// How instances are bought on the spot market.
pub(super) const SPOT_STRATEGIES: &[&str] = &["NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"];
const RESOURCE_TYPES: &[&str] = &["instance", "disk", "reservedinstance", "ddh", "pnc", "network"];

#[derive(Debug, Input)]
struct DescribeRegions {
    accept_language: Option<String>,
    resource_type: Option<String>,
}

#[derive(Debug, Output)]
struct Regions {
    regions: Listed<RegionView>,
}

#[derive(Debug, Output)]
struct RegionView {
    status: &'static str,
    region_endpoint: String,
    local_name: &'static str,
    region_id: &'static str,
}

fn describe_regions(_: &Query<'_>, input: DescribeRegions) -> Result<Regions, Fault> {
    let language = regions::language(input.accept_language.as_deref())?;
    let kind = input.resource_type.as_deref().unwrap_or("instance");
    if !RESOURCE_TYPES.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        return Err(errors::RESOURCE_TYPE_NOT_FOUND.fault());
    }
    let view = |region: &Region| RegionView {
        status: "available",
        region_endpoint: format!("ecs.{}.aliyuncs.com", region.id),
        local_name: region.name(language),
        region_id: region.id,
    };
    Ok(Regions { regions: Listed("Region", REGIONS.iter().map(view).collect()) })
}

#[derive(Debug, Input)]
struct DescribeZones {
    _region_id: String,
    accept_language: Option<String>,
    instance_charge_type: Option<String>,
    spot_strategy: Option<String>,
    verbose: Option<bool>,
}

#[derive(Debug, Output)]
struct Zones {
    zones: Listed<ZoneView>,
}

#[derive(Debug, Output)]
struct ZoneView {
    zone_id: String,
    zone_type: &'static str,
    local_name: String,
    available_resources: Listed<ResourcesInfo>,
    available_resource_creation: Listed<&'static str>,
    dedicated_host_generations: Listed<&'static str>,
    available_instance_types: Listed<&'static str>,
    available_disk_categories: Listed<&'static str>,
    available_dedicated_host_types: Listed<&'static str>,
    available_volume_categories: Listed<&'static str>,
}

#[derive(Debug, Output)]
struct ResourcesInfo {
    io_optimized: bool,
    system_disk_categories: Listed<&'static str>,
    instance_generations: Listed<&'static str>,
    data_disk_categories: Listed<&'static str>,
    instance_types: Listed<&'static str>,
    instance_type_families: Listed<&'static str>,
    network_types: Listed<&'static str>,
}

fn describe_zones(cx: &Query<'_>, input: DescribeZones) -> Result<Zones, Fault> {
    let language = regions::language(input.accept_language.as_deref())?;
    let charge = input.instance_charge_type.as_deref().unwrap_or("PostPaid");
    if !CHARGE_TYPES.contains(&charge) {
        return Err(errors::CHARGE_TYPE_NOT_FOUND.fault());
    }
    if !SPOT_STRATEGIES.contains(&input.spot_strategy.as_deref().unwrap_or("NoSpot")) {
        return Err(errors::SPOT_STRATEGY.fault());
    }
    let region = regions::of_call(cx.region);
    let verbose = input.verbose.unwrap_or(true);
    let zones = region.zones().map(|zone_id| zone(region, zone_id, language, verbose)).collect();
    Ok(Zones { zones: Listed("Zone", zones) })
}

fn zone(region: &Region, zone_id: String, language: regions::Language, verbose: bool) -> ZoneView {
    let types = || type_table::all().iter().map(|row| row.id.as_str()).collect::<Vec<_>>();
    let info = || ResourcesInfo {
        io_optimized: true,
        system_disk_categories: Listed("supportedSystemDiskCategory", DISK_CATEGORIES.to_vec()),
        data_disk_categories: Listed("supportedDataDiskCategory", DISK_CATEGORIES.to_vec()),
        instance_generations: Listed("supportedInstanceGeneration", generations()),
        instance_types: Listed("supportedInstanceType", types()),
        instance_type_families: Listed(
            "supportedInstanceTypeFamily",
            FAMILIES.iter().map(|family| family.name).collect(),
        ),
        network_types: Listed("supportedNetworkCategory", vec!["vpc"]),
    };
    ZoneView {
        zone_type: "AvailabilityZone",
        local_name: region.zone_name(&zone_id, language),
        zone_id,
        available_resources: Listed(
            "ResourcesInfo",
            if verbose { vec![info()] } else { Vec::new() },
        ),
        available_resource_creation: Listed(
            "ResourceTypes",
            vec!["VSwitch", "IoOptimized", "Instance", "Disk"],
        ),
        available_instance_types: Listed("InstanceTypes", types()),
        available_disk_categories: Listed("DiskCategories", DISK_CATEGORIES.to_vec()),
        available_dedicated_host_types: Listed("DedicatedHostType", Vec::new()),
        available_volume_categories: Listed("VolumeCategories", Vec::new()),
        dedicated_host_generations: Listed("DedicatedHostGeneration", Vec::new()),
    }
}

fn generations() -> Vec<&'static str> {
    let mut generations: Vec<_> = FAMILIES.iter().map(|family| family.generation).collect();
    generations.sort_unstable();
    generations.dedup();
    generations
}
