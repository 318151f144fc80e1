//! The cases' JSON as values of their shapes. The cases write a blob as the text that its bytes
//! are, and a timestamp as seconds.

use std::borrow::Cow;

use isobar_catalogue::{Kind, Service, ShapeId};
use isobar_wire::Value;
use serde_json::Value as Json;

/// The value of a shape that a case's JSON means.
pub(crate) fn typed(service: &'static Service, shape: Option<ShapeId>, json: &Json) -> Value {
    match (shape, json) {
        (_, Json::Null) => Value::Null,
        (None, _) => untyped(json),
        (Some(shape), _) => of_shape(service, shape, json),
    }
}

fn of_shape(service: &'static Service, shape: ShapeId, json: &Json) -> Value {
    match (&service.shape(shape).kind, json) {
        (_, Json::Null) => Value::Null,
        (Kind::Structure(structure), Json::Object(entries)) => {
            let entries = entries.iter().filter(|(_, json)| !json.is_null()).map(|(name, json)| {
                let member = structure.members.iter().find(|member| member.name == *name);
                let value = match member {
                    Some(member) if !member.json_value => of_shape(service, member.shape, json),
                    _ => untyped(json),
                };
                (Cow::Owned(name.clone()), value)
            });
            Value::Map(entries.collect())
        }
        (Kind::List(list), Json::Array(items)) => {
            // The items of an event stream come as a list of its structure's members.
            Value::List(items.iter().map(|item| of_shape(service, list.item, item)).collect())
        }
        (Kind::Map(map), Json::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(name, json)| (Cow::Owned(name.clone()), of_shape(service, map.value, json)));
            Value::Map(entries.collect())
        }
        (Kind::Blob { .. }, Json::String(text)) => Value::Blob(text.clone().into_bytes().into()),
        (Kind::Float(_), Json::String(text)) => Value::Float(match text.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            other => panic!("{other} is no number"),
        }),
        (Kind::Float(_), Json::Number(number)) => {
            Value::Float(number.as_f64().expect("a JSON number is a float"))
        }
        (Kind::Timestamp(_), Json::Number(number)) => {
            let seconds = number.as_f64().expect("a JSON number is a float");
            #[expect(clippy::cast_possible_truncation, reason = "seconds of this era")]
            let micros = (seconds * 1e6).round() as i64;
            Value::Timestamp(jiff::Timestamp::from_microsecond(micros).expect("in range"))
        }
        _ => untyped(json),
    }
}

fn untyped(json: &Json) -> Value {
    serde_json::from_value(json.clone()).expect("JSON is a value")
}
