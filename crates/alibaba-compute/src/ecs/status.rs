//! DescribeInstanceStatus.

use std::sync::Arc;

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::instances::{Found, Status};
use super::records::Instance;
use crate::forms::Listed;
use crate::paging::{Page, newest_first};
use crate::{Handler, Query, regions};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_instance_status)];

const MOST_IDS: usize = 100;

#[derive(Debug, Input)]
struct DescribeInstanceStatus {
    _region_id: String,
    zone_id: Option<String>,
    cluster_id: Option<String>,
    instance_id: Option<Vec<String>>,
    page_number: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct InstanceStatuses {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    instance_statuses: Listed<InstanceStatus>,
}

#[derive(Debug, Output)]
struct InstanceStatus {
    status: Status,
    instance_id: String,
}

fn describe_instance_status(
    cx: &Query<'_>,
    input: DescribeInstanceStatus,
) -> Result<InstanceStatuses, Fault> {
    let page = Page::new(input.page_number, input.page_size, 50)?;
    let ids = input.instance_id.unwrap_or_default();
    if ids.len() > MOST_IDS {
        return Err(errors::TOO_MANY_INSTANCE_IDS.fault());
    }
    let zone = input.zone_id.filter(|zone| !zone.is_empty());
    if zone.as_ref().is_some_and(|zone| !regions::of_call(cx.region).has_zone(zone)) {
        return Err(errors::ZONE_NOT_FOUND.fault());
    }
    let elsewhere = input.cluster_id.is_some_and(|cluster| !cluster.is_empty());
    let rows = cx
        .store
        .list::<Instance>(&cx.scope())
        .filter(|row| !elsewhere && (ids.is_empty() || ids.contains(&row.id)))
        .filter(|row| zone.as_ref().is_none_or(|zone| *zone == row.zone_id));
    let (total_count, rows) = page.cut(newest_first(rows));
    let status = |row: &Arc<Instance>| InstanceStatus {
        instance_id: row.id.clone(),
        status: Found::of(cx.store, row).status(),
    };
    let statuses = rows.into_iter().map(status).collect();
    Ok(InstanceStatuses {
        page_size: page.size,
        page_number: page.number,
        total_count,
        instance_statuses: Listed("InstanceStatus", statuses),
    })
}
