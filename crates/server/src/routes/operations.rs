//! `/operations`, with their events as a stream.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};
use isobar_control::model::access::Principal;
use isobar_control::model::operation::{Event, EventKind, Kind, Status};
use isobar_control::model::page::OperationFilter;
use serde_json::json;

use super::deployments::no_members;
use super::{Answer, accepted, asked, entity, operation_json, page_json};
use crate::params::Params;
use crate::{App, body, idempotency};

/// The longest `?wait=`.
const MAX_WAIT_SECONDS: u64 = 60;
/// How many events are read at once.
const BATCH: u32 = 100;
/// After how long without an event a comment is sent, so that nobody takes the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) async fn list(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let filter = OperationFilter {
        kind: params.one_of("kind", &Kind::ALL, Kind::name),
        status: params.one_of("status", &Status::ALL, Status::name),
        deployment_id: params.text("deployment_id"),
    };
    let asked = asked(&app, &mut params, format!("operations {}", json!(filter)));
    params.finish()?;
    let page = app.control.operations(&filter, &asked.page).await?;
    Ok(page_json(&app, &uri, &asked, page, operation_json))
}

pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    let mut params = Params::new(uri.query());
    let constraint = format!("whole seconds from 0 to {MAX_WAIT_SECONDS}");
    let wait = params.parsed::<u64>("wait", &constraint).unwrap_or(0);
    if wait > MAX_WAIT_SECONDS {
        params.wrong("wait", wait.into(), constraint);
    }
    params.finish()?;
    let operation = if wait == 0 {
        app.control.operation(&id).await?
    } else {
        app.control.wait_operation(&id, Duration::from_secs(wait)).await?
    };
    Ok(entity(&headers, &operation_json(&operation)))
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
    if dry_run {
        let deployment = app.control.operation(&id).await?.deployment_id;
        let operation = app.control.check_cancel(&deployment).await?;
        return Ok(axum::Json(operation_json(&operation)).into_response());
    }
    let work =
        async { Ok(accepted(&app.control.cancel_operation(&caller, &id).await?, &json!({}))) };
    idempotency::once(&app, &caller, (&method, &uri, &headers, &content), work).await
}

/// The events as they happen (server-sent events). `Last-Event-ID`, or `?after=`, says where to go
/// on; the event of kind `finished` is the last.
pub(super) async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    let mut params = Params::new(uri.query());
    let after = params.parsed::<u64>("after", "the sequence number of an event");
    params.finish()?;
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let after = resumed.or(after).unwrap_or(0);
    // Fails now, as an error with a status, where there is no such operation.
    app.control.operation(&id).await?;
    let position = Position { app, id, after, over: false };
    let body = Body::from_stream(stream::unfold(position, next));
    let kind = HeaderValue::from_static("text/event-stream");
    let fresh = HeaderValue::from_static("no-store");
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, fresh)], body).into_response())
}

struct Position {
    app: App,
    id: String,
    after: u64,
    over: bool,
}

async fn next(mut at: Position) -> Option<(Result<Bytes, std::convert::Infallible>, Position)> {
    if at.over {
        return None;
    }
    let events = at.app.control.wait_events(&at.id, at.after, BATCH, KEEP_ALIVE).await;
    let Ok(events) = events else { return None };
    let mut text = String::new();
    for event in &events {
        at.after = event.sequence;
        at.over |= event.kind == EventKind::Finished;
        write(&mut text, event);
    }
    if text.is_empty() {
        let over = at.app.control.operation(&at.id).await.map_or(true, |op| op.status.is_final());
        at.over = over;
        text.push_str(": waiting\n\n");
    }
    Some((Ok(text.into()), at))
}

fn write(text: &mut String, event: &Event) {
    let data = serde_json::to_string(event).expect("an event can be written as JSON");
    text.push_str(&format!(
        "id: {}\nevent: {}\ndata: {data}\n\n",
        event.sequence,
        event.kind.name()
    ));
}
