//! Writes the members of a REST request or answer to where they travel.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use isobar_catalogue::model::BodyFormat;
use isobar_catalogue::shape::{Structure, TimestampFormat, XmlNamespace};
use isobar_catalogue::{Kind, Location, Member, Protocol, Service, Shape};

use super::query::Query;
use super::{Format, Rules, header, in_answer, in_body, is_alibaba, payload, template};
use crate::error::{EncodeError, Problem};
use crate::eventstream;
use crate::form;
use crate::json;
use crate::message::Request;
use crate::protocol::{Call, common};
use crate::scalar;
use crate::shapes;
use crate::value::Value;
use crate::xml;

type Entry<'v> = (&'static Member, &'v Value);

/// Writes a request.
pub(crate) fn request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    let rules = Rules::of(call.dialect.protocol);
    let (path, fixed) = template::split(&call.operation.uri);
    let Some(structure) = shapes::input(call.service, call.operation) else {
        common::no_members(input)?;
        let mut request = common::request(call, path.to_owned(), input)?;
        fixed.clone_into(&mut request.query);
        return Ok(common::finish(call, request));
    };
    let entries = shapes::entries(structure, shapes::as_entries(input)?);
    let entries: Vec<Entry<'_>> = entries.collect::<Result<_, _>>()?;
    let path = template::fill(path, |label| label_text(call.service, &entries, label))?;
    let mut request = common::request(call, path, input)?;
    let mut query = Query::new(fixed);
    for (member, value) in &entries {
        match member.location {
            Location::Query => query.write(call.service, rules.query, member, value),
            Location::Header | Location::Headers => header::write(
                call.service,
                member,
                value,
                &mut request.headers,
                header::Writer::Client,
            ),
            _ => Ok(()),
        }
        .map_err(|error| error.within(&member.name))?;
    }
    for (member, value) in entries.iter().filter(|(m, _)| m.location == Location::QueryMap) {
        query.write_map(call.service, member, value).map_err(|error| error.within(&member.name))?;
    }
    request.query = query.out;
    let root = input_root(call);
    if let Some((body, media)) = body(call, rules, structure, &entries, root, true)? {
        request.body = body;
        set_media(&mut request.headers, media);
    }
    Ok(common::finish(call, request))
}

/// The text of a label, which has to be there: a path without it would be another one.
fn label_text(
    service: &'static Service,
    entries: &[Entry<'_>],
    label: &str,
) -> Result<String, EncodeError> {
    let found = entries
        .iter()
        .find(|(member, _)| member.location == Location::Path && member.on_wire() == label);
    let (member, value) = found.ok_or_else(|| EncodeError::new(Problem::Missing).within(label))?;
    let kind = &service.shape(member.shape).kind;
    let format = scalar::timestamp_format(kind, Some(member), TimestampFormat::Iso8601);
    let text =
        scalar::to_text(kind, format, value).map_err(|violation| violation.within(&member.name))?;
    if text.is_empty() {
        return Err(EncodeError::new(Problem::Missing).within(&member.name));
    }
    Ok(text.into_owned())
}

/// The element that an XML document begins with.
#[derive(Clone, Copy)]
pub(crate) struct Root {
    name: &'static str,
    namespace: Option<&'static XmlNamespace>,
}

fn shape_root(shape: &'static Shape) -> Root {
    Root {
        name: shape.xml_name.as_deref().unwrap_or(&shape.name),
        namespace: shape.xml_namespace.as_ref(),
    }
}

fn input_root(call: Call) -> Root {
    let none = Root { name: &call.operation.name, namespace: None };
    let mut root = call.operation.input.map_or(none, |id| shape_root(call.service.shape(id)));
    if let Some(input) = &call.operation.input_xml {
        let own = call.operation.input.and_then(|id| call.service.shape(id).xml_name.as_deref());
        root.name = own.or(input.name.as_deref()).unwrap_or(root.name);
        root.namespace = input.namespace.as_ref().or(root.namespace);
    }
    root
}

/// The element that an answer begins with.
pub(crate) fn output_root(call: Call) -> Root {
    let none = Root { name: &call.operation.name, namespace: None };
    let root = call.operation.output.map_or(none, |id| shape_root(call.service.shape(id)));
    Root { namespace: root.namespace.or(call.service.xml_namespace.as_ref()), ..root }
}

/// Sets the media type, unless a member has set it.
pub(crate) fn set_media(headers: &mut HeaderMap, media: &'static str) {
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(media));
}

const JSON: &str = "application/json";
const ALIBABA_JSON: &str = "application/json; charset=utf-8";
const XML: &str = "application/xml";

