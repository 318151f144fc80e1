//! `/local`: the local clouds' fault rules, clock and journal.

use axum::extract::State;
use axum::response::IntoResponse;
use http::Uri;
use isobar_control::error::Violation;
use isobar_kernel::Clock;
use isobar_kernel::clock::MAX_OFFSET;
use isobar_kernel::faults::{Faults, Rule};
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Answer, cloud, limit};
use crate::App;
use crate::error::Error;
use crate::params::Params;
use crate::write::Write;

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

pub(super) async fn set_faults(State(app): State<App>, request: Write) -> Answer {
    let wanted: Rules = read(&request)?;
    let answer = json!({ "rules": wanted.rules });
    let done = if request.dry_run {
        Faults::check(&wanted.rules)
    } else {
        app.local.faults.replace(wanted.rules)
    };
    done.map_err(|error| invalid(Value::Null, &error))?;
    Ok(axum::Json(answer).into_response())
}

pub(super) async fn clock(State(app): State<App>, uri: Uri) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(axum::Json(clock_json(&app.local.clock)).into_response())
}

pub(super) async fn advance(State(app): State<App>, request: Write) -> Answer {
    let Advance { advance_seconds } = read(&request)?;
    if !(-MAX_ADVANCE_SECONDS..=MAX_ADVANCE_SECONDS).contains(&advance_seconds) {
        let constraint = format!("at most {MAX_ADVANCE_SECONDS} seconds either way");
        return Err(invalid(advance_seconds.into(), &constraint));
    }
    let by = SignedDuration::from_secs(advance_seconds);
    if (app.local.clock.offset() + by).abs() > MAX_OFFSET {
        let most = MAX_OFFSET.as_secs();
        let constraint = format!("the clock stays within {most} seconds of the system's");
        return Err(invalid(advance_seconds.into(), &constraint));
    }
    if request.dry_run {
        let trial = Clock::default();
        trial.advance(app.local.clock.offset());
        trial.advance(by);
        return Ok(axum::Json(clock_json(&trial)).into_response());
    }
    let clock = app.local.clock.clone();
    let work = async move {
        clock.advance(by);
        Ok(axum::Json(clock_json(&clock)).into_response())
    };
    request.once(&app, work).await
}

pub(super) async fn journal(State(app): State<App>, uri: Uri) -> Answer {
    let mut params = Params::new(uri.query());
    let limit = limit(&mut params);
    let cloud = cloud(&mut params);
    let service = params.text("service");
    let operation = params.text("operation");
    params.finish()?;
    let open = |want: &Option<String>, is: Option<&str>| want.is_none() || want.as_deref() == is;
    let entries = app.local.journal.newest(limit as usize, |entry| {
        open(&cloud, Some(entry.cloud.name()))
            && open(&service, entry.service)
            && open(&operation, entry.operation)
    });
    Ok(axum::Json(json!({ "data": entries })).into_response())
}

fn clock_json(clock: &Clock) -> Value {
    json!({ "now": clock.now(), "offset_seconds": clock.offset().as_secs() })
}

fn read<T: DeserializeOwned>(request: &Write) -> Result<T, Error> {
    serde_json::from_value(request.document()?).map_err(|error| invalid(Value::Null, &error))
}

fn invalid(value: Value, constraint: &impl std::fmt::Display) -> Error {
    let constraint = constraint.to_string();
    Error::validation(vec![Violation { field: String::new(), value, constraint }])
}
