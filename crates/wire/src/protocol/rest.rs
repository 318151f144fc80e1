//! REST with JSON and with XML, as AWS speaks them.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use http::StatusCode;
use http::header::HeaderName;
use isobar_catalogue::{Kind, Location, Operation, Protocol, Service};

use super::common;
use super::{Call, Codec, alibaba_oss, json_error, xml_error};
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::message::{Request, Response};
use crate::rest::header;
use crate::rest::router::{Asked, Needs, Router, query_pairs};
use crate::rest::{self, read, write};
use crate::shapes;
use crate::value::Value;
use crate::xml;

pub(crate) const REST_JSON: Codec = Codec {
    encode_request: write::request,
    decode_response: decode_json_response,
    route,
    decode_request: read::request,
    encode_response,
    encode_error: encode_json_error,
};

pub(crate) const REST_XML: Codec = Codec {
    encode_request: write::request,
    decode_response: decode_xml_response,
    route,
    decode_request: read::request,
    encode_response,
    encode_error: encode_xml_error,
};

/// Finds the operation by method, path and what else tells operations of one path apart.
pub(crate) fn route(
    service: &'static Service,
    request: &Request,
) -> Result<&'static Operation, RouteProblem> {
    route_at(service, request, &request.path)
}

/// The same for a path that is not quite the request's.
pub(super) fn route_at(
    service: &'static Service,
    request: &Request,
    path: &str,
) -> Result<&'static Operation, RouteProblem> {
    let query = query_pairs(&request.query);
    let has_header = |name: &str| request.headers.contains_key(name);
    let asked = Asked { method: &request.method, path, query: &query, has_header: &has_header };
    router(service).find(&asked)
}

type Routers = RwLock<HashMap<usize, &'static Router<&'static Operation>>>;

/// The service's table of paths, made at the first request. Services live as long as the process,
/// so their addresses tell them apart.
fn router(service: &'static Service) -> &'static Router<&'static Operation> {
    static ROUTERS: LazyLock<Routers> = LazyLock::new(Routers::default);
    let address = std::ptr::from_ref(service).addr();
    let known = ROUTERS.read().unwrap_or_else(PoisonError::into_inner).get(&address).copied();
    known.unwrap_or_else(|| {
        let mut routers = ROUTERS.write().unwrap_or_else(PoisonError::into_inner);
        routers.entry(address).or_insert_with(|| Box::leak(Box::new(table(service))))
    })
}

fn table(service: &'static Service) -> Router<&'static Operation> {
    let mut router = Router::new();
    for operation in &service.operations {
        let mut needs = Needs::default();
        for member in service.input_members(operation).iter().filter(|member| member.required) {
            match member.location {
                Location::Query => needs.query.push(member.on_wire().to_owned()),
                Location::Header => needs.headers.push(member.on_wire().to_owned()),
                _ => {}
            }
        }
        if service.protocol() == Protocol::AlibabaOss {
            for uri in alibaba_oss::templates(service, operation) {
                router.add(&operation.method, &uri, needs.clone(), operation);
            }
        } else {
            router.add(&operation.method, &operation.uri, needs, operation);
        }
    }
    router
}

fn decode_json_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return json_error::read(call, response).map(Reply::Failure);
    }
    let request_id = common::request_id(&response.headers);
    Ok(Reply::Success { output: read::response(call, response)?, request_id })
}

fn decode_xml_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    let request_id = common::request_id(&response.headers);
    if let Some(failed) = failed_late(call, response) {
        return decode_xml_response(call, &failed);
    }
    if common::succeeded(response) {
        return Ok(Reply::Success { output: read::response(call, response)?, request_id });
    }
    let Ok(root) = xml::document::parse(&response.body) else {
        return Ok(Reply::Failure(common::bare_error(response)));
    };
    let mut error = xml_error::read(call, response, &root)?;
    if let Some(Kind::Structure(structure)) = error.shape.map(|shape| &shape.kind) {
        common::add_fields(&mut error, read::headers(call, structure, &response.headers)?);
    }
    Ok(Reply::Failure(error))
}

/// S3 begins the answer to what takes long (`CopyObject`, `CompleteMultipartUpload`) before it knows
/// whether it succeeds: an error comes with the status of success. It is told as a server's.
fn failed_late(call: Call, response: &Response) -> Option<Response> {
    let structure = shapes::output(call.service, call.operation)?;
    let is_document = rest::payload(structure).is_none_or(|member| {
        match &call.service.shape(member.shape).kind {
            Kind::Structure(own) => !own.event_stream,
            kind => !matches!(kind, Kind::Blob { .. } | Kind::String(_)),
        }
    });
    let may_fail = BARE_ERRORS.contains(&call.service.name.as_str()) && is_document;
    (may_fail && common::succeeded(response) && is_error(&response.body))
        .then(|| Response { status: StatusCode::INTERNAL_SERVER_ERROR, ..response.clone() })
}

/// Whether a document's root is an error. The document is not read for it, since most are none, and
/// some are long.
fn is_error(body: &[u8]) -> bool {
    let mut start = body.trim_ascii_start();
    if start.starts_with(b"<?") {
        let end = start.windows(2).position(|pair| pair == b"?>");
        start = end.map_or(&[][..], |end| start[end + 2..].trim_ascii_start());
    }
    start.strip_prefix(b"<Error").is_some_and(|rest| matches!(rest.first(), Some(b'>' | b' ')))
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let mut response = Response::new(common::success(call));
    common::set_text(&mut response.headers, common::AMZN_REQUEST_ID, request_id);
    let (status, body) = write::answer(call, output, &mut response.headers)?;
    common::set_status(&mut response, status);
    response.body = body;
    Ok(response)
}

fn encode_json_error(
    service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let body = json_error::write(service, error, None);
    let mut response =
        common::aws_response(error.status, "application/json", body, &error.request_id);
    let name = HeaderName::from_static("x-amzn-errortype");
    common::set_text(&mut response.headers, name, &error.code);
    error_headers(service, error, &mut response);
    response
}

/// The service that writes its errors without an element around them.
const BARE_ERRORS: [&str; 1] = ["s3"];

fn encode_xml_error(
    service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let bare = service.is_some_and(|service| BARE_ERRORS.contains(&service.name.as_str()));
    let body = if bare {
        xml_error::write_bare(service, error)
    } else {
        let namespace = service.and_then(|service| service.xml_namespace.as_ref());
        xml_error::write(service, namespace, error)
    };
    let mut response =
        common::aws_response(error.status, "application/xml", body, &error.request_id);
    error_headers(service, error, &mut response);
    response
}

/// Writes the members of a declared error that travel in headers.
fn error_headers(service: Option<&'static Service>, error: &ErrorReply, response: &mut Response) {
    let Some(service) = service else { return };
    let shape = common::error_shape(service, &error.code);
    for (member, value) in common::error_entries(shape, &error.fields) {
        if matches!(member.location, Location::Header | Location::Headers) {
            // A member that does not fit is left out: the error itself must reach its caller.
            let _ = header::write(
                service,
                member,
                &value,
                &mut response.headers,
                header::Writer::Service,
            );
        }
    }
}
