//! Errors as Alibaba Cloud writes them.

use std::borrow::Cow;

use isobar_catalogue::Service;

use super::common;
use super::xml_error::element;
use crate::error::{ErrorReply, ServiceError};
use crate::form::push_encoded;
use crate::json;
use crate::message::Response;
use crate::scalar;
use crate::value::{Name, Value};
use crate::xml;

/// Whether a body is XML rather than JSON.
pub(crate) fn is_xml(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// Reads an error in either format and either spelling.
pub(crate) fn read(response: &Response) -> ServiceError {
    let mut error = common::bare_error(response);
    let fields: Vec<(Cow<'static, str>, Value)> = if is_xml(&response.body) {
        let root = xml::document::parse(&response.body).unwrap_or_default();
        root.children.into_iter().map(field).collect()
    } else {
        match serde_json::from_slice(&response.body) {
            Ok(Value::Map(entries)) => entries,
            _ => Vec::new(),
        }
    };
    let fields = Value::Map(fields);
    let text = |names: [&str; 4]| {
        names.into_iter().find_map(|name| fields.get(name)?.as_str()).map(str::to_owned)
    };
    if let Some(code) =
        text(["Code", "code", "ErrorCode", "errorCode"]).filter(|code| !code.is_empty())
    {
        error.code = code;
    }
    if let Some(message) = text(["Message", "message", "ErrorMessage", "errorMessage"]) {
        error.message = message;
    }
    error.request_id =
        text(["RequestId", "request_id", "requestId", "RequestID"]).or(error.request_id);
    error.fields = fields;
    error
}

/// A member of an error: its text, or its own members.
fn field(node: xml::document::Element) -> (Name, Value) {
    let value = if node.children.is_empty() {
        Value::from(node.text)
    } else {
        Value::Map(node.children.into_iter().map(field).collect())
    };
    (Cow::Owned(node.name), value)
}

/// Where the vendor explains an error.
fn recommendation(service: Option<&'static Service>, error: &ErrorReply) -> String {
    let mut url = String::from("https://api.alibabacloud.com/troubleshoot?q=");
    push_encoded(&mut url, &error.code);
    url.push_str("&product=");
    push_encoded(&mut url, service.map_or("", |service| &service.id));
    url.push_str("&requestId=");
    push_encoded(&mut url, &error.request_id);
    url
}

/// An error as JSON.
pub(crate) fn write_json(service: Option<&'static Service>, error: &ErrorReply) -> Vec<u8> {
    let mut out = b"{".to_vec();
    let mut first = true;
    let recommend = recommendation(service, error);
    let texts = [
        ("RequestId", error.request_id.as_str()),
        ("HostId", error.host_id.as_deref().unwrap_or_default()),
        ("Code", &error.code),
        ("Message", &error.message),
        ("Recommend", &recommend),
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
    out
}

/// An error as XML.
pub(crate) fn write_xml(
    declaration: &str,
    service: Option<&'static Service>,
    error: &ErrorReply,
) -> String {
    let mut out = format!("{declaration}<Error>");
    element(&mut out, "RequestId", &error.request_id);
    element(&mut out, "HostId", error.host_id.as_deref().unwrap_or_default());
    element(&mut out, "Code", &error.code);
    element(&mut out, "Message", &error.message);
    element(&mut out, "Recommend", &recommendation(service, error));
    write_fields(&mut out, &error.fields);
    out.push_str("</Error>");
    out
}

/// An error's further members, with their own.
fn write_fields(out: &mut String, fields: &Value) {
    for (name, value) in fields.as_map().unwrap_or_default() {
        match value {
            Value::Map(_) => {
                out.push_str(&format!("<{name}>"));
                write_fields(out, value);
                out.push_str(&format!("</{name}>"));
            }
            Value::String(text) => element(out, name, text),
            value => {
                let mut text = String::new();
                scalar::write_json(&mut text, value);
                element(out, name, &text);
            }
        }
    }
}

/// An error as the ROA services write it that use lower-case names.
pub(crate) fn write_lower(error: &ErrorReply) -> Vec<u8> {
    let mut out = b"{".to_vec();
    let mut first = true;
    let texts = [
        ("code", error.code.as_ref()),
        ("message", &error.message),
        ("requestId", &error.request_id),
        ("request_id", &error.request_id),
    ];
    for (name, text) in texts {
        json::write_key(&mut out, name, &mut first);
        json::write_string(&mut out, text);
    }
    out.push(b'}');
    out
}
