//! Droplets.

use isobar_engines::machines::{self, Machine, Phase};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Output;
use crate::offer::kernels::{self, Kernel};
use crate::records::droplets::{BackupPolicy, Droplet};
use crate::records::images::{self as records, Image};
use crate::show::image::{self, ImageView};
use crate::show::place::{DiskInfo, RegionView, SizeView, region, size};
use crate::show::time;
use crate::world::Scene;

/// A droplet, as it is shown.
#[derive(Debug, Output)]
pub struct DropletView {
    id: u64,
    name: String,
    memory: u32,
    vcpus: u32,
    disk: u32,
    disk_info: Vec<DiskInfo>,
    locked: bool,
    status: &'static str,
    kernel: Option<Kernel>,
    created_at: String,
    features: Vec<&'static str>,
    backup_ids: Vec<u64>,
    next_backup_window: Option<Window>,
    snapshot_ids: Vec<u64>,
    image: ImageView,
    volume_ids: Vec<String>,
    size: SizeView,
    size_slug: String,
    networks: Networks,
    region: RegionView,
    tags: Vec<String>,
    vpc_uuid: String,
}

/// When a backup is taken.
#[derive(Debug, Output)]
pub struct Window {
    start: String,
    end: String,
}

#[derive(Debug, Default, Output)]
struct Networks {
    v4: Vec<V4>,
    v6: Vec<V6>,
}

#[derive(Debug, Output)]
struct V4 {
    ip_address: String,
    netmask: &'static str,
    gateway: &'static str,
    #[wire(name = "type")]
    kind: &'static str,
}

#[derive(Debug, Output)]
struct V6 {
    ip_address: String,
    netmask: u8,
    gateway: &'static str,
    #[wire(name = "type")]
    kind: &'static str,
}

/// The droplet as it stands.
pub fn view(scene: Scene<'_>, droplet: &Droplet) -> DropletView {
    let size = size(&droplet.size, droplet.disk);
    let machine = machines::find(scene.tables, &droplet.machine());
    let status = status(machine.map(AsRef::as_ref));
    DropletView {
        id: droplet.id,
        name: droplet.name.clone(),
        memory: size.memory,
        vcpus: size.vcpus,
        disk: droplet.disk,
        disk_info: DiskInfo::local(droplet.disk),
        locked: false,
        status,
        kernel: droplet.kernel.and_then(kernels::find),
        created_at: time(droplet.created_at),
        features: features(droplet),
        backup_ids: images_of(scene, droplet.id, records::Kind::Backup),
        next_backup_window: next_window(droplet, scene.now),
        snapshot_ids: images_of(scene, droplet.id, records::Kind::Snapshot),
        image: image::of_droplet(scene, droplet.image),
        volume_ids: Vec::new(),
        size,
        size_slug: droplet.size.clone(),
        networks: machine
            .filter(|_| status != "new")
            .map(|machine| networks(droplet, machine))
            .unwrap_or_default(),
        region: region(&droplet.region),
        tags: droplet.tags.clone(),
        vpc_uuid: droplet.vpc_uuid.clone(),
    }
}

/// Where the machine's phase puts its droplet. It is new until it has come up for the first time.
pub fn status(machine: Option<&Machine>) -> &'static str {
    match machine.map(|machine| (machine.phase, machine.boot)) {
        Some((Phase::Starting, 0)) => "new",
        Some((Phase::Running | Phase::Rebooting | Phase::Stopping, _)) => "active",
        Some((Phase::Starting | Phase::Stopped | Phase::Removing | Phase::Removed, _)) | None => {
            "off"
        }
    }
}

fn features(droplet: &Droplet) -> Vec<&'static str> {
    let all = [
        (droplet.backups.is_some(), "backups"),
        (droplet.monitoring, "monitoring"),
        (droplet.agent, "droplet_agent"),
        (droplet.ipv6, "ipv6"),
        (true, "private_networking"),
    ];
    all.into_iter().filter_map(|(on, name)| on.then_some(name)).collect()
}

