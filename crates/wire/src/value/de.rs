//! From values to a handler's types.

use std::cell::RefCell;
use std::vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::value::{SeqDeserializer, StrDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::{Deserializer, forward_to_deserialize_any};

use super::{AS_IT_IS, Name, Value};

/// A value that does not fit a type.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The type demands a member that the value lacks.
    #[error("the member {0} is missing")]
    Missing(&'static str),
    /// Anything else.
    #[error("{0}")]
    Unfit(String),
}

impl Error {
    pub(crate) fn unfit(from: impl std::fmt::Display) -> Self {
        Self::Unfit(from.to_string())
    }
}

impl serde::de::Error for Error {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Unfit(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

impl serde::ser::Error for Error {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Unfit(message.to_string())
    }
}

/// Turns a value into a type. Members that the type does not name are passed over. Bytes are bytes
/// for [`Blob`](super::Blob), [`Bytes`] and `Vec<u8>`, and base64 for all that takes text, as in JSON.
///
/// # Errors
/// Where the value does not fit the type.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(FromValue { value, place: &Place::Unwatched })
}

/// A member that a type does not name: its path of member names with dots between, without the
/// numbers of items, and what the value had there. Nulls are not among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Where it is: `BlockDeviceMappings.Ebs.KmsKeyId`.
    pub path: String,
    /// What it says.
    pub value: Value,
}

/// Turns a value into a type, and adds to `unread` what the type does not name, as far as the value
/// was looked at.
///
/// # Errors
/// Where the value does not fit the type.
pub fn from_value_watched<T: DeserializeOwned>(
    value: Value,
    unread: &mut Vec<Unread>,
) -> Result<T, Error> {
    let found = RefCell::new(std::mem::take(unread));
    let result = T::deserialize(FromValue { value, place: &Place::Top(&found) });
    *unread = found.into_inner();
    result
}

/// Where in an input a value stands.
enum Place<'p> {
    /// Nobody asks.
    Unwatched,
    /// The whole, and who is told what nobody reads.
    Top(&'p RefCell<Vec<Unread>>),
    /// A member of a structure or map.
    Member { of: &'p Place<'p>, name: &'p str },
}

impl Place<'_> {
    /// Notes that the value here is read by nobody.
    fn pass_over(&self, value: Value) {
        if value.is_null() {
            return;
        }
        let mut names = Vec::new();
        let mut place = self;
        while let Place::Member { of, name } = place {
            names.push(*name);
            place = of;
        }
        if let Place::Top(found) = place {
            names.reverse();
            found.borrow_mut().push(Unread { path: names.join("."), value });
        }
    }
}

struct FromValue<'p> {
    value: Value,
    place: &'p Place<'p>,
}

/// The members of a structure or map, one after another.
struct Members<'p> {
    rest: vec::IntoIter<(Name, Value)>,
    current: Option<(Name, Value)>,
    place: &'p Place<'p>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.current = self.rest.next();
        let Some((name, _)) = &self.current else { return Ok(None) };
        let name: StrDeserializer<'_, Error> = name.as_ref().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, value)) = self.current.take() else {
            return Err(Error::Unfit("a member's value is asked for before its name".to_owned()));
        };
        seed.deserialize(FromValue { value, place: &Place::Member { of: self.place, name: &name } })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The items of a list, which stand where the list stands.
struct Items<'p> {
    rest: vec::IntoIter<Value>,
    place: &'p Place<'p>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        seed.deserialize(FromValue { value, place: self.place }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

impl<'de> Deserializer<'de> for FromValue<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Integer(number) => visitor.visit_i64(number),
            Value::Float(number) => visitor.visit_f64(number),
            Value::String(text) => visitor.visit_string(text.into_owned()),
            Value::Blob(bytes) => visitor.visit_string(STANDARD.encode(bytes)),
            Value::Timestamp(moment) => visitor.visit_string(moment.to_string()),
            Value::List(items) => {
                let mut items = Items { rest: items.into_iter(), place: self.place };
                let value = visitor.visit_seq(&mut items)?;
                match items.rest.len() {
                    0 => Ok(value),
                    more => Err(Error::Unfit(format!("{more} items too many"))),
                }
            }
            Value::Map(entries) => {
                let rest = entries.into_iter();
                visitor.visit_map(Members { rest, current: None, place: self.place })
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.place.pass_over(self.value);
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::Blob(bytes) if name == AS_IT_IS => visitor.visit_byte_buf(bytes.into()),
            value => visitor.visit_newtype_struct(Self { value, place: self.place }),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Blob(bytes) => visitor.visit_byte_buf(bytes.into()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Blob(bytes) => numbers(&bytes, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => visitor.visit_enum(text.into_owned().into_deserializer()),
            Value::Map(mut entries) if entries.len() == 1 => {
                let (name, value) = entries.remove(0);
                visitor.visit_enum(Variant { name: name.into_owned(), value, place: self.place })
            }
            other => Err(Error::Unfit(format!(
                "{} where one of several names stands",
                other.type_name()
            ))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        unit unit_struct tuple_struct map struct identifier
    }
}

/// Bytes for what reads a sequence, such as `Vec<u8>`.
fn numbers<'de, V: Visitor<'de>>(bytes: &Bytes, visitor: V) -> Result<V::Value, Error> {
    let mut seq = SeqDeserializer::new(bytes.iter().copied());
    let value = visitor.visit_seq(&mut seq)?;
    seq.end().map(|()| value)
}

struct Variant<'p> {
    name: String,
    value: Value,
    place: &'p Place<'p>,
}

impl<'de, 'p> EnumAccess<'de> for Variant<'p> {
    type Error = Error;
    type Variant = FromValue<'p>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, FromValue<'p>), Error> {
        let name: StringDeserializer<Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, FromValue { value: self.value, place: self.place }))
    }
}

impl<'de> VariantAccess<'de> for FromValue<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }
}
