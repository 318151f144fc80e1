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
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tracing::Instrument;

use isobar_kernel::Shared;
use isobar_kernel::serve::origin::{self, Refusal};

use crate::App;
use crate::accept;
use crate::error::{self, Code, Error};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
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
    let problem = accept::wants_problem(request.headers());
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    // Whatever is logged on the way can be found by it.
    let span = tracing::error_span!("request", id = request_id);
    let response = match admit(&app, request, next).instrument(span).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let status = response.status().as_u16();
    tracing::info!(%method, path, status, request = request_id, "answered");
    let now = app.local.clock.system();
    let mut response = error::complete(response, &request_id, now, problem, &path);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn admit(app: &App, mut request: Request, next: Next) -> Result<Response, Error> {
    refuse_foreign(&request)?;
    if !accept::is_acceptable(request.headers()) {
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

/// The caller's id where it is well formed, else a new one.
fn request_id(app: &App, headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    given.filter(well_formed).map_or_else(|| new_request_id(&app.local), str::to_owned)
}

/// A new request id.
pub(crate) fn new_request_id(local: &Shared) -> String {
    format!("req_{}", local.random.lower(24))
}
