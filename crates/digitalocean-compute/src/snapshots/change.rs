//! Deleting a snapshot.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::view::is_snapshot;
use crate::input::Text;
use crate::world::{Command, Handler, Look, key};
use crate::{Input, errors};
use isobar_digitalocean_core::records::images::Image;

pub(super) const OPERATIONS: &[Handler] = &[command!(delete)];

#[derive(Debug, Input)]
struct Delete {
    snapshot_id: Text,
}

fn delete(cx: &mut Command<'_, '_>, input: Delete) -> Result<Empty, Fault> {
    let scene = cx.scene();
    let image = scene
        .find::<Image>(&input.snapshot_id)
        .filter(|image| is_snapshot(scene, image))
        .ok_or(&errors::NOT_FOUND)?;
    let key = key(&image.account, image.id);
    cx.store.remove::<Image>(&key);
    Ok(Empty {})
}
