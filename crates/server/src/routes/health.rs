//! `/healthz` and `/readyz`: whether the process lives, and whether it can serve.

use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;

use super::Answer;
use crate::App;
use crate::answers::Health;

pub(super) async fn live() -> Answer {
    Ok(axum::Json(Health { status: "ok" }).into_response())
}

pub(super) async fn ready(State(app): State<App>) -> Answer {
    let mut readiness = app.control.readiness().await;
    let store = app.local.store.clone();
    let checked = tokio::task::spawn_blocking(move || store.check()).await;
    let message = match checked {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    readiness.add("clouds", message);
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, axum::Json(readiness)).into_response())
}
