//! `/deployments`

use axum::extract::State;
use axum::response::IntoResponse;
use http::{HeaderMap, Uri};
use isobar_control::model::access::{Keep, RollbackRequest, Started};
use isobar_control::model::deployment::{Deployment, Status};
use isobar_control::model::manifest::Manifest;
use isobar_control::model::operation::Operation;
use isobar_control::model::page::DeploymentFilter;
use isobar_control::model::rules::{Rule, optional};
use serde_json::{Value, json};

use super::{Answer, accepted, asked, check_match, cloud, entity};
use super::{operation_json, page_json, with_links};
use crate::App;
use crate::answers::Rollback;
use crate::params::{Id, Params};
use crate::write::Write;

pub(super) async fn list(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let filter = DeploymentFilter {
        environment: params.text("environment"),
        service: params.text("service"),
        status: params.one_of("status", &Status::ALL, Status::name),
        cloud: cloud(&mut params),
    };
    let asked = asked(&app, &mut params, format!("deployments {}", json!(filter)));
    params.finish()?;
    let page = app.control.deployments(&filter, &asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, shown))
}

pub(super) async fn create(State(app): State<App>, request: Write) -> Answer {
    let manifest = Manifest::parse(&request.document()?)?;
    if request.dry_run {
        return Ok(axum::Json(app.control.plan(manifest).await?).into_response());
    }
    let (control, caller) = (app.control.clone(), request.caller.clone());
    let work = move |key: Option<String>| async move {
        let answer = |started: &Started| accepted(&started.operation, None);
        let keep = key.as_deref().map(|key| Keep { key, answer: &answer });
        Ok(answer(&control.create(&caller, manifest, keep).await?))
    };
    request.once(&app, work).await
}

pub(super) async fn show(
    State(app): State<App>,
    Id(id): Id,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(entity(&headers, &shown(&app.control.deployment(&id).await?)))
}

pub(super) async fn plan(
    State(app): State<App>,
    Id(id): Id,
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

pub(super) async fn rollback(State(app): State<App>, Id(id): Id, request: Write) -> Answer {
    let wanted: RollbackRequest = request.read_if_any(&ROLLBACK)?;
    if request.dry_run {
        check_match(&request.headers, &shown(&app.control.deployment(&id).await?))?;
        return Ok(axum::Json(app.control.plan_rollback(&id).await?).into_response());
    }
    let control = app.control.clone();
    let (caller, headers) = (request.caller.clone(), request.headers.clone());
    let work = move |key: Option<String>| async move {
        check_match(&headers, &shown(&control.deployment(&id).await?))?;
        let answer = |started: &Started| {
            let Started { operation, deployment } = started;
            let (rollback_id, initiated_at) = (&*deployment.id, operation.created_at);
            accepted(operation, Some(Rollback { rollback_id, initiated_at }))
        };
        let keep = key.as_deref().map(|key| Keep { key, answer: &answer });
        Ok(answer(&control.rollback(&caller, &id, wanted, keep).await?))
    };
    request.once(&app, work).await
}

pub(super) async fn cancel(State(app): State<App>, Id(id): Id, request: Write) -> Answer {
    request.no_members()?;
    if request.dry_run {
        check_match(&request.headers, &shown(&app.control.deployment(&id).await?))?;
        let operation = app.control.check_cancel(&id).await?;
        return Ok(axum::Json(operation_json(&operation)).into_response());
    }
    let control = app.control.clone();
    let (caller, headers) = (request.caller.clone(), request.headers.clone());
    let work = move |key: Option<String>| async move {
        check_match(&headers, &shown(&control.deployment(&id).await?))?;
        let answer = |operation: &Operation| accepted(operation, None);
        let keep = key.as_deref().map(|key| Keep { key, answer: &answer });
        Ok(answer(&control.cancel(&caller, &id, keep).await?))
    };
    request.once(&app, work).await
}

/// The body of a rollback.
pub(crate) const ROLLBACK: Rule = Rule::Fields(&[optional(
    "reason",
    Rule::Text { longest: 1000, of: |_| true, pattern: "", what: "text of at most 1000 bytes" },
)]);

fn shown(deployment: &Deployment) -> Value {
    let own = format!("/api/v1/deployments/{}", deployment.id);
    let mut links = json!({
        "self": own,
        "plan": format!("{own}/plan"),
        "operation": format!("/api/v1/operations/{}", deployment.operation_id),
        "events": format!("/api/v1/operations/{}/events", deployment.operation_id),
    });
    if deployment.can_roll_back {
        links["rollback"] = format!("{own}/rollback").into();
    }
    if !deployment.status.is_final() {
        links["cancel"] = format!("{own}/cancel").into();
    }
    with_links(deployment, links)
}
