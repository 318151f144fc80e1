//! Regions.

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection};
use super::{Query, errors};
use crate::World;
use crate::regions::{REGIONS, Region};

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_regions)];

#[derive(Debug, Input)]
struct DescribeRegions {
    region_names: Option<Vec<String>>,
    filters: Filters,
}

#[derive(Debug, Output)]
struct Described {
    regions: Vec<RegionView>,
}

#[derive(Debug, Output)]
struct RegionView {
    opt_in_status: &'static str,
    geography: [Geography; 1],
    region_name: &'static str,
    endpoint: String,
}

/// A country.
#[derive(Debug, Output)]
pub(super) struct Geography {
    pub(super) name: &'static str,
}

pub(super) const FILTERS: &[Field] =
    &[("endpoint", "Endpoint"), ("opt-in-status", "OptInStatus"), ("region-name", "RegionName")];

/// The regions of the partition in which the region is that was asked.
fn describe_regions(cx: &Query<'_>, input: DescribeRegions) -> Result<Described, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, None)?;
    let names = input.region_names.unwrap_or_default();
    let here =
        crate::regions::find(cx.region).expect("a request is admitted for a region that exists");
    let is_here = |region: &&Region| region.partition == here.partition;
    let unknown: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| crate::regions::find(name).filter(is_here).is_none())
        .collect();
    if !unknown.is_empty() {
        return Err(errors::REGION_NAME.with(&[&unknown.join(", ")]));
    }
    let regions = REGIONS
        .iter()
        .filter(is_here)
        .filter(|region| names.is_empty() || names.iter().any(|name| name == region.name))
        .map(|region| RegionView {
            opt_in_status: region.opt_in_status(),
            geography: [Geography { name: region.country }],
            region_name: region.name,
            endpoint: format!("ec2.{}.{}", region.name, region.partition.suffix),
        })
        .filter(|region| selection.takes(region))
        .collect();
    Ok(Described { regions })
}
