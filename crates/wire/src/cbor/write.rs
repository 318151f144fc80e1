//! From values to CBOR.

use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::{EPOCH, major};
use crate::MAX_DEPTH;
use crate::error::{EncodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::timestamp;
use crate::validate::expected;
use crate::value::Value;

/// Appends CBOR to a buffer, with all lengths known beforehand.
pub(crate) struct Writer {
    service: &'static Service,
    /// What is written so far.
    pub(crate) out: Vec<u8>,
    depth: usize,
}

impl Writer {
    pub(crate) fn new(service: &'static Service) -> Self {
        Self { service, out: Vec::with_capacity(256), depth: 0 }
    }

    /// Appends a map of members.
    pub(crate) fn members(
        &mut self,
        entries: &[(&'static Member, &Value)],
    ) -> Result<(), EncodeError> {
        head(&mut self.out, major::MAP, entries.len() as u64);
        for (member, value) in entries {
            text(&mut self.out, member.on_wire());
            self.value(member.shape, value).map_err(|error| error.within(&member.name))?;
        }
        Ok(())
    }

    /// Appends a value.
    pub(crate) fn value(&mut self, shape: ShapeId, value: &Value) -> Result<(), EncodeError> {
        if value.is_null() {
            self.out.push(NULL);
            return Ok(());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EncodeError::new(Problem::TooDeep));
        }
        let kind = &self.service.shape(shape).kind;
        match (kind, value) {
            (Kind::Structure(structure), Value::Map(entries)) => {
                let entries: Vec<_> =
                    shapes::entries(structure, entries).collect::<Result<_, _>>()?;
                self.members(&entries)?;
            }
            (Kind::List(list), Value::List(items)) => {
                head(&mut self.out, major::ARRAY, items.len() as u64);
                for (index, item) in items.iter().enumerate() {
                    self.value(list.item, item).map_err(|error| error.at(index))?;
                }
            }
            (Kind::Map(map), Value::Map(entries)) => {
                head(&mut self.out, major::MAP, entries.len() as u64);
                for (key, item) in entries {
                    text(&mut self.out, key);
                    self.value(map.value, item).map_err(|error| error.within(key))?;
                }
            }
            (Kind::Document, _) => untyped(&mut self.out, value),
            _ => self.scalar(kind, value)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn scalar(&mut self, kind: &Kind, value: &Value) -> Result<(), Violation> {
        match (kind, value) {
            (Kind::String(_), Value::String(given)) => text(&mut self.out, given),
            (Kind::Boolean, Value::Bool(given)) => boolean(&mut self.out, *given),
            (Kind::Integer(_), Value::Integer(number)) => integer(&mut self.out, *number),
            #[expect(clippy::cast_precision_loss, reason = "the shape is a float")]
            (Kind::Float(_), Value::Integer(number)) => float(&mut self.out, *number as f64),
            (Kind::Float(_), Value::Float(number)) => float(&mut self.out, *number),
            (Kind::Float(_), Value::String(given)) => {
                float(&mut self.out, scalar::special_float(given)?);
            }
            (Kind::Blob { .. }, _) => bytes(&mut self.out, &scalar::to_bytes(value)?),
            (Kind::Timestamp(_), _) => {
                let moment = timestamp::from_value(value)?;
                head(&mut self.out, major::TAG, EPOCH);
                if moment.subsec_nanosecond() == 0 {
                    integer(&mut self.out, moment.as_second());
                } else {
                    float(&mut self.out, timestamp::epoch(moment));
                }
            }
            _ => return Err(Violation::wrong_type(expected(kind), value.type_name())),
        }
        Ok(())
    }
}

const NULL: u8 = 0xf6;

fn untyped(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(given) => boolean(out, *given),
        Value::Integer(number) => integer(out, *number),
        Value::Float(number) => float(out, *number),
        Value::String(given) => text(out, given),
        Value::Blob(given) => bytes(out, given),
        Value::Timestamp(moment) => {
            head(out, major::TAG, EPOCH);
            float(out, timestamp::epoch(*moment));
        }
        Value::List(items) => {
            head(out, major::ARRAY, items.len() as u64);
            items.iter().for_each(|item| untyped(out, item));
        }
        Value::Map(entries) => {
            head(out, major::MAP, entries.len() as u64);
            for (key, item) in entries {
                text(out, key);
                untyped(out, item);
            }
        }
    }
}

/// Appends an item's head: its type, and its number in as few bytes as it takes.
fn head(out: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    let bytes = number.to_be_bytes();
    match number {
        0..24 => out.push(major | bytes[7]),
        24..=0xff => out.extend_from_slice(&[major | 24, bytes[7]]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&bytes[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&bytes);
        }
    }
}

/// Appends the head of a map of that many entries.
pub(crate) fn map(out: &mut Vec<u8>, entries: usize) {
    head(out, major::MAP, entries as u64);
}

/// Appends text.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    head(out, major::TEXT, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    head(out, major::BYTES, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn boolean(out: &mut Vec<u8>, value: bool) {
    out.push(if value { 0xf5 } else { 0xf4 });
}

fn integer(out: &mut Vec<u8>, number: i64) {
    match u64::try_from(number) {
        Ok(number) => head(out, major::UNSIGNED, number),
        // RFC 8949, 3.1: a negative number n is written as -1 - n, which is its complement.
        Err(_) => head(out, major::NEGATIVE, (!number).unsigned_abs()),
    }
}

/// Appends a float in 32 bits where they hold it exactly, else in 64.
fn float(out: &mut Vec<u8>, number: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "taken only where nothing is lost")]
    let short = number as f32;
    if f64::from(short) == number || number.is_nan() {
        out.push(0xfa);
        out.extend_from_slice(&short.to_be_bytes());
    } else {
        out.push(0xfb);
        out.extend_from_slice(&number.to_be_bytes());
    }
}
