//! Destroying a droplet, or all that carry a tag.

use isobar_engines::machines;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::get::OfDroplet;
use super::records::Droplet;
use super::{errors, find, tagged};
use crate::world::{Command, Handler, Look, key};
use crate::{Input, actions};
use isobar_digitalocean_core::records::actions::Progress;
use isobar_digitalocean_core::records::images::{Image, Kind};

pub(super) const OPERATIONS: &[Handler] = &[command!(destroy), command!(destroy_by_tag)];

#[derive(Debug, Input)]
struct ByTag {
    tag_name: Option<String>,
}

fn destroy(cx: &mut Command<'_, '_>, input: OfDroplet) -> Result<Empty, Fault> {
    let droplet = Droplet::clone(find(cx.scene(), input.droplet_id.0)?);
    remove(cx, &droplet);
    Ok(Empty {})
}

fn destroy_by_tag(cx: &mut Command<'_, '_>, input: ByTag) -> Result<Empty, Fault> {
    let tag = input.tag_name.filter(|tag| !tag.is_empty()).ok_or(&errors::TAG)?;
    let droplets: Vec<_> = tagged(cx.scene(), &tag).map(|found| Droplet::clone(found)).collect();
    if droplets.is_empty() {
        return Err(crate::errors::NOT_FOUND.fault());
    }
    for droplet in &droplets {
        remove(cx, droplet);
    }
    Ok(Empty {})
}

/// Takes the droplet away with its machine and its backups; snapshots stay.
fn remove(cx: &mut Command<'_, '_>, droplet: &Droplet) {
    actions::close(cx, droplet.id);
    actions::begin(cx, droplet, "destroy", Progress::Completed(cx.now));
    machines::forget(cx.store, &droplet.machine(), cx.context.now);
    let backups: Vec<u64> = cx
        .scene()
        .by::<Image>("droplet", droplet.id)
        .filter(|image| image.kind == Kind::Backup)
        .map(|image| image.id)
        .collect();
    for image in backups {
        cx.store.remove::<Image>(&key(&droplet.account, image));
    }
    cx.store.remove::<Droplet>(&key(&droplet.account, droplet.id));
}
