//! Creating, changing and deleting projects.

use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command};

use super::list::{OfProject, One, view};
use super::records::{Assignment, Project};
use super::{default, errors, find};
use crate::Input;
use crate::world::{Command, Handler, Look, Scene, is_settling, key};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(create),
    command!(update),
    command!(patch),
    command!(update_default),
    command!(patch_default),
    command!(delete),
];

const MAX_NAME: usize = 175;
const MAX_TEXT: usize = 255;

#[derive(Debug, Input)]
struct Fields {
    name: Option<String>,
    description: Option<String>,
    purpose: Option<String>,
    environment: Option<String>,
    is_default: Option<bool>,
}

type Change = Both<OfProject, Fields>;

fn create(cx: &mut Command<'_, '_>, input: Fields) -> Result<One, Fault> {
    let fields = Fields { is_default: None, ..input };
    required("name", fields.name.as_deref())?;
    required("purpose", fields.purpose.as_deref())?;
    let project = Project {
        account: cx.caller.account.clone(),
        id: cx.random.uuid(),
        name: String::new(),
        description: String::new(),
        purpose: String::new(),
        environment: String::new(),
        is_default: false,
        created_at: cx.now,
        updated_at: cx.now,
        left_at: None,
    };
    write(cx, project, fields)
}

fn update(cx: &mut Command<'_, '_>, Both(of, fields): Change) -> Result<One, Fault> {
    let project = Project::clone(find(cx.scene(), &of.project_id)?);
    replace(cx, project, fields)
}

fn update_default(cx: &mut Command<'_, '_>, input: Fields) -> Result<One, Fault> {
    let project = Project::clone(default(cx.scene())?);
    replace(cx, project, input)
}

fn patch(cx: &mut Command<'_, '_>, Both(of, fields): Change) -> Result<One, Fault> {
    let project = Project::clone(find(cx.scene(), &of.project_id)?);
    write(cx, project, fields)
}

fn patch_default(cx: &mut Command<'_, '_>, input: Fields) -> Result<One, Fault> {
    let project = Project::clone(default(cx.scene())?);
    write(cx, project, input)
}

/// An update must say everything; a description or environment may be said to be empty.
fn replace(cx: &mut Command<'_, '_>, project: Project, fields: Fields) -> Result<One, Fault> {
    required("name", fields.name.as_deref())?;
    required("purpose", fields.purpose.as_deref())?;
    let fields = Fields {
        description: Some(fields.description.unwrap_or_default()),
        environment: Some(fields.environment.unwrap_or_default()),
        ..fields
    };
    write(cx, project, fields)
}

fn write(cx: &mut Command<'_, '_>, mut project: Project, fields: Fields) -> Result<One, Fault> {
    if let Some(name) = fields.name {
        project.name = checked_name(cx.scene(), name, &project.id)?;
    }
    if let Some(description) = fields.description {
        project.description = limited("description", description, MAX_TEXT)?;
    }
    if let Some(purpose) = fields.purpose {
        required("purpose", Some(&purpose))?;
        project.purpose = limited("purpose", purpose, MAX_TEXT)?;
    }
    if let Some(environment) = fields.environment {
        project.environment = checked_environment(&environment)?;
    }
    match fields.is_default {
        Some(true) if !project.is_default => {
            let before = Project::clone(default(cx.scene())?);
            cx.store.put(Project { is_default: false, updated_at: cx.context.now, ..before });
            project.is_default = true;
        }
        Some(false) if project.is_default => return Err(errors::LAST_DEFAULT.fault()),
        _ => {}
    }
    project.updated_at = cx.now;
    let project = cx.store.put(project);
    Ok(One { project: view(cx.scene(), &project) })
}

fn delete(cx: &mut Command<'_, '_>, input: OfProject) -> Result<Empty, Fault> {
    let scene = cx.scene();
    let project = find(scene, &input.project_id)?;
    if project.is_default {
        return Err(errors::DEFAULT.fault());
    }
    // What it held counts for a moment after it went.
    let holds = scene.by::<Assignment>("project", &project.id).next().is_some();
    if holds || is_settling(project.left_at, scene.now) {
        return Err(errors::HOLDS.fault());
    }
    let key = key(&project.account, &project.id);
    cx.store.remove::<Project>(&key);
    Ok(Empty {})
}

fn required(name: &str, value: Option<&str>) -> Result<(), Fault> {
    match value {
        Some(value) if !value.is_empty() => Ok(()),
        _ => Err(errors::REQUIRED.with(&[&name])),
    }
}

fn limited(name: &str, value: String, most: usize) -> Result<String, Fault> {
    if value.chars().count() > most {
        return Err(errors::LENGTH.with(&[&name, &most]));
    }
    Ok(value)
}

fn checked_name(scene: Scene<'_>, name: String, own: &str) -> Result<String, Fault> {
    required("name", Some(&name))?;
    let name = limited("name", name, MAX_NAME)?;
    let folded = name.to_lowercase();
    let mut others = scene.list::<Project>().filter(|project| project.id != own);
    if others.any(|project| project.name.to_lowercase() == folded) {
        return Err(errors::TAKEN.fault());
    }
    Ok(name)
}

fn checked_environment(environment: &str) -> Result<String, Fault> {
    let known = ["Development", "Staging", "Production"];
    match known.iter().find(|known| known.eq_ignore_ascii_case(environment)) {
        Some(known) => Ok((*known).to_owned()),
        None if environment.is_empty() => Ok(String::new()),
        None => Err(errors::ENVIRONMENT.fault()),
    }
}
