//! The regions and zones where load balancers can be.

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use crate::forms::Listed;
use crate::regions::{self, REGIONS, Region};
use crate::{Handler, Query};

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
    let view = |region: &Region| RegionView {
        region_endpoint: format!("slb.{}.aliyuncs.com", region.id),
        local_name: region.name(language),
        region_id: region.id,
    };
    Ok(Regions { regions: Listed("Region", REGIONS.iter().map(view).collect()) })
}

#[derive(Debug, Input)]
struct DescribeZones {
    _region_id: String,
    accept_language: Option<String>,
}

#[derive(Debug, Output)]
struct Zones {
    zones: Listed<ZoneView>,
}

#[derive(Debug, Output)]
struct ZoneView {
    zone_id: String,
    local_name: String,
    slave_zones: Listed<SlaveZone>,
}

#[derive(Debug, Output)]
struct SlaveZone {
    zone_id: String,
    local_name: String,
}

fn describe_zones(cx: &Query<'_>, input: DescribeZones) -> Result<Zones, Fault> {
    let language = regions::language(input.accept_language.as_deref())?;
    let region = regions::of_call(cx.region);
    let local_name = |zone: &str| region.zone_name(zone, language);
    let zone = |zone_id: String| {
        let others = region.zones().filter(|other| *other != zone_id);
        let others =
            others.map(|zone_id| SlaveZone { local_name: local_name(&zone_id), zone_id }).collect();
        ZoneView {
            local_name: local_name(&zone_id),
            zone_id,
            slave_zones: Listed("SlaveZone", others),
        }
    };
    Ok(Zones { zones: Listed("Zone", region.zones().map(zone).collect()) })
}
