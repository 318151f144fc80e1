//! `/environments` and their services: what deployments name.

use axum::extract::State;
use http::{HeaderMap, Uri};
use isobar_control::model::deployment::{Environment, Service};
use serde_json::{Value, json};

use super::{Answer, asked, entity, page_json, with_links};
use crate::App;
use crate::params::{Id, Ids, Params};

pub(super) async fn environments(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let asked = asked(&app, &mut params, "environments".to_owned());
    params.finish()?;
    let page = app.control.environments(&asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, environment_json))
}

pub(super) async fn environment(
    State(app): State<App>,
    Id(name): Id,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(entity(&headers, &environment_json(&app.control.environment(&name).await?)))
}

pub(super) async fn services(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let environment = params.text("environment");
    let asked = asked(&app, &mut params, format!("services {}", json!(environment)));
    params.finish()?;
    let page = app.control.services(environment.as_deref(), &asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, service_json))
}

pub(super) async fn service(
    State(app): State<App>,
    Ids(environment, name): Ids,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    Params::new(uri.query()).finish()?;
    let service = app.control.service(&environment, &name).await?;
    Ok(entity(&headers, &service_json(&service)))
}

fn environment_json(environment: &Environment) -> Value {
    let name = &environment.name;
    let links = json!({
        "self": format!("/api/v1/environments/{name}"),
        "services": format!("/api/v1/services?environment={name}"),
        "deployments": format!("/api/v1/deployments?environment={name}"),
    });
    with_links(environment, links)
}

fn service_json(service: &Service) -> Value {
    let Service { name, environment, latest_deployment, .. } = service;
    let links = json!({
        "self": format!("/api/v1/environments/{environment}/services/{name}"),
        "environment": format!("/api/v1/environments/{environment}"),
        "deployment": format!("/api/v1/deployments/{latest_deployment}"),
    });
    with_links(service, links)
}
