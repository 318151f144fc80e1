//! Which project holds what, as whatever is in one asks for it.

use std::sync::Arc;

use isobar_kernel::Fault;

use crate::errors::INVALID_PROJECT;
use crate::records::projects::{Assignment, Project};
use crate::world::{Command, Look, Scene, key};

/// The account's default project.
pub fn default(scene: Scene<'_>) -> Result<&Arc<Project>, Fault> {
    scene
        .list::<Project>()
        .find(|project| project.is_default)
        .ok_or_else(|| crate::errors::NOT_FOUND.fault())
}

/// The account as the vendor's older interfaces number owners: a number that stays, made of its id.
pub fn owner_id(scene: Scene<'_>) -> u64 {
    let digits: String = scene.account.chars().filter(char::is_ascii_hexdigit).take(7).collect();
    u64::from_str_radix(&digits, 16).unwrap_or(1)
}

/// The id of the project that a creation names, which must be there.
pub fn named(scene: Scene<'_>, id: Option<&str>) -> Result<Option<String>, Fault> {
    match id.filter(|id| !id.is_empty()) {
        None => Ok(None),
        Some(id) => match scene.find::<Project>(id) {
            Some(project) => Ok(Some(project.id.clone())),
            None => Err(INVALID_PROJECT.with(&[&id])),
        },
    }
}

/// Puts something into the project, or into the default one.
pub fn adopt(cx: &mut Command<'_, '_>, urn: &str, project: Option<String>) {
    let project = project.or_else(|| default(cx.scene()).ok().map(|found| found.id.clone()));
    let Some(project) = project else { return };
    if holder(cx.scene(), urn) != project {
        note_leaving(cx, urn);
    }
    let (account, assigned_at) = (cx.caller.account.clone(), cx.now);
    cx.store.put(Assignment { account, urn: urn.to_owned(), project, assigned_at });
}

/// Notes at the project that holds it that it goes.
pub fn note_leaving(cx: &mut Command<'_, '_>, urn: &str) {
    let project = key(&cx.context.caller.account, holder(cx.scene(), urn));
    let now = cx.context.now;
    cx.store.modify::<Project>(&project, |project| project.left_at = Some(now));
}

/// The id of the project that holds it.
pub fn holder(scene: Scene<'_>, urn: &str) -> String {
    scene.find::<Assignment>(urn).map(|held| held.project.clone()).unwrap_or_default()
}
