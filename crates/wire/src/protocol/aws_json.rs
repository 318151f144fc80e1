//! JSON 1.0 and 1.1: the operation is a header, the rest is JSON.

use http::header::{HeaderName, HeaderValue};
use isobar_catalogue::{Operation, Service};

use super::common;
use super::{Call, Codec, json_error};
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::json;
use crate::message::{Request, Response};
use crate::shapes;
use crate::value::Value;

pub(crate) const CODEC: Codec =
    Codec { encode_request, decode_response, route, decode_request, encode_response, encode_error };

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const QUERY_MODE: HeaderName = HeaderName::from_static("x-amzn-query-mode");

fn media(service: Option<&'static Service>) -> &'static str {
    match service.and_then(|service| service.json_version.as_deref()) {
        Some("1.0") => "application/x-amz-json-1.0",
        _ => "application/x-amz-json-1.1",
    }
}

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let mut request = common::request(call, call.operation.uri.clone(), input)?;
    let prefix = call.service.target_prefix.as_deref().unwrap_or_default();
    let target = format!("{prefix}.{}", call.operation.name);
    common::set_text(&mut request.headers, TARGET, &target);
    common::set_type(&mut request.headers, media(Some(call.service)));
    set_query_mode(call, &mut request);
    request.body = body(call, shapes::input(call.service, call.operation), input)?.into();
    Ok(common::finish(call, request))
}

/// Asks for the query protocol's error codes, where the service once spoke that.
pub(crate) fn set_query_mode(call: Call, request: &mut Request) {
    if call.service.query_compatible {
        request.headers.insert(QUERY_MODE, HeaderValue::from_static("true"));
    }
}

fn body(
    call: Call,
    structure: Option<&'static isobar_catalogue::shape::Structure>,
    value: &Value,
) -> Result<Vec<u8>, EncodeError> {
    let Some(structure) = structure else {
        common::no_members(value)?;
        return Ok(b"{}".to_vec());
    };
    let mut writer = json::Writer::new(call.service, json::EXACT);
    writer.members(shapes::entries(structure, shapes::as_entries(value)?))?;
    Ok(writer.out)
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return json_error::read(call, response).map(Reply::Failure);
    }
    let request_id = common::request_id(&response.headers);
    let structure = shapes::output(call.service, call.operation);
    let entries = match structure {
        Some(structure) if !response.body.is_empty() => json::Reader::new(
            call.service,
            json::EXACT,
        )
        .members(structure, |_| true, &response.body)?,
        _ => Vec::new(),
    };
    Ok(Reply::Success { output: Value::Map(entries), request_id })
}

fn route(service: &'static Service, request: &Request) -> Result<&'static Operation, RouteProblem> {
    let target = request.header(TARGET.as_str()).ok_or(RouteProblem::NoOperation)?;
    let name = target.rsplit('.').next().unwrap_or(target);
    service.operation(name).ok_or_else(|| RouteProblem::UnknownOperation(target.to_owned()))
}

fn decode_request(call: Call, request: &Request) -> Result<Value, DecodeError> {
    let Some(structure) = shapes::input(call.service, call.operation) else {
        return Ok(Value::Map(Vec::new()));
    };
    if request.body.is_empty() {
        return Ok(Value::Map(Vec::new()));
    }
    json::Reader::new(call.service, json::EXACT)
        .members(structure, |_| true, &request.body)
        .map(Value::Map)
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let body = body(call, shapes::output(call.service, call.operation), output)?;
    let media = media(Some(call.service));
    Ok(common::aws_response(common::success(call), media, body, request_id))
}

fn encode_error(
    service: Option<&'static Service>,
    dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let kind = common::error_kind(service, error);
    let body = json_error::write(service, error, Some(kind));
    let mut response = common::aws_response(error.status, media(service), body, &error.request_id);
    common::set_query_error(service, dialect, error, &mut response);
    response
}
