//! From XML to values.

use std::borrow::Cow;

use isobar_catalogue::shape::{Map, Structure};
use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::{Element, Style, name};
use crate::error::{DecodeError, Violation};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};

/// Reads XML. The document's depth is bounded when it is parsed.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    service: &'static Service,
    style: Style,
}

impl Reader {
    pub(crate) const fn new(service: &'static Service, style: Style) -> Self {
        Self { service, style }
    }

    /// Reads the members of a structure; elements that `is_here` does not take are passed over.
    pub(crate) fn members(
        self,
        structure: &'static Structure,
        is_here: fn(&Member) -> bool,
        element: &Element,
    ) -> Result<Vec<(Name, Value)>, DecodeError> {
        let mut entries: Vec<(Name, Value)> = Vec::with_capacity(element.children.len());
        let mut next = 0;
        for child in &element.children {
            let found = shapes::position(&structure.members, next, |member| {
                name(self.service, member) == child.name && !member.xml_attribute && is_here(member)
            });
            let Some(at) = found else { continue };
            let member = &structure.members[at];
            next = if self.is_flat(member) { at } else { at + 1 };
            self.member(member, child, &mut entries).map_err(|error| error.within(&member.name))?;
        }
        for member in structure.members.iter().filter(|member| member.xml_attribute) {
            let local = member.on_wire();
            let found = element.attributes.iter().find(|(name, _)| {
                name == local || name.split_once(':').is_some_and(|(_, name)| name == local)
            });
            if let Some((_, text)) = found {
                let shape = self.service.shape(member.shape);
                let value = scalar::from_text(shape, Cow::Borrowed(text))
                    .map_err(|violation| violation.within(&member.name))?;
                entries.push((Cow::Borrowed(&member.name), value));
            }
        }
        Ok(entries)
    }

    fn is_flat(self, member: &Member) -> bool {
        match &self.service.shape(member.shape).kind {
            Kind::List(list) => self.style.flat_list(Some(member), list),
            Kind::Map(map) => Style::flat_map(Some(member), map),
            _ => false,
        }
    }

    /// Adds what one element says about a member: its whole value, or one item of it.
    fn member(
        self,
        member: &'static Member,
        element: &Element,
        entries: &mut Vec<(Name, Value)>,
    ) -> Result<(), DecodeError> {
        if !self.is_flat(member) {
            let value = self.value(member.shape, element)?;
            if !value.is_null() {
                entries.push((Cow::Borrowed(&member.name), value));
            }
            return Ok(());
        }
        let at = entries.iter().rposition(|(name, _)| *name == member.name);
        let at = at.unwrap_or_else(|| {
            let empty = match &self.service.shape(member.shape).kind {
                Kind::List(_) => Value::List(Vec::new()),
                _ => Value::Map(Vec::new()),
            };
            entries.push((Cow::Borrowed(&member.name), empty));
            entries.len() - 1
        });
        match (&self.service.shape(member.shape).kind, &mut entries[at].1) {
            (Kind::List(list), Value::List(items)) => {
                let index = items.len();
                let item = self.value(list.item, element).map_err(|error| error.at(index))?;
                items.push(item);
            }
            (Kind::Map(map), Value::Map(entries)) => entries.push(self.entry(map, element)?),
            _ => {}
        }
        Ok(())
    }

    fn entry(self, map: &'static Map, element: &Element) -> Result<(Name, Value), DecodeError> {
        let key = element.child(map.key_name.as_deref().unwrap_or("key"));
        let value = element.child(map.value_name.as_deref().unwrap_or("value"));
        let (Some(key), Some(value)) = (key, value) else {
            return Err(Violation::wrong_type("a key and a value", "one of them").into());
        };
        let value = self.value(map.value, value).map_err(|error| error.within(&key.text))?;
        Ok((Cow::Owned(key.text.clone()), value))
    }

    /// Reads the value that an element is. An empty one is nothing where the shape is neither text
    /// nor bytes.
    pub(crate) fn value(self, shape: ShapeId, element: &Element) -> Result<Value, DecodeError> {
        let shape = self.service.shape(shape);
        let kind = &shape.kind;
        match kind {
            Kind::Structure(structure) => {
                self.members(structure, |_| true, element).map(Value::Map)
            }
            Kind::List(list) => {
                let items = element.children.iter().enumerate().map(|(index, child)| {
                    self.value(list.item, child).map_err(|error| error.at(index))
                });
                items.collect::<Result<_, _>>().map(Value::List)
            }
            Kind::Map(map) => {
                let entries = element.children.iter().map(|child| self.entry(map, child));
                entries.collect::<Result<_, _>>().map(Value::Map)
            }
            Kind::String(_) | Kind::Blob { .. } => {
                Ok(scalar::from_text(shape, Cow::Borrowed(&element.text))?)
            }
            _ if element.text.trim().is_empty() => Ok(Value::Null),
            _ => Ok(scalar::from_text(shape, Cow::Borrowed(&element.text))?),
        }
    }
}
