//! Reading bodies: JSON, under a limit, with errors that say where.

mod once;

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use isobar_control::error::Violation;
use isobar_control::model::rules::BODY;
use isobar_kernel::serve::body::{self, Limits, Unread};
use serde_json::Value;

use crate::error::{Code, Error};
use once::Once;

/// The largest body that is read.
pub(crate) const MAX_BODY: usize = 1 << 20;

const LIMITS: Limits =
    Limits { most: MAX_BODY, dropped: 16 << 20, within: Duration::from_secs(30) };

/// The body's bytes.
pub(crate) async fn read(body: Body) -> Result<Bytes, Error> {
    body::read(body, LIMITS).await.map_err(|unread| match unread {
        Unread::TooLarge => {
            Error::new(Code::TooLarge, format!("the body is over {MAX_BODY} bytes"))
        }
        Unread::BrokenOff => malformed("broke off"),
        Unread::Late => malformed("did not arrive in time"),
    })
}

/// The body as JSON; an empty object where there is no body and none is needed.
pub(crate) fn json(headers: &HeaderMap, body: &Bytes, needed: bool) -> Result<Value, Error> {
    if body.is_empty() && !needed {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let coding = headers
        .get(CONTENT_ENCODING)
        .map_or("identity", |coding| coding.to_str().unwrap_or_default());
    if !coding.eq_ignore_ascii_case("identity") {
        return Err(Error::new(
            Code::UnsupportedMediaType,
            "the body must be sent without a Content-Encoding",
        ));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !kind.ends_with("+json") {
        return Err(Error::new(
            Code::UnsupportedMediaType,
            "the body's Content-Type must be application/json",
        ));
    }
    let read = serde_json::from_slice(body).map(|Once(value)| value);
    read.map_err(|error| malformed(&format!("must be valid JSON: {error}")))
}

fn malformed(constraint: &str) -> Error {
    Error::validation(vec![Violation {
        field: BODY.to_owned(),
        value: Value::Null,
        constraint: constraint.to_owned(),
    }])
}
