//! Tagging things and taking tags off them.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::records::Tag;
use super::{errors, find};
use crate::errors::NOT_FOUND;
use crate::input::Text;
use crate::world::{Command, Handler, Look, key};
use crate::{Input, droplets};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::images::Image;

pub(super) const OPERATIONS: &[Handler] =
    &[command!(assign_resources), command!(unassign_resources)];

#[derive(Debug, Input)]
struct Change {
    tag_id: String,
    resources: Option<Vec<Resource>>,
}

#[derive(Debug, Input)]
struct Resource {
    resource_id: Option<Text>,
    resource_type: Option<String>,
}

/// What a tag can be put on.
#[derive(Clone, Debug)]
enum Carrier {
    Droplet(u64),
    Image(u64),
}

fn assign_resources(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (tag, carriers) = check(cx, input)?;
    for carrier in &carriers {
        retag(cx, carrier, |tags| {
            if !tags.iter().any(|own| own.eq_ignore_ascii_case(&tag.name)) {
                tags.push(tag.name.clone());
            }
        });
    }
    if let Some(carrier) = carriers.last() {
        let last_tagged = Some(match carrier {
            Carrier::Droplet(id) => format!("/v2/droplets/{id}"),
            Carrier::Image(id) => format!("/v2/images/{id}"),
        });
        cx.store.put(Tag { last_tagged, ..tag });
    }
    Ok(Empty {})
}

fn unassign_resources(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (tag, carriers) = check(cx, input)?;
    for carrier in &carriers {
        retag(cx, carrier, |tags| tags.retain(|own| !own.eq_ignore_ascii_case(&tag.name)));
    }
    Ok(Empty {})
}

/// Takes the tag off everything.
pub(super) fn strip(cx: &mut Command<'_, '_>, tag: &str) {
    let scene = cx.scene();
    let droplets = droplets::tagged(scene, tag).map(|droplet| Carrier::Droplet(droplet.id));
    let images =
        scene.by::<Image>("tag", tag.to_ascii_lowercase()).map(|image| Carrier::Image(image.id));
    let carriers: Vec<_> = droplets.chain(images).collect();
    for carrier in &carriers {
        retag(cx, carrier, |tags| tags.retain(|own| !own.eq_ignore_ascii_case(tag)));
    }
}

/// The tag and what is to carry it; nothing is changed where any of it is not there.
fn check(cx: &Command<'_, '_>, input: Change) -> Result<(Tag, Vec<Carrier>), Fault> {
    let tag = find(cx, &input.tag_id).ok_or(&NOT_FOUND)?.clone();
    let resources = input.resources.filter(|list| !list.is_empty());
    let resources = resources.ok_or(&errors::NO_RESOURCES)?;
    let carriers = resources.iter().map(|resource| carrier(cx, resource));
    Ok((tag, carriers.collect::<Result<_, _>>()?))
}

fn carrier(cx: &Command<'_, '_>, resource: &Resource) -> Result<Carrier, Fault> {
    let scene = cx.scene();
    let id = resource.resource_id.as_ref().and_then(Text::number);
    let kind = resource.resource_type.as_deref().unwrap_or_default();
    let found = match kind {
        "droplet" => id.and_then(|id| scene.find::<Droplet>(id)).map(|d| Carrier::Droplet(d.id)),
        "image" => id.and_then(|id| scene.find::<Image>(id)).map(|i| Carrier::Image(i.id)),
        // There are no volumes here.
        "volume" | "volume_snapshot" => None,
        other => return Err(errors::RESOURCE_TYPE.with(&[&other])),
    };
    found.ok_or_else(|| NOT_FOUND.fault())
}

fn retag(cx: &mut Command<'_, '_>, carrier: &Carrier, change: impl FnOnce(&mut Vec<String>)) {
    let account = &cx.context.caller.account;
    match carrier {
        Carrier::Droplet(id) => {
            cx.store.modify::<Droplet>(&key(account, id), |droplet| change(&mut droplet.tags));
        }
        Carrier::Image(id) => {
            cx.store.modify::<Image>(&key(account, id), |image| change(&mut image.tags));
        }
    }
}
