//! From values to parameters.

use std::fmt::Write as _;

use isobar_catalogue::shape::{ListStyle, Structure, TimestampFormat};
use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::{Style, push_pair};
use crate::MAX_DEPTH;
use crate::error::{EncodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};

/// Appends parameters to a form or query string.
pub(crate) struct Writer {
    service: &'static Service,
    style: Style,
    /// What is written so far.
    pub(crate) out: String,
    /// The name of the parameter, grown and cut back on the way through the value.
    name: String,
    depth: usize,
}

impl Writer {
    pub(crate) fn new(service: &'static Service, style: Style) -> Self {
        Self { service, style, out: String::with_capacity(128), name: String::new(), depth: 0 }
    }

    /// Appends a parameter as it is.
    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        push_pair(&mut self.out, name, value);
    }

    fn current(&mut self, value: &str) {
        let name = std::mem::take(&mut self.name);
        self.pair(&name, value);
        self.name = name;
    }

    /// Appends the members of a structure.
    pub(crate) fn structure(
        &mut self,
        structure: &'static Structure,
        entries: &[(Name, Value)],
    ) -> Result<(), EncodeError> {
        for entry in shapes::entries(structure, entries) {
            let (member, value) = entry?;
            self.member(member, value).map_err(|error| error.within(&member.name))?;
        }
        Ok(())
    }

    /// Appends one member.
    pub(crate) fn member(
        &mut self,
        member: &'static Member,
        value: &Value,
    ) -> Result<(), EncodeError> {
        let list = match &self.service.shape(member.shape).kind {
            // A list without items is written under its own name, not under theirs.
            Kind::List(list) if !matches!(value, Value::List(items) if items.is_empty()) => {
                Some(list)
            }
            _ => None,
        };
        let name = self.style.name(member, list);
        self.below(format_args!("{name}"), |writer| writer.value(member.shape, Some(member), value))
    }

    /// Appends a value that is no member of anything: its own members have the first names.
    pub(crate) fn whole(&mut self, shape: ShapeId, value: &Value) -> Result<(), EncodeError> {
        self.value(shape, None, value)
    }

    /// Runs `then` with the name one step longer.
    fn below(
        &mut self,
        step: std::fmt::Arguments<'_>,
        then: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let length = self.name.len();
        if length > 0 {
            self.name.push('.');
        }
        self.name.write_fmt(step).expect("writing to a String does not fail");
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            Err(EncodeError::new(Problem::TooDeep))
        } else {
            then(self)
        };
        self.depth -= 1;
        self.name.truncate(length);
        result
    }

    fn value(
        &mut self,
        shape: ShapeId,
        member: Option<&'static Member>,
        value: &Value,
    ) -> Result<(), EncodeError> {
        let kind = &self.service.shape(shape).kind;
        let style = member.map_or(ListStyle::Repeated, |member| member.list_style);
        if style != ListStyle::Repeated {
            let text = shapes::joined(self.service, shape, style, value)?;
            self.current(&text);
            return Ok(());
        }
        match (kind, value) {
            (Kind::Structure(structure), Value::Map(entries)) => self.structure(structure, entries),
            (Kind::List(list), Value::List(items)) => {
                if items.is_empty() && self.style == Style::Query {
                    self.current("");
                }
                let flat = list.flattened || member.is_some_and(|member| member.flattened);
                let wrapper = (self.style == Style::Query && !flat)
                    .then(|| list.item_name.as_deref().unwrap_or("member"));
                self.items(wrapper, items.iter(), |writer, item| {
                    writer.value(list.item, None, item)
                })
            }
            (Kind::Document, value) if self.style == Style::Alibaba => self.document(value),
            (Kind::Map(map), Value::Map(entries)) if self.style == Style::Alibaba => {
                for (key, item) in entries.iter().filter(|(_, item)| !item.is_null()) {
                    self.below(format_args!("{key}"), |writer| writer.value(map.value, None, item))
                        .map_err(|error| error.within(key))?;
                }
                Ok(())
            }
            (Kind::Map(map), Value::Map(entries)) => {
                let flat = map.flattened || member.is_some_and(|member| member.flattened);
                let key_name = map.key_name.as_deref().unwrap_or("key");
                let value_name = map.value_name.as_deref().unwrap_or("value");
                self.items((!flat).then_some("entry"), entries.iter(), |writer, (key, item)| {
                    writer.below(format_args!("{key_name}"), |writer| {
                        writer.current(key);
                        Ok(())
                    })?;
                    writer.below(format_args!("{value_name}"), |writer| {
                        writer.value(map.value, None, item)
                    })
                })
            }
            (Kind::Structure(_) | Kind::List(_) | Kind::Map(_), _) => {
                let expected = crate::validate::expected(kind);
                Err(Violation::wrong_type(expected, value.type_name()).into())
            }
            _ => {
                let format = scalar::timestamp_format(kind, member, TimestampFormat::Iso8601);
                let text = scalar::to_text(kind, format, value)?;
                self.current(&text);
                Ok(())
            }
        }
    }

    /// Appends a value without a schema, as if each of its parts had one.
    fn document(&mut self, value: &Value) -> Result<(), EncodeError> {
        match value {
            Value::Null => Ok(()),
            Value::Map(entries) => entries.iter().try_for_each(|(key, item)| {
                self.below(format_args!("{key}"), |writer| writer.document(item))
                    .map_err(|error| error.within(key))
            }),
            Value::List(items) => self.items(None, items.iter(), Self::document),
            Value::String(text) => {
                self.current(text);
                Ok(())
            }
            other => {
                let text = scalar::to_text(&Kind::Document, TimestampFormat::Iso8601, other)?;
                self.current(&text);
                Ok(())
            }
        }
    }

    /// Appends numbered items, below a name of their own if there is one.
    fn items<'v, T: 'v>(
        &mut self,
        wrapper: Option<&str>,
        items: impl Iterator<Item = &'v T>,
        mut each: impl FnMut(&mut Self, &'v T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        for (index, item) in items.enumerate() {
            let number = index + 1;
            let result = match wrapper {
                Some(wrapper) => {
                    self.below(format_args!("{wrapper}.{number}"), |writer| each(writer, item))
                }
                None => self.below(format_args!("{number}"), |writer| each(writer, item)),
            };
            result.map_err(|error| error.at(index))?;
        }
        Ok(())
    }
}
