//! Actions, and the links to them.

use crate::Output;
use crate::records::actions::{Action, Status};
use crate::show::place::{RegionView, region};
use crate::show::time;
use crate::world::Scene;

/// An action, as it is shown.
#[derive(Debug, Output)]
pub struct ActionView {
    id: u64,
    status: &'static str,
    #[wire(name = "type")]
    kind: String,
    started_at: String,
    completed_at: Option<String>,
    resource_id: u64,
    resource_type: &'static str,
    region: RegionView,
    region_slug: String,
}

/// The action as it stands.
pub fn view(scene: Scene<'_>, action: &Action) -> ActionView {
    let (status, at) = match action.status(scene.tables, scene.now) {
        Status::InProgress => ("in-progress", None),
        Status::Completed(at) => ("completed", Some(at)),
        Status::Errored(at) => ("errored", Some(at)),
    };
    ActionView {
        id: action.id,
        status,
        kind: action.kind.clone(),
        started_at: time(action.started_at),
        completed_at: at.map(time),
        resource_id: action.droplet,
        resource_type: "droplet",
        region: region(&action.region),
        region_slug: action.region.clone(),
    }
}

/// The links of an answer that began actions.
#[derive(Debug, Output)]
pub struct ActionLinks {
    actions: Vec<ActionLink>,
}

#[derive(Debug, Output)]
struct ActionLink {
    id: u64,
    rel: String,
    href: String,
}

/// The links to the actions.
pub fn links<'a>(scene: Scene<'_>, actions: impl IntoIterator<Item = &'a Action>) -> ActionLinks {
    let link = |action: &Action| ActionLink {
        id: action.id,
        rel: action.kind.clone(),
        href: scene.url(format_args!("/v2/actions/{}", action.id)),
    };
    ActionLinks { actions: actions.into_iter().map(link).collect() }
}
