//! Machine images: the public ones that every region has.
//!
//! A machine here runs its user data on this system whatever its image; an image decides the
//! architecture, the devices and what the answers say.

use std::collections::HashMap;
use std::sync::LazyLock;

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::filters::{Field, Filters, NOT_BUILT, NOWHERE, Selection, TAGS};
use super::ids::IMAGE;
use super::pages::{Limits, Page};
use super::{Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_images)];

/// A public image, the same in every region but for its id.
#[derive(Debug)]
pub(super) struct Image {
    name: &'static str,
    description: &'static str,
    owner: &'static Owner,
    pub(super) architecture: &'static str,
    pub(super) root_device: &'static str,
    pub(super) volume_gib: i64,
    pub(super) volume_kind: &'static str,
    pub(super) boot_mode: Option<&'static str>,
    /// It wants its metadata asked for with a token.
    pub(super) imds_v2: bool,
    created: &'static str,
}

/// Who publishes images.
#[derive(Debug)]
struct Owner {
    id: &'static str,
    alias: Option<&'static str>,
}

const AMAZON: Owner = Owner { id: "137112412989", alias: Some("amazon") };
const CANONICAL: Owner = Owner { id: "099720109477", alias: None };
const DEBIAN: Owner = Owner { id: "136693071363", alias: None };

const X86: &str = "x86_64";
const ARM: &str = "arm64";

#[rustfmt::skip]
const IMAGES: &[Image] = &[
    amazon("al2023-ami-2023.9.20251110.1-kernel-6.1-x86_64", "Amazon Linux 2023 AMI 2023.9.20251110.1 x86_64 HVM kernel-6.1", X86, "2025-11-07T22:21:35.000Z"),
    amazon("al2023-ami-2023.9.20251110.1-kernel-6.1-arm64", "Amazon Linux 2023 AMI 2023.9.20251110.1 arm64 HVM kernel-6.1", ARM, "2025-11-07T22:20:12.000Z"),
    amazon("al2023-ami-2023.9.20251110.1-kernel-6.12-x86_64", "Amazon Linux 2023 AMI 2023.9.20251110.1 x86_64 HVM kernel-6.12", X86, "2025-11-07T22:21:41.000Z"),
    amazon("al2023-ami-2023.9.20251110.1-kernel-6.12-arm64", "Amazon Linux 2023 AMI 2023.9.20251110.1 arm64 HVM kernel-6.12", ARM, "2025-11-07T22:20:29.000Z"),
    amazon("al2023-ami-minimal-2023.9.20251110.1-kernel-6.1-x86_64", "Amazon Linux 2023 AMI 2023.9.20251110.1 x86_64 Minimal HVM kernel-6.1", X86, "2025-11-07T22:21:50.000Z"),
    Image {
        name: "amzn2-ami-hvm-2.0.20251110.1-x86_64-gp2",
        description: "Amazon Linux 2 AMI 2.0.20251110.1 x86_64 HVM gp2",
        owner: &AMAZON, architecture: X86, root_device: "/dev/xvda", volume_gib: 8, volume_kind: "gp2",
        boot_mode: None, imds_v2: false,
        created: "2025-11-08T01:02:03.000Z",
    },
    ubuntu("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022", "Canonical, Ubuntu, 24.04, amd64 noble image", X86, "gp3", "2025-10-22T07:51:12.000Z"),
    ubuntu("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20251022", "Canonical, Ubuntu, 24.04, arm64 noble image", ARM, "gp3", "2025-10-22T07:47:02.000Z"),
    ubuntu("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251015", "Canonical, Ubuntu, 22.04, amd64 jammy image", X86, "gp2", "2025-10-15T06:33:40.000Z"),
    ubuntu("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20251015", "Canonical, Ubuntu, 22.04, arm64 jammy image", ARM, "gp2", "2025-10-15T06:30:11.000Z"),
    debian("debian-12-amd64-20251112-2294", "Debian 12 (20251112-2294)", X86, "2025-11-12T08:12:45.000Z"),
    debian("debian-12-arm64-20251112-2294", "Debian 12 (20251112-2294)", ARM, "2025-11-12T08:11:27.000Z"),
];

const fn amazon(
    name: &'static str,
    description: &'static str,
    architecture: &'static str,
    created: &'static str,
) -> Image {
    Image {
        name,
        description,
        owner: &AMAZON,
        architecture,
        root_device: "/dev/xvda",
        volume_gib: 8,
        volume_kind: "gp3",
        boot_mode: Some(boot_mode(architecture)),
        imds_v2: true,
        created,
    }
}

const fn ubuntu(
    name: &'static str,
    description: &'static str,
    architecture: &'static str,
    volume_kind: &'static str,
    created: &'static str,
) -> Image {
    Image {
        name,
        description,
        owner: &CANONICAL,
        architecture,
        root_device: "/dev/sda1",
        volume_gib: 8,
        volume_kind,
        boot_mode: Some(boot_mode(architecture)),
        imds_v2: false,
        created,
    }
}

