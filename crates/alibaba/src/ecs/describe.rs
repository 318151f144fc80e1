//! DescribeInstances.

mod query;
mod view;

use isobar_kernel::{Fault, query};
use serde::{Deserialize, Serialize};

use super::instances::Found;
use super::records::Instance;
use crate::forms::Listed;
use crate::paging::{Page, after_token, newest_first, place};
use crate::tags;
use crate::{Handler, Query, standard};
use view::InstanceView;

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_instances)];

/// The most instances of a page.
const MOST: i64 = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeInstances {
    _region_id: String,
    #[serde(flatten)]
    asked: Asked,
    page_number: Option<i64>,
    page_size: Option<i64>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// Which instances are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Asked {
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
    tag: Option<Vec<tags::Given>>,
    filter: Option<Vec<tags::Given>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Instances {
    next_token: String,
    page_size: i64,
    page_number: i64,
    total_count: i64,
    instances: Listed<InstanceView>,
}

fn describe_instances(cx: &Query<'_>, input: DescribeInstances) -> Result<Instances, Fault> {
    let filters = query::Filters::new(cx, &input.asked)?;
    let rows = cx.store.list::<Instance>(&cx.scope());
    let found = newest_first(rows.filter(|row| filters.fit(&Found::of(cx.store, row))));
    let token = input.next_token.as_deref();
    let (page, total_count, found, next_token) = if input.max_results.is_some() || token.is_some() {
        let most = input.max_results.unwrap_or(10);
        let within = Some(most).filter(|most| (1..=MOST).contains(most));
        let within = within.and_then(|most| usize::try_from(most).ok());
        let within = within.ok_or_else(|| standard::INVALID_PARAMETER.with(&[&"MaxResults"]))?;
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let invalid = || standard::INVALID_PARAMETER.with(&[&"NextToken"]);
        let (found, next) = after_token(found, token, within, |row| place(row), invalid)?;
        (Page { number: 1, size: most }, total, found, next)
    } else {
        let page = Page::new(input.page_number, input.page_size, MOST)?;
        let (total, found) = page.cut(found);
        (page, total, found, String::new())
    };
    let views = found.into_iter().map(|row| InstanceView::of(&Found::of(cx.store, row))).collect();
    Ok(Instances {
        next_token,
        page_size: page.size,
        page_number: page.number,
        total_count,
        instances: Listed("Instance", views),
    })
}
