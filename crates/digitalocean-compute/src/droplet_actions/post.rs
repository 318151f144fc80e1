//! Beginning an action.

use std::sync::Arc;

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command};

use super::{errors, perform};
use crate::actions::get::One;
use crate::droplets::create::PolicyInput;
use crate::droplets::get::OfDroplet;
use crate::input::{Number, Text};
use crate::show::action::{self, ActionView};
use crate::world::{Command, Handler, Look};
use crate::{Input, Output, actions, droplets, errors as common};
use isobar_digitalocean_core::records::actions::Action;
use isobar_digitalocean_core::records::droplets::Droplet;

pub(super) const OPERATIONS: &[Handler] = &[command!(post), command!(post_by_tag)];

#[derive(Debug, Input)]
struct ByTag {
    tag_name: Option<String>,
}

/// What is to be done, and what the kinds of actions need to know.
#[derive(Clone, Debug, Input)]
pub(super) struct Request {
    r#type: Option<String>,
    pub(super) name: Option<String>,
    pub(super) size: Option<String>,
    pub(super) disk: Option<bool>,
    pub(super) image: Option<Text>,
    pub(super) kernel: Option<Number>,
    pub(super) backup_policy: Option<PolicyInput>,
}

#[derive(Debug, Output)]
struct Many {
    actions: Vec<ActionView>,
}

fn post(
    cx: &mut Command<'_, '_>,
    Both(of, request): Both<OfDroplet, Request>,
) -> Result<One, Fault> {
    let droplet = Arc::clone(droplets::find(cx.scene(), of.droplet_id.0)?);
    let kind = kind(&request)?;
    let action = begin(cx, &droplet, kind, &request)?;
    Ok(One { action: action::view(cx.scene(), &action) })
}

/// Does it with every droplet that carries the tag, or with none where one of them refuses.
fn post_by_tag(
    cx: &mut Command<'_, '_>,
    Both(by, request): Both<ByTag, Request>,
) -> Result<Many, Fault> {
    let tag = by.tag_name.filter(|tag| !tag.is_empty()).ok_or(&errors::NO_TAG)?;
    let kind = kind(&request)?;
    if !kind.by_tag {
        return Err(errors::NOT_BY_TAG.with(&[&kind.name]));
    }
    let droplets: Vec<_> = droplets::tagged(cx.scene(), &tag).map(Arc::clone).collect();
    if droplets.is_empty() {
        return Err(common::NOT_FOUND.fault());
    }
    let begun: Vec<_> = droplets
        .iter()
        .map(|droplet| begin(cx, droplet, kind, &request))
        .collect::<Result<_, _>>()?;
    let scene = cx.scene();
    Ok(Many { actions: begun.iter().map(|action| action::view(scene, action)).collect() })
}

fn kind(request: &Request) -> Result<&'static perform::Kind, Fault> {
    let name = request.r#type.as_deref().filter(|name| !name.is_empty());
    let name = name.ok_or(&errors::NO_TYPE)?;
    perform::KINDS
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| errors::UNKNOWN_TYPE.with(&[&name]))
}

fn begin(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    kind: &perform::Kind,
    request: &Request,
) -> Result<Arc<Action>, Fault> {
    actions::idle(cx.scene(), droplet)?;
    actions::close(cx, droplet.id);
    let progress = (kind.perform)(cx, droplet, request)?;
    Ok(actions::begin(cx, droplet, kind.name, progress))
}
