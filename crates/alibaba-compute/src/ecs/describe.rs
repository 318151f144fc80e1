//! DescribeInstances.

mod query;
mod view;

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::instances::Found;
use super::records::Instance;
use crate::forms::Listed;
use crate::paging::{Asked, Part, newest_first, place};
use crate::tags;
use crate::{Handler, Query, standard};
use view::InstanceView;

pub(super) use query::LOCK_REASONS;

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_instances)];

/// The most instances of a page.
const MOST: i64 = 100;

#[derive(Debug, Input)]
struct DescribeInstances {
    _region_id: String,
    page_number: Option<i64>,
    page_size: Option<i64>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// Which instances are asked for.
#[derive(Debug, Default, Input)]
struct Selection {
    instance_ids: Option<String>,
    vpc_id: Option<String>,
    v_switch_id: Option<String>,
    zone_id: Option<String>,
    instance_network_type: Option<String>,
    security_group_id: Option<String>,
    private_ip_addresses: Option<String>,
    public_ip_addresses: Option<String>,
    inner_ip_addresses: Option<String>,
    eip_addresses: Option<String>,
    rdma_ip_addresses: Option<String>,
    ipv6_address: Option<Vec<String>>,
    instance_charge_type: Option<String>,
    internet_charge_type: Option<String>,
    instance_name: Option<String>,
    image_id: Option<String>,
    status: Option<String>,
    lock_reason: Option<String>,
    instance_type: Option<String>,
    instance_type_family: Option<String>,
    key_pair_name: Option<String>,
    resource_group_id: Option<String>,
    hpc_cluster_id: Option<String>,
    io_optimized: Option<bool>,
    device_available: Option<bool>,
    additional_attributes: Option<Vec<String>>,
    tag: Option<Vec<tags::Given>>,
    filter: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct Instances {
    next_token: String,
    page_size: i64,
    page_number: i64,
    total_count: i64,
    instances: Listed<InstanceView>,
}

fn describe_instances(
    cx: &Query<'_>,
    Both(input, selection): Both<DescribeInstances, Selection>,
) -> Result<Instances, Fault> {
    let filters = query::Filters::new(cx, &selection)?;
    let rows = cx.store.list::<Instance>(&cx.scope());
    let found = newest_first(rows.filter(|row| filters.fit(&Found::of(cx.store, row))));
    let asked = Asked {
        page_number: input.page_number,
        page_size: input.page_size,
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        most: (MOST, MOST),
    };
    let part = asked.cut(found, |row| place(row), &standard::INVALID_PARAMETER)?;
    let Part { page, total, items, next_token } = part;
    let views = items.into_iter().map(|row| InstanceView::of(&Found::of(cx.store, row))).collect();
    Ok(Instances {
        next_token,
        page_size: page.size,
        page_number: page.number,
        total_count: total,
        instances: Listed("Instance", views),
    })
}
