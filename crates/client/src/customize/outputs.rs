//! Changes of outputs.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use isobar_catalogue::{Kind, Service, ShapeId};
use isobar_wire::Value;
use percent_encoding::percent_decode_str;

use super::Output;

/// How deeply outputs are looked through.
const MAX_DEPTH: usize = 16;

/// Console output comes in base64 and is read as text.
pub(super) fn decode_console(output: &mut Output<'_>) {
    let decoded = (output.value.get("Output").and_then(Value::as_str))
        .and_then(|text| BASE64_STANDARD.decode(text).ok());
    if let Some(bytes) = decoded {
        output.value.set("Output", Value::from(String::from_utf8_lossy(&bytes).into_owned()));
    }
}

/// A template that is JSON is read as such.
pub(super) fn read_template(output: &mut Output<'_>) {
    let template = output.value.get("TemplateBody").and_then(Value::as_str);
    if let Some(document) = template.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        output.value.set("TemplateBody", document);
    }
}

/// Policies come as JSON, percent-encoded, and are read as such.
pub(super) fn read_policies(output: &mut Output<'_>) {
    if let Some(shape) = output.operation.output {
        read_policies_of(output.service, shape, output.value, 0);
    }
}

fn read_policies_of(service: &Service, shape: ShapeId, value: &mut Value, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let shape = service.shape(shape);
    match (&shape.kind, value) {
        (Kind::String(_), value) if shape.name == "policyDocumentType" => {
            let text = value.as_str().map(|text| percent_decode_str(text).decode_utf8_lossy());
            if let Some(document) = text.and_then(|text| serde_json::from_str(&text).ok()) {
                *value = document;
            }
        }
        (Kind::Structure(structure), Value::Map(entries)) => {
            for (name, value) in entries {
                if let Some(member) = structure.members.iter().find(|it| it.name == *name) {
                    read_policies_of(service, member.shape, value, depth + 1);
                }
            }
        }
        (Kind::List(list), Value::List(items)) => {
            for item in items {
                read_policies_of(service, list.item, item, depth + 1);
            }
        }
        _ => {}
    }
}

/// A bucket's region is the text of the answer's only element, which no model can say.
pub(super) fn read_location(output: &mut Output<'_>) {
    let text = String::from_utf8_lossy(output.body);
    let element = text.split_once("<LocationConstraint").and_then(|(_, rest)| {
        let (attributes, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once('<')?;
        (!attributes.ends_with('/')).then_some(text.trim())
    });
    match element.filter(|text| !text.is_empty()) {
        Some(region) => output.value.set("LocationConstraint", Value::from(region.to_owned())),
        None => output.value.set("LocationConstraint", Value::Null),
    }
}

/// The members of a list of objects that hold names.
const NAMES: [&str; 7] =
    ["Delimiter", "Prefix", "Marker", "NextMarker", "StartAfter", "KeyMarker", "NextKeyMarker"];
/// The lists whose items hold names, and where.
const NAMED: [(&str, &str); 4] = [
    ("Contents", "Key"),
    ("CommonPrefixes", "Prefix"),
    ("Versions", "Key"),
    ("DeleteMarkers", "Key"),
];

/// Names that came encoded because the client asked for that are decoded.
pub(super) fn decode_names(output: &mut Output<'_>) {
    if !output.notes.decodes_names
        || output.value.get("EncodingType").and_then(Value::as_str) != Some("url")
    {
        return;
    }
    // In the oldest list, the prefix comes as it was asked for.
    let is_first = output.operation.name == "ListObjects";
    for name in NAMES.iter().filter(|name| !(is_first && **name == "Prefix")) {
        decode(output.value, name);
    }
    for (list, name) in NAMED {
        if let Value::Map(entries) = &mut *output.value
            && let Some((_, Value::List(items))) =
                entries.iter_mut().find(|(known, _)| *known == list)
        {
            items.iter_mut().for_each(|item| decode(item, name));
        }
    }
}

fn decode(value: &mut Value, name: &str) {
    if let Some(text) = value.get(name).and_then(Value::as_str) {
        let plain = text.replace('+', " ");
        let decoded = percent_decode_str(&plain).decode_utf8_lossy().into_owned();
        value.set(name.to_owned(), Value::from(decoded));
    }
}
