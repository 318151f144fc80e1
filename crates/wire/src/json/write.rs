//! From values to JSON.

use std::io::Write as _;

use isobar_catalogue::shape::TimestampFormat;
use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::Rules;
use crate::MAX_DEPTH;
use crate::error::{EncodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::timestamp;
use crate::value::Value;

/// Appends JSON to a buffer.
pub(crate) struct Writer {
    service: &'static Service,
    rules: Rules,
    /// What is written so far.
    pub(crate) out: Vec<u8>,
    depth: usize,
}

impl Writer {
    pub(crate) fn new(service: &'static Service, rules: Rules) -> Self {
        Self { service, rules, out: Vec::with_capacity(256), depth: 0 }
    }

    /// Appends an object of members.
    pub(crate) fn members<'v>(
        &mut self,
        entries: impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>>,
    ) -> Result<(), EncodeError> {
        self.out.push(b'{');
        self.more_members(entries, true)?;
        self.out.push(b'}');
        Ok(())
    }

    /// Appends members to an object that is open.
    pub(crate) fn more_members<'v>(
        &mut self,
        entries: impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>>,
        mut first: bool,
    ) -> Result<(), EncodeError> {
        for entry in entries {
            let (member, value) = entry?;
            write_key(&mut self.out, member.on_wire(), &mut first);
            self.value(member.shape, Some(member), value)
                .map_err(|error| error.within(&member.name))?;
        }
        Ok(())
    }

    /// Appends a value.
    pub(crate) fn value(
        &mut self,
        shape: ShapeId,
        member: Option<&Member>,
        value: &Value,
    ) -> Result<(), EncodeError> {
        if value.is_null() {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EncodeError::new(Problem::TooDeep));
        }
        let kind = &self.service.shape(shape).kind;
        match (kind, value) {
            (Kind::Structure(structure), Value::Map(entries)) => {
                self.members(shapes::entries(structure, entries))?;
            }
            (Kind::List(list), Value::List(items)) => {
                self.out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.value(list.item, None, item).map_err(|error| error.at(index))?;
                }
                self.out.push(b']');
            }
            (Kind::Map(map), Value::Map(entries)) => {
                self.out.push(b'{');
                let mut first = true;
                for (key, item) in entries {
                    write_key(&mut self.out, key, &mut first);
                    self.value(map.value, None, item).map_err(|error| error.within(key))?;
                }
                self.out.push(b'}');
            }
            _ => self.scalar(kind, member, value)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn scalar(
        &mut self,
        kind: &Kind,
        member: Option<&Member>,
        value: &Value,
    ) -> Result<(), Violation> {
        match (kind, value) {
            (Kind::String(_), Value::String(text)) => write_string(&mut self.out, text),
            (Kind::String(text), document) if text.json => {
                let mut json = String::new();
                scalar::write_json(&mut json, document);
                write_string(&mut self.out, &json);
            }
            (Kind::Document, _) => serde_json::to_writer(&mut self.out, value)
                .expect("a value is always JSON, and a Vec takes everything"),
            (Kind::Blob { .. }, _) => {
                let mut text = String::new();
                scalar::write_text(&mut text, kind, TimestampFormat::Iso8601, value)?;
                write_string(&mut self.out, &text);
            }
            (Kind::Float(_), Value::Float(number)) if number.is_finite() => {
                write!(self.out, "{number:?}").expect("a Vec takes everything");
            }
            (Kind::Float(_), Value::Float(_) | Value::String(_)) => {
                let mut text = String::new();
                scalar::write_text(&mut text, kind, TimestampFormat::Iso8601, value)?;
                write_string(&mut self.out, &text);
            }
            (Kind::Timestamp(_), _) => {
                let format = scalar::timestamp_format(kind, member, self.rules.timestamp);
                let mut text = String::new();
                timestamp::write(&mut text, timestamp::from_value(value)?, format);
                if format == TimestampFormat::UnixTimestamp {
                    self.out.extend_from_slice(text.as_bytes());
                } else {
                    write_string(&mut self.out, &text);
                }
            }
            (Kind::Integer(_) | Kind::Float(_), Value::Integer(number)) => {
                write!(self.out, "{number}").expect("a Vec takes everything");
            }
            (Kind::Boolean, Value::Bool(value)) => {
                self.out.extend_from_slice(if *value { b"true" } else { b"false" });
            }
            _ => {
                let expected = crate::validate::expected(kind);
                return Err(Violation::wrong_type(expected, value.type_name()));
            }
        }
        Ok(())
    }
}

/// Appends a key, with the comma before it if it is not the first.
pub(crate) fn write_key(out: &mut Vec<u8>, name: &str, first: &mut bool) {
    if !std::mem::take(first) {
        out.push(b',');
    }
    write_string(out, name);
    out.push(b':');
}

/// Appends text with its quotes.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("text is always JSON, and a Vec takes everything");
}
