//! From a handler's types to XML, without the values between: answers to lists are large, and most of
//! their time went into making values and freeing them. What is rare (maps, documents) is made a
//! value and written by the [`Writer`], and so is every scalar that is no plain text.

use std::fmt::{Display, Write as _};

use bytes::Bytes;
use isobar_catalogue::shape::{List, Structure, TimestampFormat};
use isobar_catalogue::{Kind, Member, ShapeId};
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};
use serde::{Serialize, Serializer};

use super::write::{Tag, Writer};
use super::{escaped, name};
use crate::error::Violation;
use crate::validate::expected;
use crate::value::{Error, Value, to_value};
use crate::{scalar, shapes};

impl Writer {
    /// Appends the members of an output as elements.
    pub(crate) fn typed<T: Serialize + ?Sized>(
        &mut self,
        shape: ShapeId,
        output: &T,
    ) -> Result<(), Error> {
        output.serialize(Typed { writer: self, tag: None, shape, member: None })
    }
}

/// One value of a handler's, to be written as one element; the outermost has no tag of its own.
struct Typed<'w> {
    writer: &'w mut Writer,
    tag: Option<Tag<'static>>,
    shape: ShapeId,
    member: Option<&'static Member>,
}

impl<'w> Typed<'w> {
    fn kind(&self) -> &'static Kind {
        &self.writer.service.shape(self.shape).kind
    }

    fn mismatch(&self, found: &str) -> Error {
        Error::unfit(Violation::wrong_type(expected(self.kind()), found))
    }

    fn scalar(self, value: &Value) -> Result<(), Error> {
        let Some(tag) = self.tag else { return Err(self.mismatch(value.type_name())) };
        self.writer.element(tag, self.shape, self.member, value).map_err(Error::unfit)
    }

    /// Appends an element with what the function writes in it.
    fn text(self, write: impl FnOnce(&mut String)) -> Result<(), Error> {
        let Some(tag) = self.tag else { return Err(self.mismatch("text")) };
        self.writer.start(tag);
        self.writer.out.push('>');
        write(&mut self.writer.out);
        self.writer.close(tag.name);
        Ok(())
    }

    fn structure(self, found: &str) -> Result<Fields<'w>, Error> {
        let Kind::Structure(structure) = self.kind() else { return Err(self.mismatch(found)) };
        if let Some(tag) = self.tag {
            self.writer.start(tag);
            self.writer.out.push('>');
        }
        Ok(Fields { writer: self.writer, tag: self.tag, structure, next: 0, key: None })
    }

    fn list(self) -> Result<Items<'w>, Error> {
        let (Kind::List(list), Some(tag)) = (self.kind(), self.tag) else {
            return Err(self.mismatch("a list"));
        };
        if self.member.is_some_and(|member| self.writer.style.flat_list(Some(member), list)) {
            return Ok(Items { writer: self.writer, close: None, tag, list });
        }
        self.writer.start(tag);
        self.writer.out.push('>');
        let item = Tag {
            name: list.item_name.as_deref().unwrap_or("member"),
            namespace: list.item_namespace.as_ref(),
        };
        Ok(Items { writer: self.writer, close: Some(tag), tag: item, list })
    }
}

/// The methods of one-word scalars.
macro_rules! scalars {
    ($($method:ident: $type:ty => $value:ident),* $(,)?) => {
        $(fn $method(self, v: $type) -> Result<(), Error> {
            self.scalar(&Value::$value(v.into()))
        })*
    };
}