const fn debian(
    name: &'static str,
    description: &'static str,
    architecture: &'static str,
    created: &'static str,
) -> Image {
    Image {
        name,
        description,
        owner: &DEBIAN,
        architecture,
        root_device: "/dev/xvda",
        volume_gib: 8,
        volume_kind: "gp3",
        boot_mode: Some(boot_mode(architecture)),
        imds_v2: false,
        created,
    }
}

const fn boot_mode(architecture: &str) -> &'static str {
    // `arm64` is the shorter of the two names.
    if architecture.len() == ARM.len() { "uefi" } else { "uefi-preferred" }
}

impl Image {
    /// The image's id in a region, the same in every installation.
    fn id(&self, region: &str) -> String {
        stable("ami-", region, self.name)
    }

    /// The id of the snapshot of its volume.
    pub(super) fn snapshot_id(&self, region: &str) -> String {
        stable("snap-", region, self.name)
    }
}

fn stable(prefix: &str, region: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{prefix}{region}/{name}"));
    let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}0{digits}")
}

/// The images by region and id. Each instance that is shown asks for its image, and an id costs a
/// hash.
static BY_ID: LazyLock<HashMap<String, (&'static str, &'static Image)>> = LazyLock::new(|| {
    let names = crate::regions::REGIONS.iter().map(|region| region.name);
    let of_region = |name| IMAGES.iter().map(move |image| (image.id(name), (name, image)));
    names.flat_map(of_region).collect()
});

/// The image of the id in a region.
pub(super) fn find(region: &str, id: &str) -> Option<&'static Image> {
    BY_ID.get(id).filter(|(name, _)| *name == region).map(|(_, image)| *image)
}

#[derive(Debug, Output)]
struct ImageView {
    platform_details: &'static str,
    usage_operation: &'static str,
    block_device_mappings: [BlockDevice; 1],
    description: &'static str,
    ena_support: bool,
    hypervisor: &'static str,
    image_owner_alias: Option<&'static str>,
    name: &'static str,
    root_device_name: &'static str,
    root_device_type: &'static str,
    sriov_net_support: &'static str,
    tags: [(); 0],
    virtualization_type: &'static str,
    boot_mode: Option<&'static str>,
    deprecation_time: String,
    imds_support: Option<&'static str>,
    free_tier_eligible: bool,
    image_id: String,
    image_location: String,
    state: &'static str,
    owner_id: &'static str,
    creation_date: &'static str,
    public: bool,
    product_codes: [(); 0],
    architecture: &'static str,
    image_type: &'static str,
}

#[derive(Debug, Output)]
struct BlockDevice {
    ebs: Ebs,
    device_name: &'static str,
}

#[derive(Debug, Output)]
struct Ebs {
    delete_on_termination: bool,
    iops: Option<i64>,
    snapshot_id: String,
    volume_size: i64,
    volume_type: &'static str,
    throughput: Option<i64>,
    encrypted: bool,
}

fn view(image: &Image, region: &str, now: Timestamp) -> ImageView {
    let is_gp3 = image.volume_kind == "gp3";
    let publisher = image.owner.alias.unwrap_or(image.owner.id);
    ImageView {
        platform_details: "Linux/UNIX",
        usage_operation: "RunInstances",
        block_device_mappings: [BlockDevice {
            ebs: Ebs {
                delete_on_termination: true,
                iops: is_gp3.then_some(3000),
                snapshot_id: image.snapshot_id(region),
                volume_size: image.volume_gib,
                volume_type: image.volume_kind,
                throughput: is_gp3.then_some(125),
                encrypted: false,
            },
            device_name: image.root_device,
        }],
        description: image.description,
        ena_support: true,
        hypervisor: "xen",
        image_owner_alias: image.owner.alias,
        name: image.name,
        root_device_name: image.root_device,
        root_device_type: "ebs",
        sriov_net_support: "simple",
        tags: [],
        virtualization_type: "hvm",
        boot_mode: image.boot_mode,
        deprecation_time: deprecation(image.created, now),
        imds_support: image.imds_v2.then_some("v2.0"),
        free_tier_eligible: true,
        image_id: image.id(region),
        image_location: format!("{publisher}/{}", image.name),
        state: "available",
        owner_id: image.owner.id,
        creation_date: image.created,
        public: true,
        product_codes: [],
        architecture: image.architecture,
        image_type: "machine",
    }
}

/// When a public image will be taken for old: two years after it was created, or a later year's day, since the
/// vendors publish their images anew before the last is.
fn deprecation(created: &str, now: Timestamp) -> String {
    let (year, rest) = created.split_at(4);
    let year: i16 = year.parse().unwrap_or_default();
    let now = now.to_string();
    let of = |year: i16| format!("{year}{rest}");
    (year + 2..).map(of).find(|day| *day > now).unwrap_or_default()
}

