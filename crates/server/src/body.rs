//! Reading bodies: JSON, under a limit, with errors that say where.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use isobar_control::error::Violation;
use serde_json::Value;

use crate::error::{Code, Error};

/// The largest body that is read.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// How much of a larger body is read all the same, and dropped: a client that is still writing sees
/// no answer.
const MAX_DROPPED: usize = 16 << 20;
/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The body's bytes.
pub(crate) async fn read(body: Body) -> Result<Bytes, Error> {
    match tokio::time::timeout(TIMEOUT, collect(body)).await {
        Ok(Ok(Some(body))) => Ok(body),
        Ok(Ok(None)) => {
            Err(Error::new(Code::TooLarge, format!("the body is over {MAX_BODY} bytes")))
        }
        Ok(Err(_)) => Err(malformed("the body broke off")),
        Err(_) => Err(malformed("the body did not arrive in time")),
    }
}

/// The body; `None` where it is over the limit.
async fn collect(mut body: Body) -> Result<Option<Bytes>, axum::Error> {
    let mut read = BytesMut::new();
    let mut dropped = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if dropped == 0 && read.len() + data.len() <= MAX_BODY {
            read.extend_from_slice(&data);
        } else {
            dropped += data.len();
            if dropped > MAX_DROPPED {
                break;
            }
        }
    }
    Ok((dropped == 0).then(|| read.freeze()))
}

/// The body as JSON; an empty object where there is no body and none is needed.
pub(crate) fn json(headers: &HeaderMap, body: &Bytes, needed: bool) -> Result<Value, Error> {
    if body.is_empty() && !needed {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !kind.ends_with("+json") {
        return Err(Error::new(
            Code::UnsupportedMediaType,
            "the body's Content-Type must be application/json",
        ));
    }
    serde_json::from_slice(body).map_err(|error| malformed(&format!("no valid JSON: {error}")))
}

fn malformed(constraint: &str) -> Error {
    Error::validation(vec![Violation {
        field: String::new(),
        value: Value::Null,
        constraint: constraint.to_owned(),
    }])
}
