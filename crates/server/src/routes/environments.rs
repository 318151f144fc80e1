//! `/environments` and `/services`: what deployments name.

use axum::extract::State;
use http::Uri;
use serde_json::json;

use super::{Answer, asked, page_json, with_links};
use crate::App;
use crate::params::Params;

pub(super) async fn environments(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let asked = asked(&app, &mut params, "environments".to_owned());
    params.finish()?;
    let page = app.control.environments(&asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, |environment| {
        let name = &environment.name;
        with_links(
            environment,
            json!({
                "services": format!("/api/v1/services?environment={name}"),
                "deployments": format!("/api/v1/deployments?environment={name}"),
            }),
        )
    }))
}

pub(super) async fn services(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let environment = params.text("environment");
    let asked = asked(&app, &mut params, format!("services {}", json!(environment)));
    params.finish()?;
    let page = app.control.services(environment.as_deref(), &asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, |service| {
        let latest = &service.latest_deployment;
        with_links(service, json!({ "deployment": format!("/api/v1/deployments/{latest}") }))
    }))
}
