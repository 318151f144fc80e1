//! Text as aws-cli has it: a line for each structure, its scalars sorted by name and separated by
//! tabs, after the name of what it is.

use std::collections::BTreeSet;

use isobar_wire::{Name, Value};

/// A value as lines.
pub(crate) fn lines(value: &Value) -> String {
    let mut out = String::new();
    any(&mut out, value, None, None);
    out
}

type Keys<'a> = BTreeSet<&'a str>;

fn any(out: &mut String, value: &Value, name: Option<&str>, keys: Option<&Keys<'_>>) {
    match value {
        Value::Map(entries) => structure(out, entries, name, keys),
        Value::List(items) => list(out, items, name),
        scalar => {
            out.push_str(&scalar_text(scalar));
            out.push('\n');
        }
    }
}

fn list(out: &mut String, items: &[Value], name: Option<&str>) {
    if items.iter().any(|item| matches!(item, Value::Map(_))) {
        // All structures of a list have the same columns.
        let keys = items
            .iter()
            .filter_map(Value::as_map)
            .flatten()
            .filter(|(_, value)| is_scalar(value))
            .map(|(name, _)| name.as_ref())
            .collect();
        for item in items {
            any(out, item, name, Some(&keys));
        }
        return;
    }
    let (scalars, others): (Vec<_>, Vec<_>) = items.iter().partition(|item| is_scalar(item));
    if !scalars.is_empty() {
        let texts: Vec<_> = scalars.into_iter().map(scalar_text).collect();
        match name {
            Some(name) => {
                for text in texts {
                    out.push_str(&format!("{}\t{text}\n", name.to_uppercase()));
                }
            }
            None => {
                out.push_str(&texts.join("\t"));
                out.push('\n');
            }
        }
    }
    for other in others {
        any(out, other, name, None);
    }
}

fn structure(
    out: &mut String,
    entries: &[(Name, Value)],
    name: Option<&str>,
    keys: Option<&Keys<'_>>,
) {
    let mut sorted: Vec<(&str, &Value)> =
        entries.iter().map(|(name, value)| (name.as_ref(), value)).collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut texts: Vec<String> = Vec::new();
    match keys {
        Some(keys) => {
            for key in keys {
                let value = sorted.iter().find(|(name, _)| name == key);
                texts.push(value.map_or_else(String::new, |(_, value)| scalar_text(value)));
            }
            sorted.retain(|(name, _)| !keys.contains(name));
        }
        None => {
            sorted.retain(|(_, value)| {
                let scalar = is_scalar(value);
                if scalar {
                    texts.push(scalar_text(value));
                }
                !scalar
            });
        }
    }
    if !texts.is_empty() {
        if let Some(name) = name {
            texts.insert(0, name.to_uppercase());
        }
        out.push_str(&texts.join("\t"));
        out.push('\n');
    }
    for (name, value) in sorted {
        any(out, value, Some(name), None);
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Map(_) | Value::List(_))
}

/// A scalar as aws-cli writes it, which is as Python does.
fn scalar_text(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::String(text) => text.to_string(),
        // Bytes and moments as in JSON; what is none of all these cannot be.
        other => match serde_json::to_value(other) {
            Ok(serde_json::Value::String(text)) => text,
            _ => String::new(),
        },
    }
}
