//! Members in the query string.

use std::borrow::Cow;

use isobar_catalogue::shape::TimestampFormat;
use isobar_catalogue::{Kind, Location, Member, Service};

use super::{QueryStyle, is_joined};
use crate::error::{DecodeError, EncodeError, Violation};
use crate::form::{self, Pair, Style, push_pair};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};

/// A query string that is being written.
pub(crate) struct Query {
    /// What is written so far.
    pub(crate) out: String,
    /// The names that have members of their own, which a map does not overwrite.
    named: Vec<&'static str>,
}

impl Query {
    /// Begins with the fixed part.
    pub(crate) fn new(fixed: &str) -> Self {
        Self { out: fixed.to_owned(), named: Vec::new() }
    }

    fn pair(&mut self, name: &str, value: &str) {
        push_pair(&mut self.out, name, value);
    }

    /// Appends a member.
    pub(crate) fn write(
        &mut self,
        service: &'static Service,
        style: QueryStyle,
        member: &'static Member,
        value: &Value,
    ) -> Result<(), EncodeError> {
        self.named.push(member.on_wire());
        let kind = &service.shape(member.shape).kind;
        if is_joined(member) {
            let text = shapes::joined(service, member.shape, member.list_style, value)?;
            self.pair(member.on_wire(), &text);
            return Ok(());
        }
        let format =
            |kind, member| scalar::timestamp_format(kind, member, TimestampFormat::Iso8601);
        match (kind, value) {
            (Kind::List(list), Value::List(items)) if style == QueryStyle::Repeated => {
                let kind = &service.shape(list.item).kind;
                for (index, item) in items.iter().enumerate() {
                    let text = scalar::to_text(kind, format(kind, None), item)
                        .map_err(|violation| violation.at(index))?;
                    self.pair(member.on_wire(), &text);
                }
                Ok(())
            }
            (Kind::Structure(_) | Kind::List(_) | Kind::Map(_), _)
            | (Kind::Document, Value::List(_) | Value::Map(_)) => {
                let mut writer = form::write::Writer::new(service, Style::Alibaba);
                std::mem::swap(&mut writer.out, &mut self.out);
                let result = writer.member(member, value);
                std::mem::swap(&mut writer.out, &mut self.out);
                result
            }
            // A text where anything may be is that text.
            (Kind::Document, Value::String(text)) if style == QueryStyle::Numbered => {
                self.pair(member.on_wire(), text);
                Ok(())
            }
            _ => {
                let text = scalar::to_text(kind, format(kind, Some(member)), value)?;
                self.pair(member.on_wire(), &text);
                Ok(())
            }
        }
    }

    /// Appends a map whose keys are names of parameters, but those that have members of their own.
    pub(crate) fn write_map(
        &mut self,
        service: &'static Service,
        member: &'static Member,
        value: &Value,
    ) -> Result<(), EncodeError> {
        let (Kind::Map(map), Value::Map(entries)) = (&service.shape(member.shape).kind, value)
        else {
            return Err(Violation::wrong_type("a map", value.type_name()).into());
        };
        let kind = &service.shape(map.value).kind;
        for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            if self.named.contains(&key.as_ref()) {
                continue;
            }
            let (kind, items) = match (kind, value) {
                (Kind::List(list), Value::List(items)) => {
                    (&service.shape(list.item).kind, items.as_slice())
                }
                _ => (kind, std::slice::from_ref(value)),
            };
            for item in items {
                let text = scalar::to_text(kind, TimestampFormat::Iso8601, item)
                    .map_err(|violation| violation.within(key))?;
                self.pair(key, &text);
            }
        }
        Ok(())
    }
}

/// Reads a member of the query string; `None` where it is absent.
pub(crate) fn read(
    service: &'static Service,
    style: QueryStyle,
    member: &'static Member,
    pairs: &[Pair<'_>],
) -> Result<Option<Value>, DecodeError> {
    let shape = service.shape(member.shape);
    let kind = &shape.kind;
    let mut given = pairs
        .iter()
        .filter(|(name, _)| is_named(name, member.on_wire()))
        .map(|(_, text)| text.as_ref());
    let structured = matches!(kind, Kind::Structure(_) | Kind::List(_) | Kind::Map(_));
    if is_joined(member) {
        return given
            .next()
            .map(|text| shapes::separated(service, member.shape, member.list_style, text))
            .transpose();
    }
    match kind {
        Kind::List(list) if style == QueryStyle::Repeated => {
            let shape = service.shape(list.item);
            let items = given.enumerate().map(|(index, text)| {
                scalar::from_text(shape, Cow::Borrowed(text))
                    .map_err(|violation| DecodeError::Member(violation.at(index)))
            });
            let items = items.collect::<Result<Vec<_>, _>>()?;
            Ok((!items.is_empty()).then_some(Value::List(items)))
        }
        _ if structured => form::read::member(service, Style::Alibaba, member, pairs),
        _ => match given.next() {
            Some("") if !matches!(kind, Kind::String(_) | Kind::Blob { .. }) => Ok(None),
            Some(text) => Ok(Some(scalar::from_text(shape, Cow::Borrowed(text))?)),
            None => Ok(None),
        },
    }
}

/// Whether a parameter is the member's. Some clients write a list's name with brackets.
fn is_named(given: &str, name: &str) -> bool {
    given == name || given.strip_suffix("[]") == Some(name)
}

/// Reads the map of all parameters that no member of their own takes; `None` where there are none.
pub(crate) fn read_map(
    service: &'static Service,
    members: &'static [Member],
    member: &'static Member,
    fixed: &str,
    pairs: &[Pair<'_>],
) -> Result<Option<Value>, DecodeError> {
    let Kind::Map(map) = &service.shape(member.shape).kind else {
        return Err(DecodeError::Unsupported("parameters that are no map"));
    };
    let shape = service.shape(map.value);
    let kind = &shape.kind;
    let fixed = super::router::query_pairs(fixed);
    let taken = |name: &str| {
        fixed.iter().any(|(fixed, _)| fixed == name)
            || members
                .iter()
                .any(|other| other.location == Location::Query && other.on_wire() == name)
    };
    let mut entries: Vec<(Name, Value)> = Vec::new();
    for (name, text) in pairs.iter().filter(|(name, _)| !taken(name)) {
        let at = entries.iter().position(|(given, _)| given == name);
        let item_shape = match kind {
            Kind::List(list) => service.shape(list.item),
            _ => shape,
        };
        let item = scalar::from_text(item_shape, Cow::Borrowed(text))
            .map_err(|violation| violation.within(name))?;
        match (kind, at) {
            (Kind::List(_), Some(at)) => {
                if let Value::List(items) = &mut entries[at].1 {
                    items.push(item);
                }
            }
            (Kind::List(_), None) => {
                entries.push((Cow::Owned(name.clone().into_owned()), Value::List(vec![item])));
            }
            (_, Some(_)) => {}
            (_, None) => entries.push((Cow::Owned(name.clone().into_owned()), item)),
        }
    }
    Ok((!entries.is_empty()).then_some(Value::Map(entries)))
}
