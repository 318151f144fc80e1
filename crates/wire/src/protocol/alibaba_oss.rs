//! Alibaba Cloud's object storage: REST with XML, the bucket in the host's name, and listings whose
//! names are percent-encoded, since XML cannot carry every name.
//!
//! A request's bucket is its [`host_prefix`](Request::host_prefix), with the dot; whoever sends it
//! may put the bucket into the path instead. A request that arrives without a prefix has its bucket
//! in the path.

use std::borrow::Cow;

use base64::Engine as _;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use isobar_catalogue::model::BodyFormat;
use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Member, Operation, Service};
use percent_encoding::percent_decode_str;

use super::xml_error::element;
use super::{Call, Codec, alibaba_error, common, rest};
use crate::error::{DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem};
use crate::form::push_encoded;
use crate::json;
use crate::message::{Request, Response};
use crate::rest::router::query_pairs;
use crate::rest::{in_answer, payload, read, write};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};
use crate::xml;

pub(crate) const CODEC: Codec =
    Codec { encode_request, decode_response, route, decode_request, encode_response, encode_error };

/// The operations whose body has a type even where the caller gives none.
const TYPED: [&str; 3] = ["AppendObject", "InitiateMultipartUpload", "PutObject"];

/// The type of bytes of which nothing is known.
const BYTES: &str = "application/octet-stream";

/// What asks for percent-encoded names; the answer says whether they are.
const ENCODED: &str = "encoding-type=url";

/// The members of an answer that are percent-encoded where it says so.
const ENCODED_NAMES: [&str; 10] = [
    "ContinuationToken",
    "Delimiter",
    "Key",
    "KeyMarker",
    "Marker",
    "NextContinuationToken",
    "NextKeyMarker",
    "NextMarker",
    "Prefix",
    "StartAfter",
];

/// The name of a member that is the whole text of its document.
const WHOLE: &str = ".";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-oss-request-id");
const ERROR_CODE: HeaderName = HeaderName::from_static("x-oss-ec");

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let mut request = write::request(call, input)?;
    drop_repeated(&mut request.query);
    let typed = shapes::input(call.service, call.operation).is_some_and(|structure| {
        let named = |(name, value): &(Name, Value)| {
            name.eq_ignore_ascii_case("content-type") && !value.is_null()
        };
        structure.members.iter().any(|member| member.on_wire() == "Content-Type")
            && shapes::as_entries(input).is_ok_and(|entries| entries.iter().any(named))
    });
    let media = match call.operation.body {
        _ if typed => return Ok(request),
        BodyFormat::Xml => Some("application/xml"),
        BodyFormat::Binary => Some(BYTES),
        _ if TYPED.contains(&call.operation.name.as_str()) => Some(BYTES),
        _ => None,
    };
    match media {
        Some(media) => common::set_type(&mut request.headers, media),
        None => drop(request.headers.remove(CONTENT_TYPE)),
    }
    if call.operation.body == BodyFormat::Form {
        request.body = actions(call, input)?.into();
        request.headers.remove(common::CONTENT_MD5);
        request = common::finish(call, request);
    }
    Ok(request)
}

/// Takes out the parameters without a value that come with one too: `regions&regions=x`.
fn drop_repeated(query: &mut String) {
    let again = |bare: &str| {
        query.split('&').any(|pair| pair.split('=').next() == Some(bare) && pair != bare)
    };
    let kept: Vec<&str> =
        query.split('&').filter(|pair| pair.contains('=') || !again(pair)).collect();
    *query = kept.join("&");
}

/// A body that says what is done to an object. OSS takes the text as it is, without escapes.
fn actions(call: Call, input: &Value) -> Result<String, EncodeError> {
    let mut out = String::new();
    let Some(structure) = shapes::input(call.service, call.operation) else { return Ok(out) };
    for entry in shapes::entries(structure, shapes::as_entries(input)?) {
        let (member, value) = entry?;
        if let (true, Some(text)) = (crate::rest::in_body(member), value.as_str()) {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(member.on_wire());
            out.push('=');
            out.push_str(text);
        }
    }
    Ok(out)
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return Ok(Reply::Failure(alibaba_error::read(&with_error_body(response))));
    }
    let request_id = common::request_id(&response.headers);
    let output = match shapes::output(call.service, call.operation) {
        Some(structure) => output(call, structure, response)?,
        None => Value::Map(Vec::new()),
    };
    Ok(Reply::Success { output, request_id })
}

