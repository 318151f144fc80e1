//! What a project holds.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command, query};
use jiff::Timestamp;

use super::list::OfProject;
use super::records::{Assignment, Project};
use super::{adopt, default, errors, find};
use crate::input::Nothing;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::time;
use crate::world::{Command, Handler, Look, Query, Scene};
use crate::{Input, Output};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::load_balancers::LoadBalancer;

pub(super) const OPERATIONS: &[Handler] = &[
    query!(list_resources),
    query!(list_resources_default),
    command!(assign_resources),
    command!(assign_resources_default),
];

#[derive(Debug, Input)]
struct Assign {
    project_id: String,
    resources: Option<Vec<String>>,
}

#[derive(Debug, Input)]
struct AssignDefault {
    resources: Option<Vec<String>>,
}

#[derive(Debug, Output)]
struct Resources {
    resources: Vec<ResourceView>,
    links: Links,
    meta: Meta,
}

#[derive(Debug, Output)]
struct Assigned {
    resources: Vec<ResourceView>,
}

#[derive(Debug, Output)]
struct ResourceView {
    urn: String,
    assigned_at: String,
    links: SelfLink,
    status: &'static str,
}

#[derive(Debug, Output)]
struct SelfLink {
    #[wire(name = "self")]
    this: String,
}

fn list_resources(
    cx: &Query<'_>,
    Both(of, paging): Both<OfProject, Paging>,
) -> Result<Resources, Fault> {
    let scene = cx.scene();
    let project = find(scene, &of.project_id)?;
    let path = format!("/v2/projects/{}/resources", project.id);
    Ok(page(scene, project, &path, paging))
}

fn list_resources_default(cx: &Query<'_>, _: Nothing) -> Result<Resources, Fault> {
    let scene = cx.scene();
    let path = "/v2/projects/default/resources";
    Ok(page(scene, default(scene)?, path, Paging::default()))
}

fn assign_resources(cx: &mut Command<'_, '_>, input: Assign) -> Result<Assigned, Fault> {
    let project = find(cx.scene(), &input.project_id)?.id.clone();
    assign(cx, &project, input.resources)
}

fn assign_resources_default(
    cx: &mut Command<'_, '_>,
    input: AssignDefault,
) -> Result<Assigned, Fault> {
    let project = default(cx.scene())?.id.clone();
    assign(cx, &project, input.resources)
}

fn page(scene: Scene<'_>, project: &Project, path: &str, paging: Paging) -> Resources {
    let mut held: Vec<_> = scene.by::<Assignment>("project", &project.id).collect();
    held.sort_by_key(|held| held.assigned_at);
    let page = paging.cut(scene, path, &[], held);
    let Page { items, links, meta } =
        page.map(|held| resource(scene, &held.urn, held.assigned_at, "ok"));
    Resources { resources: items, links, meta }
}

/// Each name is answered with what became of it; a name of nothing changes nothing.
fn assign(
    cx: &mut Command<'_, '_>,
    project: &str,
    urns: Option<Vec<String>>,
) -> Result<Assigned, Fault> {
    let urns = urns.ok_or_else(|| errors::REQUIRED.with(&[&"resources"]))?;
    if let Some(wrong) = urns.iter().find(|urn| parts(urn).is_none()) {
        return Err(errors::URN.with(&[wrong]));
    }
    let mut resources = Vec::with_capacity(urns.len());
    for urn in &urns {
        let scene = cx.scene();
        let held = scene.find::<Assignment>(urn);
        let (at, status) = match held {
            Some(held) if held.project == project => (held.assigned_at, "already_assigned"),
            _ if !exists(scene, urn) => (cx.now, "not_found"),
            _ => {
                adopt(cx, urn, Some(project.to_owned()));
                (cx.now, "assigned")
            }
        };
        resources.push(resource(cx.scene(), urn, at, status));
    }
    Ok(Assigned { resources })
}

fn resource(scene: Scene<'_>, urn: &str, at: Timestamp, status: &'static str) -> ResourceView {
    let (kind, id) = parts(urn).unwrap_or_default();
    let noun = KINDS.iter().find(|(name, _)| *name == kind).map_or(kind, |(_, noun)| *noun);
    ResourceView {
        urn: urn.to_owned(),
        assigned_at: time(at),
        links: SelfLink { this: scene.url(format_args!("/v2/{noun}/{id}")) },
        status,
    }
}

/// What a project can hold: the kind in a name, and where it is found.
const KINDS: [(&str, &str); 9] = [
    ("droplet", "droplets"),
    ("loadbalancer", "load_balancers"),
    ("app", "apps"),
    ("dbaas", "databases"),
    ("domain", "domains"),
    ("floatingip", "floating_ips"),
    ("kubernetes", "kubernetes/clusters"),
    ("space", "spaces"),
    ("volume", "volumes"),
];

/// The kind and id of a name.
fn parts(urn: &str) -> Option<(&str, &str)> {
    let (kind, id) = urn.strip_prefix("do:")?.split_once(':')?;
    let known = KINDS.iter().any(|(name, _)| *name == kind);
    (known && !id.is_empty()).then_some((kind, id))
}

fn exists(scene: Scene<'_>, urn: &str) -> bool {
    match parts(urn) {
        Some(("droplet", id)) => scene.find::<Droplet>(id).is_some(),
        Some(("loadbalancer", id)) => scene.find::<LoadBalancer>(id).is_some(),
        _ => false,
    }
}
