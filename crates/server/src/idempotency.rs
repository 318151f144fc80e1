//! `Idempotency-Key`: a repeated POST is answered as the first one was.
//!
//! Work that has begun goes on to its end even where the caller hangs up, which drops the future of
//! the answer: otherwise the key would be held by nobody, and the work half done.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use isobar_control::error::Violation;
use isobar_control::model::access::{Idempotency, StoredResponse};
use sha2::{Digest, Sha256};
use tracing::Instrument;

use crate::App;
use crate::error::{Code, Error};
use crate::write::Write;

const HEADER: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
const MAX_KEY: usize = 255;

/// Does the work, once per key. Work that writes to the control plane's database keeps its answer in the same
/// transaction; that of other work is kept afterwards.
pub(crate) async fn once<F>(
    app: &App,
    request: Write,
    work: impl FnOnce(Option<String>) -> F + Send + 'static,
) -> Result<Response, Error>
where
    F: Future<Output = Result<StoredResponse, Error>> + Send + 'static,
{
    let Some(key) = key_of(&request.headers)? else {
        return to_its_end(work(None)).await.map(answer);
    };
    let hash = hash_of(&request);
    let (app, caller) = (app.clone(), request.caller);
    to_its_end(async move {
        match app.control.idempotency_begin(&caller, &key, &hash).await? {
            Idempotency::Replay(stored) => Ok(replay(stored)),
            Idempotency::Fresh => match to_its_end(work(Some(key.clone()))).await {
                Ok(response) => {
                    let kept = app.control.idempotency_finish(&caller, &key, &response).await;
                    // The caller is answered all the same, since the work is done.
                    if let Err(error) = kept {
                        tracing::error!(?error, "an answer could not be kept for replays");
                    }
                    Ok(answer(response))
                }
                Err(error) => {
                    if let Err(error) = app.control.idempotency_abandon(&caller, &key).await {
                        tracing::error!(?error, "an idempotency key stays held");
                    }
                    Err(error)
                }
            },
        }
    })
    .await
}

/// What [`once`] would say of the key, for a dry run, which leaves no trace of it.
pub(crate) async fn check(app: &App, request: &Write) -> Result<(), Error> {
    let Some(key) = key_of(&request.headers)? else { return Ok(()) };
    Ok(app.control.idempotency_check(&request.caller, &key, &hash_of(request)).await?)
}

/// What makes a request the same as another: method, path and body.
fn hash_of(request: &Write) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in
        [request.method.as_str().as_bytes(), request.uri.path().as_bytes(), &request.content]
    {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Does the work in a task of its own: whoever waits for it may go away, and a panic in it is an
/// error like another.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(work.in_current_span()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request broke down");
        Err(Error::new(Code::Internal, "something went wrong inside the control plane"))
    })
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

fn answer(stored: StoredResponse) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let mut response = (status, stored.body).into_response();
    for (name, value) in stored.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn replay(stored: StoredResponse) -> Response {
    let mut response = answer(stored);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
