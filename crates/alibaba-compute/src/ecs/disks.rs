//! DescribeDisks: the disks that instances start from. Others cannot be made.

use std::sync::Arc;

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::filters::{Created, ids};
use super::instances::NEVER;
use super::places::{CHARGE_TYPES, DISK_CATEGORIES};
use super::records::{Instance, SystemDisk};
use crate::forms::{self, Listed, fits, seconds};
use crate::lookup::region_of;
use crate::paging::{self, Part, newest_first, place};
use crate::tags::{self, TagKeyValue};
use crate::{Handler, Query, regions, standard};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_disks)];

/// The most disks of a page by its number, and of one by a token.
const MOST: i64 = 100;
const MOST_RESULTS: i64 = 500;

#[derive(Debug, Input)]
struct DescribeDisks {
    _region_id: String,
    page_number: Option<i64>,
    page_size: Option<i64>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// Which disks are asked for.
#[derive(Debug, Default, Input)]
struct Selection {
    disk_ids: Option<String>,
    zone_id: Option<String>,
    instance_id: Option<String>,
    disk_type: Option<String>,
    category: Option<String>,
    status: Option<String>,
    snapshot_id: Option<String>,
    portable: Option<bool>,
    delete_with_instance: Option<bool>,
    delete_auto_snapshot: Option<bool>,
    disk_name: Option<String>,
    auto_snapshot_policy_id: Option<String>,
    enable_auto_snapshot: Option<bool>,
    enable_automated_snapshot_policy: Option<bool>,
    disk_charge_type: Option<String>,
    lock_reason: Option<String>,
    resource_group_id: Option<String>,
    enable_shared: Option<bool>,
    encrypted: Option<bool>,
    #[wire(name = "KMSKeyId")]
    kms_key_id: Option<String>,
    multi_attach: Option<String>,
    performance_level: Option<String>,
    additional_attributes: Option<Vec<String>>,
    filter: Option<Vec<tags::Given>>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct Disks {
    next_token: String,
    page_size: i64,
    page_number: i64,
    total_count: i64,
    disks: Listed<DiskView>,
}

#[derive(Debug, Output)]
struct DiskView {
    serial_number: String,
    creation_time: String,
    status: &'static str,
    #[wire(name = "Type")]
    kind: &'static str,
    performance_level: String,
    bdf_id: &'static str,
    enable_auto_snapshot: bool,
    storage_set_id: &'static str,
    disk_id: String,
    delete_auto_snapshot: bool,
    storage_cluster_id: &'static str,
    encrypted: bool,
    #[wire(name = "IOPSRead")]
    iops_read: Option<i64>,
    mount_instance_num: i64,
    description: String,
    device: &'static str,
    disk_name: String,
    portable: bool,
    image_id: String,
    #[wire(name = "KMSKeyId")]
    kms_key_id: &'static str,
    delete_with_instance: bool,
    detached_time: &'static str,
    source_snapshot_id: &'static str,
    auto_snapshot_policy_id: &'static str,
    enable_automated_snapshot_policy: bool,
    #[wire(name = "IOPSWrite")]
    iops_write: Option<i64>,
    instance_id: String,
    #[wire(name = "IOPS")]
    iops: Option<i64>,
    region_id: String,
    expired_time: &'static str,
    size: i64,
    resource_group_id: &'static str,
    disk_charge_type: &'static str,
    zone_id: String,
    attached_time: String,
    category: String,
    product_code: &'static str,
    multi_attach: &'static str,
    operation_locks: Listed<&'static str>,
    mount_instances: Listed<&'static str>,
    tags: Listed<TagKeyValue>,
    attachments: Listed<Attachment>,
}

#[derive(Debug, Output)]
struct Attachment {
    instance_id: String,
    device: &'static str,
    attached_time: String,
}

/// Where an instance has its first disk.
const DEVICE: &str = "/dev/xvda";

/// The disk of an instance has the instance's id, but for what it begins with.
pub(super) fn disk_id(instance: &str) -> String {
    format!("d-{}", instance.trim_start_matches("i-"))
}

/// How many operations a second a disk carries: by category and level what it begins with, what a GiB
/// adds, and the most.
const IOPS: &[(&str, &str, i64, i64, i64)] = &[
    ("cloud_essd", "PL0", 1800, 12, 10_000),
    ("cloud_essd", "PL1", 1800, 50, 50_000),
    ("cloud_essd", "PL2", 1800, 50, 100_000),
    ("cloud_essd", "PL3", 1800, 50, 1_000_000),
    ("cloud_auto", "", 1800, 50, 50_000),
    ("cloud_essd_entry", "", 1800, 8, 6000),
    ("cloud_ssd", "", 1800, 30, 25_000),
    ("cloud_efficiency", "", 1800, 8, 5000),
];

fn iops(disk: &SystemDisk) -> Option<i64> {
    let row = IOPS.iter().find(|(category, level, ..)| {
        *category == disk.category && *level == disk.performance_level
    })?;
    let (_, _, base, each, most) = *row;
    Some((base + each * disk.size).min(most))
}

fn view(row: &Instance, with_iops: bool) -> DiskView {
    let disk = &row.disk;
    let id = disk_id(&row.id);
    let iops = if with_iops { iops(disk) } else { None };
    let attached_time = seconds(row.created_at);
    DiskView {
        serial_number: id.trim_start_matches("d-").to_owned(),
        creation_time: seconds(row.created_at),
        status: "In_use",
        kind: "system",
        performance_level: disk.performance_level.clone(),
        bdf_id: "",
        enable_auto_snapshot: true,
        storage_set_id: "",
        disk_id: id,
        delete_auto_snapshot: false,
        storage_cluster_id: "",
        encrypted: false,
        iops_read: iops,
        mount_instance_num: 1,
        description: disk.description.clone(),
        device: DEVICE,
        disk_name: disk.name.clone(),
        portable: false,
        image_id: row.image_id.clone(),
        kms_key_id: "",
        delete_with_instance: true,
        detached_time: "",
        source_snapshot_id: "",
        auto_snapshot_policy_id: "",
        enable_automated_snapshot_policy: false,
        iops_write: iops,
        instance_id: row.id.clone(),
        iops,
        region_id: region_of(&row.scope).into(),
        expired_time: NEVER,
        size: disk.size,
        resource_group_id: "",
        disk_charge_type: "PostPaid",
        zone_id: row.zone_id.clone(),
        attached_time: attached_time.clone(),
        category: disk.category.clone(),
        product_code: "",
        multi_attach: "Disabled",
        operation_locks: Listed("OperationLock", Vec::new()),
        mount_instances: Listed("MountInstance", Vec::new()),
        tags: Listed("Tag", row.first_tags.tag_key_values()),
        attachments: Listed(
            "Attachment",
            vec![Attachment { instance_id: row.id.clone(), device: DEVICE, attached_time }],
        ),
    }
}

const TYPES: &[&str] = &["all", "system", "data"];
const STATUSES: &[&str] =
    &["In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting", "All"];
/// The categories of disks that are not among those that instances can start from.
const OTHER_CATEGORIES: &[&str] = &[
    "all",
    "cloud",
    "cloud_regional_disk_auto",
    "ephemeral_ssd",
    "local_ssd_pro",
    "local_hdd_pro",
    "ephemeral",
    "elastic_ephemeral_disk_standard",
    "elastic_ephemeral_disk_premium",
];
const MULTI_ATTACH: &[&str] = &["Disabled", "Enabled", "LegacyShared"];

/// Whether what is asked for can be asked for.
fn check(cx: &Query<'_>, asked: &Selection) -> Result<(), Fault> {
    let outside = |given: &Option<String>, known: &[&str]| {
        given.as_deref().is_some_and(|text| !text.is_empty() && !known.contains(&text))
    };
    let zone = asked.zone_id.as_deref().filter(|zone| !zone.is_empty());
    let categories = [DISK_CATEGORIES, OTHER_CATEGORIES].concat();
    let lock = asked.lock_reason.as_ref().map(|reason| reason.to_lowercase());
    let problems = [
        (outside(&asked.disk_type, TYPES), &errors::DISK_TYPE),
        (outside(&asked.category, &categories), &errors::DISK_CATEGORY),
        (outside(&asked.status, STATUSES), &errors::DISK_STATUS),
        (outside(&asked.disk_charge_type, CHARGE_TYPES), &errors::DISK_CHARGE_TYPE),
        (outside(&lock, super::describe::LOCK_REASONS), &errors::LOCK_REASON_FILTER),
        (outside(&asked.multi_attach, MULTI_ATTACH), &errors::MULTI_ATTACH),
        (zone.is_some_and(|zone| !regions::of_call(cx.region).has_zone(zone)), &errors::DISK_ZONE),
    ];
    match problems.into_iter().find(|(wrong, _)| *wrong) {
        Some((_, row)) => Err(row.fault()),
        None => Ok(()),
    }
}

/// Whether something is asked for that no disk here has.
fn none(cx: &Query<'_>, asked: &Selection) -> bool {
    let text = |given: &Option<String>| given.clone().filter(|text| !text.is_empty());
    let other = |given: &Option<String>, own: &[&str]| {
        text(given).is_some_and(|text| !own.contains(&text.as_str()))
    };
    let group = forms::default_resource_group(&cx.caller.account);
    let unlike = |asked: Option<bool>, own: bool| asked.is_some_and(|asked| asked != own);
    other(&asked.disk_type, &["all", "system"])
        || other(&asked.status, &["In_use", "All"])
        || other(&asked.disk_charge_type, &["PostPaid"])
        || other(&asked.multi_attach, &["Disabled"])
        || other(&asked.resource_group_id, &[&group])
        || [&asked.snapshot_id, &asked.auto_snapshot_policy_id, &asked.lock_reason]
            .into_iter()
            .chain([&asked.kms_key_id])
            .any(|given| text(given).is_some())
        || unlike(asked.portable, false)
        || unlike(asked.delete_with_instance, true)
        || unlike(asked.delete_auto_snapshot, false)
        || unlike(asked.enable_auto_snapshot, true)
        || unlike(asked.enable_automated_snapshot_policy, false)
        || asked.enable_shared == Some(true)
        || asked.encrypted == Some(true)
}

fn describe_disks(
    cx: &Query<'_>,
    Both(input, asked): Both<DescribeDisks, Selection>,
) -> Result<Disks, Fault> {
    check(cx, &asked)?;
    let wanted = ids(asked.disk_ids.as_deref(), "DiskIds")?;
    let created = Created::of(
        asked.filter.as_deref(),
        &["CreationStartTime", "CreationEndTime"],
        (&errors::DISK_FILTER_KEY, &errors::DISK_FILTER_VALUE),
    )?;
    let none = none(cx, &asked);
    let is = |asked: &Option<String>, own: &str| {
        asked.as_deref().is_none_or(|asked| asked.is_empty() || asked == own)
    };
    let category = asked.category.clone().filter(|category| category != "all");
    let name = asked.disk_name.as_deref().filter(|name| !name.is_empty());
    let rows = cx
        .store
        .list::<Instance>(&cx.scope())
        .filter(|row| !none && wanted.as_ref().is_none_or(|ids| ids.contains(&disk_id(&row.id))))
        .filter(|row| is(&asked.zone_id, &row.zone_id) && is(&asked.instance_id, &row.id))
        .filter(|row| is(&category, &row.disk.category))
        .filter(|row| is(&asked.performance_level, &row.disk.performance_level))
        .filter(|row| name.is_none_or(|name| fits(name, &row.disk.name)))
        .filter(|row| created.fits(row.created_at) && row.first_tags.fit(asked.tag.as_deref()));
    let rows: Vec<&Arc<Instance>> = newest_first(rows);
    let page = paging::Asked {
        page_number: input.page_number,
        page_size: input.page_size,
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        most: (MOST, MOST_RESULTS),
    };
    let Part { page, total, items, next_token } =
        page.cut(rows, |row| place(row), &standard::INVALID_PARAMETER)?;
    let additional = asked.additional_attributes.as_deref().unwrap_or_default();
    let with_iops = additional.iter().any(|name| name == "IOPS");
    let views = items.into_iter().map(|row| view(row, with_iops)).collect();
    Ok(Disks {
        next_token,
        page_size: page.size,
        page_number: page.number,
        total_count: total,
        disks: Listed("Disk", views),
    })
}
