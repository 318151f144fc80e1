//! `--force`: what the catalogue does not know is sent all the same. An input may have members that its
//! shape lacks; they are written as the protocol writes their like.

use isobar_catalogue::model::{Operation, Service};
use isobar_catalogue::shape::{List, Number, Structure, Text};
use isobar_catalogue::{Cloud, Items, Kind, Location, Member, Protocol, Shape, ShapeId};
use isobar_wire::{Name, Value};

/// Protocols whose messages are JSON or its like, in which a number is no text.
const TYPED: [Protocol; 5] = [
    Protocol::AwsJson,
    Protocol::RestJson,
    Protocol::RpcV2Cbor,
    Protocol::AlibabaRoa,
    Protocol::DigitalOcean,
];

/// The value of a member that the catalogue does not know, of what stands behind its name.
pub(super) fn value(service: &Service, texts: &[String]) -> Value {
    match texts {
        [] => Value::from(true),
        [text] => one(service, text),
        texts => Value::List(texts.iter().map(|text| one(service, text)).collect()),
    }
}

fn one(service: &Service, text: &str) -> Value {
    let is_document = text.starts_with(['{', '[']);
    let read = serde_json::from_str::<Value>(text).ok();
    let read = read.filter(|_| is_document || TYPED.contains(&service.protocol()));
    read.unwrap_or_else(|| Value::from(text.to_owned()))
}

/// The member's name that a flag stands for, spelt as its neighbours are.
pub(super) fn name(service: &Service, operation: &Operation, flag: &str) -> Name {
    if !flag.contains('-') {
        return flag.to_owned().into();
    }
    if service.cloud == Cloud::DigitalOcean {
        return flag.replace('-', "_").into();
    }
    let members = service.input_members(operation);
    let is_small = |member: &&Member| member.name.starts_with(|c: char| c.is_ascii_lowercase());
    let begins_small = !members.is_empty() && members.iter().all(|member| is_small(&member));
    let mut name = String::with_capacity(flag.len());
    for (at, word) in flag.split('-').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if at > 0 || !begins_small => name.push(first.to_ascii_uppercase()),
            first => name.extend(first),
        }
        name.push_str(letters.as_str());
    }
    name.into()
}

/// The operation with members for all that an input has; the same where it knows them all.
pub(super) fn grown(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
) -> (&'static Service, &'static Operation) {
    let at = service.operations.position(&operation.name);
    let (Some(at), Value::Map(entries)) = (at, input) else { return (service, operation) };
    let mut grown =
        Growing { service: service.clone(), operation: operation.clone(), changed: false };
    let shape = operation.input.unwrap_or_else(|| {
        let id = grown.push(Kind::Structure(Structure::default()));
        grown.operation.input = Some(id);
        id
    });
    grown.structure(shape, entries, true);
    if !grown.changed {
        return (service, operation);
    }
    let Growing { service: mut copy, operation, .. } = grown;
    copy.operations.to_mut()[at] = operation;
    // A process makes one call, and operations live as long as the process.
    let copy: &'static Service = Box::leak(Box::new(copy));
    (copy, &copy.operations[at])
}

/// A service that has one operation, with members for all that its input has.
pub(super) fn made(
    mut service: Service,
    operation: Operation,
    input: &Value,
) -> (&'static Service, &'static Operation) {
    service.operations = Items::from(vec![operation]);
    let service: &'static Service = Box::leak(Box::new(service));
    let (service, operation) = grown(service, &service.operations[0], input);
    (service, operation)
}

/// A copy of a service that gets what it lacks.
struct Growing {
    service: Service,
    operation: Operation,
    changed: bool,
}

impl Growing {
    fn push(&mut self, kind: Kind) -> ShapeId {
        self.changed = true;
        let shapes = self.service.shapes.to_mut();
        let id = u32::try_from(shapes.len()).expect("a service has thousands of shapes");
        shapes.push(Shape { name: format!("Forced{id}"), kind, ..Shape::default() });
        ShapeId(id)
    }

    /// Gives a structure members for all that a value of it has.
    fn structure(&mut self, shape: ShapeId, entries: &[(Name, Value)], is_root: bool) {
        for (name, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            let Some(structure) = self.service.structure(shape) else { return };
            let member = structure.members.iter().find(|member| member.name == *name);
            if let Some(known) = member.map(|member| member.shape) {
                self.within(known, value);
                continue;
            }
            let has_payload = structure.payload.is_some();
            let mut member = Member::new(name.clone(), self.shape_of(value));
            if is_root {
                member.location = self.location(has_payload);
            }
            if let Kind::Structure(structure) =
                &mut self.service.shapes.to_mut()[shape.0 as usize].kind
            {
                structure.members.push(member);
            }
        }
    }

    fn within(&mut self, shape: ShapeId, value: &Value) {
        match (&self.service.shape(shape).kind, value) {
            (Kind::Structure(_), Value::Map(entries)) => self.structure(shape, entries, false),
            (Kind::List(list), Value::List(items)) => {
                let item = list.item;
                items.iter().for_each(|value| self.within(item, value));
            }
            (Kind::Map(map), Value::Map(entries)) => {
                let item = map.value;
                entries.iter().for_each(|(_, value)| self.within(item, value));
            }
            _ => {}
        }
    }

    /// Where a member of the input travels.
    fn location(&self, has_payload: bool) -> Location {
        let is_bare = matches!(self.operation.method.as_str(), "GET" | "HEAD" | "DELETE");
        match self.service.protocol() {
            Protocol::AwsQuery | Protocol::Ec2 | Protocol::AwsJson | Protocol::RpcV2Cbor => {
                Location::Body
            }
            Protocol::AlibabaRpc | Protocol::AlibabaOss => Location::Query,
            _ if is_bare || has_payload => Location::Query,
            _ => Location::Body,
        }
    }

    fn is_typed(&self) -> bool {
        TYPED.contains(&self.service.protocol())
    }

    /// A shape for a value.
    fn shape_of(&mut self, value: &Value) -> ShapeId {
        let wide = Number { wide: true, ..Number::default() };
        let kind = match value {
            Value::Bool(_) => Kind::Boolean,
            Value::Integer(_) => Kind::Integer(wide),
            Value::Float(_) => Kind::Float(wide),
            Value::Null | Value::String(_) | Value::Timestamp(_) => Kind::String(Text::default()),
            Value::Blob(_) => {
                Kind::Blob { streaming: false, requires_length: false, length: Default::default() }
            }
            // Where documents can be written, nothing is asked of what is in them.
            Value::Map(_) if self.is_typed() => Kind::Document,
            Value::List(items) if self.is_typed() && !are_alike(items) => Kind::Document,
            Value::List(items) => {
                let mut items = items.iter();
                let item = self.shape_of(items.next().unwrap_or(&Value::Null));
                // Items may have different members; all of them are the item's.
                items.for_each(|value| self.within(item, value));
                Kind::List(List { item, ..List::default() })
            }
            Value::Map(entries) => {
                let members = entries
                    .iter()
                    .map(|(name, value)| Member::new(name.clone(), self.shape_of(value)))
                    .collect();
                Kind::Structure(Structure { members, ..Structure::default() })
            }
        };
        self.push(kind)
    }
}

/// Whether the items of a list are plain values of one type.
fn are_alike(items: &[Value]) -> bool {
    let is_plain = |item: &Value| !matches!(item, Value::List(_) | Value::Map(_));
    items.iter().all(is_plain)
        && items.windows(2).all(|pair| pair[0].type_name() == pair[1].type_name())
}
