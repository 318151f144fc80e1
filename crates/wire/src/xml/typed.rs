//! From a handler's types to XML, without the values between: answers to lists are large, and most of
//! their time went into making values and freeing them. What is rare (maps, documents) is made a
//! value and written by the [`Writer`], and so is every scalar that is no plain text.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use bytes::Bytes;
use isobar_catalogue::shape::{List, Structure, TimestampFormat};
use isobar_catalogue::{Kind, Member, ShapeId};

use super::write::{Tag, Writer};
use super::{escaped, name};
use crate::error::Violation;
use crate::output::{FLATTENED, Output, Sink, value_of};
use crate::validate::expected;
use crate::value::{Error, Value};
use crate::{scalar, shapes};

impl Writer {
    /// Appends the members of an output as elements.
    pub(crate) fn output(&mut self, shape: ShapeId, output: &dyn Output) -> Result<(), Error> {
        output.write(&mut Element { writer: self, tag: None, shape, member: None })
    }
}

/// Where one value of a handler's is to be written as an element; the outermost has no tag of its own.
struct Element<'w> {
    writer: &'w mut Writer,
    tag: Option<Tag<'static>>,
    shape: ShapeId,
    member: Option<&'static Member>,
}

impl Element<'_> {
    fn kind(&self) -> &'static Kind {
        &self.writer.service.shape(self.shape).kind
    }

    fn mismatch(&self, found: &str) -> Error {
        Error::unfit(Violation::wrong_type(expected(self.kind()), found))
    }

    fn scalar(&mut self, value: &Value) -> Result<(), Error> {
        let Some(tag) = self.tag else { return Err(self.mismatch(value.type_name())) };
        self.writer.element(tag, self.shape, self.member, value).map_err(Error::unfit)
    }

    /// Appends an element with what the function writes in it.
    fn around(&mut self, write: impl FnOnce(&mut String)) -> Result<(), Error> {
        let Some(tag) = self.tag else { return Err(self.mismatch("text")) };
        self.writer.start(tag);
        self.writer.out.push('>');
        write(&mut self.writer.out);
        self.writer.close(tag.name);
        Ok(())
    }

    /// Appends an element with what the function writes into a structure's.
    fn members(
        &mut self,
        found: &str,
        write: impl FnOnce(&mut Fields<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Kind::Structure(structure) = self.kind() else { return Err(self.mismatch(found)) };
        if let Some(tag) = self.tag {
            self.writer.start(tag);
            self.writer.out.push('>');
        }
        let shape = self.shape;
        write(&mut Fields { writer: self.writer, shape, structure, next: 0 })?;
        if let Some(tag) = self.tag {
            self.writer.close(tag.name);
        }
        Ok(())
    }

    /// The tags of a list, which is open where it has one, and of its items.
    fn open_list(&mut self) -> Result<(Option<Tag<'static>>, Tag<'static>, &'static List), Error> {
        let (Kind::List(list), Some(tag)) = (self.kind(), self.tag) else {
            return Err(self.mismatch("a list"));
        };
        if self.member.is_some_and(|member| self.writer.style.flat_list(Some(member), list)) {
            return Ok((None, tag, list));
        }
        self.writer.start(tag);
        self.writer.out.push('>');
        let item = Tag {
            name: list.item_name.as_deref().unwrap_or("member"),
            namespace: list.item_namespace.as_ref(),
        };
        Ok((Some(tag), item, list))
    }
}

impl Sink for Element<'_> {
    fn null(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn absent(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), Error> {
        self.scalar(&Value::Bool(value))
    }

    fn integer(&mut self, number: i64) -> Result<(), Error> {
        self.scalar(&Value::Integer(number))
    }

    fn float(&mut self, number: f64) -> Result<(), Error> {
        self.scalar(&Value::Float(number))
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        match self.kind() {
            Kind::String(_) => self.around(|out| out.push_str(&escaped(text))),
            _ => self.scalar(&Value::from(text.to_owned())),
        }
    }

    fn display(&mut self, value: &dyn Display) -> Result<(), Error> {
        let kind = self.kind();
        match scalar::timestamp_format(kind, self.member, TimestampFormat::Iso8601) {
            // A moment writes itself as the format has it.
            TimestampFormat::Iso8601 if matches!(kind, Kind::Timestamp(_)) => {
                self.around(|out| plain(out, value))
            }
            _ if matches!(kind, Kind::String(_)) => self.around(|out| {
                let start = out.len();
                plain(out, value);
                if let Cow::Owned(text) = escaped(&out[start..]) {
                    out.replace_range(start.., &text);
                }
            }),
            _ => self.scalar(&Value::from(value.to_string())),
        }
    }

    fn bytes(&mut self, bytes: &Bytes) -> Result<(), Error> {
        self.scalar(&Value::Blob(bytes.clone()))
    }

    fn list<'a>(
        &mut self,
        count: usize,
        item: &dyn Fn(usize) -> &'a dyn Output,
    ) -> Result<(), Error> {
        let (tag, item_tag, list) = self.open_list()?;
        for at in 0..count {
            one(self.writer, item_tag, list.item, None, item(at))?;
        }
        if let Some(tag) = tag {
            self.writer.close(tag.name);
        }
        Ok(())
    }

    fn structure(&mut self, names: &[&'static str], values: &[&dyn Output]) -> Result<(), Error> {
        self.members("a structure", |fields| {
            names.iter().zip(values).try_for_each(|(name, value)| fields.field(name, *value))
        })
    }

    fn value(&mut self, value: Cow<'_, Value>) -> Result<(), Error> {
        match value.as_ref() {
            Value::Null => Ok(()),
            Value::String(text) => self.text(text),
            Value::Timestamp(moment) => self.display(moment),
            Value::List(items) => self.list(items.len(), &|at| &items[at]),
            Value::Map(entries) => self.members("a map", |fields| {
                entries.iter().try_for_each(|(name, value)| fields.field(name, value))
            }),
            scalar => self.scalar(scalar),
        }
    }
}

fn plain(out: &mut String, value: &dyn Display) {
    write!(out, "{value}").expect("writing to a String does not fail");
}

/// The members of a structure, as they come.
struct Fields<'w> {
    writer: &'w mut Writer,
    shape: ShapeId,
    structure: &'static Structure,
    /// Where the next member is looked for first: types name members in the catalogue's order.
    next: usize,
}

impl Fields<'_> {
    fn field(&mut self, called: &str, value: &dyn Output) -> Result<(), Error> {
        if called == FLATTENED {
            return self.writer.output(self.shape, value);
        }
        let members = &self.structure.members;
        let Some(at) = shapes::position(members, self.next, |member| member.name == called) else {
            // A member that has nothing to say may be unknown, as it may in a value.
            return match value_of(value)? {
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

/// Appends what the element of a member, or of a list's item, holds.
fn one(
    writer: &mut Writer,
    tag: Tag<'static>,
    shape: ShapeId,
    member: Option<&'static Member>,
    value: &dyn Output,
) -> Result<(), Error> {
    match &writer.service.shape(shape).kind {
        Kind::Map(_) | Kind::Document => match (value_of(value)?, member) {
            (Value::Null, _) => Ok(()),
            (value, Some(member)) => writer.member(member, &value).map_err(Error::unfit),
            (value, None) => writer.element(tag, shape, None, &value).map_err(Error::unfit),
        },
        _ => value.write(&mut Element { writer, tag: Some(tag), shape, member }),
    }
}
