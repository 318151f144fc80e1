//! The rules that a manifest must keep, as one table, and the check that names every violation.

use serde_json::{Map, Value, json};

use crate::error::Violation;

/// What a value must be.
enum Rule {
    /// Text of some length in which every character passes.
    Text { longest: usize, of: fn(&str) -> bool, what: &'static str },
    /// A whole number in a range.
    Whole { least: u64, most: u64 },
    /// True or false.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list.
    List { of: &'static Rule, least: usize, most: usize },
    /// A structure.
    Fields(&'static [Field]),
    /// A structure whose `type` says which fields it has.
    Tagged(&'static [(&'static str, &'static [Field])]),
}

/// One field of a structure.
struct Field {
    name: &'static str,
    required: bool,
    rule: Rule,
}

const fn required(name: &'static str, rule: Rule) -> Field {
    Field { name, required: true, rule }
}

const fn optional(name: &'static str, rule: Rule) -> Field {
    Field { name, required: false, rule }
}

/// The longest script: EC2's limit on user data, 16 KiB, less what is put before it.
const LONGEST_SCRIPT: usize = 15 * 1024;

const NAME: Rule = Rule::Text {
    longest: 40,
    of: is_name,
    what: "1 to 40 lower case letters, digits and hyphens, beginning with a letter and not ending \
           with a hyphen",
};
const PORT: Rule = Rule::Whole { least: 1, most: 65_535 };
const CLOUDS: &[&str] = &["aws", "alibaba", "digitalocean"];

const TARGET: Rule = Rule::Fields(&[
    required("cloud", Rule::Word(CLOUDS)),
    required(
        "region",
        Rule::Text {
            longest: 40,
            of: is_identifier,
            what: "the name of one of the cloud's regions",
        },
    ),
    optional(
        "size",
        Rule::Text {
            longest: 64,
            of: is_identifier,
            what: "small, medium, large, or the cloud's own name of a size",
        },
    ),
    optional(
        "image",
        Rule::Text { longest: 255, of: is_identifier, what: "the cloud's own id of an image" },
    ),
    optional("count", Rule::Whole { least: 1, most: 100 }),
]);

const MANIFEST: Rule = Rule::Fields(&[
    required("service", NAME),
    required(
        "version",
        Rule::Text {
            longest: 64,
            of: is_version,
            what: "1 to 64 letters, digits, dots, hyphens, underscores and plus signs",
        },
    ),
    optional("environment", NAME),
    required("targets", Rule::List { of: &TARGET, least: 1, most: 50 }),
    required(
        "run",
        Rule::Fields(&[
            required(
                "script",
                Rule::Text {
                    longest: LONGEST_SCRIPT,
                    of: |text| !text.trim().is_empty() && !text.contains('\0'),
                    what: "a script of at most 15360 bytes",
                },
            ),
            required("port", PORT),
        ]),
    ),
    optional(
        "expose",
        Rule::Fields(&[
            optional("port", PORT),
            optional("protocol", Rule::Word(&["http", "tcp"])),
            optional("drain_seconds", Rule::Whole { least: 0, most: 300 }),
        ]),
    ),
    optional(
        "health",
        Rule::Fields(&[
            optional(
                "path",
                Rule::Text {
                    longest: 200,
                    of: is_path,
                    what: "a path that begins with /, without spaces",
                },
            ),
            optional("interval_seconds", Rule::Whole { least: 1, most: 300 }),
            optional("timeout_seconds", Rule::Whole { least: 1, most: 60 }),
            optional("healthy_after", Rule::Whole { least: 1, most: 10 }),
            optional("unhealthy_after", Rule::Whole { least: 1, most: 10 }),
            optional("deadline_seconds", Rule::Whole { least: 1, most: 86_400 }),
        ]),
    ),
    optional(
        "strategy",
        Rule::Tagged(&[
            (
                "rolling",
                &[
                    optional("max_unavailable", Rule::Whole { least: 0, most: 100 }),
                    optional("max_surge", Rule::Whole { least: 0, most: 100 }),
                ],
            ),
            ("blue_green", &[]),
        ]),
    ),
    optional("rollback", Rule::Fields(&[optional("on_failure", Rule::Flag)])),
]);

/// Everything that is wrong with a manifest, in its own order.
#[must_use]
pub fn check(document: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    apply(&MANIFEST, "", document, &mut found);
    across_fields(document, &mut found);
    found
}

fn apply(rule: &Rule, path: &str, value: &Value, found: &mut Vec<Violation>) {
    let broken = match rule {
        Rule::Text { longest, of, what } => match value.as_str() {
            Some(text) if text.len() <= *longest && of(text) => None,
            Some(_) => Some((*what).to_owned()),
            None => Some(format!("must be text: {what}")),
        },
        Rule::Whole { least, most } => match value.as_u64() {
            Some(number) if (*least..=*most).contains(&number) => None,
            _ => Some(format!("must be a whole number from {least} to {most}")),
        },
        Rule::Flag => (!value.is_boolean()).then(|| "must be true or false".to_owned()),
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
    };
    if let Some(constraint) = broken {
        found.push(Violation { field: path.to_owned(), value: shown(value), constraint });
    }
}

fn structure(fields: &[Field], path: &str, value: &Value, found: &mut Vec<Violation>) {
    let Some(entries) = value.as_object() else {
        let names = names(fields);
        let constraint = format!("must be a structure with the fields {names}");
        found.push(Violation { field: path.to_owned(), value: shown(value), constraint });
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
            None => found.push(Violation {
                field: join(path, name),
                value: shown(value),
                constraint: match fields {
                    [] => "unknown field; there is none here".to_owned(),
                    _ => format!("unknown field; the fields here are {}", names(fields)),
                },
            }),
        }
    }
    for field in fields.iter().filter(|field| field.required && !entries.contains_key(field.name)) {
        found.push(Violation {
            field: join(path, field.name),
            value: Value::Null,
            constraint: "is required".to_owned(),
        });
    }
}

fn tagged(variants: &[(&str, &[Field])], path: &str, value: &Value, found: &mut Vec<Violation>) {
    let words = variants.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let tag = value.get("type").and_then(Value::as_str);
    let variant = variants.iter().find(|(word, _)| Some(*word) == tag);
    let (Some(entries), Some((_, fields))) = (value.as_object(), variant) else {
        found.push(Violation {
            field: join(path, "type"),
            value: shown(value.get("type").unwrap_or(&Value::Null)),
            constraint: format!("must be one of {words}"),
        });
        return;
    };
    let mut rest = entries.clone();
    rest.remove("type");
    members(fields, path, &rest, found);
}

/// The rules that hold between fields.
fn across_fields(document: &Value, found: &mut Vec<Violation>) {
    let places: Vec<_> = document["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|target| (target["cloud"].as_str(), target["region"].as_str()))
        .collect();
    for (index, place) in places.iter().enumerate() {
        if place.0.is_some() && place.1.is_some() && places[..index].contains(place) {
            found.push(Violation {
                field: format!("targets[{index}]"),
                value: json!({ "cloud": place.0, "region": place.1 }),
                constraint: "must differ from the other targets in cloud or region; raise its \
                             count instead"
                    .to_owned(),
            });
        }
    }
    let strategy = &document["strategy"];
    if strategy["type"] == "rolling" && strategy["max_surge"] == 0 {
        let unavailable = strategy["max_unavailable"].as_u64().unwrap_or(0);
        if unavailable == 0 {
            found.push(Violation {
                field: "strategy.max_surge".to_owned(),
                value: json!(0),
                constraint: "must be at least 1 where max_unavailable is 0, since nothing could \
                             move"
                    .to_owned(),
            });
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

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-:/".contains(c))
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.chars().all(|c| c.is_ascii_graphic() && c != '#')
}
