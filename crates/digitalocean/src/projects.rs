//! Projects, and which of them holds what. Everything is in one; the account's default one if none
//! was named.

mod change;
mod errors;
mod list;
pub(crate) mod records;
mod resources;

use std::sync::Arc;

use isobar_kernel::{Fault, follow};

use crate::droplets::records::Droplet;
use crate::errors::INVALID_PROJECT;
use crate::load_balancers::records::LoadBalancer;
use crate::world::{Command, Look, Scene, Served, key};
use records::{Assignment, Project};

pub(crate) const SERVICE: Served = Served {
    name: "projects",
    operations: &[list::OPERATIONS, change::OPERATIONS, resources::OPERATIONS],
    followers: &[
        follow!(Ended Droplet, release_droplet),
        follow!(Ended LoadBalancer, release_balancer),
    ],
};

/// The project of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<Project>, Fault> {
    // The libraries ask for the default one in an id's place too.
    if id == "default" {
        return default(scene);
    }
    scene.find::<Project>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}

/// The account's default project.
pub(crate) fn default(scene: Scene<'_>) -> Result<&Arc<Project>, Fault> {
    scene
        .list::<Project>()
        .find(|project| project.is_default)
        .ok_or_else(|| crate::errors::NOT_FOUND.fault())
}

/// The account as the vendor's older interfaces number owners: a number that stays, made of its id.
pub(crate) fn owner_id(scene: Scene<'_>) -> u64 {
    let digits: String = scene.account.chars().filter(char::is_ascii_hexdigit).take(7).collect();
    u64::from_str_radix(&digits, 16).unwrap_or(1)
}

/// The id of the project that a creation names, which must be there.
pub(crate) fn named(scene: Scene<'_>, id: Option<&str>) -> Result<Option<String>, Fault> {
    match id.filter(|id| !id.is_empty()) {
        None => Ok(None),
        Some(id) => match scene.find::<Project>(id) {
            Some(project) => Ok(Some(project.id.clone())),
            None => Err(INVALID_PROJECT.with(&[&id])),
        },
    }
}

/// Puts something into the project, or into the default one.
pub(crate) fn adopt(cx: &mut Command<'_, '_>, urn: &str, project: Option<String>) {
    let project = project.or_else(|| default(cx.scene()).ok().map(|found| found.id.clone()));
    let Some(project) = project else { return };
    if holder(cx.scene(), urn) != project {
        note_leaving(cx, urn);
    }
    let (account, assigned_at) = (cx.caller.account.clone(), cx.now);
    cx.store.put(Assignment { account, urn: urn.to_owned(), project, assigned_at });
}

fn release_droplet(cx: &mut Command<'_, '_>, droplet: &Droplet) {
    release(cx, &droplet.urn());
}

fn release_balancer(cx: &mut Command<'_, '_>, balancer: &LoadBalancer) {
    release(cx, &balancer.urn());
}

/// Takes something out of its project, because it is gone.
fn release(cx: &mut Command<'_, '_>, urn: &str) {
    note_leaving(cx, urn);
    let key = key(&cx.context.caller.account, urn);
    cx.store.remove::<Assignment>(&key);
}

/// Notes at the project that holds it that it goes.
fn note_leaving(cx: &mut Command<'_, '_>, urn: &str) {
    let project = key(&cx.context.caller.account, holder(cx.scene(), urn));
    let now = cx.context.now;
    cx.store.modify::<Project>(&project, |project| project.left_at = Some(now));
}

/// The id of the project that holds it.
pub(crate) fn holder(scene: Scene<'_>, urn: &str) -> String {
    scene.find::<Assignment>(urn).map(|held| held.project.clone()).unwrap_or_default()
}
