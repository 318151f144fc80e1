//! DescribeImages.

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::filters::Created;
use super::image_table::{self, IMAGES, Image};
use super::{errors, type_table};
use crate::forms::{Listed, comma_separated, fits, moment};
use crate::paging::Page;
use crate::tags::{self, TagKeyValue};
use crate::{Handler, Query, standard};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_images)];

/// Whose images there are.
const OWNERS: &[&str] = &["system", "self", "others", "marketplace"];

#[derive(Debug, Input)]
struct DescribeImages {
    _region_id: String,
    image_id: Option<String>,
    image_name: Option<String>,
    image_family: Option<String>,
    image_owner_alias: Option<String>,
    image_owner_id: Option<i64>,
    instance_type: Option<String>,
    is_support_io_optimized: Option<bool>,
    is_support_cloudinit: Option<bool>,
    is_public: Option<bool>,
    #[wire(name = "OSType")]
    os_type: Option<String>,
    architecture: Option<String>,
    status: Option<String>,
    snapshot_id: Option<String>,
    usage: Option<String>,
    resource_group_id: Option<String>,
    action_type: Option<String>,
    filter: Option<Vec<tags::Given>>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct Images {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    region_id: String,
    images: Listed<ImageView>,
}

#[derive(Debug, Output)]
struct ImageView {
    creation_time: &'static str,
    status: &'static str,
    image_family: &'static str,
    progress: &'static str,
    is_copied: bool,
    is_support_io_optimized: bool,
    image_owner_alias: &'static str,
    is_support_cloudinit: bool,
    image_version: &'static str,
    usage: &'static str,
    is_self_shared: &'static str,
    description: &'static str,
    size: i64,
    resource_group_id: &'static str,
    platform: &'static str,
    #[wire(name = "OSNameEn")]
    os_name_en: &'static str,
    image_name: &'static str,
    #[wire(name = "OSName")]
    os_name: &'static str,
    image_id: &'static str,
    #[wire(name = "OSType")]
    os_type: &'static str,
    is_subscribed: bool,
    product_code: &'static str,
    architecture: &'static str,
    boot_mode: &'static str,
    disk_device_mappings: Listed<DiskDeviceMapping>,
    tags: Listed<TagKeyValue>,
    is_public: bool,
    image_owner_id: i64,
    login_as_non_root_supported: bool,
    supplier_name: &'static str,
    features: Features,
}

#[derive(Debug, Output)]
struct DiskDeviceMapping {
    #[wire(name = "Type")]
    kind: &'static str,
    progress: &'static str,
    snapshot_id: &'static str,
    device: &'static str,
    size: String,
    format: &'static str,
}

#[derive(Debug, Output)]
struct Features {
    nvme_support: &'static str,
}

fn view(image: &'static Image, used: bool) -> ImageView {
    ImageView {
        image_id: image.id,
        image_name: image.id,
        image_family: image.family,
        image_version: "",
        image_owner_alias: "system",
        image_owner_id: 0,
        description: "",
        os_name: image.name_chinese,
        os_name_en: image.name_english,
        os_type: "linux",
        platform: image.platform,
        architecture: image.architecture,
        boot_mode: image.boot_mode,
        size: image_table::SIZE,
        status: "Available",
        progress: "100%",
        usage: if used { "instance" } else { "none" },
        creation_time: image.created,
        is_support_io_optimized: true,
        is_support_cloudinit: true,
        is_public: true,
        is_copied: false,
        is_self_shared: "",
        is_subscribed: false,
        login_as_non_root_supported: false,
        product_code: "",
        resource_group_id: "",
        supplier_name: "",
        tags: Listed("Tag", Vec::new()),
        disk_device_mappings: Listed("DiskDeviceMapping", vec![mapping()]),
        features: Features { nvme_support: "supported" },
    }
}

fn mapping() -> DiskDeviceMapping {
    DiskDeviceMapping {
        device: "/dev/xvda",
        kind: "system",
        format: "",
        size: image_table::SIZE.to_string(),
        snapshot_id: "",
        progress: "",
    }
}

fn check(input: &DescribeImages) -> Result<(), Fault> {
    let wrong = |given: &Option<String>, known: &[&str]| {
        let given = given.as_deref().filter(|text| !text.is_empty());
        given.is_some_and(|text| !known.iter().any(|known| known.eq_ignore_ascii_case(text)))
    };
    if wrong(&input.image_owner_alias, OWNERS) {
        return Err(errors::IMAGE_OWNER.fault());
    }
    if wrong(&input.usage, &["instance", "none"]) {
        return Err(errors::IMAGE_USAGE.fault());
    }
    if wrong(&input.os_type, &["linux", "windows"]) {
        return Err(errors::IMAGE_OS_TYPE.fault());
    }
    if wrong(&input.architecture, &["i386", "x86_64", "arm64"]) {
        return Err(errors::IMAGE_ARCHITECTURE.fault());
    }
    if wrong(&input.action_type, &["CreateEcs", "ChangeOS"]) {
        return Err(standard::INVALID_PARAMETER.with(&[&"ActionType"]));
    }
    let kind = input.instance_type.as_deref().filter(|id| !id.is_empty());
    if kind.is_some_and(|id| type_table::find(id).is_none()) {
        return Err(errors::TYPE_UNKNOWN.fault());
    }
    Ok(())
}

/// Whether something is asked for that no public image has.
fn none(input: &DescribeImages) -> bool {
    let other = |given: &Option<String>, own: &str| {
        given.as_deref().is_some_and(|text| !text.is_empty() && !text.eq_ignore_ascii_case(own))
    };
    let available = |text: &String| comma_separated(text).contains(&"Available");
    other(&input.image_owner_alias, "system")
        || other(&input.os_type, "linux")
        || other(&input.snapshot_id, "")
        || other(&input.resource_group_id, "")
        || input.image_owner_id.is_some_and(|owner| owner != 0)
        || input.is_support_io_optimized == Some(false)
        || input.is_support_cloudinit == Some(false)
        // It asks for images of the community.
        || input.is_public == Some(true)
        || input.status.as_ref().is_some_and(|status| !available(status))
        || input.tag.as_ref().is_some_and(|tags| !tags.is_empty())
}

fn describe_images(cx: &Query<'_>, input: DescribeImages) -> Result<Images, Fault> {
    let page = Page::new(input.page_number, input.page_size, 100)?;
    check(&input)?;
    let none = none(&input);
    let created = Created::of(
        input.filter.as_deref(),
        &["CreationStartTime", "CreationEndTime"],
        (&errors::FILTER_KEY, &errors::FILTER_VALUE),
    )?;
    let made = |image: &Image| moment(image.created).is_some_and(|made| created.fits(made));
    let used: Vec<&str> = cx
        .store
        .list::<super::records::Instance>(&cx.scope())
        .map(|row| row.image_id.as_str())
        .collect();
    let is = |given: &Option<String>, own: &str| {
        given.as_deref().is_none_or(|text| text.is_empty() || text == own)
    };
    let ids = comma_separated(input.image_id.as_deref().unwrap_or_default());
    let kind = input.instance_type.as_deref().and_then(type_table::find);
    let runs = |image: &Image| {
        kind.is_none_or(|kind| {
            (kind.family.architecture == "ARM") == (image.architecture == "arm64")
        })
    };
    let images: Vec<ImageView> = IMAGES
        .iter()
        .filter(|image| !none && (ids.is_empty() || ids.contains(&image.id)))
        .filter(|image| input.image_name.as_ref().is_none_or(|name| fits(name, image.id)))
        .filter(|image| is(&input.image_family, image.family) && made(image))
        .filter(|image| is(&input.architecture, image.architecture) && runs(image))
        .map(|image| view(image, used.contains(&image.id)))
        .filter(|image| is(&input.usage, image.usage))
        .collect();
    let (total_count, images) = page.cut(images);
    Ok(Images {
        region_id: cx.region.to_owned(),
        page_size: page.size,
        page_number: page.number,
        total_count,
        images: Listed("Image", images),
    })
}