fn images_of(scene: Scene<'_>, droplet: u64, kind: records::Kind) -> Vec<u64> {
    let images = scene.by::<Image>("droplet", droplet);
    images
        .filter(|image| image.kind == kind && image.is_ready(scene.now))
        .map(|image| image.id)
        .collect()
}

fn networks(droplet: &Droplet, machine: &Machine) -> Networks {
    let ip_address = machine.address.to_string();
    let interface =
        |gateway, kind| V4 { ip_address: ip_address.clone(), netmask: "255.0.0.0", gateway, kind };
    let mut v4 = vec![interface("nil", "private")];
    if droplet.public_networking {
        v4.push(interface("127.0.0.1", "public"));
    }
    let v6 = droplet.ipv6.then(|| V6 {
        ip_address: machine.address.to_ipv6_mapped().to_string(),
        netmask: 104,
        gateway: "::1",
        kind: "public",
    });
    Networks { v4, v6: v6.into_iter().collect() }
}

/// The next time at which a backup would be taken: the policy's weekday and hour, in UTC.
pub fn next_window(droplet: &Droplet, now: Timestamp) -> Option<Window> {
    let policy = droplet.backups.as_ref()?;
    let start = next_start(policy, now)?;
    let end = start.checked_add(SignedDuration::from_hours(BackupPolicy::WINDOW_HOURS)).ok()?;
    Some(Window { start: time(start), end: time(end) })
}

fn next_start(policy: &BackupPolicy, now: Timestamp) -> Option<Timestamp> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let weekday = policy.weekday.as_deref().map(weekday);
    (0..=7).find_map(|days| {
        let date = today.checked_add(jiff::Span::new().days(days)).ok()?;
        if weekday.is_some_and(|weekday| weekday != date.weekday()) {
            return None;
        }
        let start = date.at(policy.hour, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp();
        (start > now).then_some(start)
    })
}

fn weekday(name: &str) -> Weekday {
    match name {
        "MON" => Weekday::Monday,
        "TUE" => Weekday::Tuesday,
        "WED" => Weekday::Wednesday,
        "THU" => Weekday::Thursday,
        "FRI" => Weekday::Friday,
        "SAT" => Weekday::Saturday,
        _ => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use isobar_kernel::Store;
    use isobar_kernel::store::Schema;
    use isobar_wire::output::value_of;
    use serde_json::json;

    use super::*;

    /// A row as the log has it, of an older program whose tables had more.
    #[test]
    fn a_droplet_whose_size_region_image_and_kernel_are_gone_is_shown() {
        let row = json!({
            "account": "a", "id": 1, "name": "old", "region": "gone1", "size": "s-9vcpu-1gb",
            "image": 7, "disk": 25, "kernel": 8, "created_at": "2026-01-02T03:04:05Z", "tags": [],
            "backups": null, "monitoring": false, "agent": true, "ipv6": false,
            "public_networking": true, "ssh_keys": [], "vpc_uuid": "",
        });
        let droplet: Droplet = serde_json::from_value(row).expect("a row");
        let mut schema = Schema::default();
        isobar_kernel::schema(&mut schema);
        isobar_engines::schema(&mut schema);
        crate::records::schema(&mut schema);
        let shown = Store::ephemeral(schema).read(|tables| {
            let now = Timestamp::UNIX_EPOCH;
            let scene = Scene { tables, account: "a", now, base_url: "" };
            let shown = value_of(&view(scene, &droplet)).expect("a value");
            serde_json::to_value(shown).expect("JSON")
        });
        assert_eq!((&shown["size_slug"], &shown["disk"]), (&json!("s-9vcpu-1gb"), &json!(25)));
        assert_eq!((&shown["region"]["slug"], &shown["status"]), (&json!("gone1"), &json!("off")));
        assert_eq!((&shown["image"]["id"], &shown["kernel"]), (&json!(7), &json!(null)));
    }
}
