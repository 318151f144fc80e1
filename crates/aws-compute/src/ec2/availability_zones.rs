//! The zones of a region.

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection};
use super::regions::Geography;
use super::{Query, errors};
use crate::World;
use crate::regions::{self, Region, Zone};

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_availability_zones)];

#[derive(Debug, Input)]
struct DescribeAvailabilityZones {
    zone_names: Option<Vec<String>>,
    zone_ids: Option<Vec<String>>,
    filters: Filters,
}

#[derive(Debug, Output)]
struct Described {
    availability_zones: Vec<ZoneView>,
}

#[derive(Debug, Output)]
struct ZoneView {
    opt_in_status: &'static str,
    messages: [(); 0],
    region_name: &'static str,
    zone_name: String,
    zone_id: String,
    group_name: String,
    network_border_group: &'static str,
    zone_type: &'static str,
    group_long_name: String,
    geography: [Geography; 1],
    state: &'static str,
}

fn view(region: &Region, zone: Zone) -> ZoneView {
    ZoneView {
        opt_in_status: "opt-in-not-required",
        messages: [],
        region_name: region.name,
        zone_name: zone.name,
        zone_id: zone.id,
        group_name: format!("{}-zg-1", region.name),
        network_border_group: region.name,
        zone_type: "availability-zone",
        group_long_name: format!("{} 1", region.long),
        geography: [Geography { name: region.country }],
        state: "available",
    }
}

pub(super) const FILTERS: &[Field] = &[
    ("group-long-name", "GroupLongName"),
    ("group-name", "GroupName"),
    ("message", "Messages.Message"),
    ("opt-in-status", "OptInStatus"),
    ("parent-zone-id", "ParentZoneId"),
    ("parent-zoneID", "ParentZoneId"),
    ("parent-zone-name", "ParentZoneName"),
    ("parent-zoneName", "ParentZoneName"),
    ("region-name", "RegionName"),
    ("state", "State"),
    ("zone-id", "ZoneId"),
    ("zone-name", "ZoneName"),
    ("zone-type", "ZoneType"),
];

fn describe_availability_zones(
    cx: &Query<'_>,
    input: DescribeAvailabilityZones,
) -> Result<Described, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, None)?;
    let region = regions::find(cx.region).expect("a request is admitted for a region that exists");
    let names = input.zone_names.unwrap_or_default();
    let ids = input.zone_ids.unwrap_or_default();
    let unknown: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| region.zone(name).is_none()).collect();
    if !unknown.is_empty() {
        return Err(errors::ZONE_NAME.with(&[&unknown.join(", ")]));
    }
    let unknown: Vec<&str> =
        ids.iter().map(String::as_str).filter(|id| region.zone_of_id(id).is_none()).collect();
    if !unknown.is_empty() {
        return Err(errors::ZONE_ID.with(&[&unknown.join(", ")]));
    }
    let all = names.is_empty() && ids.is_empty();
    let availability_zones = region
        .zones()
        .filter(|zone| all || names.contains(&zone.name) || ids.contains(&zone.id))
        .map(|zone| view(region, zone))
        .filter(|zone| selection.takes(zone))
        .collect();
    Ok(Described { availability_zones })
}
