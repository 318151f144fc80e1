//! `/local`: the local clouds' fault rules, clock and journal.

use axum::extract::State;
use axum::response::IntoResponse;
use http::{StatusCode, Uri};
use isobar_control::error::Violation;
use isobar_control::model::rules::{Rule, optional, required};
use isobar_kernel::Clock;
use isobar_kernel::clock::MAX_OFFSET;
use isobar_kernel::faults::{self, Faults};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, cloud, limit, stored};
use crate::App;
use crate::answers::{self, Call, Journal};
use crate::error::Error;
use crate::params::Params;
use crate::write::Write;

/// The farthest that the clock moves at once: ten years.
const MAX_ADVANCE_SECONDS: i64 = 10 * 366 * 24 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<faults::Rule>,
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
    let wanted: Rules = request.read(&FAULTS)?;
    let answer = json!({ "rules": wanted.rules });
    let done = if request.dry_run {
        Faults::check(&wanted.rules)
    } else {
        app.local.faults.replace(wanted.rules)
    };
    done.map_err(|error| invalid("rules", Value::Null, &error))?;
    Ok(axum::Json(answer).into_response())
}

pub(super) async fn clock(State(app): State<App>, uri: Uri) -> Answer {
    Params::new(uri.query()).finish()?;
    Ok(axum::Json(shown(&app.local.clock)).into_response())
}

pub(super) async fn advance(State(app): State<App>, request: Write) -> Answer {
    let Advance { advance_seconds } = request.read(&ADVANCE)?;
    let by = SignedDuration::from_secs(advance_seconds);
    if (app.local.clock.offset() + by).abs() > MAX_OFFSET {
        let most = MAX_OFFSET.as_secs();
        let constraint = format!("the clock stays within {most} seconds of the system's");
        return Err(invalid("advance_seconds", advance_seconds.into(), &constraint));
    }
    if request.dry_run {
        let trial = Clock::default();
        trial.advance(app.local.clock.offset());
        trial.advance(by);
        return Ok(axum::Json(shown(&trial)).into_response());
    }
    let clock = app.local.clock.clone();
    let work = move |_| async move {
        clock.advance(by);
        Ok(stored(StatusCode::OK, &shown(&clock)))
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
    let data = entries.into_iter().map(Call::from).collect();
    Ok(axum::Json(Journal { data }).into_response())
}

fn shown(clock: &Clock) -> answers::Clock {
    answers::Clock { now: clock.now(), offset_seconds: clock.offset().as_secs() }
}

/// A rule of the local clouds' faults.
const FAULT: Rule = Rule::Fields(&[
    optional("cloud", Rule::Word(&["aws", "alibaba", "digitalocean"])),
    optional("service", NAME),
    optional("operation", NAME),
    optional("region", NAME),
    optional("probability", Rule::Number { least: 0.0, most: 1.0 }).or("1.0"),
    required(
        "effect",
        Rule::Choice(&[
            (
                "error",
                Some(&[
                    required("status", Rule::Whole { least: 400, most: 599 }),
                    optional("code", CODE),
                ]),
            ),
            ("latency", Some(&[required("milliseconds", Rule::Whole { least: 0, most: 600_000 })])),
            ("silence", None),
        ]),
    ),
    optional("phase", Rule::Word(&["before", "after"])).or(r#""before""#),
    optional("until", Rule::Time),
]);

const NAME: Rule = Rule::Text {
    longest: 128,
    of: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()),
    pattern: "^[!-~]+$",
    what: "1 to 128 visible characters",
};

const CODE: Rule = Rule::Text {
    longest: 128,
    of: |text| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-_".contains(&byte);
        !text.is_empty() && text.bytes().all(plain)
    },
    pattern: "^[A-Za-z0-9.:_-]+$",
    what: "1 to 128 letters, digits and . : - _",
};

/// The body of `PUT /local/faults`.
pub(crate) const FAULTS: Rule = Rule::Fields(&[required(
    "rules",
    Rule::List { of: &FAULT, least: 0, most: faults::MAX_RULES },
)]);

/// The body of `POST /local/clock`.
pub(crate) const ADVANCE: Rule = Rule::Fields(&[required(
    "advance_seconds",
    Rule::Whole { least: -MAX_ADVANCE_SECONDS, most: MAX_ADVANCE_SECONDS },
)]);

fn invalid(field: &str, value: Value, constraint: &impl std::fmt::Display) -> Error {
    let constraint = constraint.to_string();
    Error::validation(vec![Violation { field: field.to_owned(), value, constraint }])
}
