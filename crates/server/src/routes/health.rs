//! `/healthz` and `/readyz`: whether the process lives, and whether it can serve.

use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::json;

use super::Answer;
use crate::App;

pub(super) async fn live() -> Answer {
    Ok(axum::Json(json!({ "status": "ok" })).into_response())
}

pub(super) async fn ready(State(app): State<App>) -> Answer {
    let readiness = app.control.readiness().await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, axum::Json(readiness)).into_response())
}
