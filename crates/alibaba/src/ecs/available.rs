//! DescribeAvailableResource.

use isobar_kernel::{Fault, Row, query};
use serde::{Deserialize, Serialize};

use super::errors;
use super::places::{DISK_CATEGORIES, SPOT_STRATEGIES};
use super::type_table::{self, InstanceType};
use crate::forms::Listed;
use crate::{Handler, Query, regions};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_available_resource)];

const INVALID_CHARGE_TYPE: Row =
    Row::new(400, "Invalid.InstanceChargeType", "The specified InstanceChargeType is not valid.");
const INVALID_SPOT_STRATEGY: Row =
    Row::new(404, "Invalid.SpotStrategy", "The specified SpotStrategy is not valid.");
const TYPE_AND_SIZE: Row = Row::new(
    403,
    "InvalidParam.TypeAndCpuMem.Conflict",
    "The specified 'InstanceType' and 'Cores','Memory' are not blank at the same time.",
);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeAvailableResource {
    _region_id: String,
    destination_resource: String,
    instance_charge_type: Option<String>,
    spot_strategy: Option<String>,
    zone_id: Option<String>,
    instance_type: Option<String>,
    cores: Option<u32>,
    memory: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AvailableZones {
    available_zones: Listed<AvailableZone>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AvailableZone {
    region_id: String,
    zone_id: String,
    status: &'static str,
    status_category: &'static str,
    available_resources: Listed<AvailableResource>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AvailableResource {
    #[serde(rename = "Type")]
    kind: String,
    supported_resources: Listed<Supported>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Supported {
    value: String,
    status: &'static str,
    status_category: &'static str,
    min: Option<i64>,
    max: Option<i64>,
    unit: Option<&'static str>,
}

impl Supported {
    fn plain(value: &str) -> Self {
        let (value, status, status_category) = (value.to_owned(), "Available", "WithStock");
        Self { value, status, status_category, min: None, max: None, unit: None }
    }

    fn disk(category: &str, least: i64) -> Self {
        let (min, max, unit) = (Some(least), Some(2048), Some("GiB"));
        Self { min, max, unit, ..Self::plain(category) }
    }
}

fn describe_available_resource(
    cx: &Query<'_>,
    input: DescribeAvailableResource,
) -> Result<AvailableZones, Fault> {
    let charge = input.instance_charge_type.as_deref().unwrap_or("PostPaid");
    if !["PrePaid", "PostPaid"].contains(&charge) {
        return Err(INVALID_CHARGE_TYPE.fault());
    }
    if !SPOT_STRATEGIES.contains(&input.spot_strategy.as_deref().unwrap_or("NoSpot")) {
        return Err(INVALID_SPOT_STRATEGY.fault());
    }
    let instance_type = input.instance_type.as_deref().filter(|id| !id.is_empty());
    if instance_type.is_some() && (input.cores.is_some() || input.memory.is_some()) {
        return Err(TYPE_AND_SIZE.fault());
    }
    let fits = |row: &&InstanceType| {
        instance_type.is_none_or(|id| id == row.id)
            && input.cores.is_none_or(|cores| cores == row.cpus)
            && input.memory.is_none_or(|memory| (memory - row.memory).abs() < f64::EPSILON)
    };
    let supported = || -> Option<Vec<Supported>> {
        Some(match input.destination_resource.as_str() {
            "Zone" => Vec::new(),
            "InstanceType" => {
                type_table::all().iter().filter(fits).map(|row| Supported::plain(&row.id)).collect()
            }
            "SystemDisk" => DISK_CATEGORIES.iter().map(|disk| Supported::disk(disk, 20)).collect(),
            "DataDisk" => DISK_CATEGORIES.iter().map(|disk| Supported::disk(disk, 1)).collect(),
            "IoOptimized" => vec![Supported::plain("optimized")],
            "Network" => vec![Supported::plain("vpc")],
            _ => return None,
        })
    };
    let region = regions::of_call(cx.region);
    let zone = input.zone_id.as_deref().filter(|zone| !zone.is_empty());
    let zones = region.zones().filter(|id| zone.is_none_or(|zone| zone == id));
    let zones: Option<Vec<AvailableZone>> = zones
        .map(|zone_id| {
            let kind = input.destination_resource.clone();
            let resources = supported()?;
            let resources = AvailableResource {
                kind,
                supported_resources: Listed("SupportedResource", resources),
            };
            Some(AvailableZone {
                region_id: region.id.into(),
                zone_id,
                status: "Available",
                status_category: "WithStock",
                available_resources: Listed("AvailableResource", vec![resources]),
            })
        })
        .collect();
    let zones = zones.ok_or_else(|| errors::DESTINATION_RESOURCE.fault())?;
    Ok(AvailableZones { available_zones: Listed("AvailableZone", zones) })
}
