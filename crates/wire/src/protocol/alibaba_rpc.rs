//! Alibaba Cloud's RPC style: parameters ask, JSON or XML answers.

use http::header::{ACCEPT, HeaderName, HeaderValue};
use isobar_catalogue::model::Auth;
use isobar_catalogue::{Location, Operation, Service};

use super::common;
use super::{Call, Codec, alibaba_error};
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::form::{self, Style};
use crate::json;
use crate::message::{Request, Response};
use crate::rest::{self, header};
use crate::shapes;
use crate::value::Value;
use crate::xml;

pub(crate) const CODEC: Codec =
    Codec { encode_request, decode_response, route, decode_request, encode_response, encode_error };

pub(crate) const ACTION: HeaderName = HeaderName::from_static("x-acs-action");
pub(crate) const VERSION: HeaderName = HeaderName::from_static("x-acs-version");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");

const JSON: &str = "application/json;charset=utf-8";
const XML: &str = "text/xml;charset=utf-8";
const DECLARATION: &str = "<?xml version='1.0' encoding='UTF-8'?>";

/// Names the operation in headers, as signatures of the third version demand it.
pub(crate) fn name_operation(call: Call, request: &mut Request) {
    common::set_text(&mut request.headers, ACTION, &call.operation.name);
    common::set_text(&mut request.headers, VERSION, &call.service.version);
    request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
}

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let mut request = rest::write::request(call, input)?;
    name_operation(call, &mut request);
    let (action, version) = (&call.operation.name, &call.service.version);
    // The older signature is over parameters alone; a call without one has no other way to ask for
    // the format.
    let parameters: &[(&str, &str)] = match call.operation.auth {
        Auth::Older | Auth::OlderNone => {
            request.headers.remove(ACCEPT);
            &[("Action", action), ("Version", version), ("Format", "json")]
        }
        Auth::None => &[("Format", "json")],
        _ => &[],
    };
    for (name, value) in parameters {
        form::push_pair(&mut request.query, name, value);
    }
    Ok(request)
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return Ok(Reply::Failure(alibaba_error::read(response)));
    }
    let structure = shapes::output(call.service, call.operation);
    let entries = match structure {
        Some(structure) if alibaba_error::is_xml(&response.body) => {
            let root = xml::document::parse(&response.body)?;
            xml::Reader::new(call.service, xml::Style::Repeated).members(
                structure,
                |_| true,
                &root,
            )?
        }
        Some(structure) if !response.body.is_empty() => json::Reader::new(
            call.service,
            json::LENIENT,
        )
        .members(structure, |_| true, &response.body)?,
        _ => Vec::new(),
    };
    let output = Value::Map(entries);
    let request_id = output.get("RequestId").and_then(Value::as_str).map(str::to_owned);
    let request_id = request_id.or_else(|| common::request_id(&response.headers));
    Ok(Reply::Success { output, request_id })
}

fn route(service: &'static Service, request: &Request) -> Result<&'static Operation, RouteProblem> {
    let named = request.header(ACTION.as_str()).map(Into::into);
    let action = form::find(request, "Action").or(named).filter(|action| !action.is_empty());
    let action = action.ok_or(RouteProblem::NoOperation)?;
    service.operation(&action).ok_or_else(|| RouteProblem::UnknownOperation(action.into_owned()))
}

fn decode_request(call: Call, request: &Request) -> Result<Value, DecodeError> {
    let structure = shapes::input(call.service, call.operation);
    let pairs = form::pairs(request)?;
    let mut input = form::read::read(call.service, Style::Alibaba, structure, pairs, |_| true)?;
    for member in structure.into_iter().flat_map(|structure| &structure.members) {
        if member.location == Location::Header {
            let value = header::read(call.service, member, &request.headers)
                .map_err(|error| error.within(&member.name))?;
            if let Some(value) = value {
                input.set(member.name.as_str(), value);
            }
        }
    }
    Ok(input)
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let structure = shapes::output(call.service, call.operation);
    let entries = shapes::as_entries(output)?;
    // The id of the request is part of every answer, whatever the handler says.
    let others = entries.iter().filter(|(name, _)| name != "RequestId");
    let members = structure.map_or(&[][..], |structure| &structure.members);
    let others = shapes::named(members, others);
    let (media, body) = if call.dialect.xml {
        let mut writer = xml::Writer::new(call.service, xml::Style::Repeated);
        writer.out.push_str(DECLARATION);
        let root = format!("{}Response", call.operation.name);
        writer.open(&root, None);
        writer.text_element("RequestId", request_id);
        writer.members(others)?;
        writer.close(&root);
        (XML, writer.out.into_bytes())
    } else {
        let mut writer = json::Writer::new(call.service, json::LENIENT);
        writer.out.push(b'{');
        let mut first = true;
        json::write_key(&mut writer.out, "RequestId", &mut first);
        json::write_string(&mut writer.out, request_id);
        writer.more_members(others, first)?;
        writer.out.push(b'}');
        (JSON, writer.out)
    };
    Ok(answer(common::success(call), media, body, request_id))
}

/// A response with the headers that all of them have.
pub(crate) fn answer(
    status: http::StatusCode,
    media: &'static str,
    body: Vec<u8>,
    request_id: &str,
) -> Response {
    let mut response = Response::new(status);
    common::set_type(&mut response.headers, media);
    common::set_text(&mut response.headers, REQUEST_ID, request_id);
    response.body = body.into();
    response
}

fn encode_error(
    service: Option<&'static Service>,
    dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    if dialect.xml {
        let body = alibaba_error::write_xml(DECLARATION, service, error);
        return answer(error.status, XML, body.into_bytes(), &error.request_id);
    }
    answer(error.status, JSON, alibaba_error::write_json(service, error), &error.request_id)
}
