//! The packs that are part of the program, those that are preferred to them, and look-up in them.

use std::sync::OnceLock;

use crate::manifest::{Manifest, Origin};
use crate::model::{Cloud, Operation, Service};
use crate::names::same;
use crate::pack::{Entry, Pack};

/// A pack with what it was made from; of the embedded one that is read when it is asked for.
#[derive(Debug)]
struct Held {
    pack: Pack,
    origin: OnceLock<Origin>,
}

/// Looks for a pack that is newer than the embedded one: its bytes, whole as they were written, and
/// what it was made from.
pub type Newer = Box<dyn Fn(Cloud) -> Option<(Vec<u8>, Origin)> + Send + Sync>;

static NEWER: OnceLock<Newer> = OnceLock::new();

/// Loads each cloud's newer pack at the cloud's first use, if there is one, and else the embedded pack.
/// Only the first call counts, and it does not change clouds that were used before.
pub fn prefer(newer: Newer) {
    // Who comes second finds a choice that was made.
    let _ = NEWER.set(newer);
}

fn held(cloud: Cloud) -> &'static Held {
    static HELD: [OnceLock<Held>; Cloud::ALL.len()] = [const { OnceLock::new() }; Cloud::ALL.len()];
    HELD[cloud as usize].get_or_init(|| newer(cloud).unwrap_or_else(|| embedded(cloud)))
}

fn newer(cloud: Cloud) -> Option<Held> {
    let (bytes, origin) = NEWER.get()?(cloud)?;
    let pack = Pack::open(cloud, bytes.leak()).ok()?;
    Some(Held { pack, origin: OnceLock::from(origin) })
}

fn embedded(cloud: Cloud) -> Held {
    let bytes: &[u8] = match cloud {
        Cloud::Aws => include_bytes!("../packs/aws.pack"),
        Cloud::Alibaba => include_bytes!("../packs/alibaba.pack"),
        Cloud::DigitalOcean => include_bytes!("../packs/digitalocean.pack"),
    };
    let pack = Pack::open(cloud, bytes).expect("the embedded pack is whole");
    Held { pack, origin: OnceLock::new() }
}

/// What the pack was made from that is part of the program.
///
/// # Panics
/// If the manifest is damaged, which the catalogue's own tests rule out.
#[must_use]
pub fn embedded_origin(cloud: Cloud) -> Origin {
    let mut manifest: Manifest = serde_json::from_str(include_str!("../packs/manifest.json"))
        .expect("the embedded manifest is one");
    manifest.remove(&cloud).unwrap_or_default()
}

/// What the pack was made from that is in use.
#[must_use]
pub fn origin(cloud: Cloud) -> &'static Origin {
    held(cloud).origin.get_or_init(|| embedded_origin(cloud))
}

/// The services of a cloud, sorted by name and version. Nothing of them is decoded yet.
#[must_use]
pub fn services(cloud: Cloud) -> &'static [Entry] {
    held(cloud).pack.entries()
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
