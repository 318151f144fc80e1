//! The packs that are part of the program, and look-up in them.

use std::sync::LazyLock;

use crate::model::{Cloud, Operation, Service};
use crate::names::same;
use crate::pack::{Entry, Pack};

/// The pack of a cloud, opened on first use.
pub(crate) fn pack(cloud: Cloud) -> &'static Pack {
    static AWS: LazyLock<Pack> =
        LazyLock::new(|| open(Cloud::Aws, include_bytes!("../packs/aws.pack")));
    static ALIBABA: LazyLock<Pack> =
        LazyLock::new(|| open(Cloud::Alibaba, include_bytes!("../packs/alibaba.pack")));
    static DIGITALOCEAN: LazyLock<Pack> =
        LazyLock::new(|| open(Cloud::DigitalOcean, include_bytes!("../packs/digitalocean.pack")));
    match cloud {
        Cloud::Aws => &AWS,
        Cloud::Alibaba => &ALIBABA,
        Cloud::DigitalOcean => &DIGITALOCEAN,
    }
}

fn open(cloud: Cloud, bytes: &'static [u8]) -> Pack {
    Pack::open(cloud, bytes).expect("the embedded pack is whole")
}

/// What the packs were made from: each service's package, its version and its file's hash, as JSON.
pub const MANIFEST: &str = include_str!("../packs/manifest.json");

/// The services of a cloud, sorted by name and version. Nothing of them is decoded yet.
#[must_use]
pub fn services(cloud: Cloud) -> &'static [Entry] {
    pack(cloud).entries()
}

/// The service of a name; where there are several versions, the newest. Spelling with hyphens,
/// underscores or capitals makes no difference where no service is called exactly so.
#[must_use]
pub fn entry(cloud: Cloud, name: &str) -> Option<&'static Entry> {
    let entries = services(cloud);
    let after = entries.partition_point(|entry| entry.name <= name);
    match after.checked_sub(1).map(|at| &entries[at]) {
        Some(entry) if entry.name == name => Some(entry),
        _ => entries.iter().rev().find(|entry| same(entry.name, name)),
    }
}

/// The service of a name, as [`entry`] finds it; decoded on first use.
#[must_use]
pub fn service(cloud: Cloud, name: &str) -> Option<&'static Service> {
    entry(cloud, name).map(Entry::service)
}

/// An operation of a service: `RunInstances`, `run-instances` and `run_instances` are the same.
#[must_use]
pub fn operation(
    cloud: Cloud,
    service: &str,
    name: &str,
) -> Option<(&'static Service, &'static Operation)> {
    let service = self::service(cloud, service)?;
    Some((service, service.find_operation(name)?))
}