/// An answer to `HEAD` has no body; its error is in a header, in base64.
fn with_error_body(response: &Response) -> Cow<'_, Response> {
    if response.body.is_empty()
        && let Some(text) = response.header("x-oss-err")
        && let Ok(body) = scalar::BASE64.decode(text)
    {
        return Cow::Owned(Response { body: body.into(), ..response.clone() });
    }
    Cow::Borrowed(response)
}

fn output(
    call: Call,
    structure: &'static Structure,
    response: &Response,
) -> Result<Value, DecodeError> {
    let is_json = response.body.trim_ascii_start().first() == Some(&b'{');
    if is_json && payload(structure).is_none() {
        return json_output(call, structure, response);
    }
    if let Some(member) = whole(structure) {
        let root = xml::document::parse(&response.body)?;
        let text = Value::from(root.text.trim().to_owned());
        return Ok(Value::Map(vec![(Cow::Borrowed(member.name.as_str()), text)]));
    }
    let mut output = read::response(call, response)?;
    if is_encoded(&output) {
        decode_names(&mut output);
    }
    Ok(output)
}

/// A JSON answer: of an operation on an image and the like, or of the caller's own server, which OSS
/// passes on.
fn json_output(
    call: Call,
    structure: &'static Structure,
    response: &Response,
) -> Result<Value, DecodeError> {
    let mut entries = read::headers(call, structure, &response.headers)?;
    let callback = structure.members.iter().find(|member| member.name == "CallbackResult");
    if let Some(member) = callback {
        let value = json::read(call.service, member.shape, &response.body)?;
        entries.push((Cow::Borrowed(&member.name), value));
    } else {
        let reader = json::Reader::new(call.service, json::LENIENT);
        entries.extend(reader.members(structure, in_answer, &response.body)?);
    }
    Ok(Value::Map(entries))
}

/// The member that is the whole text of the document, if there is one.
fn whole(structure: &'static Structure) -> Option<&'static Member> {
    structure.members.iter().find(|member| member.on_wire() == WHOLE)
}

fn is_encoded(output: &Value) -> bool {
    output.get("EncodingType").and_then(Value::as_str) == Some("url")
}

/// Undoes the percent-encoding of names, wherever they stand.
fn decode_names(value: &mut Value) {
    change_names(value, &|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
}

fn encode_names(value: &mut Value) {
    change_names(value, &|text| {
        let mut out = String::with_capacity(text.len());
        push_encoded(&mut out, text);
        out
    });
}

fn change_names(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| change_names(item, change)),
        Value::Map(entries) => {
            for (name, value) in entries {
                match value.as_str() {
                    Some(text) if ENCODED_NAMES.contains(&name.as_ref()) => {
                        *value = Value::from(change(text));
                    }
                    _ => change_names(value, change),
                }
            }
        }
        _ => {}
    }
}

/// The paths under which an operation is found: with its bucket, or without where it needs none, and
/// without what only asks for another way of writing.
pub(super) fn templates(service: &Service, operation: &Operation) -> Vec<String> {
    let uri = operation.uri.replace(&format!("{ENCODED}&"), "");
    let uri = uri.replace(&format!("&{ENCODED}"), "").replace(&format!("?{ENCODED}"), "");
    let bucket = service.input_members(operation).iter().find(|member| member.host_label);
    match bucket {
        Some(bucket) if bucket.required => vec![format!("/{{bucket}}{uri}")],
        Some(_) => vec![format!("/{{bucket}}{uri}"), uri],
        None => vec![uri],
    }
}

