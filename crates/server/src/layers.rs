//! What every request goes through, in this order:
//!
//! 1. a request id, so that everything later can be found by it;
//! 2. the completion of errors, so that all errors have one shape;
//! 3. the refusal of web pages and foreign hosts, since a local server has the user's rights;
//! 4. what the caller accepts;
//! 5. the caller's key, but for the paths that are open;
//! 6. the key's rate limit.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use isobar_kernel::serve::origin::{self, Refusal};

use crate::App;
use crate::error::{self, Code, Error};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// What can be asked without a key.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/openapi.json"];

/// The list. A request that was begun goes on to its end where its caller hangs up, which drops the
/// future of the answer: nothing that a caller does ends a query or a transaction in between.
pub(crate) async fn all(State(app): State<App>, request: Request, next: Next) -> Response {
    let place = Arc::clone(&app.under_way).acquire_owned().await;
    let answered = tokio::spawn(async move {
        let response = answer(app, request, next).await;
        drop(place);
        response
    });
    answered.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request broke down");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

async fn answer(app: App, request: Request, next: Next) -> Response {
    let request_id = request_id(&app, request.headers());
    let problem = accepts(request.headers(), &["application/problem+json"]);
    let path = request.uri().path().to_owned();
    let response = match admit(&app, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let now = app.local.clock.system();
    let mut response = error::complete(response, &request_id, now, problem, &path);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn admit(app: &App, mut request: Request, next: Next) -> Result<Response, Error> {
    refuse_foreign(&request)?;
    if !accepts(
        request.headers(),
        &["application/json", "application/problem+json", "text/event-stream"],
    ) && request.headers().contains_key(ACCEPT)
    {
        return Err(Error::new(Code::NotAcceptable, "only application/json can be given"));
    }
    if OPEN.contains(&request.uri().path()) {
        return Ok(next.run(request).await);
    }
    let Some(secret) = secret(request.headers()) else {
        return Err(isobar_control::Error::Unauthenticated.into());
    };
    let caller = app.control.authenticate(secret).await?;
    let standing = app.limiter.take(&caller.id, app.local.clock.system());
    let mut response = if standing.allowed {
        request.extensions_mut().insert(caller);
        next.run(request).await
    } else {
        Error::new(Code::RateLimited, "too many requests with this key")
            .retry_after(standing.seconds_left)
            .into_response()
    };
    standing.write(response.headers_mut());
    Ok(response)
}

fn refuse_foreign(request: &Request) -> Result<(), Error> {
    let checked = origin::host(request.version(), request.uri(), request.headers(), |_| false);
    checked.map(drop).map_err(|refusal| match refusal {
        Refusal::Malformed(what) => Error::new(Code::Validation, format!("{what} are refused")),
        Refusal::Foreign(what) => Error::new(Code::Forbidden, format!("{what} are refused")),
    })
}

fn secret(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(value) = text(&AUTHORIZATION) {
        let (scheme, secret) = value.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim());
    }
    text(&API_KEY).map(str::trim)
}

/// Whether the `Accept` header names one of the types, itself or by a wildcard that is not the
/// problem type's (which has to be asked for).
fn accepts(headers: &HeaderMap, types: &[&str]) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .any(|range| {
            types.contains(&range.as_str())
                || types.contains(&"application/json")
                    && (range == "*/*" || range == "application/*")
        })
}

/// The caller's id where it is well formed, else a new one.
fn request_id(app: &App, headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    given
        .filter(well_formed)
        .map_or_else(|| format!("req_{}", app.local.random.lower(24)), str::to_owned)
}
