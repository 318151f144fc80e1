//! From CBOR to values.

use std::borrow::Cow;

use bytes::Bytes;
use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::{EPOCH, major};
use crate::MAX_DEPTH;
use crate::error::{DecodeError, Problem, Violation};
use crate::shapes;
use crate::timestamp;
use crate::validate::expected;
use crate::value::{Name, Value};

/// Reads CBOR from a buffer.
pub(crate) struct Reader<'b> {
    service: &'static Service,
    rest: &'b [u8],
}

/// An item's head: its type, and its number; `None` where its length is open.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    /// The lower five bits: how wide the number is.
    width: u8,
    number: Option<u64>,
}

/// What ends an item of open length.
const BREAK: u8 = 0xff;

impl<'b> Reader<'b> {
    pub(crate) const fn new(service: &'static Service, document: &'b [u8]) -> Self {
        Self { service, rest: document }
    }

    /// Reads a document that is a map of members.
    pub(crate) fn members(
        mut self,
        structure: &'static Structure,
    ) -> Result<Vec<(Name, Value)>, DecodeError> {
        let head = self.head()?;
        if head.major != major::MAP {
            return Err(Violation::wrong_type("a structure", kind_of(head)).into());
        }
        let entries = self.structure(head, &structure.members, 1)?;
        self.end()?;
        Ok(entries)
    }

    /// Reads a document that is a value of a shape.
    pub(crate) fn item(mut self, shape: ShapeId) -> Result<Value, DecodeError> {
        let value = self.value(shape, 0)?;
        self.end()?;
        Ok(value)
    }

    /// Reads a document of any shape.
    pub(crate) fn document(mut self) -> Result<Value, DecodeError> {
        let value = self.untyped(0)?;
        self.end()?;
        Ok(value)
    }

    fn end(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(DecodeError::malformed("CBOR", "something follows the document"))
    }

    fn take(&mut self, count: usize) -> Result<&'b [u8], DecodeError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| DecodeError::malformed("CBOR", "the document ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head, DecodeError> {
        let first = self.take(1)?[0];
        let (major, width) = (first >> 5, first & 0x1f);
        let number = match width {
            0..24 => Some(u64::from(width)),
            24..28 => {
                let bytes = self.take(1 << (width - 24))?;
                Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            31 if (major::BYTES..=major::MAP).contains(&major) => None,
            _ => return Err(DecodeError::malformed("CBOR", "a reserved form")),
        };
        Ok(Head { major, width, number })
    }

    /// Whether another item follows in an array or map; counts `left` down where it is known.
    fn more(&mut self, left: &mut Option<u64>) -> Result<bool, DecodeError> {
        match left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None if self.rest.first() == Some(&BREAK) => {
                self.rest = &self.rest[1..];
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// The bytes of a string, put together where it comes in pieces.
    fn string(&mut self, head: Head) -> Result<Cow<'b, [u8]>, DecodeError> {
        if let Some(length) = head.number {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            return self.take(length).map(Cow::Borrowed);
        }
        let mut whole = Vec::new();
        while self.more(&mut None)? {
            let piece = self.head()?;
            if piece.major != head.major || piece.number.is_none() {
                return Err(DecodeError::malformed("CBOR", "a piece of another type"));
            }
            whole.extend_from_slice(&self.string(piece)?);
        }
        Ok(Cow::Owned(whole))
    }

    fn text(&mut self, head: Head) -> Result<Cow<'b, str>, DecodeError> {
        match self.string(head)? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).ok(),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
        }
        .ok_or_else(|| DecodeError::malformed("CBOR", "text that is not UTF-8"))
    }

    fn key(&mut self) -> Result<Cow<'b, str>, DecodeError> {
        let head = self.head()?;
        if head.major == major::TEXT {
            return self.text(head);
        }
        Err(DecodeError::malformed("CBOR", "a key that is no text"))
    }

    fn structure(
        &mut self,
        head: Head,
        members: &'static [Member],
        depth: usize,
    ) -> Result<Vec<(Name, Value)>, DecodeError> {
        let mut entries: Vec<(Name, Value)> = Vec::new();
        let (mut left, mut next) = (head.number, 0);
        while self.more(&mut left)? {
            let key = self.key()?;
            let found = shapes::position(members, next, |member| member.on_wire() == key);
            let Some(at) = found else {
                self.untyped(depth)?;
                continue;
            };
            next = at + 1;
            let member = &members[at];
            let value =
                self.value(member.shape, depth).map_err(|error| error.within(&member.name))?;
            if !value.is_null() {
                entries.push((Cow::Borrowed(&member.name), value));
            }
        }
        Ok(entries)
    }

    fn value(&mut self, shape: ShapeId, depth: usize) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(Violation::new(Problem::TooDeep).into());
        }
        let kind = &self.service.shape(shape).kind;
        if matches!(kind, Kind::Document) {
            return self.untyped(depth);
        }
        let before = self.rest;
        let head = self.head()?;
        match (kind, head.major) {
            (Kind::Structure(structure), major::MAP) => {
                self.structure(head, &structure.members, depth + 1).map(Value::Map)
            }
            (Kind::List(list), major::ARRAY) => {
                let (mut items, mut left) = (Vec::new(), head.number);
                while self.more(&mut left)? {
                    let index = items.len();
                    let item = self.value(list.item, depth + 1).map_err(|error| error.at(index))?;
                    items.push(item);
                }
                Ok(Value::List(items))
            }
            (Kind::Map(map), major::MAP) => {
                let mut entries: Vec<(Name, Value)> = Vec::new();
                let mut left = head.number;
                while self.more(&mut left)? {
                    let key = self.key()?.into_owned();
                    let value =
                        self.value(map.value, depth + 1).map_err(|error| error.within(&key))?;
                    // A map that is not sparse has no place for nulls.
                    if !value.is_null() || map.sparse {
                        entries.push((Cow::Owned(key), value));
                    }
                }
                Ok(Value::Map(entries))
            }
            _ => {
                self.rest = before;
                let found = self.untyped(depth)?;
                Ok(fit(kind, found)?)
            }
        }
    }

    /// Reads an item without knowing what it has to be.
    fn untyped(&mut self, depth: usize) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(Violation::new(Problem::TooDeep).into());
        }
        let head = self.head()?;
        let number = head.number.unwrap_or_default();
        match head.major {
            major::UNSIGNED => Ok(whole(number, |number| number)),
            major::NEGATIVE => Ok(whole(number, |number| -1 - number)),
            major::BYTES => {
                let bytes = self.string(head)?.into_owned();
                Ok(Value::Blob(Bytes::from(bytes)))
            }
            major::TEXT => self.text(head).map(|text| Value::from(text.into_owned())),
            major::ARRAY => {
                let (mut items, mut left) = (Vec::new(), head.number);
                while self.more(&mut left)? {
                    items.push(self.untyped(depth + 1)?);
                }
                Ok(Value::List(items))
            }
            major::MAP => {
                let mut entries: Vec<(Name, Value)> = Vec::new();
                let mut left = head.number;
                while self.more(&mut left)? {
                    let key = self.key()?.into_owned();
                    entries.push((Cow::Owned(key), self.untyped(depth + 1)?));
                }
                Ok(Value::Map(entries))
            }
            major::TAG => {
                let value = self.untyped(depth + 1)?;
                if number == EPOCH {
                    return Ok(Value::Timestamp(timestamp::from_value(&value)?));
                }
                Ok(value)
            }
            _ => simple(head, number),
        }
    }
}

