//! From JSON to values.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Kind, Member, Service, ShapeId};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Rules, Types};
use crate::MAX_DEPTH;
use crate::error::{DecodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::timestamp;
use crate::validate::expected;
use crate::value::{Name, Value};

/// Reads JSON.
pub(crate) struct Reader {
    service: &'static Service,
    rules: Rules,
    /// What a visitor found wrong, with its path: serde's own errors carry text alone.
    violation: RefCell<Option<Violation>>,
}

impl Reader {
    pub(crate) fn new(service: &'static Service, rules: Rules) -> Self {
        Self { service, rules, violation: RefCell::new(None) }
    }

    /// Reads a document that is a value of the shape.
    pub(crate) fn value(&self, shape: ShapeId, text: &[u8]) -> Result<Value, DecodeError> {
        self.document(text, Seed { reader: self, shape, depth: 0 })
    }

    /// Reads a document that is an object of members; those that `is_here` does not take are passed
    /// over.
    pub(crate) fn members(
        &self,
        structure: &'static Structure,
        is_here: fn(&Member) -> bool,
        text: &[u8],
    ) -> Result<Vec<(Name, Value)>, DecodeError> {
        self.document(text, MembersSeed { reader: self, structure, is_here })
    }

    fn document<'de, S: DeserializeSeed<'de>>(
        &self,
        text: &'de [u8],
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let result = seed
            .deserialize(&mut deserializer)
            .and_then(|value| deserializer.end().map(|()| value));
        result.map_err(|error| match self.violation.take() {
            Some(violation) => violation.into(),
            None => DecodeError::malformed("JSON", error),
        })
    }

    /// Keeps what is wrong and makes serde stop.
    fn refuse<E: serde::de::Error>(&self, violation: Violation) -> E {
        *self.violation.borrow_mut() = Some(violation);
        E::custom("the value does not fit its shape")
    }

    /// Adds a step to the path of what is wrong, on the way out.
    fn step(&self, step: impl FnOnce(Violation) -> Violation) {
        let mut violation = self.violation.borrow_mut();
        *violation = violation.take().map(step);
    }
}

struct MembersSeed<'r> {
    reader: &'r Reader,
    structure: &'static Structure,
    is_here: fn(&Member) -> bool,
}

impl<'de> DeserializeSeed<'de> for MembersSeed<'_> {
    type Value = Vec<(Name, Value)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MembersSeed<'_> {
    type Value = Vec<(Name, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        members(self.reader, self.structure, self.is_here, 1, map)
    }
}

fn members<'de, A: MapAccess<'de>>(
    reader: &Reader,
    structure: &'static Structure,
    is_here: fn(&Member) -> bool,
    depth: usize,
    mut map: A,
) -> Result<Vec<(Name, Value)>, A::Error> {
    let members = structure.members.as_slice();
    let mut entries: Vec<(Name, Value)> = Vec::with_capacity(members.len().min(16));
    let mut next = 0;
    while let Some(found) = map.next_key_seed(Key { members, next, is_here })? {
        let Some(at) = found else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        next = at + 1;
        let member = &members[at];
        let seed = Seed { reader, shape: member.shape, depth };
        let value = map
            .next_value_seed(seed)
            .inspect_err(|_| reader.step(|violation| violation.within(&member.name)))?;
        if !value.is_null() {
            entries.push((Cow::Borrowed(&member.name), value));
        }
    }
    Ok(entries)
}

/// Looks a key up among the members without copying it.
struct Key {
    members: &'static [Member],
    next: usize,
    is_here: fn(&Member) -> bool,
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(shapes::position(self.members, self.next, |member| {
            member.on_wire() == name && (self.is_here)(member)
        }))
    }
}

/// Reads one value of a shape.
#[derive(Clone, Copy)]
struct Seed<'r> {
    reader: &'r Reader,
    shape: ShapeId,
    depth: usize,
}

impl Seed<'_> {
    fn kind(&self) -> &'static Kind {
        &self.reader.service.shape(self.shape).kind
    }

    fn is_loose(&self) -> bool {
        self.reader.rules.types == Types::Loose
    }

    fn wrong<E: serde::de::Error>(&self, found: impl Into<String>) -> E {
        self.reader.refuse(Violation::wrong_type(expected(self.kind()), found))
    }

    fn below(&self, shape: ShapeId) -> Self {
        Self { reader: self.reader, shape, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(self.reader.refuse(Violation::new(Problem::TooDeep)));
        }
        match self.kind() {
            Kind::Document => Value::deserialize(deserializer),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(expected(self.kind()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        match self.kind() {
            Kind::Boolean => Ok(Value::Bool(value)),
            Kind::String(_) if self.is_loose() => Ok(Value::from(value.to_string())),
            _ => Err(self.wrong("a boolean")),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Value, E> {
        match self.kind() {
            Kind::Integer(_) => Ok(Value::Integer(number)),
            #[expect(clippy::cast_precision_loss, reason = "the shape is a float")]
            Kind::Float(_) => Ok(Value::Float(number as f64)),
            Kind::String(_) if self.is_loose() => Ok(Value::from(number.to_string())),
            Kind::Boolean if self.is_loose() && (0..=1).contains(&number) => {
                Ok(Value::Bool(number == 1))
            }
            Kind::Timestamp(_) => timestamp::from_value(&Value::Integer(number))
                .map(Value::Timestamp)
                .map_err(|violation| self.reader.refuse(violation)),
            _ => Err(self.wrong("a whole number")),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            #[expect(clippy::cast_precision_loss, reason = "beyond what any shape holds exactly")]
            Err(_) => self.visit_f64(number as f64),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        match self.kind() {
            Kind::Float(_) => Ok(Value::Float(number)),
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
            Kind::Integer(_) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
                Ok(Value::Integer(number as i64))
            }
            Kind::String(_) if self.is_loose() => Ok(Value::from(number.to_string())),
            Kind::Timestamp(_) => timestamp::from_value(&Value::Float(number))
                .map(Value::Timestamp)
                .map_err(|violation| self.reader.refuse(violation)),
            _ => Err(self.wrong("a number")),
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        let shape = self.reader.service.shape(self.shape);
        let readable = match &shape.kind {
            Kind::String(_) | Kind::Blob { .. } | Kind::Timestamp(_) => true,
            Kind::Float(_) => self.is_loose() || scalar::special_float(text).is_ok(),
            Kind::Integer(_) | Kind::Boolean => self.reader.rules.types != Types::Exact,
            _ => false,
        };
        if !readable {
            return Err(self.wrong("text"));
        }
        scalar::from_text(shape, Cow::Borrowed(text))
            .map_err(|violation| self.reader.refuse(violation))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let Kind::List(list) = self.kind() else {
            return Err(self.wrong("a list"));
        };
        let mut items = Vec::new();
        let mut index = 0;
        while let Some(item) = seq
            .next_element_seed(self.below(list.item))
            .inspect_err(|_| self.reader.step(|violation| violation.at(index)))?
        {
            index += 1;
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        match self.kind() {
            Kind::Structure(structure) => {
                members(self.reader, structure, |_| true, self.depth + 1, map).map(Value::Map)
            }
            Kind::Map(shape) => {
                let mut entries: Vec<(Name, Value)> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    let value = map
                        .next_value_seed(self.below(shape.value))
                        .inspect_err(|_| self.reader.step(|violation| violation.within(&key)))?;
                    // A map that is not sparse has no place for nulls.
                    if !value.is_null() || shape.sparse {
                        entries.push((Cow::Owned(key), value));
                    }
                }
                Ok(Value::Map(entries))
            }
            _ => Err(self.wrong("an object")),
        }
    }
}
