//! `/operations`, with their events as a stream.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Uri};
use isobar_control::model::access::Keep;
use isobar_control::model::operation::{Event, EventKind, Kind, Operation, Status};
use isobar_control::model::page::OperationFilter;
use serde_json::json;

use super::{Answer, accepted, asked, check_match, entity, operation_json, page_json};
use crate::App;
use crate::params::{Id, Params};
use crate::write::Write;

/// The longest `?wait=`.
const MAX_WAIT_SECONDS: u64 = 60;
/// How many events are read at once.
const BATCH: u32 = 100;

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
    Id(id): Id,
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
    let waited = app.control.wait_operation(&id, Duration::from_secs(wait));
    let operation = tokio::select! {
        waited = waited, if wait > 0 => waited?,
        () = app.closed(), if wait > 0 => app.control.operation(&id).await?,
        else => app.control.operation(&id).await?,
    };
    Ok(entity(&headers, &operation_json(&operation)))
}

pub(super) async fn cancel(State(app): State<App>, Id(id): Id, request: Write) -> Answer {
    request.no_members()?;
    if request.dry_run {
        let operation = app.control.operation(&id).await?;
        check_match(&request.headers, &operation_json(&operation))?;
        let operation = app.control.check_cancel(&operation.deployment_id).await?;
        return Ok(axum::Json(operation_json(&operation)).into_response());
    }
    let control = app.control.clone();
    let (caller, headers) = (request.caller.clone(), request.headers.clone());
    let work = move |key: Option<String>| async move {
        check_match(&headers, &operation_json(&control.operation(&id).await?))?;
        let answer = |operation: &Operation| accepted(operation, None);
        let keep = key.as_deref().map(|key| Keep { key, answer: &answer });
        Ok(answer(&control.cancel_operation(&caller, &id, keep).await?))
    };
    request.once(&app, work).await
}

/// The events as they happen (server-sent events). `Last-Event-ID`, or `?after=`, says where to go
/// on; the event of kind `finished` is the last.
pub(super) async fn events(
    State(app): State<App>,
    Id(id): Id,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    let mut params = Params::new(uri.query());
    let after = params.whole("after", "the sequence number of an event");
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
    let (control, id, after) = (at.app.control.clone(), at.id.clone(), at.after);
    let keep_alive = at.app.keep_alive;
    // A task of its own: the caller may hang up while the database is read.
    let events = tokio::spawn(async move {
        let events = control.wait_events(&id, after, BATCH, keep_alive).await.ok()?;
        let over = events.is_empty()
            && control.operation(&id).await.map_or(true, |operation| operation.status.is_final());
        Some((events, over))
    });
    let (events, over) = tokio::select! {
        events = events => events.ok()??,
        // The caller comes back with the last event's id.
        () = at.app.closed() => return None,
    };
    let mut text = String::new();
    for event in &events {
        at.after = event.sequence;
        at.over |= event.kind == EventKind::Finished;
        write(&mut text, event);
    }
    if text.is_empty() {
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
