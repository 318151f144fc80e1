//! `/resources`

use axum::extract::State;
use http::{HeaderMap, Uri};
use isobar_control::model::page::ResourceFilter;
use isobar_control::model::resource::{Kind, Resource, State as ResourceState};
use serde_json::{Value, json};

use super::{Answer, asked, cloud, entity, page_json, with_links};
use crate::App;
use crate::params::{Id, Params};

pub(super) async fn list(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let filter = ResourceFilter {
        cloud: cloud(&mut params),
        region: params.text("region"),
        kind: params.one_of("kind", &Kind::ALL, Kind::name),
        service: params.text("service"),
        environment: params.text("environment"),
        deployment_id: params.text("deployment_id"),
        state: params.one_of("state", &ResourceState::ALL, ResourceState::name),
    };
    let asked = asked(&app, &mut params, format!("resources {}", json!(filter)));
    params.finish()?;
    let page = app.control.resources(&filter, &asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, shown))
}

pub(super) async fn show(
    State(app): State<App>,
    Id(id): Id,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(entity(&headers, &shown(&app.control.resource(&id).await?)))
}

fn shown(resource: &Resource) -> Value {
    let links = json!({
        "self": format!("/api/v1/resources/{}", resource.id),
        "deployment": format!("/api/v1/deployments/{}", resource.owner),
    });
    with_links(resource, links)
}
