//! The routes, one file per noun, and what their answers share.

mod deployments;
mod environments;
mod health;
mod local;
mod operations;
mod resources;

pub(crate) use deployments::ROLLBACK;
pub(crate) use local::{ADVANCE, FAULTS};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use isobar_catalogue::Cloud;
use isobar_control::model::access::StoredResponse;
use isobar_control::model::operation::Operation;
use isobar_control::model::page::{Order, Page, PageRequest};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::answers::{Accepted, Linked, Listing, Pagination, Rollback};
use crate::error::{Code, Error};
use crate::params::Params;
use crate::{App, cursor, layers, openapi};

/// The API.
pub fn router(app: App) -> Router {
    let v1 = Router::new()
        .route("/deployments", get(deployments::list).post(deployments::create))
        .route("/deployments/{id}", get(deployments::show))
        .route("/deployments/{id}/plan", get(deployments::plan))
        .route("/deployments/{id}/rollback", post(deployments::rollback))
        .route("/deployments/{id}/cancel", post(deployments::cancel))
        .route("/operations", get(operations::list))
        .route("/operations/{id}", get(operations::show))
        .route("/operations/{id}/events", get(operations::events))
        .route("/operations/{id}/cancel", post(operations::cancel))
        .route("/resources", get(resources::list))
        .route("/resources/{id}", get(resources::show))
        .route("/environments", get(environments::environments))
        .route("/environments/{id}", get(environments::environment))
        .route("/environments/{id}/services/{service}", get(environments::service))
        .route("/services", get(environments::services))
        .route("/local/faults", get(local::faults).put(local::set_faults))
        .route("/local/clock", get(local::clock).post(local::advance))
        .route("/local/journal", get(local::journal));
    Router::new()
        .nest("/api/v1", v1)
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(openapi::document))
        .fallback(|| async { Error::new(Code::NotFound, "there is nothing at this path") })
        .method_not_allowed_fallback(|| async {
            Error::new(Code::MethodNotAllowed, "this path does not take this method")
        })
        .layer(from_fn_with_state(app.clone(), layers::all))
        .with_state(app)
}

/// What an endpoint answers with.
type Answer = Result<Response, Error>;

/// A JSON body with its `ETag`; 304 where the caller has it already.
fn entity(headers: &HeaderMap, value: &Value) -> Response {
    let body = value.to_string();
    let etag = etag(&body);
    if headers.contains_key(IF_NONE_MATCH) && names(headers, &IF_NONE_MATCH, &etag, true) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response();
    }
    let kind = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, kind), (ETAG, etag)], body).into_response()
}

/// Fails where `If-Match` names another state than this one.
fn check_match(headers: &HeaderMap, value: &Value) -> Result<(), Error> {
    if headers.contains_key(IF_MATCH)
        && !names(headers, &IF_MATCH, &etag(&value.to_string()), false)
    {
        return Err(Error::new(Code::PreconditionFailed, "it has changed since it was read"));
    }
    Ok(())
}

fn etag(body: &str) -> HeaderValue {
    let hash = Sha256::digest(body.as_bytes());
    let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{digits}\"")).expect("hexadecimal digits are a header value")
}

/// Whether the header names the tag, or any (RFC 9110, section 8.8.3.2: a weak tag is never the same
/// where the comparison is strong).
fn names(headers: &HeaderMap, header: &HeaderName, etag: &HeaderValue, weak: bool) -> bool {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).any(|one| {
        let tag = one.strip_prefix("W/").filter(|_| weak).unwrap_or(one);
        one == "*" || tag.as_bytes() == etag.as_bytes()
    })
}

fn operation_json(operation: &Operation) -> Value {
    json_of(&linked_operation(operation))
}

/// An operation with its links.
fn linked_operation(operation: &Operation) -> Linked<'_, Operation> {
    let own = format!("/api/v1/operations/{}", operation.id);
    let mut links = json!({
        "self": own,
        "events": format!("{own}/events"),
        "deployment": format!("/api/v1/deployments/{}", operation.deployment_id),
    });
    if !operation.status.is_final() {
        links["cancel"] = format!("{own}/cancel").into();
    }
    Linked { of: operation, links }
}

