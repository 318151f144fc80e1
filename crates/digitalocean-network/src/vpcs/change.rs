//! Creating, changing and deleting VPCs.

use std::sync::Arc;

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::list::{OfVpc, One, VpcView};
use super::records::Vpc;
use super::{default_of, errors, find, members, range};
use crate::errors::{REGION_NOT_AVAILABLE, REQUIRED};
use crate::world::{Command, Handler, Look, Scene, is_settling, key};
use crate::{Input, offer};

pub(super) const OPERATIONS: &[Handler] =
    &[command!(create), command!(update), command!(patch), command!(delete)];

#[derive(Debug, Input)]
struct Create {
    name: Option<String>,
    description: Option<String>,
    region: Option<String>,
    ip_range: Option<String>,
}

#[derive(Debug, Input)]
struct Change {
    vpc_id: String,
    name: Option<String>,
    description: Option<String>,
    default: Option<bool>,
}

fn create(cx: &mut Command<'_, '_>, input: Create) -> Result<One, Fault> {
    let scene = cx.scene();
    let name = checked_name(scene, input.name, None)?;
    let region = input.region.filter(|slug| !slug.is_empty());
    let region = region.ok_or_else(|| REQUIRED.with(&[&"region"]))?;
    let region =
        offer::region(&region).filter(|region| region.available).ok_or(&REGION_NOT_AVAILABLE)?;
    let description = checked_description(input.description)?.unwrap_or_default();
    let ip_range = match input.ip_range.filter(|range| !range.is_empty()) {
        Some(asked) => range::check(scene, &asked)?,
        None => range::free(scene)?,
    };
    let vpc = Vpc {
        account: cx.caller.account.clone(),
        id: cx.random.uuid(),
        name,
        description,
        region: region.slug.to_owned(),
        ip_range,
        is_default: default_of(scene, region.slug).is_none(),
        created_at: cx.now,
        left_at: None,
    };
    let vpc = cx.store.put(vpc);
    Ok(One { vpc: VpcView::from(vpc.as_ref()) })
}

/// Replaces the name and description.
fn update(cx: &mut Command<'_, '_>, input: Change) -> Result<One, Fault> {
    let before = Vpc::clone(find(cx.scene(), &input.vpc_id)?);
    let name = checked_name(cx.scene(), input.name, Some(&before.id))?;
    let description = checked_description(input.description)?.unwrap_or_default();
    write(cx, Vpc { name, description, ..before }, input.default)
}

/// Changes what is given.
fn patch(cx: &mut Command<'_, '_>, input: Change) -> Result<One, Fault> {
    let mut vpc = Vpc::clone(find(cx.scene(), &input.vpc_id)?);
    if input.name.is_some() {
        vpc.name = checked_name(cx.scene(), input.name, Some(&vpc.id))?;
    }
    if let Some(description) = checked_description(input.description)? {
        vpc.description = description;
    }
    write(cx, vpc, input.default)
}

/// A region keeps one default: another one becomes it, or none does.
fn write(cx: &mut Command<'_, '_>, mut vpc: Vpc, default: Option<bool>) -> Result<One, Fault> {
    if default == Some(false) && vpc.is_default {
        return Err(errors::LAST_DEFAULT.fault());
    }
    if default == Some(true) && !vpc.is_default {
        if let Some(before) = default_of(cx.scene(), &vpc.region).cloned() {
            cx.store.put(Vpc { is_default: false, ..before });
        }
        vpc.is_default = true;
    }
    let vpc: Arc<Vpc> = cx.store.put(vpc);
    Ok(One { vpc: VpcView::from(vpc.as_ref()) })
}

fn delete(cx: &mut Command<'_, '_>, input: OfVpc) -> Result<Empty, Fault> {
    let scene = cx.scene();
    let vpc = find(scene, &input.vpc_id)?;
    if vpc.is_default {
        return Err(errors::DEFAULT.fault());
    }
    // Members count for a moment after they went.
    if !members::of(scene, vpc).is_empty() || is_settling(vpc.left_at, scene.now) {
        return Err(errors::MEMBERS.fault());
    }
    let key = key(&vpc.account, &vpc.id);
    cx.store.remove::<Vpc>(&key);
    Ok(Empty {})
}

fn checked_name(
    scene: Scene<'_>,
    name: Option<String>,
    own: Option<&str>,
) -> Result<String, Fault> {
    let name = name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| REQUIRED.with(&[&"name"]))?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if name.len() > 255 || !name.chars().all(fits) {
        return Err(errors::NAME.fault());
    }
    let mut others = scene.list::<Vpc>().filter(|vpc| own.is_none_or(|own| own != vpc.id));
    if others.any(|vpc| vpc.name == name) {
        return Err(errors::TAKEN.with(&[&name]));
    }
    Ok(name)
}

fn checked_description(description: Option<String>) -> Result<Option<String>, Fault> {
    match description {
        Some(text) if text.chars().count() > 255 => Err(errors::DESCRIPTION.fault()),
        other => Ok(other),
    }
}
