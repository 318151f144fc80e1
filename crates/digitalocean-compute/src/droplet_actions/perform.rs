//! The kinds of actions: one row and one function each.

use isobar_engines::machines::{self, Phase};
use isobar_kernel::Fault;
use jiff::SignedDuration;

use super::errors;
use super::post::Request;
use crate::droplets::create::{PolicyInput, is_hostname};
use crate::images::find::{self, Found};
use crate::offer::{self, kernels};
use crate::world::{Command, IMAGES, Look, key};
use isobar_digitalocean_core::records::actions::Progress;
use isobar_digitalocean_core::records::droplets::{BackupPolicy, Droplet};
use isobar_digitalocean_core::records::images::{Image, Kind as ImageKind};

/// A kind of action.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Whether it can be done with all droplets that carry a tag.
    pub(super) by_tag: bool,
    /// Does it, and says what its progress is read from.
    pub(super) perform: Perform,
}

type Perform = fn(&mut Command<'_, '_>, &Droplet, &Request) -> Result<Progress, Fault>;

const fn alone(name: &'static str, perform: Perform) -> Kind {
    Kind { name, by_tag: false, perform }
}

const fn tagged(name: &'static str, perform: Perform) -> Kind {
    Kind { name, by_tag: true, perform }
}

/// The kinds, by the vendor's names.
pub(super) const KINDS: &[Kind] = &[
    tagged("power_on", power_on),
    tagged("power_off", power_off),
    tagged("shutdown", power_off),
    tagged("power_cycle", reboot),
    alone("reboot", reboot),
    alone("password_reset", reboot),
    alone("rename", rename),
    alone("resize", resize),
    alone("rebuild", rebuild),
    alone("restore", restore),
    tagged("snapshot", snapshot),
    tagged("enable_backups", enable_backups),
    tagged("disable_backups", disable_backups),
    alone("change_backup_policy", change_backup_policy),
    tagged("enable_ipv6", enable_ipv6),
    alone("change_kernel", change_kernel),
];

/// How long a snapshot takes.
const SNAPSHOT_TIME: SignedDuration = SignedDuration::from_secs(2);
/// How long what does not touch the machine takes.
const CHANGE_TIME: SignedDuration = SignedDuration::from_secs(1);

fn is_on(cx: &Command<'_, '_>, droplet: &Droplet) -> bool {
    machines::find(cx.store, &droplet.machine())
        .is_some_and(|machine| machine.phase == Phase::Running)
}

fn change(cx: &mut Command<'_, '_>, droplet: &Droplet, change: impl FnOnce(&mut Droplet)) {
    cx.store.modify::<Droplet>(&key(&droplet.account, droplet.id), change);
}

fn after(cx: &Command<'_, '_>, time: SignedDuration) -> Progress {
    Progress::Until(cx.now.checked_add(time).unwrap_or(cx.now))
}

/// One that is on stays so, and the action completes all the same.
fn power_on(cx: &mut Command<'_, '_>, droplet: &Droplet, _: &Request) -> Result<Progress, Fault> {
    if is_on(cx, droplet) {
        return Ok(after(cx, CHANGE_TIME));
    }
    machines::start(cx.store, &droplet.machine(), cx.context.now);
    Ok(Progress::Machine)
}

fn power_off(cx: &mut Command<'_, '_>, droplet: &Droplet, _: &Request) -> Result<Progress, Fault> {
    if !is_on(cx, droplet) {
        return Err(errors::ALREADY_OFF.fault());
    }
    machines::stop(cx.store, &droplet.machine(), cx.context.now);
    Ok(Progress::Machine)
}

fn reboot(cx: &mut Command<'_, '_>, droplet: &Droplet, _: &Request) -> Result<Progress, Fault> {
    if !is_on(cx, droplet) {
        return Err(errors::IS_OFF.fault());
    }
    machines::reboot(cx.store, &droplet.machine(), cx.context.now);
    Ok(Progress::Machine)
}

fn rename(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    let name = request.name.as_deref().filter(|name| is_hostname(name)).ok_or(&errors::NAME)?;
    change(cx, droplet, |droplet| name.clone_into(&mut droplet.name));
    Ok(after(cx, CHANGE_TIME))
}

