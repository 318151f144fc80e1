//! DescribeAvailableResource.

use isobar_kernel::{Fault, Row, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::places::{CHARGE_TYPES, DISK_CATEGORIES, SPOT_STRATEGIES};
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

#[derive(Debug, Input)]
struct DescribeAvailableResource {
    _region_id: String,
    destination_resource: String,
    instance_charge_type: Option<String>,
    spot_strategy: Option<String>,
    zone_id: Option<String>,
    instance_type: Option<String>,
    cores: Option<u32>,
    memory: Option<f64>,
    resource_type: Option<String>,
    io_optimized: Option<String>,
    network_category: Option<String>,
    system_disk_category: Option<String>,
    data_disk_category: Option<String>,
    dedicated_host_id: Option<String>,
    scope: Option<String>,
}

/// A parameter with a fixed set of values, and what is said to others.
type Choice = (fn(&DescribeAvailableResource) -> &Option<String>, &'static [&'static str], Row);

const CHOICES: &[Choice] = &[
    (|input| &input.instance_charge_type, CHARGE_TYPES, INVALID_CHARGE_TYPE),
    (|input| &input.spot_strategy, SPOT_STRATEGIES, INVALID_SPOT_STRATEGY),
    (
        |input| &input.resource_type,
        &["instance", "disk", "reservedinstance", "ddh"],
        Row::new(
            404,
            "Invalid.ResourceType",
            "The ResourceType provided does not exist in our records.",
        ),
    ),
    (
        |input| &input.io_optimized,
        &["none", "optimized"],
        Row::new(404, "Invalid.IoOptimized", "The specified IoOptimized is not valid."),
    ),
    (
        |input| &input.network_category,
        &["vpc", "classic"],
        Row::new(404, "Invalid.NetworkCategory", "The specified NetworkCategory is not valid."),
    ),
    (
        |input| &input.scope,
        &["Region", "Zone"],
        Row::new(403, "InvalidParameter.Scope", "The specified parameter Scope is invalid."),
    ),
];
const HOST_NOT_FOUND: Row = Row::new(
    403,
    "InvalidDedicatedHostId.NotFound",
    "The specified DedicatedHostId does not exist.",
);

fn text(given: &Option<String>) -> Option<&str> {
    given.as_deref().filter(|text| !text.is_empty())
}

fn check(input: &DescribeAvailableResource) -> Result<(), Fault> {
    for (parameter, values, row) in CHOICES {
        if text(parameter(input)).is_some_and(|given| !values.contains(&given)) {
            return Err(row.fault());
        }
    }
    if text(&input.dedicated_host_id).is_some() {
        return Err(HOST_NOT_FOUND.fault());
    }
    let sized = input.cores.is_some() || input.memory.is_some();
    if text(&input.instance_type).is_some() && sized {
        return Err(TYPE_AND_SIZE.fault());
    }
    Ok(())
}

/// What there is of a kind of resource. `None` where it is no kind.
fn supported(input: &DescribeAvailableResource) -> Option<Vec<Supported>> {
    let instance_type = text(&input.instance_type);
    let fits = |row: &&InstanceType| {
        instance_type.is_none_or(|id| id == row.id)
            && input.cores.is_none_or(|cores| cores == row.cpus)
            && input.memory.is_none_or(|memory| (memory - row.memory).abs() < f64::EPSILON)
    };
    let disks = |asked: &Option<String>, least| {
        let wanted = text(asked);
        let disks = DISK_CATEGORIES.iter().filter(|own| wanted.is_none_or(|asked| asked == **own));
        disks.map(|category| Supported::disk(category, least)).collect()
    };
    let kinds = match input.destination_resource.as_str() {
        "Zone" => Vec::new(),
        "InstanceType" => {
            type_table::all().iter().filter(fits).map(|row| Supported::plain(&row.id)).collect()
        }
        "SystemDisk" => disks(&input.system_disk_category, 20),
        "DataDisk" => disks(&input.data_disk_category, 1),
        "IoOptimized" => vec![Supported::plain("optimized")],
        "Network" => vec![Supported::plain("vpc")],
        _ => return None,
    };
    // Instances are all I/O optimized and in VPCs, and nothing is there for dedicated hosts.
    let elsewhere = text(&input.io_optimized) == Some("none")
        || text(&input.network_category) == Some("classic")
        || text(&input.resource_type) == Some("ddh");
    Some(if elsewhere { Vec::new() } else { kinds })
}

#[derive(Debug, Output)]
struct AvailableZones {
    available_zones: Listed<AvailableZone>,
}

#[derive(Debug, Output)]
struct AvailableZone {
    zone_id: String,
    status: &'static str,
    status_category: &'static str,
    region_id: String,
    available_resources: Listed<AvailableResource>,
}

#[derive(Debug, Output)]
struct AvailableResource {
    #[wire(name = "Type")]
    kind: String,
    supported_resources: Listed<Supported>,
}

#[derive(Clone, Debug, Output)]
struct Supported {
    status: &'static str,
    value: String,
    max: Option<i64>,
    unit: Option<&'static str>,
    status_category: &'static str,
    min: Option<i64>,
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
    check(&input)?;
    let resources = supported(&input).ok_or_else(|| errors::DESTINATION_RESOURCE.fault())?;
    // Where nothing is to be had, no zone has it.
    let nowhere = resources.is_empty() && input.destination_resource != "Zone";
    let region = regions::of_call(cx.region);
    let zone = text(&input.zone_id);
    let zones =
        region.zones().filter(|id| !nowhere && zone.is_none_or(|zone| zone == id)).map(|zone_id| {
            let resources = AvailableResource {
                kind: input.destination_resource.clone(),
                supported_resources: Listed("SupportedResource", resources.clone()),
            };
            AvailableZone {
                region_id: region.id.into(),
                zone_id,
                status: "Available",
                status_category: "WithStock",
                available_resources: Listed("AvailableResource", vec![resources]),
            }
        });
    Ok(AvailableZones { available_zones: Listed("AvailableZone", zones.collect()) })
}
