//! Values with every member of their shape, to begin with.

use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Kind, Service, ShapeId};
use isobar_wire::Value;

/// How deep values go: deeper, structures are empty.
const DEPTH: usize = 5;

/// A value of a shape.
#[must_use]
pub fn value(service: &Service, shape: ShapeId, depth: usize) -> Value {
    match &service.shape(shape).kind {
        Kind::Structure(structure) => Value::Map(members(service, structure, depth)),
        Kind::List(_) | Kind::Map(_) if depth >= DEPTH => Value::Null,
        Kind::List(list) => {
            let item = value(service, list.item, depth + 1);
            Value::List(vec![item.clone(), item])
        }
        Kind::Map(map) => Value::Map(vec![("key".into(), value(service, map.value, depth + 1))]),
        Kind::String(text) => Value::from(text.values.first().map_or("a", |v| v).to_owned()),
        Kind::Integer(_) => Value::Integer(7),
        Kind::Float(_) => Value::Float(1.5),
        Kind::Boolean => Value::Bool(true),
        Kind::Blob { .. } => Value::from("AAEC"),
        Kind::Timestamp(_) => Value::from("2026-01-02T03:04:05Z"),
        Kind::Document => Value::Map(vec![("a".into(), Value::List(vec![Value::Integer(1)]))]),
    }
}

fn members(
    service: &Service,
    structure: &Structure,
    depth: usize,
) -> Vec<(isobar_wire::Name, Value)> {
    if depth >= DEPTH {
        return Vec::new();
    }
    let most = if structure.union { 1 } else { usize::MAX };
    let members = structure.members.iter().take(most);
    let entries =
        members.map(|member| (member.name.clone().into(), value(service, member.shape, depth + 1)));
    entries.filter(|(_, value)| !value.is_null()).collect()
}
