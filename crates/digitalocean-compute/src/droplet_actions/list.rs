//! What was done with a droplet, the newest first.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, query};

use crate::actions::get::One;
use crate::actions::list::Actions;
use crate::droplets::get::OfDroplet;
use crate::errors::NOT_FOUND;
use crate::input::Number;
use crate::page::{Page, Paging};
use crate::show::action;
use crate::world::{Handler, Look, Query};
use crate::{Input, droplets};
use isobar_digitalocean_core::records::actions::Action;

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get)];

#[derive(Debug, Input)]
struct Get {
    droplet_id: Number,
    action_id: Number,
}

fn list(cx: &Query<'_>, Both(of, paging): Both<OfDroplet, Paging>) -> Result<Actions, Fault> {
    let scene = cx.scene();
    let droplet = droplets::find(scene, of.droplet_id.0)?;
    let mut all: Vec<_> = scene.by::<Action>("droplet", droplet.id).collect();
    all.reverse();
    let path = format!("/v2/droplets/{}/actions", droplet.id);
    let page = paging.cut(scene, &path, &[], all);
    let Page { items, links, meta } = page.map(|action| action::view(scene, action));
    Ok(Actions { actions: items, links, meta })
}

fn get(cx: &Query<'_>, input: Get) -> Result<One, Fault> {
    let scene = cx.scene();
    let action = scene
        .find::<Action>(input.action_id.0)
        .filter(|action| action.droplet == input.droplet_id.0)
        .ok_or(&NOT_FOUND)?;
    Ok(One { action: action::view(scene, action) })
}
