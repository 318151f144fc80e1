//! What instances have beside themselves: maintenance, private pools and roles. None of it can be
//! changed here, so that all have what the vendor gives first.

use std::sync::Arc;

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::filters::ids;
use super::records::Instance;
use crate::forms::{Listed, from_json};
use crate::paging::{Page, newest_first};
use crate::{Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[
    query!(describe_instance_maintenance_attributes),
    query!(describe_instance_attachment_attributes),
    query!(describe_instance_ram_role),
];

const MOST: i64 = 100;
const MOST_IDS: usize = 100;

#[derive(Debug, Input)]
struct DescribeInstanceMaintenanceAttributes {
    _region_id: String,
    instance_id: Option<Vec<String>>,
    page_number: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct MaintenanceAttributes {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    maintenance_attributes: Listed<MaintenanceAttribute>,
}

#[derive(Debug, Output)]
struct MaintenanceAttribute {
    notify_on_maintenance: bool,
    instance_id: String,
    maintenance_windows: Listed<&'static str>,
    action_on_maintenance: ActionOnMaintenance,
}

#[derive(Debug, Output)]
struct ActionOnMaintenance {
    default_value: &'static str,
    value: &'static str,
    supported_values: Listed<&'static str>,
}

const ACTIONS: &[&str] = &["Stop", "AutoRecover"];
const DEFAULT_ACTION: &str = "AutoRecover";

fn describe_instance_maintenance_attributes(
    cx: &Query<'_>,
    input: DescribeInstanceMaintenanceAttributes,
) -> Result<MaintenanceAttributes, Fault> {
    let page = Page::new(input.page_number, input.page_size, MOST)?;
    let ids = input.instance_id.unwrap_or_default();
    if ids.len() > MOST_IDS {
        return Err(errors::TOO_MANY_MAINTAINED.fault());
    }
    let rows = cx.store.list::<Instance>(&cx.scope());
    let rows = newest_first(rows.filter(|row| ids.is_empty() || ids.contains(&row.id)));
    let (total_count, rows) = page.cut(rows);
    let view = |row: &Arc<Instance>| MaintenanceAttribute {
        notify_on_maintenance: false,
        instance_id: row.id.clone(),
        maintenance_windows: Listed("MaintenanceWindow", Vec::new()),
        action_on_maintenance: ActionOnMaintenance {
            default_value: DEFAULT_ACTION,
            value: DEFAULT_ACTION,
            supported_values: Listed("SupportedValue", ACTIONS.to_vec()),
        },
    };
    let views = rows.into_iter().map(view).collect();
    Ok(MaintenanceAttributes {
        page_size: page.size,
        page_number: page.number,
        total_count,
        maintenance_attributes: Listed("MaintenanceAttribute", views),
    })
}

#[derive(Debug, Input)]
struct DescribeInstanceAttachmentAttributes {
    _region_id: String,
    instance_ids: String,
    page_number: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct AttachmentAttributes {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    instances: Listed<AttachmentAttribute>,
}

#[derive(Debug, Output)]
struct AttachmentAttribute {
    instance_id: String,
    private_pool_options_match_criteria: String,
    private_pool_options_id: &'static str,
}

fn describe_instance_attachment_attributes(
    cx: &Query<'_>,
    input: DescribeInstanceAttachmentAttributes,
) -> Result<AttachmentAttributes, Fault> {
    let page = Page::new(input.page_number, input.page_size, MOST)?;
    let ids: Vec<String> =
        from_json(&input.instance_ids).ok_or_else(|| errors::ATTACHED_IDS.fault())?;
    if ids.len() > MOST_IDS {
        return Err(errors::TOO_MANY_INSTANCE_IDS.fault());
    }
    let rows = cx.store.list::<Instance>(&cx.scope());
    let rows = newest_first(rows.filter(|row| ids.contains(&row.id)));
    if rows.len() < ids.len() {
        return Err(errors::INSTANCES_NOT_FOUND.fault());
    }
    let (total_count, rows) = page.cut(rows);
    let view = |row: &Arc<Instance>| AttachmentAttribute {
        instance_id: row.id.clone(),
        private_pool_options_match_criteria: match row.private_pool.as_str() {
            "" => "Open".into(),
            criteria => criteria.into(),
        },
        private_pool_options_id: "",
    };
    let views = rows.into_iter().map(view).collect();
    Ok(AttachmentAttributes {
        page_size: page.size,
        page_number: page.number,
        total_count,
        instances: Listed("Instance", views),
    })
}

#[derive(Debug, Input)]
struct DescribeInstanceRamRole {
    _region_id: String,
    instance_ids: Option<String>,
    ram_role_name: Option<String>,
    page_number: Option<i64>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct RamRoles {
    total_count: i64,
    region_id: String,
    instance_ram_role_sets: Listed<RamRole>,
}

#[derive(Debug, Output)]
struct RamRole {
    ram_role_name: &'static str,
    instance_id: String,
}

/// No instance has a role: there are none to give it.
fn describe_instance_ram_role(
    cx: &Query<'_>,
    input: DescribeInstanceRamRole,
) -> Result<RamRoles, Fault> {
    let page = Page::new(input.page_number, input.page_size, 50)?;
    let asked = input.instance_ids.as_deref().filter(|text| !text.is_empty());
    let role = input.ram_role_name.as_deref().filter(|text| !text.is_empty());
    if asked.is_none() && role.is_none() {
        return Err(errors::NO_ROLE_FILTER.fault());
    }
    let ids = ids(asked, "InstanceIds").map_err(|_| errors::ROLE_INSTANCE_IDS.fault())?;
    let ids = ids.unwrap_or_default();
    if ids.iter().any(|id| cx.store.get::<Instance>(&cx.key(id)).is_none()) {
        return Err(errors::ROLE_INSTANCE_NOT_FOUND.fault());
    }
    let without = ids.into_iter().filter(|_| role.is_none());
    let without = without.map(|instance_id| RamRole { ram_role_name: "", instance_id });
    let (total_count, sets) = page.cut(without.collect());
    Ok(RamRoles {
        total_count,
        region_id: cx.region.to_owned(),
        instance_ram_role_sets: Listed("InstanceRamRoleSet", sets),
    })
}