fn route(service: &'static Service, request: &Request) -> Result<&'static Operation, RouteProblem> {
    let path = match &request.host_prefix {
        Some(prefix) => Cow::Owned(format!("/{}{}", prefix.trim_end_matches('.'), request.path)),
        None => Cow::Borrowed(request.path.as_str()),
    };
    let found = rest::route_at(service, request, &path)?;
    Ok(by_action(service, found, request).unwrap_or(found))
}

/// Operations that a parameter's value alone tells apart, by how it ends.
const ACTIONS: [(&str, &str); 3] =
    [("/select", "SelectObject"), ("/meta", "CreateSelectObjectMeta"), ("", "ProcessObject")];

fn by_action(
    service: &'static Service,
    found: &Operation,
    request: &Request,
) -> Option<&'static Operation> {
    ACTIONS.iter().find(|(_, name)| *name == found.name)?;
    let pairs = query_pairs(&request.query);
    let (_, action) = pairs.iter().find(|(name, _)| name == "x-oss-process")?;
    let (_, name) = ACTIONS.iter().find(|(end, _)| action.ends_with(end))?;
    service.operation(name)
}

/// The request with its bucket in the prefix.
fn located(call: Call, request: &Request) -> Cow<'_, Request> {
    if request.host_prefix.is_some() || call.operation.host_prefix.is_none() {
        return Cow::Borrowed(request);
    }
    let path = request.path.strip_prefix('/').unwrap_or(&request.path);
    let (bucket, rest) = path.split_once('/').unwrap_or((path, ""));
    if bucket.is_empty() {
        return Cow::Borrowed(request);
    }
    let bucket = percent_decode_str(bucket).decode_utf8_lossy();
    Cow::Owned(Request {
        host_prefix: Some(format!("{bucket}.")),
        path: format!("/{rest}"),
        ..request.clone()
    })
}

fn decode_request(call: Call, request: &Request) -> Result<Value, DecodeError> {
    let request = located(call, request);
    if call.operation.body != BodyFormat::Form {
        return read::request(call, &request);
    }
    // The body is read as it is written: without escapes.
    let bare = Request { body: bytes::Bytes::new(), ..request.clone().into_owned() };
    let mut input = read::request(call, &bare)?;
    let text = String::from_utf8_lossy(&request.body);
    for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
        input.set(name.to_owned(), Value::from(value.to_owned()));
    }
    Ok(input)
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let mut response = Response::new(common::success(call));
    common::set_text(&mut response.headers, REQUEST_ID, request_id);
    let structure = shapes::output(call.service, call.operation);
    if let Some(member) = structure.and_then(whole) {
        let root = call.operation.output.map(|id| call.service.shape(id));
        let root = root.and_then(|shape| shape.xml_name.as_deref()).unwrap_or(&member.name);
        let mut body = String::from(DECLARATION);
        let text = output.get(&member.name).and_then(Value::as_str).unwrap_or_default();
        element(&mut body, root, text);
        common::set_type(&mut response.headers, "application/xml");
        response.body = body.into();
        return Ok(response);
    }
    let mut output = Cow::Borrowed(output);
    if is_encoded(&output) {
        encode_names(output.to_mut());
    }
    let (status, body) = write::answer(call, &output, &mut response.headers)?;
    common::set_status(&mut response, status);
    response.body = body;
    Ok(response)
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn encode_error(
    _service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let mut body = format!("{DECLARATION}<Error>");
    element(&mut body, "Code", &error.code);
    element(&mut body, "Message", &error.message);
    element(&mut body, "RequestId", &error.request_id);
    element(&mut body, "HostId", error.host_id.as_deref().unwrap_or_default());
    for (name, value) in error.fields.as_map().unwrap_or_default() {
        if let Some(text) = value.as_str() {
            element(&mut body, name, text);
        }
    }
    body.push_str("</Error>");
    let mut response = Response::new(error.status);
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    common::set_text(&mut response.headers, REQUEST_ID, &error.request_id);
    if let Some(code) = error.fields.get("EC").and_then(Value::as_str) {
        common::set_text(&mut response.headers, ERROR_CODE, code);
    }
    response.body = body.into();
    response
}