/// A droplet that is off gets another size. Its disk grows only where that is asked for, and never
/// shrinks.
fn resize(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    offer::check_size(request.size.as_deref())?;
    let size = request.size.as_deref().and_then(offer::size).ok_or(&errors::SIZE)?;
    if size.slug == droplet.size {
        return Err(errors::SAME_SIZE.with(&[&size.slug]));
    }
    if size.disk < droplet.disk {
        return Err(errors::SMALLER_DISK.fault());
    }
    if is_on(cx, droplet) {
        return Err(errors::IS_ON.fault());
    }
    let with_disk = request.disk.unwrap_or(false);
    change(cx, droplet, |droplet| {
        size.slug.clone_into(&mut droplet.size);
        if with_disk {
            droplet.disk = size.disk;
        }
    });
    Ok(after(cx, CHANGE_TIME))
}

fn rebuild(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    let image = request.image.as_ref().and_then(|image| find::any(cx.scene(), image));
    let image = image
        .filter(|image| image.min_disk_size() <= droplet.disk)
        .ok_or_else(|| errors::IMAGE.with(&[&"rebuild"]))?
        .id();
    boot_from(cx, droplet, image)
}

/// Only an image that was taken of the droplet itself can be restored.
fn restore(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    let image = request.image.as_ref().and_then(|image| find::any(cx.scene(), image));
    match image {
        Some(Found::Private(image)) if image.droplet == droplet.id => {
            let image = image.id;
            boot_from(cx, droplet, image)
        }
        _ => Err(errors::IMAGE.with(&[&"restore"])),
    }
}

fn boot_from(cx: &mut Command<'_, '_>, droplet: &Droplet, image: u64) -> Result<Progress, Fault> {
    change(cx, droplet, |droplet| droplet.image = image);
    let machine = droplet.machine();
    if is_on(cx, droplet) {
        machines::reboot(cx.store, &machine, cx.context.now);
    } else {
        machines::start(cx.store, &machine, cx.context.now);
    }
    Ok(Progress::Machine)
}

fn snapshot(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    let usual = || format!("{}-{}", droplet.name, cx.now.as_millisecond());
    let name = request.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(usual);
    let base = find::by_id(cx.scene(), droplet.image);
    let (distribution, size_gigabytes) = base.map_or(("Unknown".to_owned(), 1.0), |base| {
        (base.distribution().to_owned(), base.size_gigabytes())
    });
    let ready_at = cx.now.checked_add(SNAPSHOT_TIME).unwrap_or(cx.now);
    let image = Image {
        account: droplet.account.clone(),
        id: IMAGES.next(cx.store),
        name,
        kind: ImageKind::Snapshot,
        distribution,
        description: None,
        regions: vec![droplet.region.clone()],
        created_at: cx.now,
        ready_at,
        min_disk_size: droplet.disk,
        size_gigabytes,
        tags: Vec::new(),
        droplet: droplet.id,
    };
    cx.store.put(image);
    Ok(Progress::Until(ready_at))
}

fn policy(request: &Request) -> Result<BackupPolicy, Fault> {
    let policy = request.backup_policy.clone().map(PolicyInput::check).transpose()?;
    Ok(policy.unwrap_or_else(BackupPolicy::usual))
}

fn enable_backups(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    if droplet.backups.is_some() {
        return Err(errors::BACKUPS_ON.fault());
    }
    let policy = policy(request)?;
    change(cx, droplet, |droplet| droplet.backups = Some(policy));
    Ok(after(cx, CHANGE_TIME))
}

fn disable_backups(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    _: &Request,
) -> Result<Progress, Fault> {
    if droplet.backups.is_none() {
        return Err(errors::BACKUPS_OFF.fault());
    }
    change(cx, droplet, |droplet| droplet.backups = None);
    Ok(after(cx, CHANGE_TIME))
}

fn change_backup_policy(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    if droplet.backups.is_none() {
        return Err(errors::BACKUPS_OFF.fault());
    }
    let policy = policy(request)?;
    change(cx, droplet, |droplet| droplet.backups = Some(policy));
    Ok(after(cx, CHANGE_TIME))
}

fn enable_ipv6(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    _: &Request,
) -> Result<Progress, Fault> {
    if droplet.ipv6 {
        return Err(errors::IPV6_ON.fault());
    }
    change(cx, droplet, |droplet| droplet.ipv6 = true);
    Ok(after(cx, CHANGE_TIME))
}

fn change_kernel(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    request: &Request,
) -> Result<Progress, Fault> {
    let kernel = request.kernel.and_then(|id| kernels::find(id.0)).ok_or(&errors::KERNEL)?;
    change(cx, droplet, |droplet| droplet.kernel = Some(kernel.id));
    Ok(after(cx, CHANGE_TIME))
}
