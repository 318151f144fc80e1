//! `/local`: the local clouds' fault rules, clock and journal.

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse;
use http::{HeaderMap, Uri};
use isobar_control::error::Violation;
use isobar_kernel::faults::Rule;
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Answer;
use crate::error::Error;
use crate::params::Params;
use crate::{App, body};

/// The farthest that the clock moves at once: ten years.
const MAX_ADVANCE_SECONDS: i64 = 10 * 366 * 24 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

pub(super) async fn faults(State(app): State<App>, uri: Uri) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(axum::Json(json!({ "rules": app.local.faults.rules() })).into_response())
}

pub(super) async fn set_faults(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    content: Body,
) -> Answer {
    Params::new(uri.query()).finish()?;
    let wanted: Rules = read(&headers, content).await?;
    app.local.faults.replace(wanted.rules).map_err(|error| invalid(Value::Null, &error))?;
    Ok(axum::Json(json!({ "rules": app.local.faults.rules() })).into_response())
}

pub(super) async fn clock(State(app): State<App>, uri: Uri) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(axum::Json(clock_json(&app)).into_response())
}

pub(super) async fn advance(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    content: Body,
) -> Answer {
    Params::new(uri.query()).finish()?;
    let wanted: Advance = read(&headers, content).await?;
    if wanted.advance_seconds.abs() > MAX_ADVANCE_SECONDS {
        let value = wanted.advance_seconds.into();
        return Err(invalid(value, &format!("at most {MAX_ADVANCE_SECONDS} seconds either way")));
    }
    app.local.clock.advance(SignedDuration::from_secs(wanted.advance_seconds));
    Ok(axum::Json(clock_json(&app)).into_response())
}

pub(super) async fn journal(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let limit = params.parsed::<usize>("limit", "a whole number from 1 to 100").unwrap_or(20);
    let cloud = params.text("cloud");
    let service = params.text("service");
    let operation = params.text("operation");
    params.finish()?;
    let open = |want: &Option<String>, is: Option<&str>| want.is_none() || want.as_deref() == is;
    let entries = app.local.journal.newest(limit.clamp(1, 100), |entry| {
        open(&cloud, Some(entry.cloud.name()))
            && open(&service, entry.service)
            && open(&operation, entry.operation)
    });
    Ok(axum::Json(json!({ "data": entries })).into_response())
}

fn clock_json(app: &App) -> Value {
    json!({ "now": app.local.clock.now(), "offset_seconds": app.local.clock.offset().as_secs() })
}

async fn read<T: DeserializeOwned>(headers: &HeaderMap, content: Body) -> Result<T, Error> {
    let content = body::read(content).await?;
    let document = body::json(headers, &content, true)?;
    serde_json::from_value(document).map_err(|error| invalid(Value::Null, &error))
}

fn invalid(value: Value, constraint: &impl std::fmt::Display) -> Error {
    let constraint = constraint.to_string();
    Error::validation(vec![Violation { field: String::new(), value, constraint }])
}