/// The body with its media type; `None` where there is none.
pub(crate) fn body(
    call: Call,
    rules: Rules,
    structure: &'static Structure,
    entries: &[Entry<'_>],
    root: Root,
    asks: bool,
) -> Result<Option<(Bytes, &'static str)>, EncodeError> {
    if let Some(member) = payload(structure) {
        let value = entries.iter().find(|(other, _)| other.name == member.name);
        return payload_body(call, rules, member, value.map(|(_, value)| *value), asks)
            .map_err(|error| error.within(&member.name));
    }
    let is_own = if asks { in_body } else { in_answer };
    let own = || entries.iter().filter(|(member, _)| is_own(member)).map(|entry| Ok(*entry));
    let nothing = own().next().is_none();
    let may_have = structure.members.iter().any(is_own);
    let alibaba = is_alibaba(call.dialect.protocol);
    if asks && call.operation.body == BodyFormat::Form {
        let mut writer = form::write::Writer::new(call.service, form::Style::Alibaba);
        for (member, value) in entries.iter().filter(|(member, _)| in_body(member)) {
            writer.member(member, value).map_err(|error| error.within(&member.name))?;
        }
        return Ok((may_have || !nothing).then_some((writer.out.into(), form::FORM)));
    }
    match rules.format {
        Format::Json(_) if asks && !may_have => Ok(None),
        // Their SDK writes a body wherever an operation may have one, whatever the method.
        Format::Json(format) if asks && alibaba && may_have => {
            let mut writer = json::Writer::new(call.service, format);
            writer.members(own())?;
            Ok(Some((writer.out.into(), ALIBABA_JSON)))
        }
        Format::Json(_) if asks && nothing && !is_aws(call) && is_bodiless(call) => Ok(None),
        Format::Json(format) => {
            let mut writer = json::Writer::new(call.service, format);
            writer.members(own())?;
            Ok(Some((writer.out.into(), JSON)))
        }
        Format::Xml if nothing => Ok(None),
        Format::Xml => {
            let mut writer = xml::Writer::new(call.service, xml::Style::Wrapped);
            writer.root_of(root.name, root.namespace, own())?;
            Ok(Some((writer.out.into(), XML)))
        }
    }
}

fn is_aws(call: Call) -> bool {
    call.dialect.protocol == Protocol::RestJson
}

/// Whether a request of the method has no body where no member asks for one.
fn is_bodiless(call: Call) -> bool {
    matches!(call.operation.method.as_str(), "GET" | "HEAD" | "DELETE")
}

/// The body that is one member.
fn payload_body(
    call: Call,
    rules: Rules,
    member: &'static Member,
    value: Option<&Value>,
    asks: bool,
) -> Result<Option<(Bytes, &'static str)>, EncodeError> {
    let shape = call.service.shape(member.shape);
    let alibaba = asks && is_alibaba(call.dialect.protocol);
    match (&shape.kind, value, rules.format) {
        (Kind::List(_), None, _) if alibaba && call.operation.body == BodyFormat::JsonList => {
            Ok(Some((Bytes::from_static(b"[]"), ALIBABA_JSON)))
        }
        (_, None, _) if alibaba => Ok(None),
        (Kind::Structure(_) | Kind::Map(_) | Kind::Document, Some(value), _)
            if alibaba && call.operation.body == BodyFormat::Form =>
        {
            let mut writer = form::write::Writer::new(call.service, form::Style::Alibaba);
            writer.whole(member.shape, value)?;
            Ok(Some((writer.out.into(), form::FORM)))
        }
        (Kind::Blob { .. }, Some(value), _) => {
            let bytes = scalar::to_bytes(value)?;
            Ok(Some((bytes, "application/octet-stream")))
        }
        // Their SDK takes a text for JSON that is written already.
        (Kind::Document, Some(Value::String(text)), _) if alibaba => {
            Ok(Some((text.clone().into_owned().into(), ALIBABA_JSON)))
        }
        (Kind::String(_), Some(value), _) => {
            let text = scalar::to_text(&shape.kind, TimestampFormat::Iso8601, value)?;
            let json = alibaba && call.operation.body == BodyFormat::Json;
            let media = if json { ALIBABA_JSON } else { "text/plain" };
            Ok(Some((text.into_owned().into(), media)))
        }
        // Events are written apart from the rest.
        (Kind::Structure(structure), value, _) if structure.event_stream => match value {
            None if asks => Ok(Some((Bytes::new(), eventstream::MEDIA))),
            None => Ok(None),
            Some(_) => Err(EncodeError::Unsupported("a stream of events is no part of the rest")),
        },
        (Kind::Structure(structure), None, Format::Json(_))
            if !structure.union && !is_bodiless(call) =>
        {
            Ok(Some((Bytes::from_static(b"{}"), JSON)))
        }
        (_, None, _) => Ok(None),
        (_, Some(value), Format::Json(format)) => {
            let mut writer = json::Writer::new(call.service, format);
            writer.value(member.shape, Some(member), value)?;
            Ok(Some((writer.out.into(), if alibaba { ALIBABA_JSON } else { JSON })))
        }
        (_, Some(value), Format::Xml) => {
            let root = shape_root(shape);
            // A name that only repeats the member's does not win over one that the shape has.
            let repeats = member.wire_name.as_ref() == Some(&member.name);
            let own =
                member.wire_name.as_deref().filter(|_| !(repeats && shape.xml_name.is_some()));
            let name = own.unwrap_or(root.name);
            let namespace = member.xml_namespace.as_ref().or(root.namespace);
            let mut writer = xml::Writer::new(call.service, xml::Style::Wrapped);
            writer.root(name, namespace, member.shape, value)?;
            Ok(Some((writer.out.into(), XML)))
        }
    }
}

/// Writes the headers and the body of an answer; the status that a member sets, if one does.
pub(crate) fn answer(
    call: Call,
    output: &Value,
    headers: &mut HeaderMap,
) -> Result<(Option<u16>, Bytes), EncodeError> {
    let Some(structure) = shapes::output(call.service, call.operation) else {
        common::no_members(output)?;
        return Ok((None, Bytes::new()));
    };
    let rules = Rules::of(call.dialect.protocol);
    let entries = shapes::entries(structure, shapes::as_entries(output)?);
    let entries: Vec<Entry<'_>> = entries.collect::<Result<_, _>>()?;
    let mut status = None;
    for (member, value) in &entries {
        match member.location {
            Location::Header | Location::Headers => {
                header::write(call.service, member, value, headers, header::Writer::Service)
                    .map_err(|error| error.within(&member.name))?;
            }
            Location::Status => status = value.as_i64().and_then(|code| u16::try_from(code).ok()),
            _ => {}
        }
    }
    match body(call, rules, structure, &entries, output_root(call), false)? {
        Some((body, media)) => {
            set_media(headers, media);
            Ok((status, body))
        }
        None => Ok((status, Bytes::new())),
    }
}