impl<'w> Serializer for Typed<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'w>;
    type SerializeTuple = Items<'w>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Fields<'w>;
    type SerializeStruct = Fields<'w>;
    type SerializeStructVariant = Impossible<(), Error>;

    scalars! {
        serialize_bool: bool => Bool,
        serialize_i8: i8 => Integer,
        serialize_i16: i16 => Integer,
        serialize_i32: i32 => Integer,
        serialize_i64: i64 => Integer,
        serialize_u8: u8 => Integer,
        serialize_u16: u16 => Integer,
        serialize_u32: u32 => Integer,
        serialize_f32: f32 => Float,
        serialize_f64: f64 => Float,
    }

    fn serialize_u64(self, v: u64) -> Result<(), Error> {
        self.scalar(&to_value(&v)?)
    }

    fn serialize_char(self, v: char) -> Result<(), Error> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), Error> {
        match self.kind() {
            Kind::String(_) => self.text(|out| out.push_str(&escaped(v))),
            _ => self.scalar(&Value::from(v.to_owned())),
        }
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        let kind = self.kind();
        match scalar::timestamp_format(kind, self.member, TimestampFormat::Iso8601) {
            // A moment writes itself as the format has it.
            TimestampFormat::Iso8601 if matches!(kind, Kind::Timestamp(_)) => self.text(|out| {
                write!(out, "{value}").expect("writing to a String does not fail");
            }),
            _ => self.serialize_str(&value.to_string()),
        }
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), Error> {
        self.scalar(&Value::Blob(Bytes::copy_from_slice(v)))
    }

    fn serialize_none(self) -> Result<(), Error> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        SerializeStruct::end(self.structure("a structure")?)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut fields = self.structure("a variant")?;
        fields.field(variant, value)?;
        SerializeStruct::end(fields)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w>, Error> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'w>, Error> {
        self.list()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        Err(self.mismatch("a tuple"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(self.mismatch("a tuple"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'w>, Error> {
        self.structure("a map")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'w>, Error> {
        self.structure("a structure")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(self.mismatch("a variant"))
    }
}

/// The items of a list, as they come.
struct Items<'w> {
    writer: &'w mut Writer,
    /// What the list itself is in, but for one that is flat.
    close: Option<Tag<'static>>,
    tag: Tag<'static>,
    list: &'static List,
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        one(self.writer, self.tag, self.list.item, None, value)
    }

    fn end(self) -> Result<(), Error> {
        if let Some(tag) = self.close {
            self.writer.close(tag.name);
        }
        Ok(())
    }
}

impl SerializeTuple for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Error> {
        SerializeSeq::end(self)
    }
}

/// The members of a structure, as they come.
struct Fields<'w> {
    writer: &'w mut Writer,
    tag: Option<Tag<'static>>,
    structure: &'static Structure,
    /// Where the next member is looked for first: types name members in the catalogue's order.
    next: usize,
    key: Option<String>,
}

impl Fields<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, called: &str, value: &T) -> Result<(), Error> {
        let members = &self.structure.members;
        let Some(at) = shapes::position(members, self.next, |member| member.name == called) else {
            // A member that has nothing to say may be unknown, as it may in a value.
            return match to_value(value)? {
                Value::Null => Ok(()),
                _ => Err(Error::Unfit(format!("{called} is no member"))),
            };
        };
        self.next = at + 1;
        let member = &members[at];
        let shape = self.writer.service.shape(member.shape);
        let tag = Tag {
            name: name(self.writer.service, member),
            namespace: member.xml_namespace.as_ref().or(shape.xml_namespace.as_ref()),
        };
        one(self.writer, tag, member.shape, Some(member), value)
    }
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        if let Some(tag) = self.tag {
            self.writer.close(tag.name);
        }
        Ok(())
    }
}

impl SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let key = to_value(key)?;
        let text = key.as_str().ok_or_else(|| Error::Unfit("a member's name is text".into()))?;
        self.key = Some(text.to_owned());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.field(&key, value)
    }

    fn end(self) -> Result<(), Error> {
        SerializeStruct::end(self)
    }
}

/// Appends what the element of a member, or of a list's item, holds.
fn one<T: Serialize + ?Sized>(
    writer: &mut Writer,
    tag: Tag<'static>,
    shape: ShapeId,
    member: Option<&'static Member>,
    value: &T,
) -> Result<(), Error> {
    match &writer.service.shape(shape).kind {
        Kind::Map(_) | Kind::Document => match (to_value(value)?, member) {
            (Value::Null, _) => Ok(()),
            (value, Some(member)) => writer.member(member, &value).map_err(Error::unfit),
            (value, None) => writer.element(tag, shape, None, &value).map_err(Error::unfit),
        },
        _ => value.serialize(Typed { writer, tag: Some(tag), shape, member }),
    }
}
