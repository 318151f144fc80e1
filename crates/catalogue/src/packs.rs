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

/// The service of a name. Where there are several versions of it, this is the newest; `name@version`
/// is the one of that version. Spelling with hyphens, underscores or capitals makes no difference
/// where no service is called exactly so.
#[must_use]
pub fn entry(cloud: Cloud, name: &str) -> Option<&'static Entry> {
    versions(cloud, name).next()
}

/// The versions of the service of a name, the newest first; the one alone that `name@version` asks
/// for.
pub fn versions(cloud: Cloud, name: &str) -> impl Iterator<Item = &'static Entry> {
    let entries = services(cloud);
    let (name, version) =
        name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
    let mut end = entries.partition_point(|entry| entry.name <= name);
    if end == 0 || entries[end - 1].name != name {
        end = entries.iter().rposition(|entry| same(entry.name, name)).map_or(0, |at| at + 1);
    }
    let found = end.checked_sub(1).map_or("", |last| entries[last].name);
    entries[..end]
        .iter()
        .rev()
        .take_while(move |entry| entry.name == found)
        .filter(move |entry| version.is_none_or(|version| version == entry.version))
}

/// The service of a name, as [`entry`] finds it; decoded on first use.
#[must_use]
pub fn service(cloud: Cloud, name: &str) -> Option<&'static Service> {
    entry(cloud, name).map(Entry::service)
}

/// An operation of a service: `RunInstances`, `run-instances` and `run_instances` are the same.
/// Where a service has several versions, it is the newest version's that has one.
#[must_use]
pub fn operation(
    cloud: Cloud,
    service: &str,
    name: &str,
) -> Option<(&'static Service, &'static Operation)> {
    versions(cloud, service).find_map(|entry| {
        let service = entry.service();
        Some((service, service.find_operation(name)?))
    })
}
