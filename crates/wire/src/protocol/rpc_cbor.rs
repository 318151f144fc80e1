//! Smithy's RPC version 2 with CBOR: the operation is the path, the rest is CBOR.

use http::Method;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use isobar_catalogue::{Kind, Operation, Service};

use super::common;
use super::{Call, Codec, aws_json, json_error};
use crate::cbor;
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::message::{Request, Response};
use crate::shapes;
use crate::value::Value;

pub(crate) const CODEC: Codec =
    Codec { encode_request, decode_response, route, decode_request, encode_response, encode_error };

const PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");
const NAME: HeaderValue = HeaderValue::from_static("rpc-v2-cbor");
const CBOR: &str = "application/cbor";

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let prefix = call.service.target_prefix.as_deref().unwrap_or_default();
    let path = format!("/service/{prefix}/operation/{}", call.operation.name);
    let mut request = common::request(call, path, input)?;
    request.method = Method::POST;
    request.headers.insert(PROTOCOL, NAME);
    request.headers.insert(ACCEPT, HeaderValue::from_static(CBOR));
    aws_json::set_query_mode(call, &mut request);
    match call.operation.input {
        Some(_) => {
            request.body = body(call, call.operation.input, input)?.into();
            common::set_type(&mut request.headers, CBOR);
        }
        None => common::no_members(input)?,
    }
    Ok(common::finish(call, request))
}

fn body(
    call: Call,
    shape: Option<isobar_catalogue::ShapeId>,
    value: &Value,
) -> Result<Vec<u8>, EncodeError> {
    let mut writer = cbor::Writer::new(call.service);
    let entries = match shape.and_then(|shape| call.service.structure(shape)) {
        Some(structure) => {
            shapes::entries(structure, shapes::as_entries(value)?).collect::<Result<Vec<_>, _>>()?
        }
        None => {
            common::no_members(value)?;
            Vec::new()
        }
    };
    writer.members(&entries)?;
    Ok(writer.out)
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return decode_error(call, response);
    }
    let entries = match shapes::output(call.service, call.operation) {
        Some(structure) if !response.body.is_empty() => {
            cbor::Reader::new(call.service, &response.body).members(structure)?
        }
        _ => Vec::new(),
    };
    let request_id = common::request_id(&response.headers);
    Ok(Reply::Success { output: Value::Map(entries), request_id })
}

fn decode_error(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    let Ok(document) = cbor::Reader::new(call.service, &response.body).document() else {
        return Ok(Reply::Failure(common::bare_error(response)));
    };
    let mut error = json_error::from_document(call, response, &document);
    if let Some(Kind::Structure(structure)) = error.shape.map(|shape| &shape.kind) {
        let reader = cbor::Reader::new(call.service, &response.body);
        error.fields = Value::Map(reader.members(structure)?);
    }
    Ok(Reply::Failure(error))
}

fn route(service: &'static Service, request: &Request) -> Result<&'static Operation, RouteProblem> {
    if request.method != Method::POST {
        return Err(RouteProblem::MethodNotAllowed { allowed: vec![Method::POST] });
    }
    let mut parts = request.path.rsplit('/');
    let name = parts.next().filter(|name| !name.is_empty()).ok_or(RouteProblem::NoOperation)?;
    if parts.next() != Some("operation") {
        return Err(RouteProblem::NoSuchPath);
    }
    service.operation(name).ok_or_else(|| RouteProblem::UnknownOperation(name.to_owned()))
}

fn decode_request(call: Call, request: &Request) -> Result<Value, DecodeError> {
    match shapes::input(call.service, call.operation) {
        Some(structure) if !request.body.is_empty() => {
            cbor::Reader::new(call.service, &request.body).members(structure).map(Value::Map)
        }
        _ => Ok(Value::Map(Vec::new())),
    }
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let body = body(call, call.operation.output, output)?;
    let mut response = common::aws_response(common::success(call), CBOR, body, request_id);
    response.headers.insert(PROTOCOL, NAME);
    if call.operation.output.is_none() {
        response.headers.remove(http::header::CONTENT_TYPE);
        response.body = bytes::Bytes::new();
    }
    Ok(response)
}

fn encode_error(
    service: Option<&'static Service>,
    dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let kind = common::error_kind(service, error);
    let (shape, entries) = json_error::declared(service, error);
    let texts = [Some(("__type", kind)), json_error::message(shape, error)];
    let texts: Vec<_> = texts.into_iter().flatten().collect();
    let mut members = Vec::new();
    if let Some(service) = service {
        for (member, value) in &entries {
            let mut writer = cbor::Writer::new(service);
            // A member that does not fit is left out: the error itself must reach its caller.
            if writer.value(member.shape, value).is_ok() {
                members.push((member.on_wire(), writer.out));
            }
        }
    }
    let mut out = Vec::with_capacity(64);
    cbor::map(&mut out, texts.len() + members.len());
    for (name, text) in texts {
        cbor::text(&mut out, name);
        cbor::text(&mut out, text);
    }
    for (name, value) in members {
        cbor::text(&mut out, name);
        out.extend_from_slice(&value);
    }
    let mut response = common::aws_response(error.status, CBOR, out, &error.request_id);
    response.headers.insert(PROTOCOL, NAME);
    common::set_query_error(service, dialect, error, &mut response);
    response
}
