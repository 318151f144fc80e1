//! Errors as the JSON protocols write them.

use isobar_catalogue::{Kind, Member, Service, Shape};

use super::{Call, common};
use crate::error::{DecodeError, ErrorReply, ServiceError};
use crate::json;
use crate::message::Response;
use crate::rest::{self, read};
use crate::value::Value;

/// Reads an error.
pub(crate) fn read(call: Call, response: &Response) -> Result<ServiceError, DecodeError> {
    let document: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let mut error = from_document(call, response, &document);
    let Some(Kind::Structure(structure)) = error.shape.map(|shape| &shape.kind) else {
        return Ok(error);
    };
    let mut fields = read::headers(call, structure, &response.headers)?;
    if !document.is_null() {
        let reader = json::Reader::new(call.service, json::EXACT);
        fields.extend(reader.members(structure, rest::in_body, &response.body)?);
    }
    error.fields = Value::Map(fields);
    Ok(error)
}

/// Reads what every error has, from its headers and its body.
pub(crate) fn from_document(call: Call, response: &Response, document: &Value) -> ServiceError {
    let mut error = common::bare_error(response);
    let text = |names: &[&str]| names.iter().find_map(|name| document.get(name)?.as_str());
    let kind = response.header("x-amzn-errortype").or_else(|| text(&["__type", "code", "Code"]));
    if let Some(name) = kind.map(bare_name).filter(|name| !name.is_empty()) {
        name.clone_into(&mut error.code);
    }
    error.shape = common::error_shape(call.service, &error.code);
    if call.service.query_compatible {
        let query = response.header("x-amzn-query-error").and_then(|query| query.split(';').next());
        if let Some(code) = query.filter(|code| !code.is_empty()) {
            code.clone_into(&mut error.code);
        }
    }
    let message = text(&["message", "Message", "errorMessage", "error_description"]);
    error.message = match message {
        Some(message) => message.to_owned(),
        None if common::is_generic(response) => return error,
        // What is no document at all is said as it is.
        None if document.is_null() => crate::foreign::beginning(&response.body),
        None => String::new(),
    };
    error
}

/// The name of an error without its namespace and address.
fn bare_name(kind: &str) -> &str {
    let kind = kind.split(':').next().unwrap_or(kind);
    kind.rsplit('#').next().unwrap_or(kind).trim()
}

/// The declared error of a code, and its members that are in the body, but the message.
pub(crate) fn declared(
    service: Option<&'static Service>,
    error: &ErrorReply,
) -> (Option<&'static Shape>, Vec<(&'static Member, Value)>) {
    let shape = service.and_then(|service| common::error_shape(service, &error.code));
    let mut entries = common::error_entries(shape, &error.fields);
    entries.retain(|(member, _)| rest::in_body(member) && !is_message(member));
    (shape, entries)
}

fn is_message(member: &Member) -> bool {
    member.on_wire().eq_ignore_ascii_case("message")
}

/// How the declared error writes its message.
pub(crate) fn message_name(shape: Option<&'static Shape>) -> &'static str {
    let Some(Kind::Structure(structure)) = shape.map(|shape| &shape.kind) else {
        return "message";
    };
    structure.members.iter().find(|member| is_message(member)).map_or("message", Member::on_wire)
}

/// An error's body, with its type if it is to be there.
pub(crate) fn write(
    service: Option<&'static Service>,
    error: &ErrorReply,
    kind: Option<&str>,
) -> Vec<u8> {
    let (shape, entries) = declared(service, error);
    let mut out = b"{".to_vec();
    let mut first = true;
    let texts = [kind.map(|kind| ("__type", kind)), message(shape, error)];
    for (name, text) in texts.into_iter().flatten() {
        json::write_key(&mut out, name, &mut first);
        json::write_string(&mut out, text);
    }
    if let Some(service) = service {
        for (member, value) in &entries {
            let mut writer = json::Writer::new(service, json::EXACT);
            // A member that does not fit is left out: the error itself must reach its caller.
            if writer.value(member.shape, Some(member), value).is_ok() {
                json::write_key(&mut out, member.on_wire(), &mut first);
                out.extend_from_slice(&writer.out);
            }
        }
    }
    out.push(b'}');
    out
}

/// The message under its name; none where the declared error has no place for it and it is empty.
pub(crate) fn message<'e>(
    shape: Option<&'static Shape>,
    error: &'e ErrorReply,
) -> Option<(&'static str, &'e str)> {
    (!error.message.is_empty()).then(|| (message_name(shape), error.message.as_str()))
}
