//! From values to XML.

use isobar_catalogue::shape::{Structure, TimestampFormat, XmlNamespace};
use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::{Style, escaped, name};
use crate::MAX_DEPTH;
use crate::error::{EncodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};

/// Appends XML to a buffer.
pub(crate) struct Writer {
    pub(super) service: &'static Service,
    pub(super) style: Style,
    /// What is written so far.
    pub(crate) out: String,
    depth: usize,
}

/// An element's name with its namespace.
#[derive(Clone, Copy)]
pub(super) struct Tag<'n> {
    pub(super) name: &'n str,
    pub(super) namespace: Option<&'n XmlNamespace>,
}

impl Writer {
    pub(crate) fn new(service: &'static Service, style: Style) -> Self {
        Self { service, style, out: String::with_capacity(1024), depth: 0 }
    }

    /// Opens an element; the caller closes it.
    pub(crate) fn open(&mut self, name: &str, namespace: Option<&XmlNamespace>) {
        self.start(Tag { name, namespace });
        self.out.push('>');
    }

    pub(super) fn start(&mut self, tag: Tag<'_>) {
        self.out.push('<');
        self.out.push_str(tag.name);
        if let Some(namespace) = tag.namespace {
            self.out.push_str(" xmlns");
            if let Some(prefix) = &namespace.prefix {
                self.out.push(':');
                self.out.push_str(prefix);
            }
            self.out.push_str("=\"");
            self.out.push_str(&escaped(&namespace.uri));
            self.out.push('"');
        }
    }

    /// Closes an element.
    pub(crate) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Appends an element with text in it.
    pub(crate) fn text_element(&mut self, name: &str, text: &str) {
        self.open(name, None);
        self.out.push_str(&escaped(text));
        self.close(name);
    }

    /// Appends a value as one element of the name.
    pub(crate) fn root(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        shape: ShapeId,
        value: &Value,
    ) -> Result<(), EncodeError> {
        self.element(Tag { name, namespace }, shape, None, value)
    }

    /// Appends members as one element of the name, with those that are attributes in its tag.
    pub(crate) fn root_of<'v>(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        entries: impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>> + Clone,
    ) -> Result<(), EncodeError> {
        self.start(Tag { name, namespace });
        self.attributes(entries.clone())?;
        self.out.push('>');
        self.members(entries)?;
        self.close(name);
        Ok(())
    }

    /// Appends the attributes among the members.
    fn attributes<'v>(
        &mut self,
        entries: impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>>,
    ) -> Result<(), EncodeError> {
        for entry in entries {
            let (member, value) = entry?;
            if !member.xml_attribute {
                continue;
            }
            let kind = &self.service.shape(member.shape).kind;
            let format = scalar::timestamp_format(kind, Some(member), TimestampFormat::Iso8601);
            let text = scalar::to_text(kind, format, value)
                .map_err(|violation| violation.within(&member.name))?;
            self.out.push(' ');
            self.out.push_str(member.on_wire());
            self.out.push_str("=\"");
            self.out.push_str(&escaped(&text));
            self.out.push('"');
        }
        Ok(())
    }

    /// Appends members as elements.
    pub(crate) fn members<'v>(
        &mut self,
        entries: impl Iterator<Item = Result<(&'static Member, &'v Value), EncodeError>>,
    ) -> Result<(), EncodeError> {
        for entry in entries {
            let (member, value) = entry?;
            if !member.xml_attribute {
                self.member(member, value).map_err(|error| error.within(&member.name))?;
            }
        }
        Ok(())
    }

    pub(super) fn member(
        &mut self,
        member: &'static Member,
        value: &Value,
    ) -> Result<(), EncodeError> {
        let shape = self.service.shape(member.shape);
        let tag = Tag {
            name: name(self.service, member),
            namespace: member.xml_namespace.as_ref().or(shape.xml_namespace.as_ref()),
        };
        match (&shape.kind, value) {
            (Kind::List(list), Value::List(items)) if self.style.flat_list(Some(member), list) => {
                for (index, item) in items.iter().enumerate() {
                    self.element(tag, list.item, None, item).map_err(|error| error.at(index))?;
                }
                Ok(())
            }
            (Kind::Map(map), Value::Map(entries)) if Style::flat_map(Some(member), map) => {
                self.entries(tag, map, entries)
            }
            _ => self.element(tag, member.shape, Some(member), value),
        }
    }

    fn entries(
        &mut self,
        tag: Tag<'_>,
        map: &'static isobar_catalogue::shape::Map,
        entries: &[(Name, Value)],
    ) -> Result<(), EncodeError> {
        let key_tag = Tag {
            name: map.key_name.as_deref().unwrap_or("key"),
            namespace: map.key_namespace.as_ref(),
        };
        let value_tag = Tag {
            name: map.value_name.as_deref().unwrap_or("value"),
            namespace: map.value_namespace.as_ref(),
        };
        for (key, value) in entries {
            self.start(tag);
            self.out.push('>');
            self.start(key_tag);
            self.out.push('>');
            self.out.push_str(&escaped(key));
            self.close(key_tag.name);
            self.element(value_tag, map.value, None, value).map_err(|error| error.within(key))?;
            self.close(tag.name);
        }
        Ok(())
    }

    /// Appends a value as one element.
    pub(super) fn element(
        &mut self,
        tag: Tag<'_>,
        shape: ShapeId,
        member: Option<&'static Member>,
        value: &Value,
    ) -> Result<(), EncodeError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EncodeError::new(Problem::TooDeep));
        }
        self.start(tag);
        let kind = &self.service.shape(shape).kind;
        match (kind, value) {
            (Kind::Structure(structure), Value::Map(entries)) => {
                self.structure(structure, entries)?;
            }
            (Kind::List(list), Value::List(items)) => {
                self.out.push('>');
                let tag = Tag {
                    name: list.item_name.as_deref().unwrap_or("member"),
                    namespace: list.item_namespace.as_ref(),
                };
                for (index, item) in items.iter().enumerate() {
                    self.element(tag, list.item, None, item).map_err(|error| error.at(index))?;
                }
            }
            (Kind::Map(map), Value::Map(entries)) => {
                self.out.push('>');
                self.entries(Tag { name: "entry", namespace: None }, map, entries)?;
            }
            (Kind::String(_), Value::String(text)) => {
                self.out.push('>');
                self.out.push_str(&escaped(text));
            }
            _ => self.scalar(kind, member, value)?,
        }
        self.close(tag.name);
        self.depth -= 1;
        Ok(())
    }

    /// Appends what follows the name in a structure's tag, and its elements.
    fn structure(
        &mut self,
        structure: &'static Structure,
        entries: &[(Name, Value)],
    ) -> Result<(), EncodeError> {
        if structure.members.iter().any(|member| member.xml_attribute) {
            self.attributes(shapes::entries(structure, entries))?;
        }
        self.out.push('>');
        self.members(shapes::entries(structure, entries))
    }

    fn scalar(
        &mut self,
        kind: &Kind,
        member: Option<&Member>,
        value: &Value,
    ) -> Result<(), Violation> {
        self.out.push('>');
        let format = scalar::timestamp_format(kind, member, TimestampFormat::Iso8601);
        match kind {
            // JSON as text is the one scalar beside plain text that may need escaping.
            Kind::String(_) | Kind::Document => {
                let text = scalar::to_text(kind, format, value)?;
                self.out.push_str(&escaped(&text));
                Ok(())
            }
            _ => scalar::write_text(&mut self.out, kind, format, value),
        }
    }
}
