//! `Idempotency-Key`: a repeated POST is answered as the first one was.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use http_body_util::BodyExt;
use isobar_control::error::Violation;
use isobar_control::model::access::{Idempotency, Principal, StoredResponse};
use sha2::{Digest, Sha256};

use crate::App;
use crate::error::Error;

const HEADER: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
const MAX_KEY: usize = 255;

/// Runs the work once per key. Without a key it just runs.
pub(crate) async fn once(
    app: &App,
    caller: &Principal,
    request: (&Method, &Uri, &HeaderMap, &Bytes),
    work: impl Future<Output = Result<Response, Error>>,
) -> Result<Response, Error> {
    let (method, uri, headers, body) = request;
    let Some(key) = key_of(headers)? else { return work.await };
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), uri.to_string().as_bytes(), body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    match app.control.idempotency_begin(caller, &key, &hash.finalize()).await? {
        Idempotency::Replay(stored) => Ok(replay(stored)),
        Idempotency::Fresh => match work.await {
            Ok(response) => finish(app, caller, &key, response).await,
            Err(error) => {
                app.control.idempotency_abandon(caller, &key).await?;
                Err(error)
            }
        },
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(header) = headers.get(HEADER) else { return Ok(None) };
    let text = header.to_str().unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if bare.is_empty() || bare.len() > MAX_KEY {
        return Err(Error::validation(vec![Violation {
            field: "Idempotency-Key".to_owned(),
            value: serde_json::Value::from(bare.chars().take(40).collect::<String>()),
            constraint: format!("1 to {MAX_KEY} visible characters"),
        }]));
    }
    Ok(Some(bare.to_owned()))
}

async fn finish(
    app: &App,
    caller: &Principal,
    key: &str,
    response: Response,
) -> Result<Response, Error> {
    let (parts, body) = response.into_parts();
    // The body is in memory: a handler made it.
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let kept = [CONTENT_TYPE, ETAG, LOCATION];
    let headers = kept
        .iter()
        .filter_map(|name| {
            let value = parts.headers.get(name)?.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .collect();
    let stored = StoredResponse { status: parts.status.as_u16(), headers, body: body.to_vec() };
    app.control.idempotency_finish(caller, key, &stored).await?;
    Ok(Response::from_parts(parts, body.into()))
}

fn replay(stored: StoredResponse) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let mut response = (status, stored.body).into_response();
    for (name, value) in stored.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
