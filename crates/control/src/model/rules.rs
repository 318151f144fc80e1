//! What a document must be, as a table of rules: the check, which names everything that is wrong by
//! its place, and the schema that the API's description shows, come from the same rows.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::error::Violation;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Text of so many bytes at most in which every character passes.
    Text {
        /// The most bytes.
        longest: usize,
        /// What it must be like.
        of: fn(&str) -> bool,
        /// The same as a regular expression (ECMA 262).
        pattern: &'static str,
        /// The same in words.
        what: &'static str,
    },
    /// A whole number in a range.
    Whole {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// A number in a range.
    Number {
        /// The least.
        least: f64,
        /// The most.
        most: f64,
    },
    /// True or false.
    Flag,
    /// A time as RFC 3339 has it.
    Time,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list.
    List {
        /// What each item must be.
        of: &'static Rule,
        /// The fewest items.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A structure.
    Fields(&'static [Field]),
    /// A structure whose `type` says which fields it has.
    Tagged(&'static [(&'static str, &'static [Field])]),
    /// A structure of one field that is named after the choice, or, for a choice without fields, its
    /// name.
    Choice(&'static [(&'static str, Option<&'static [Field]>)]),
}

/// One field of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there; one that need not may be null.
    pub required: bool,
    /// What it must be.
    pub rule: Rule,
    /// What it is where it is left out, as JSON; empty for nothing.
    pub default: &'static str,
}

/// A field that must be there.
#[must_use]
pub const fn required(name: &'static str, rule: Rule) -> Field {
    Field { name, required: true, rule, default: "" }
}

/// A field that may be left out.
#[must_use]
pub const fn optional(name: &'static str, rule: Rule) -> Field {
    Field { name, required: false, rule, default: "" }
}

impl Field {
    /// The field with what it is where it is left out, as JSON.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

/// What the place of the whole document is called.
pub const BODY: &str = "body";

/// Everything that is wrong with a document, in its own order.
#[must_use]
pub fn check(rule: &Rule, document: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    apply(rule, "", document, &mut found);
    found
}

/// A document that was checked, in the form that serde reads: without its nulls, which stand for what
/// was left out, and with whole numbers written as such.
#[must_use]
pub fn normal(document: Value) -> Value {
    match document {
        Value::Object(entries) => entries
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, normal(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(normal).collect(),
        Value::Number(ref number) if number.is_f64() => {
            whole(&document).map_or(document, Value::from)
        }
        other => other,
    }
}

fn apply(rule: &Rule, path: &str, value: &Value, found: &mut Vec<Violation>) {
    let broken = match rule {
        Rule::Text { longest, of, what, .. } => match value.as_str() {
            Some(text) if text.len() <= *longest && of(text) => None,
            Some(_) => Some((*what).to_owned()),
            None => Some(format!("must be text: {what}")),
        },
        Rule::Whole { least, most } => match whole(value) {
            Some(number) if (*least..=*most).contains(&number) => None,
            _ => Some(format!("must be a whole number from {least} to {most}")),
        },
        Rule::Number { least, most } => match value.as_f64() {
            Some(number) if (*least..=*most).contains(&number) => None,
            _ => Some(format!("must be a number from {least} to {most}")),
        },
        Rule::Flag => (!value.is_boolean()).then(|| "must be true or false".to_owned()),
        Rule::Time => match value.as_str().map(str::parse::<Timestamp>) {
            Some(Ok(_)) => None,
            _ => Some("must be a time like 2026-01-31T23:59:59Z".to_owned()),
        },
        Rule::Word(words) => match value.as_str() {
            Some(word) if words.contains(&word) => None,
            _ => Some(format!("must be one of {}", words.join(", "))),
        },
        Rule::List { of, least, most } => match value.as_array() {
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    apply(of, &format!("{path}[{index}]"), item, found);
                }
                let fits = (*least..=*most).contains(&items.len());
                (!fits).then(|| format!("must have {least} to {most} items"))
            }
            None => Some(format!("must be a list of {least} to {most} items")),
        },
        Rule::Fields(fields) => return structure(fields, path, value, found),
        Rule::Tagged(variants) => return tagged(variants, path, value, found),
        Rule::Choice(choices) => return choice(choices, path, value, found),
    };
    if let Some(constraint) = broken {
        found.push(violation(path, value, constraint));
    }
}

/// A whole number, however it is written: `5` and `5.0` are the same (JSON Schema has it so too).
fn whole(value: &Value) -> Option<i64> {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it was seen to be whole and in range")]
    value.as_i64().or_else(|| value.as_f64().filter(exact).map(|number| number as i64))
}

fn violation(path: &str, value: &Value, constraint: String) -> Violation {
    let field = if path.is_empty() { BODY } else { path };
    Violation { field: field.to_owned(), value: shown(value), constraint }
}

fn structure(fields: &[Field], path: &str, value: &Value, found: &mut Vec<Violation>) {
    let Some(entries) = value.as_object() else {
        let constraint = match fields {
            [] => "must be an empty structure".to_owned(),
            _ => format!("must be a structure with the fields {}", names(fields)),
        };
        found.push(violation(path, value, constraint));
        return;
    };
    members(fields, path, entries, found);
}

fn members(fields: &[Field], path: &str, entries: &Map<String, Value>, found: &mut Vec<Violation>) {
    for (name, value) in entries {
        match fields.iter().find(|field| field.name == name) {
            // A null stands for a field that was left out.
            Some(field) if value.is_null() && !field.required => {}
            Some(field) => apply(&field.rule, &join(path, name), value, found),
            None => {
                let constraint = match fields {
                    [] => "unknown field; there is none here".to_owned(),
                    _ => format!("unknown field; the fields here are {}", names(fields)),
                };
                found.push(violation(&join(path, name), value, constraint));
            }
        }
    }
    for field in fields.iter().filter(|field| field.required && !entries.contains_key(field.name)) {
        let place = join(path, field.name);
        found.push(violation(&place, &Value::Null, "is required".to_owned()));
    }
}

fn tagged(variants: &[(&str, &[Field])], path: &str, value: &Value, found: &mut Vec<Violation>) {
    let words = variants.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let Some(entries) = value.as_object() else {
        let constraint = format!("must be a structure whose type is one of {words}");
        found.push(violation(path, value, constraint));
        return;
    };
    let tag = value.get("type").unwrap_or(&Value::Null);
    let variant = variants.iter().find(|(word, _)| tag.as_str() == Some(word));
    let Some((_, fields)) = variant else {
        found.push(violation(&join(path, "type"), tag, format!("must be one of {words}")));
        return;
    };
    let mut rest = entries.clone();
    rest.remove("type");
    members(fields, path, &rest, found);
}

fn choice(
    choices: &[(&str, Option<&[Field]>)],
    path: &str,
    value: &Value,
    found: &mut Vec<Violation>,
) {
    let chosen = match value {
        Value::String(word) => {
            choices.iter().find(|(name, fields)| name == word && fields.is_none())
        }
        Value::Object(entries) if entries.len() == 1 => {
            choices.iter().find(|(name, fields)| entries.contains_key(*name) && fields.is_some())
        }
        _ => None,
    };
    match chosen {
        Some((name, Some(fields))) => structure(fields, &join(path, name), &value[*name], found),
        Some((_, None)) => {}
        None => {
            let forms = choices.iter().map(|(name, fields)| match fields {
                Some(fields) => format!("{{\"{name}\": a structure with {}}}", names(fields)),
                None => format!("\"{name}\""),
            });
            let forms = forms.collect::<Vec<_>>().join(", ");
            found.push(violation(path, value, format!("must be one of {forms}")));
        }
    }
}

fn names(fields: &[Field]) -> String {
    fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The value as it is quoted: a script or a whole structure would drown the message.
fn shown(value: &Value) -> Value {
    const LONGEST: usize = 80;
    match value {
        Value::String(text) if text.chars().count() > LONGEST => {
            Value::String(text.chars().take(LONGEST).chain(['…']).collect())
        }
        Value::Array(items) => json!(format!("a list of {} items", items.len())),
        Value::Object(entries) => json!(format!("a structure of {} fields", entries.len())),
        other => other.clone(),
    }
}

/// The rule as JSON Schema (2020-12).
#[must_use]
pub fn schema(rule: &Rule) -> Value {
    match rule {
        Rule::Text { longest, pattern, what, .. } => {
            let mut schema = json!({ "type": "string", "maxLength": longest, "description": what });
            if !pattern.is_empty() {
                schema["pattern"] = (*pattern).into();
            }
            schema
        }
        Rule::Whole { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Rule::Number { least, most } => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        Rule::Flag => json!({ "type": "boolean" }),
        Rule::Time => json!({ "type": "string", "format": "date-time" }),
        Rule::Word(words) => json!({ "type": "string", "enum": words }),
        Rule::List { of, least, most } => {
            json!({ "type": "array", "items": schema(of), "minItems": least, "maxItems": most })
        }
        Rule::Fields(fields) => structure_schema(fields, Map::new()),
        Rule::Tagged(variants) => {
            let of_each = variants.iter().map(|(word, fields)| {
                let tag = json!({ "type": "string", "const": word });
                structure_schema(fields, Map::from_iter([("type".to_owned(), tag)]))
            });
            json!({ "oneOf": of_each.collect::<Vec<_>>() })
        }
        Rule::Choice(choices) => {
            let of_each = choices.iter().map(|(name, fields)| match fields {
                None => json!({ "type": "string", "const": name }),
                Some(fields) => {
                    let inner = structure_schema(fields, Map::new());
                    structure_schema(&[], Map::from_iter([((*name).to_owned(), inner)]))
                }
            });
            json!({ "oneOf": of_each.collect::<Vec<_>>() })
        }
    }
}

/// The schema of a structure; `first` are members that stand before its fields and are required.
fn structure_schema(fields: &[Field], first: Map<String, Value>) -> Value {
    let mut needed: Vec<Value> = first.keys().map(|name| name.as_str().into()).collect();
    let mut properties = first;
    for field in fields {
        let mut of_field = schema(&field.rule);
        if field.required {
            needed.push(field.name.into());
        } else {
            of_field = nullable(of_field);
        }
        if !field.default.is_empty() {
            of_field["default"] =
                serde_json::from_str(field.default).expect("a default in a table is JSON");
        }
        properties.insert(field.name.to_owned(), of_field);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": false,
    })
}

/// The schema of a field that may be null.
fn nullable(mut schema: Value) -> Value {
    let null = json!({ "type": "null" });
    if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.push(null);
    } else if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
        schema["type"] = json!([schema["type"], "null"]);
    } else {
        schema["type"] = json!([schema["type"], "null"]);
    }
    schema
}
