//! What several protocols do alike.

use base64::Engine as _;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Kind, Member, Service, Shape};
use md5::{Digest as _, Md5};

use super::Call;
use crate::error::{Dialect, EncodeError, ErrorReply, Problem, ServiceError, Violation};
use crate::gzip;
use crate::message::{Request, Response};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};

/// An empty request of the operation's method, with the host's prefix filled in.
pub(crate) fn request(call: Call, path: String, input: &Value) -> Result<Request, EncodeError> {
    let method = Method::from_bytes(call.operation.method.as_bytes())
        .map_err(|_| EncodeError::Unsupported("the operation's method"))?;
    let mut request = Request::new(method, path);
    if let Some(template) = &call.operation.host_prefix {
        request.host_prefix = host_prefix(call, template, input)?;
    }
    Ok(request)
}

/// Fills the `{labels}` of a host's prefix; `None` where one that need not be given is not.
fn host_prefix(call: Call, template: &str, input: &Value) -> Result<Option<String>, EncodeError> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (label, after) =
            after.split_once('}').ok_or(EncodeError::Unsupported("the host's prefix"))?;
        let member = shapes::input(call.service, call.operation).and_then(|structure| {
            let at = shapes::position(&structure.members, 0, |member| {
                member.name == label || (member.host_label && member.on_wire() == label)
            })?;
            Some(&structure.members[at])
        });
        let given = member.and_then(|member| input.get(&member.name));
        if given.is_none() && member.is_some_and(|member| !member.required) {
            return Ok(None);
        }
        let value = given
            .and_then(Value::as_str)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| EncodeError::new(Problem::Missing).within(label))?;
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if !value.bytes().all(valid) {
            return Err(EncodeError::new(Problem::NotTransportable).within(label));
        }
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// Compresses the body and adds its checksum, where the operation asks for it.
pub(crate) fn finish(call: Call, mut request: Request) -> Request {
    let worth_it = call.compress_from.is_some_and(|size| request.body.len() >= size);
    if call.operation.compressible && worth_it {
        gzip::compress(&mut request);
    }
    // A caller who gives the checksum wants that very one compared.
    if call.operation.checksum.as_ref().is_some_and(|checksum| checksum.md5)
        && !request.headers.contains_key(CONTENT_MD5)
    {
        let digest = Md5::digest(&request.body);
        set_text(&mut request.headers, CONTENT_MD5, &scalar::BASE64.encode(digest));
    }
    request
}

/// The header of a body's MD5 hash.
pub(crate) const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// Sets a header to text that is known to be one line.
pub(crate) fn set_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// Sets the media type.
pub(crate) fn set_type(headers: &mut HeaderMap, media: &'static str) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
}

/// The header in which AWS gives a request's id.
pub(crate) const AMZN_REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A response of the status with a body of the media type, as AWS sends it.
pub(crate) fn aws_response(
    status: StatusCode,
    media: &'static str,
    body: impl Into<bytes::Bytes>,
    request_id: &str,
) -> Response {
    let mut response = Response::new(status);
    set_type(&mut response.headers, media);
    set_text(&mut response.headers, AMZN_REQUEST_ID, request_id);
    response.body = body.into();
    response
}

/// The status of the operation's success.
pub(crate) fn success(call: Call) -> StatusCode {
    StatusCode::from_u16(call.operation.status).unwrap_or(StatusCode::OK)
}

/// Whether the response says that the call succeeded.
pub(crate) fn succeeded(response: &Response) -> bool {
    response.status.as_u16() < 300
}

/// The request's id in the headers, under any of the names that services use.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    [
        "x-amzn-requestid",
        "x-amz-request-id",
        "x-amzn-request-id",
        "x-acs-request-id",
        "x-oss-request-id",
        "x-log-requestid",
        "x-request-id",
    ]
    .into_iter()
    .find_map(|name| headers.get(name)?.to_str().ok().map(str::to_owned))
}

/// The declared error of a code, or of a name where no error has that code.
pub(crate) fn error_shape(service: &'static Service, code: &str) -> Option<&'static Shape> {
    let errors = || {
        service.shapes.iter().filter_map(|shape| match &shape.kind {
            Kind::Structure(Structure { error: Some(error), .. }) => Some((shape, error)),
            _ => None,
        })
    };
    errors()
        .find(|(_, error)| error.code.as_deref() == Some(code))
        .or_else(|| errors().find(|(shape, _)| shape.name == code))
        .map(|(shape, _)| shape)
}

/// What JSON and CBOR call an error: the shape's name where the service once spoke the query
/// protocol, whose codes are others, and the code elsewhere.
pub(crate) fn error_kind<'e>(service: Option<&'static Service>, error: &'e ErrorReply) -> &'e str {
    let shape = service
        .filter(|service| service.query_compatible)
        .and_then(|service| error_shape(service, &error.code));
    shape.map_or(&error.code, |shape| &shape.name)
}

/// Adds the query protocol's code to an error, for a client that asks for it.
pub(crate) fn set_query_error(
    service: Option<&'static Service>,
    dialect: Dialect,
    error: &ErrorReply,
    response: &mut Response,
) {
    if dialect.query_mode && service.is_some_and(|service| service.query_compatible) {
        let fault = if error.sender_fault { "Sender" } else { "Receiver" };
        let name = HeaderName::from_static("x-amzn-query-error");
        set_text(&mut response.headers, name, &format!("{};{fault}", error.code));
    }
}

/// Adds members to an error's fields.
pub(crate) fn add_fields(error: &mut ServiceError, more: Vec<(Name, Value)>) {
    match &mut error.fields {
        Value::Map(fields) => fields.extend(more),
        fields => *fields = Value::Map(more),
    }
}

/// Sets the status that a member of the output gives, if it is one.
pub(crate) fn set_status(response: &mut Response, status: Option<u16>) {
    if let Some(status) = status.and_then(|code| StatusCode::from_u16(code).ok()) {
        response.status = status;
    }
}

/// Whether an error comes from something that stands between here and the service, as its page or its
/// lack of a body says; there is nothing in it but the status.
pub(crate) fn is_generic(response: &Response) -> bool {
    let body = response.body.trim_ascii();
    response.status.is_server_error() && (body.is_empty() || crate::foreign::is_page(body))
}

/// An error of which nothing but the status is known.
pub(crate) fn bare_error(response: &Response) -> ServiceError {
    ServiceError {
        code: response.status.as_str().to_owned(),
        message: response.status.canonical_reason().unwrap_or_default().to_owned(),
        status: response.status,
        request_id: request_id(&response.headers),
        shape: None,
        fields: Value::Map(Vec::new()),
    }
}

/// The entries of an error's fields that its declared shape has, with their members.
pub(crate) fn error_entries(
    shape: Option<&'static Shape>,
    fields: &Value,
) -> Vec<(&'static Member, Value)> {
    let (Some(Shape { kind: Kind::Structure(structure), .. }), Value::Map(entries)) =
        (shape, fields)
    else {
        return Vec::new();
    };
    shapes::entries(structure, entries)
        .filter_map(Result::ok)
        .map(|(member, value)| (member, value.clone()))
        .collect()
}

/// A wrong type at the top of an input or output.
pub(crate) fn no_members(value: &Value) -> Result<(), EncodeError> {
    match value {
        Value::Null => Ok(()),
        Value::Map(entries) => match entries.iter().find(|(_, value)| !value.is_null()) {
            Some((name, _)) => Err(EncodeError::new(Problem::Unknown).within(name)),
            None => Ok(()),
        },
        other => Err(Violation::wrong_type("a structure", other.type_name()).into()),
    }
}
