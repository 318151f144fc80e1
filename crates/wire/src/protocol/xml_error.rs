//! Errors as the XML protocols write them.

use isobar_catalogue::shape::XmlNamespace;
use isobar_catalogue::{Kind, Service};

use super::{Call, common};
use crate::error::{DecodeError, ErrorReply, ServiceError};
use crate::message::Response;
use crate::rest;
use crate::value::Value;
use crate::xml::{self, Element};

/// Reads an error, wherever a service puts it in the document: at the root, in it, or in a list.
pub(crate) fn read(
    call: Call,
    response: &Response,
    root: &Element,
) -> Result<ServiceError, DecodeError> {
    let error =
        root.child("Error").or_else(|| root.child("Errors")?.child("Error")).unwrap_or(root);
    let mut found = common::bare_error(response);
    for element in [root, error] {
        let id = element.child_text("RequestId").or_else(|| element.child_text("RequestID"));
        found.request_id = id.map(str::to_owned).or(found.request_id);
    }
    let code = error.child_text("Code").filter(|code| !code.is_empty());
    let message = error.child_text("Message").or_else(|| error.child_text("message"));
    if let Some(code) = code {
        code.clone_into(&mut found.code);
    }
    // Without either it is no error of the service's, and the status says more.
    if code.is_some() || message.is_some() {
        found.message = message.unwrap_or_default().to_owned();
    }
    found.shape = common::error_shape(call.service, &found.code);
    if let Some(Kind::Structure(structure)) = found.shape.map(|shape| &shape.kind) {
        let reader = xml::Reader::new(call.service, xml::Style::Wrapped);
        found.fields = Value::Map(reader.members(structure, rest::in_body, error)?);
    }
    Ok(found)
}

/// An error as the query protocol writes it.
pub(crate) fn write(
    service: Option<&'static Service>,
    namespace: Option<&XmlNamespace>,
    error: &ErrorReply,
) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("<ErrorResponse");
    if let Some(namespace) = namespace {
        out.push_str(" xmlns=\"");
        out.push_str(&xml::escaped(&namespace.uri));
        out.push('"');
    }
    out.push_str("><Error><Type>");
    out.push_str(if error.sender_fault { "Sender" } else { "Receiver" });
    out.push_str("</Type>");
    push_body(&mut out, service, error);
    out.push_str("</Error>");
    element(&mut out, "RequestId", &error.request_id);
    out.push_str("</ErrorResponse>");
    out
}

/// An error as EC2 writes it.
pub(crate) fn write_ec2(
    declaration: &str,
    service: Option<&'static Service>,
    error: &ErrorReply,
) -> String {
    let mut out = declaration.to_owned();
    out.push_str("<Response><Errors><Error>");
    push_body(&mut out, service, error);
    out.push_str("</Error></Errors>");
    element(&mut out, "RequestID", &error.request_id);
    out.push_str("</Response>");
    out
}

/// An error without anything around it, as S3 writes it.
pub(crate) fn write_bare(service: Option<&'static Service>, error: &ErrorReply) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    push_body(&mut out, service, error);
    element(&mut out, "RequestId", &error.request_id);
    if let Some(host_id) = &error.host_id {
        element(&mut out, "HostId", host_id);
    }
    out.push_str("</Error>");
    out
}

/// Appends the code, the message and the declared error's other members.
pub(crate) fn push_body(out: &mut String, service: Option<&'static Service>, error: &ErrorReply) {
    element(out, "Code", &error.code);
    element(out, "Message", &error.message);
    let Some(service) = service else { return };
    let shape = common::error_shape(service, &error.code);
    let entries = common::error_entries(shape, &error.fields);
    let mut writer = xml::Writer::new(service, xml::Style::Wrapped);
    let body = entries.iter().filter(|(member, _)| {
        member.location == isobar_catalogue::Location::Body
            && !member.on_wire().eq_ignore_ascii_case("message")
            && member.on_wire() != "Code"
    });
    // A member that does not fit is left out: the error itself must reach its caller.
    if writer.members(body.map(|(member, value)| Ok((*member, value)))).is_ok() {
        out.push_str(&writer.out);
    }
}

/// Appends an element with text in it.
pub(crate) fn element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    out.push_str(&xml::escaped(text));
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
