//! `/deployments`

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::{HeaderMap, Method, Uri};
use isobar_control::error::Violation;
use isobar_control::model::access::{Principal, RollbackRequest};
use isobar_control::model::deployment::{Deployment, Status};
use isobar_control::model::manifest::Manifest;
use isobar_control::model::page::DeploymentFilter;
use serde_json::{Value, json};

use super::{Answer, accepted, asked, check_match, entity, page_json, with_links};
use crate::error::Error;
use crate::params::Params;
use crate::{App, body, idempotency};

const CLOUDS: [&str; 3] = ["aws", "alibaba", "digitalocean"];

pub(super) async fn list(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let filter = DeploymentFilter {
        environment: params.text("environment"),
        service: params.text("service"),
        status: params.one_of("status", &Status::ALL, Status::name),
        cloud: params.one_of("cloud", &CLOUDS, |cloud| cloud).map(str::to_owned),
    };
    let asked = asked(&app, &mut params, format!("deployments {}", json!(filter)));
    params.finish()?;
    let page = app.control.deployments(&filter, &asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, shown))
}

pub(super) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Principal>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    content: Body,
) -> Answer {
    let mut params = Params::new(uri.query());
    let dry_run = params.flag("dry_run");
    params.finish()?;
    let content = body::read(content).await?;
    let document = body::json(&headers, &content, true)?;
    let manifest = Manifest::parse(&document)?;
    if dry_run {
        return Ok(axum::Json(app.control.plan(manifest).await?).into_response());
    }
    let work = async {
        let started = app.control.create(&caller, manifest).await?;
        Ok(accepted(&started.operation, &json!({})))
    };
    idempotency::once(&app, &caller, (&method, &uri, &headers, &content), work).await
}

pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(entity(&headers, &shown(&app.control.deployment(&id).await?)))
}

pub(super) async fn plan(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    Params::new(uri.query()).finish()?;
    let plan = app.control.deployment_plan(&id).await?;
    let links = json!({
        "self": format!("/api/v1/deployments/{id}/plan"),
        "deployment": format!("/api/v1/deployments/{id}"),
    });
    Ok(entity(&headers, &with_links(&plan, links)))
}

pub(super) async fn rollback(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Principal>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    content: Body,
) -> Answer {
    let mut params = Params::new(uri.query());
    let dry_run = params.flag("dry_run");
    params.finish()?;
    let content = body::read(content).await?;
    let request = rollback_request(&body::json(&headers, &content, false)?)?;
    check_match(&headers, &shown(&app.control.deployment(&id).await?))?;
    if dry_run {
        return Ok(axum::Json(app.control.plan_rollback(&id).await?).into_response());
    }
    let work = async {
        let started = app.control.rollback(&caller, &id, request).await?;
        let operation = started.operation;
        let further = json!({
            "rollback_id": started.deployment.id,
            "rollback_of": id,
            "requested_by": operation.requested_by,
            "reason": operation.reason,
            "initiated_at": operation.created_at,
        });
        Ok(accepted(&operation, &further))
    };
    idempotency::once(&app, &caller, (&method, &uri, &headers, &content), work).await
}

pub(super) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Principal>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    content: Body,
) -> Answer {
    let mut params = Params::new(uri.query());
    let dry_run = params.flag("dry_run");
    params.finish()?;
    let content = body::read(content).await?;
    no_members(&body::json(&headers, &content, false)?)?;
    check_match(&headers, &shown(&app.control.deployment(&id).await?))?;
    if dry_run {
        let operation = app.control.check_cancel(&id).await?;
        return Ok(axum::Json(super::operation_json(&operation)).into_response());
    }
    let work = async { Ok(accepted(&app.control.cancel(&caller, &id).await?, &json!({}))) };
    idempotency::once(&app, &caller, (&method, &uri, &headers, &content), work).await
}

fn rollback_request(document: &Value) -> Result<RollbackRequest, Error> {
    serde_json::from_value(document.clone()).map_err(|error| {
        Error::validation(vec![Violation {
            field: String::new(),
            value: document.clone(),
            constraint: format!("an object with at most \"reason\" (text): {error}"),
        }])
    })
}

/// Fails where a body has members and none are known.
pub(super) fn no_members(document: &Value) -> Result<(), Error> {
    match document {
        Value::Object(members) if members.is_empty() => Ok(()),
        other => Err(Error::validation(vec![Violation {
            field: String::new(),
            value: other.clone(),
            constraint: "no body, or an empty object".to_owned(),
        }])),
    }
}

fn shown(deployment: &Deployment) -> Value {
    let own = format!("/api/v1/deployments/{}", deployment.id);
    let mut links = json!({
        "self": own,
        "plan": format!("{own}/plan"),
        "operation": format!("/api/v1/operations/{}", deployment.operation_id),
        "events": format!("/api/v1/operations/{}/events", deployment.operation_id),
    });
    if deployment.status.is_final() {
        links["rollback"] = format!("{own}/rollback").into();
    } else {
        links["cancel"] = format!("{own}/cancel").into();
    }
    with_links(deployment, links)
}