/// A whole number; beyond 63 bits it is a float.
fn whole(number: u64, sign: fn(i64) -> i64) -> Value {
    match i64::try_from(number) {
        Ok(number) => Value::Integer(sign(number)),
        #[expect(clippy::cast_precision_loss, reason = "beyond what any shape holds exactly")]
        Err(_) => Value::Float(if sign(0) < 0 { -1.0 - number as f64 } else { number as f64 }),
    }
}

fn simple(head: Head, number: u64) -> Result<Value, DecodeError> {
    match (head.width, number) {
        (20, _) => Ok(Value::Bool(false)),
        (21, _) => Ok(Value::Bool(true)),
        (22 | 23, _) => Ok(Value::Null),
        (25, bits) => Ok(Value::Float(half(bits))),
        (26, bits) => {
            let bits = u32::try_from(bits).unwrap_or_default();
            Ok(Value::Float(f64::from(f32::from_bits(bits))))
        }
        (27, bits) => Ok(Value::Float(f64::from_bits(bits))),
        _ => Err(DecodeError::malformed("CBOR", "a reserved value")),
    }
}

/// A float of 16 bits (RFC 8949, appendix D).
fn half(bits: u64) -> f64 {
    let exponent = i32::try_from(bits >> 10 & 0x1f).unwrap_or_default();
    let fraction = f64::from(u16::try_from(bits & 0x3ff).unwrap_or_default());
    let value = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

/// The value that an item is for a scalar's shape.
fn fit(kind: &Kind, found: Value) -> Result<Value, Violation> {
    match (kind, found) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::String(_), found @ Value::String(_))
        | (Kind::Boolean, found @ Value::Bool(_))
        | (Kind::Integer(_), found @ Value::Integer(_))
        | (Kind::Float(_), found @ Value::Float(_))
        | (Kind::Blob { .. }, found @ Value::Blob(_))
        | (Kind::Timestamp(_), found @ Value::Timestamp(_)) => Ok(found),
        #[expect(clippy::cast_precision_loss, reason = "the shape is a float")]
        (Kind::Float(_), Value::Integer(number)) => Ok(Value::Float(number as f64)),
        #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
        (Kind::Integer(_), Value::Float(number))
            if number.fract() == 0.0 && number.abs() < 9.0e15 =>
        {
            Ok(Value::Integer(number as i64))
        }
        (Kind::Timestamp(_), found @ (Value::Integer(_) | Value::Float(_))) => {
            timestamp::from_value(&found).map(Value::Timestamp)
        }
        (kind, found) => Err(Violation::wrong_type(expected(kind), found.type_name())),
    }
}

fn kind_of(head: Head) -> &'static str {
    match head.major {
        major::UNSIGNED | major::NEGATIVE => "a whole number",
        major::BYTES => "bytes",
        major::TEXT => "text",
        major::ARRAY => "a list",
        major::MAP => "a structure",
        major::TAG => "a tag",
        major::SIMPLE => "a simple value",
        _ => "nothing known",
    }
}