/// 202: the operation, and where to look for it.
fn accepted(operation: &Operation, rollback: Option<Rollback<'_>>) -> StoredResponse {
    let location = format!("/api/v1/operations/{}", operation.id);
    let body = Accepted {
        operation: linked_operation(operation),
        operation_id: &operation.id,
        status_url: location.clone(),
        rollback,
    };
    let mut response = stored(StatusCode::ACCEPTED, &body);
    response.headers.push((LOCATION.to_string(), location));
    response
}

/// A JSON body that can be kept for replays.
fn stored(status: StatusCode, body: &impl Serialize) -> StoredResponse {
    StoredResponse {
        status: status.as_u16(),
        headers: vec![(CONTENT_TYPE.to_string(), "application/json".to_owned())],
        body: json_of(body).to_string().into_bytes(),
    }
}

fn with_links(of: &impl Serialize, links: Value) -> Value {
    json_of(&Linked { of, links })
}

fn json_of(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).expect("answers can be written as JSON")
}

/// The `cloud` that a list is narrowed to.
fn cloud(params: &mut Params) -> Option<String> {
    params.one_of("cloud", &Cloud::ALL, Cloud::name).map(|cloud| cloud.name().to_owned())
}

/// Which page is asked for: `limit`, `cursor` and `sort`.
struct Asked {
    page: PageRequest,
    list: String,
}

/// How many items are asked for, at most as many as a page holds.
fn limit(params: &mut Params) -> u32 {
    let limit = params.whole("limit", "a whole number from 1; more than 100 is 100");
    if limit == Some(0) {
        params.wrong("limit", 0.into(), "minimum: 1");
    }
    let limit = limit.map_or(PageRequest::DEFAULT_LIMIT, |limit| {
        u32::try_from(limit).unwrap_or(PageRequest::MAX_LIMIT)
    });
    limit.min(PageRequest::MAX_LIMIT)
}

/// Takes a list's own parameters. The list's name, with the filter, is what a cursor is bound to.
fn asked(app: &App, params: &mut Params, list: String) -> Asked {
    let limit = limit(params);
    let orders = [Order::NewestFirst, Order::OldestFirst];
    let order = params.one_of("sort", &orders, |order| match order {
        Order::NewestFirst => "-created_at",
        Order::OldestFirst => "created_at",
    });
    let mut page = PageRequest { limit, after: None, order: order.unwrap_or_default() };
    if let Some(text) = params.text("cursor") {
        match cursor::open(app, &list, &text) {
            Some((sealed, after)) if order.is_none_or(|order| order == sealed) => {
                page.order = sealed;
                page.after = Some(after);
            }
            _ => params.wrong("cursor", text.into(), "a cursor of this list, filter and order"),
        }
    }
    Asked { page, list }
}

/// A page with its cursor, in the body and as a `Link`.
fn page_json<T>(
    app: &App,
    uri: &Uri,
    asked: &Asked,
    page: Page<T>,
    shown: impl Fn(&T) -> Value,
) -> Response {
    let next = page.next.map(|position| cursor::seal(app, &asked.list, asked.page.order, position));
    let pagination = Pagination { next_cursor: next.clone(), has_more: next.is_some() };
    let body = Listing { data: page.items.iter().map(shown).collect(), pagination };
    let mut response = axum::Json(body).into_response();
    if let Some(next) = next {
        let others = uri.query().unwrap_or_default().split('&');
        let others = others.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: Vec<_> = others.map(str::to_owned).chain([format!("cursor={next}")]).collect();
        let link = format!("<{}?{}>; rel=\"next\"", full_path(uri), query.join("&"));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(LINK, link);
        }
    }
    response
}

/// The path as the caller wrote it; inside the nested router the prefix is cut off.
fn full_path(uri: &Uri) -> String {
    if uri.path().starts_with("/api/v1") {
        uri.path().to_owned()
    } else {
        format!("/api/v1{}", uri.path())
    }
}
