//! The regions and zones where VPCs can be.

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use crate::forms::Listed;
use crate::regions::{self, REGIONS};
use crate::{Handler, Query, standard};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_regions), query!(describe_zones)];

#[derive(Debug, Input)]
struct DescribeRegions {
    accept_language: Option<String>,
}

#[derive(Debug, Output)]
struct Regions {
    regions: Listed<RegionView>,
}

#[derive(Debug, Output)]
struct RegionView {
    region_endpoint: String,
    local_name: &'static str,
    region_id: &'static str,
}

fn describe_regions(_: &Query<'_>, input: DescribeRegions) -> Result<Regions, Fault> {
    let language = regions::language(input.accept_language.as_deref())?;
    let view = |region: &regions::Region| RegionView {
        region_endpoint: format!("vpc.{}.aliyuncs.com", region.id),
        local_name: region.name(language),
        region_id: region.id,
    };
    Ok(Regions { regions: Listed("Region", REGIONS.iter().map(view).collect()) })
}

#[derive(Debug, Input)]
struct DescribeZones {
    _region_id: String,
    accept_language: Option<String>,
    zone_type: Option<String>,
}

#[derive(Debug, Output)]
struct Zones {
    zones: Listed<ZoneView>,
}

#[derive(Debug, Output)]
struct ZoneView {
    zone_id: String,
    local_name: String,
    zone_type: &'static str,
}

fn describe_zones(cx: &Query<'_>, input: DescribeZones) -> Result<Zones, Fault> {
    let language = regions::language(input.accept_language.as_deref())?;
    let region = regions::of_call(cx.region);
    let view = |zone_id: String| ZoneView {
        local_name: region.zone_name(&zone_id, language),
        zone_id,
        zone_type: "AvailabilityZone",
    };
    // There are no zones at the edge.
    let none = match input.zone_type.as_deref() {
        None | Some("" | "AvailabilityZone") => false,
        Some("EdgeZone") => true,
        Some(_) => return Err(standard::INVALID_PARAMETER.with(&[&"ZoneType"])),
    };
    let zones = region.zones().filter(|_| !none).map(view).collect();
    Ok(Zones { zones: Listed("Zone", zones) })
}