#[derive(Debug, Input)]
struct DescribeImages {
    executable_users: Option<Vec<String>>,
    image_ids: Option<Vec<String>>,
    owners: Option<Vec<String>>,
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct Described {
    images: Vec<ImageView>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("architecture", "Architecture"),
    ("block-device-mapping.delete-on-termination", "BlockDeviceMappings.Ebs.DeleteOnTermination"),
    ("block-device-mapping.device-name", "BlockDeviceMappings.DeviceName"),
    ("block-device-mapping.encrypted", "BlockDeviceMappings.Ebs.Encrypted"),
    ("block-device-mapping.snapshot-id", "BlockDeviceMappings.Ebs.SnapshotId"),
    ("block-device-mapping.volume-size", "BlockDeviceMappings.Ebs.VolumeSize"),
    ("block-device-mapping.volume-type", "BlockDeviceMappings.Ebs.VolumeType"),
    ("boot-mode", "BootMode"),
    ("creation-date", "CreationDate"),
    ("description", "Description"),
    ("ena-support", "EnaSupport"),
    ("free-tier-eligible", "FreeTierEligible"),
    ("hypervisor", "Hypervisor"),
    ("image-allowed", "ImageAllowed"),
    ("image-id", "ImageId"),
    ("image-type", "ImageType"),
    ("image-watermark.source-image-creation-time", NOWHERE),
    ("image-watermark.source-image-id", NOWHERE),
    ("image-watermark.source-image-region", NOWHERE),
    ("image-watermark.watermark-creation-time", NOWHERE),
    ("image-watermark.watermark-key", NOWHERE),
    ("instance-type-specification.supported-instance-type", NOT_BUILT),
    ("instance-type-specification.unsupported-instance-type", NOT_BUILT),
    ("is-public", "Public"),
    ("kernel-id", "KernelId"),
    ("manifest-location", "ImageLocation"),
    ("name", "Name"),
    ("owner-alias", "ImageOwnerAlias"),
    ("owner-id", "OwnerId"),
    ("platform", "Platform"),
    ("product-code", "ProductCodes.ProductCodeId"),
    ("product-code.type", "ProductCodes.ProductCodeType"),
    ("public-ssm-parameter-name", NOT_BUILT),
    ("ramdisk-id", "RamdiskId"),
    ("root-device-name", "RootDeviceName"),
    ("root-device-type", "RootDeviceType"),
    ("scan-result.critical-fix-available-since", NOWHERE),
    ("scan-result.finding-scan-date", NOWHERE),
    ("scan-result.high-fix-available-since", NOWHERE),
    ("scan-result.highest-finding-severity-label", NOWHERE),
    ("scan-result.informational-fix-available-since", NOWHERE),
    ("scan-result.low-fix-available-since", NOWHERE),
    ("scan-result.medium-fix-available-since", NOWHERE),
    ("source-image-id", "SourceImageId"),
    ("source-image-region", "SourceImageRegion"),
    ("source-instance-id", "SourceInstanceId"),
    ("sriov-net-support", "SriovNetSupport"),
    ("state", "State"),
    ("state-reason-code", "StateReason.Code"),
    ("state-reason-message", "StateReason.Message"),
    ("virtualization-type", "VirtualizationType"),
];

fn describe_images(cx: &Query<'_>, input: DescribeImages) -> Result<Described, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let ids = input.image_ids.unwrap_or_default();
    IMAGE.check_all(&ids)?;
    let mut images: Vec<_> = IMAGES.iter().map(|image| view(image, cx.region, cx.now)).collect();
    let is_missing = |id: &&String| images.iter().all(|image| image.image_id != **id);
    let missing: Vec<&str> = ids.iter().filter(is_missing).map(String::as_str).collect();
    match missing.as_slice() {
        [] => {}
        [id] => return Err(IMAGE.missing(id)),
        ids => return Err(errors::IMAGES_MISSING.with(&[&ids.join(", ")])),
    }
    let owners = input.owners.unwrap_or_default();
    let users = input.executable_users.unwrap_or_default();
    images.retain(|image| {
        (ids.is_empty() || ids.contains(&image.image_id))
            && (owners.is_empty() || owners.iter().any(|owner| owns(owner, image)))
            && (users.is_empty() || users.iter().any(|user| user == "all"))
            && selection.takes(image)
    });
    images.sort_unstable_by(|a, b| a.image_id.cmp(&b.image_id));
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let limits = Limits { min: 1, max: 1000 };
    let asked = (!ids.is_empty()).then_some("imagesSet");
    let (images, next_token) = page.cut(images, |image| &image.image_id, limits, asked)?;
    Ok(Described { images, next_token })
}

/// `self` owns none: the account cannot make images here.
fn owns(owner: &str, image: &ImageView) -> bool {
    owner == image.owner_id || image.image_owner_alias == Some(owner)
}
