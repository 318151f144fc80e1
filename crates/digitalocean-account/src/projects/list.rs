//! The projects, page by page, and one of them.

use isobar_kernel::{Fault, query};

use super::records::Project;
use super::{default, find, owner_id};
use crate::input::Nothing;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::time;
use crate::world::{Handler, Look, Query, Scene};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(list), query!(get), query!(get_default)];

/// The input of an operation on one project.
#[derive(Debug, Input)]
pub(super) struct OfProject {
    pub(super) project_id: String,
}

#[derive(Debug, Output)]
struct Projects {
    projects: Vec<ProjectView>,
    links: Links,
    meta: Meta,
}

/// One project.
#[derive(Debug, Output)]
pub(super) struct One {
    pub(super) project: ProjectView,
}

/// A project, as it is shown.
#[derive(Debug, Output)]
pub(super) struct ProjectView {
    id: String,
    owner_uuid: String,
    owner_id: u64,
    name: String,
    description: String,
    purpose: String,
    environment: String,
    is_default: bool,
    created_at: String,
    updated_at: String,
}

/// The project as it is shown.
pub(super) fn view(scene: Scene<'_>, project: &Project) -> ProjectView {
    ProjectView {
        id: project.id.clone(),
        owner_uuid: scene.account.to_owned(),
        owner_id: owner_id(scene),
        name: project.name.clone(),
        description: project.description.clone(),
        purpose: project.purpose.clone(),
        environment: project.environment.clone(),
        is_default: project.is_default,
        created_at: time(project.created_at),
        updated_at: time(project.updated_at),
    }
}

fn list(cx: &Query<'_>, paging: Paging) -> Result<Projects, Fault> {
    let scene = cx.scene();
    let mut all: Vec<_> = scene.list::<Project>().collect();
    all.sort_by_key(|project| std::cmp::Reverse(project.created_at));
    let page = paging.cut(scene, "/v2/projects", &[], all);
    let Page { items, links, meta } = page.map(|project| view(scene, project));
    Ok(Projects { projects: items, links, meta })
}

fn get(cx: &Query<'_>, input: OfProject) -> Result<One, Fault> {
    let scene = cx.scene();
    Ok(One { project: view(scene, find(scene, &input.project_id)?) })
}

fn get_default(cx: &Query<'_>, _: Nothing) -> Result<One, Fault> {
    let scene = cx.scene();
    Ok(One { project: view(scene, default(scene)?) })
}
