//! Reads the members of a REST request or answer from where they travel.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::HeaderMap;
use isobar_catalogue::model::BodyFormat;
use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Kind, Location, Member, Protocol};

use super::{Format, Rules, header, in_answer, in_body, payload, query, router, streams, template};
use crate::error::DecodeError;
use crate::form;
use crate::json;
use crate::message::{Request, Response};
use crate::protocol::Call;
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};
use crate::xml;

/// Reads the input of a request.
pub(crate) fn request(call: Call, request: &Request) -> Result<Value, DecodeError> {
    let Some(structure) = shapes::input(call.service, call.operation) else {
        return Ok(Value::Map(Vec::new()));
    };
    let rules = Rules::of_request(call.dialect.protocol);
    let (path, fixed) = template::split(&call.operation.uri);
    let labels = template::labels(path, &request.path);
    let pairs = router::query_pairs(&request.query);
    let mut entries: Vec<(Name, Value)> = Vec::new();
    for member in &structure.members {
        let value = match member.location {
            Location::Path => labels
                .iter()
                .find(|(name, _)| *name == member.on_wire())
                .map(|(_, text)| label(call, member, text))
                .transpose(),
            Location::Query => query::read(call.service, rules.query, member, &pairs),
            Location::QueryMap => {
                query::read_map(call.service, &structure.members, member, fixed, &pairs)
            }
            Location::Header | Location::Headers => {
                header::read(call.service, member, &request.headers)
            }
            Location::Host => request
                .host_prefix
                .as_deref()
                .map(|prefix| label(call, member, prefix.trim_end_matches('.')))
                .transpose(),
            Location::Body | Location::Status => Ok(None),
        };
        if let Some(value) = value.map_err(|error| error.within(&member.name))? {
            entries.push((Cow::Borrowed(&member.name), value));
        }
    }
    if call.operation.body == BodyFormat::Form && payload(structure).is_none() {
        let pairs = form::body_pairs(&request.body)?;
        let style = form::Style::Alibaba;
        let read = form::read::read(call.service, style, Some(structure), pairs, |_| true)?;
        if let Value::Map(read) = read {
            entries.extend(read);
        }
        return Ok(Value::Map(entries));
    }
    body(call, rules, structure, in_body, &request.body, &mut entries)?;
    Ok(Value::Map(entries))
}

fn label(call: Call, member: &Member, text: &str) -> Result<Value, DecodeError> {
    Ok(scalar::from_text(call.service.shape(member.shape), Cow::Borrowed(text))?)
}

/// Reads the output of an answer.
pub(crate) fn response(call: Call, response: &Response) -> Result<Value, DecodeError> {
    let Some(structure) = shapes::output(call.service, call.operation) else {
        return Ok(Value::Map(Vec::new()));
    };
    let mut entries = head(call, response)?;
    let rules = Rules::of(call.dialect.protocol);
    body(call, rules, structure, in_answer, &response.body, &mut entries)?;
    empty_payload(call, structure, &response.body, &mut entries);
    Ok(Value::Map(entries))
}

/// Reads what an output has outside of the answer's body.
pub(crate) fn head(call: Call, response: &Response) -> Result<Vec<(Name, Value)>, DecodeError> {
    let Some(structure) = shapes::output(call.service, call.operation) else {
        return Ok(Vec::new());
    };
    let mut entries = headers(call, structure, &response.headers)?;
    for member in structure.members.iter().filter(|m| m.location == Location::Status) {
        let status = Value::Integer(response.status.as_u16().into());
        entries.push((Cow::Borrowed(&member.name), status));
    }
    Ok(entries)
}

/// An AWS answer without a body has an empty structure for its payload rather than none, which is how
/// the vendor's own readers have it.
fn empty_payload(
    call: Call,
    structure: &'static Structure,
    body: &[u8],
    entries: &mut Vec<(Name, Value)>,
) {
    let is_aws = matches!(call.dialect.protocol, Protocol::RestJson | Protocol::RestXml);
    let Some(member) = payload(structure).filter(|_| is_aws && body.is_empty()) else { return };
    match &call.service.shape(member.shape).kind {
        Kind::Structure(structure) if !structure.event_stream && !structure.union => {
            entries.push((Cow::Borrowed(&member.name), Value::Map(Vec::new())));
        }
        Kind::Document => entries.push((Cow::Borrowed(&member.name), Value::Map(Vec::new()))),
        _ => {}
    }
}

/// Reads the members that travel in headers.
pub(crate) fn headers(
    call: Call,
    structure: &'static Structure,
    headers: &HeaderMap,
) -> Result<Vec<(Name, Value)>, DecodeError> {
    let mut entries: Vec<(Name, Value)> = Vec::new();
    for member in &structure.members {
        if !matches!(member.location, Location::Header | Location::Headers) {
            continue;
        }
        let value = header::read(call.service, member, headers)
            .map_err(|error| error.within(&member.name))?;
        if let Some(value) = value {
            entries.push((Cow::Borrowed(&member.name), value));
        }
    }
    Ok(entries)
}

/// Reads the members that are in the body, or the one that is the body.
fn body(
    call: Call,
    rules: Rules,
    structure: &'static Structure,
    is_own: fn(&Member) -> bool,
    body: &Bytes,
    entries: &mut Vec<(Name, Value)>,
) -> Result<(), DecodeError> {
    if let Some(member) = payload(structure) {
        let value =
            payload_value(call, rules, member, body).map_err(|error| error.within(&member.name))?;
        if let Some(value) = value.filter(|value| !value.is_null()) {
            entries.push((Cow::Borrowed(&member.name), value));
        }
        return Ok(());
    }
    if is_blank(body) || !structure.members.iter().any(is_own) {
        return Ok(());
    }
    entries.extend(match rules.format {
        Format::Json(format) => {
            json::Reader::new(call.service, format).members(structure, is_own, body)?
        }
        Format::Xml => {
            let root = xml::document::parse(body)?;
            xml::Reader::new(call.service, xml::Style::Wrapped).members(structure, is_own, &root)?
        }
    });
    Ok(())
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

fn payload_value(
    call: Call,
    rules: Rules,
    member: &'static Member,
    body: &Bytes,
) -> Result<Option<Value>, DecodeError> {
    match (&call.service.shape(member.shape).kind, rules.format) {
        (Kind::Blob { .. }, _) => {
            let there = !body.is_empty() || streams(call.service, member);
            Ok(there.then(|| Value::Blob(body.clone())))
        }
        (Kind::String(_), _) if body.is_empty() => Ok(None),
        (Kind::String(_), _) => {
            let text =
                std::str::from_utf8(body).map_err(|error| DecodeError::malformed("text", error))?;
            Ok(Some(Value::from(text.to_owned())))
        }
        // An answer's events are read apart from it.
        (Kind::Structure(structure), _) if structure.event_stream => match body.is_empty() {
            true => Ok(None),
            false => Err(DecodeError::Unsupported("streams of events in requests")),
        },
        _ if is_blank(body) => Ok(None),
        (_, Format::Json(format)) => {
            json::Reader::new(call.service, format).value(member.shape, body).map(Some)
        }
        (_, Format::Xml) => {
            let root = xml::document::parse(body)?;
            xml::Reader::new(call.service, xml::Style::Wrapped).value(member.shape, &root).map(Some)
        }
    }
}
