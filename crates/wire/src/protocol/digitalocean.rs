//! DigitalOcean's REST: paths, query strings and JSON.

use std::sync::OnceLock;

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use isobar_catalogue::{Cloud, Location, Operation, Service};

use super::{Call, Codec, common, rest};
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::json;
use crate::message::{Request, Response};
use crate::rest::router::{Asked, Needs, Router, query_pairs};
use crate::rest::{read, write};
use crate::scalar;
use crate::shapes;
use crate::value::Value;

pub(crate) const CODEC: Codec = Codec {
    encode_request,
    decode_response,
    route: rest::route,
    decode_request: read::request,
    encode_response,
    encode_error,
};

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let mut request = write::request(call, input)?;
    // Pydo names the type of a body that is left out too.
    let members = call.service.input_members(call.operation);
    if members.iter().any(|member| member.location == Location::Body) {
        request.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    }
    let accepted = ACCEPTED.iter().find(|(service, operation, _)| {
        *service == call.service.name && *operation == call.operation.name
    });
    let media = accepted.map_or("application/json", |(_, _, media)| media);
    request.headers.entry(ACCEPT).or_insert(HeaderValue::from_static(media));
    Ok(request)
}

/// The answers that may be something else than JSON: group, operation, what is asked for.
const ACCEPTED: [(&str, &str, &str); 6] = [
    ("harness", "get_session_port_forward", "text/plain, application/json"),
    ("harness", "get_session_workspace_download", "application/octet-stream, application/json"),
    ("insights", "get_trace", "application/json, text/plain"),
    ("insights", "post_traces_search", "application/json, text/plain"),
    ("invoices", "get_csv_by_uuid", "text/csv, application/json"),
    ("invoices", "get_pdf_by_uuid", "application/pdf, application/json"),
];

const JSON: &str = "application/json; charset=utf-8";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Finds the operation among all services of a cloud whose operations are told apart by their
/// paths alone. Only the index is read until the operation is found.
pub(crate) fn route_all(
    cloud: Cloud,
    request: &Request,
) -> Result<(&'static Service, &'static Operation), RouteProblem> {
    let query = query_pairs(&request.query);
    // What can be got can be asked for without its body.
    let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
    let asked = Asked {
        method,
        path: &request.path,
        query: &query,
        has_header: &|name| request.headers.contains_key(name),
    };
    let (service, operation) = index(cloud).find(&asked)?;
    isobar_catalogue::service(cloud, service)
        .and_then(|service| Some((service, service.operation(operation)?)))
        .ok_or(RouteProblem::NoSuchPath)
}

type Index = Router<(&'static str, &'static str)>;

/// The table of a cloud's paths, made at the first request.
fn index(cloud: Cloud) -> &'static Index {
    static INDICES: [OnceLock<Index>; Cloud::ALL.len()] =
        [const { OnceLock::new() }; Cloud::ALL.len()];
    let at = Cloud::ALL.iter().position(|other| *other == cloud).unwrap_or_default();
    INDICES[at].get_or_init(|| {
        let mut router = Router::new();
        for service in isobar_catalogue::services(cloud) {
            for operation in service.operations() {
                let found = (service.name, operation.name);
                router.add(operation.method, operation.uri, Needs::default(), found);
            }
        }
        router
    })
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    let request_id = common::request_id(&response.headers);
    if common::succeeded(response) {
        return Ok(Reply::Success { output: read::response(call, response)?, request_id });
    }
    let mut error = common::bare_error(response);
    let fields: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    error.code = text("id").filter(|code| !code.is_empty()).unwrap_or(error.code);
    error.message = text("message").unwrap_or(error.message);
    error.request_id = text("request_id").or(error.request_id);
    error.fields = match fields {
        Value::Map(_) => fields,
        _ => Value::Map(Vec::new()),
    };
    Ok(Reply::Failure(error))
}

/// An answer is written as the handler gave it, not along its shape: members that are null are shown
/// as such, which clients rely on, and the vendor answers with more members than it documents.
fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let mut response = Response::new(common::success(call));
    common::set_text(&mut response.headers, REQUEST_ID, request_id);
    if response.status == http::StatusCode::NO_CONTENT {
        return Ok(response);
    }
    common::set_type(&mut response.headers, JSON);
    let whole = shapes::output(call.service, call.operation).is_some_and(|structure| {
        structure.payload.is_some() // The body is one member: bytes, or anything.
    });
    if whole {
        let (status, body) = write::answer(call, output, &mut response.headers)?;
        common::set_status(&mut response, status);
        response.body = body;
    } else {
        let mut text = String::new();
        scalar::write_json(&mut text, output);
        response.body = text.into();
    }
    Ok(response)
}

fn encode_error(
    _service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let mut out = b"{".to_vec();
    let mut first = true;
    let texts = [
        ("id", error.code.as_ref()),
        ("message", &error.message),
        ("request_id", &error.request_id),
    ];
    for (name, text) in texts {
        json::write_key(&mut out, name, &mut first);
        json::write_string(&mut out, text);
    }
    for (name, value) in error.fields.as_map().unwrap_or_default() {
        let mut text = String::new();
        scalar::write_json(&mut text, value);
        json::write_key(&mut out, name, &mut first);
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'}');
    let mut response = Response::new(error.status);
    common::set_type(&mut response.headers, JSON);
    common::set_text(&mut response.headers, REQUEST_ID, &error.request_id);
    response.body = out.into();
    response
}
