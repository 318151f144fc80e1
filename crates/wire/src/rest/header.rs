//! Members in headers.

use std::borrow::Cow;

use base64::Engine as _;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use isobar_catalogue::shape::{List, ListStyle, TimestampFormat};
use isobar_catalogue::{Kind, Location, Member, Service};

use crate::error::{DecodeError, EncodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::timestamp;
use crate::value::{Name, Value};

/// Who writes a header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    Client,
    Service,
}

/// Writes a member that travels in a header, or several under a prefix.
pub(crate) fn write(
    service: &'static Service,
    member: &'static Member,
    value: &Value,
    headers: &mut HeaderMap,
    writer: Writer,
) -> Result<(), EncodeError> {
    let kind = &service.shape(member.shape).kind;
    if member.location == Location::Headers {
        let (Kind::Map(map), Value::Map(entries)) = (kind, value) else {
            return Err(Violation::wrong_type("a map", value.type_name()).into());
        };
        let kind = &service.shape(map.value).kind;
        for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            let text = scalar::to_text(kind, TimestampFormat::Rfc822, value)
                .map_err(|violation| violation.within(key))?;
            insert(headers, &format!("{}{key}", member.on_wire()), &text)
                .map_err(|error| error.within(key))?;
        }
        return Ok(());
    }
    let text = text(service, member, kind, value, writer)?;
    insert(headers, member.on_wire(), &text)
}

fn text<'v>(
    service: &'static Service,
    member: &Member,
    kind: &Kind,
    value: &'v Value,
    writer: Writer,
) -> Result<Cow<'v, str>, EncodeError> {
    if member.json_value {
        let json = match value {
            // Text is JSON already.
            Value::String(text) => Cow::Borrowed(text.as_ref()),
            document => {
                let mut out = String::new();
                scalar::write_json(&mut out, document);
                Cow::Owned(out)
            }
        };
        return Ok(Cow::Owned(scalar::BASE64.encode(json.as_bytes())));
    }
    if member.list_style != ListStyle::Repeated {
        return shapes::joined(service, member.shape, member.list_style, value).map(Cow::Owned);
    }
    if let (Kind::List(list), Value::List(items)) = (kind, value) {
        return items_text(service, list, items).map(Cow::Owned);
    }
    let format = scalar::timestamp_format(kind, Some(member), TimestampFormat::Rfc822);
    // Clients send whole seconds; services answer with what they have.
    if matches!(kind, Kind::Timestamp(_)) && writer == Writer::Client {
        let mut out = String::new();
        timestamp::write(&mut out, timestamp::whole(timestamp::from_value(value)?), format);
        return Ok(Cow::Owned(out));
    }
    Ok(scalar::to_text(kind, format, value)?)
}

/// The items with commas between them; those with commas or quotes of their own are quoted.
fn items_text(
    service: &'static Service,
    list: &List,
    items: &[Value],
) -> Result<String, EncodeError> {
    let kind = &service.shape(list.item).kind;
    let format = scalar::timestamp_format(kind, None, TimestampFormat::Rfc822);
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        let text = scalar::to_text(kind, format, item).map_err(|violation| violation.at(index))?;
        if matches!(kind, Kind::String(_)) && text.contains([',', '"']) {
            out.push('"');
            out.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
            out.push('"');
        } else {
            out.push_str(&text);
        }
    }
    Ok(out)
}

fn insert(headers: &mut HeaderMap, name: &str, text: &str) -> Result<(), EncodeError> {
    let not_transportable = || EncodeError::new(Problem::NotTransportable);
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| not_transportable())?;
    let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| not_transportable())?;
    headers.insert(name, value);
    Ok(())
}

/// Reads a member that travels in a header; `None` where it is absent.
pub(crate) fn read(
    service: &'static Service,
    member: &'static Member,
    headers: &HeaderMap,
) -> Result<Option<Value>, DecodeError> {
    let shape = service.shape(member.shape);
    let kind = &shape.kind;
    if member.location == Location::Headers {
        return read_prefixed(service, member, kind, headers).map(Some);
    }
    let Some(first) = headers.get(member.on_wire()) else { return Ok(None) };
    if member.json_value {
        let json = scalar::from_base64(&lossy(first))?;
        let text = String::from_utf8(json.into())
            .map_err(|_| Violation::wrong_type("JSON", "bytes that are no UTF-8"))?;
        return Ok(Some(Value::from(text)));
    }
    match kind {
        Kind::List(list) => {
            let item_shape = service.shape(list.item);
            let mut items = Vec::new();
            for value in headers.get_all(member.on_wire()) {
                for part in split(&lossy(value), matches!(item_shape.kind, Kind::Timestamp(_))) {
                    let index = items.len();
                    let item = scalar::from_text(item_shape, Cow::Owned(part))
                        .map_err(|violation| violation.at(index))?;
                    items.push(item);
                }
            }
            Ok(Some(Value::List(items)))
        }
        Kind::Blob { .. } | Kind::String(_) => Ok(Some(scalar::from_text(shape, lossy(first))?)),
        // An empty header says nothing about a number.
        _ if first.is_empty() => Ok(None),
        _ => Ok(Some(scalar::from_text(shape, lossy(first))?)),
    }
}

fn read_prefixed(
    service: &'static Service,
    member: &Member,
    kind: &'static Kind,
    headers: &HeaderMap,
) -> Result<Value, DecodeError> {
    let Kind::Map(map) = kind else {
        return Err(DecodeError::Unsupported("headers that are no map"));
    };
    let shape = service.shape(map.value);
    let prefix = member.on_wire().to_ascii_lowercase();
    let mut entries: Vec<(Name, Value)> = Vec::new();
    for (name, value) in headers {
        let Some(key) = name.as_str().strip_prefix(&prefix).filter(|key| !key.is_empty()) else {
            continue;
        };
        let value =
            scalar::from_text(shape, lossy(value)).map_err(|violation| violation.within(key))?;
        entries.push((Cow::Owned(key.to_owned()), value));
    }
    Ok(Value::Map(entries))
}

fn lossy(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

/// The items of a header. Dates have a comma of their own after the day's name.
fn split(text: &str, dates: bool) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (item, after) = unquote(quoted);
            items.push(item);
            rest = after.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
            continue;
        }
        let mut end = rest.find(',').unwrap_or(rest.len());
        if dates && rest[..end].bytes().all(|byte| byte.is_ascii_alphabetic()) {
            end = rest[end..]
                .get(1..)
                .and_then(|after| after.find(','))
                .map_or(rest.len(), |next| end + 1 + next);
        }
        items.push(rest[..end].trim().to_owned());
        rest = rest.get(end + 1..).unwrap_or_default().trim_start();
    }
    items
}

fn unquote(text: &str) -> (String, &str) {
    let mut item = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (item, &text[at + 1..]),
            '\\' => item.extend(characters.next().map(|(_, escaped)| escaped)),
            other => item.push(other),
        }
    }
    (item, "")
}
