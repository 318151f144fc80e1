//! One example of an operation's call, built from the members that it must have, and the vendor's page
//! about it.

use isobar_catalogue::model::Waiter;
use isobar_catalogue::shape::{Range, Structure};
use isobar_catalogue::{Cloud, Kind, Member, Operation, Service, ShapeId};
use serde_json::{Map, Value as Json, json};

use super::flags::FLAGS;
use super::names::{aws_cli, command, kebab, shown};
use super::{help, outfile};
use crate::input::{EVENTS, is_stream};

/// How deep an example goes.
const DEEPEST: usize = 8;

/// The longest text of an example.
const LONGEST: usize = 200;

/// The example.
pub(crate) fn of(
    service: &'static Service,
    operation: &'static Operation,
    waiter: Option<&Waiter>,
) -> String {
    let word = command(service.cloud);
    let mut out = match waiter {
        Some(waiter) => format!("isobar {word} wait {} {}", service.name, kebab(&waiter.name)),
        None => format!("isobar {word} {} {}", service.name, shown(service.cloud, &operation.name)),
    };
    let required = service.input_members(operation).iter();
    let required = required.filter(|member| help::is_required(service, member));
    // A member whose name is always a flag's can only be given with the whole input.
    let is_hidden = |member: &&Member| {
        let flag = FLAGS.find(service.cloud, &help::flag(service, member));
        flag.is_some_and(|flag| !flag.scope.yields.to_member(service, operation))
    };
    let (hidden, others): (Vec<&Member>, Vec<&Member>) = required.partition(is_hidden);
    if !hidden.is_empty() {
        let members = hidden
            .into_iter()
            .map(|member| (member.name.clone(), sample(service, member.shape, &member.name, 0)));
        out.push_str(&format!(" --input '{}'", Json::Object(members.collect())));
    }
    for member in others {
        out.push_str(&format!(" --{} {}", help::flag(service, member), text(service, member)));
    }
    if outfile::streamed(service, operation).is_some() {
        out.push_str(" ./FILE");
    }
    out
}

/// The vendor's page about an operation.
pub(crate) fn page(service: &Service, operation: &Operation, waiter: Option<&Waiter>) -> String {
    let Service { name, version, id, .. } = service;
    match service.cloud {
        Cloud::Aws => {
            let called = match waiter {
                Some(waiter) => format!("wait/{}", kebab(&waiter.name)),
                None => kebab(&operation.name),
            };
            let service = aws_cli(name);
            format!("https://docs.aws.amazon.com/cli/latest/reference/{service}/{called}.html")
        }
        Cloud::Alibaba => {
            format!("https://api.alibabacloud.com/document/{id}/{version}/{}", operation.name)
        }
        Cloud::DigitalOcean => {
            let operation = &operation.name;
            format!("https://docs.digitalocean.com/reference/pydo/reference/{name}/{operation}/")
        }
    }
}

/// A member's value as it stands on a command line.
fn text(service: &'static Service, member: &Member) -> String {
    if is_stream(service, member) {
        return format!("./{EVENTS}.json");
    }
    let shape = service.shape(member.shape);
    if let Kind::Blob { streaming, .. } = &shape.kind {
        return if *streaming || member.streaming { "./FILE" } else { "fileb://FILE" }.to_owned();
    }
    let value = sample(service, member.shape, &member.name, 0);
    match (&shape.kind, value) {
        (Kind::List(_), Json::Array(items)) => {
            let items: Vec<String> = items.iter().map(word).collect();
            items.join(" ")
        }
        (_, value) => word(&value),
    }
}

/// A value as one word: shorthand where it is short for something, else JSON.
fn word(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Object(members) => quoted(&shorthand(members).unwrap_or_else(|| value.to_string())),
        Json::Array(_) => quoted(&value.to_string()),
        other => other.to_string(),
    }
}

/// `Key=value,Other=value`, where all values are plain.
fn shorthand(members: &Map<String, Json>) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let pairs = members.iter().map(|(name, value)| {
        let text = match value {
            Json::String(text) => text.clone(),
            Json::Number(_) | Json::Bool(_) => value.to_string(),
            _ => return None,
        };
        let is_plain = !text.is_empty() && text.chars().all(plain) && name.chars().all(plain);
        is_plain.then(|| format!("{name}={text}"))
    });
    let pairs: Vec<String> = pairs.collect::<Option<_>>()?;
    (!pairs.is_empty()).then(|| pairs.join(","))
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A value of a shape, with what it must have.
fn sample(service: &'static Service, shape: ShapeId, name: &str, depth: usize) -> Json {
    let shape = service.shape(shape);
    let below = |shape, name: &str| sample(service, shape, name, depth + 1);
    match &shape.kind {
        _ if depth > DEEPEST => Json::Null,
        Kind::Structure(structure) => structure_of(service, structure, depth),
        Kind::List(list) => {
            let one = name.strip_suffix('s').unwrap_or(name);
            let count = least(list.length).clamp(1, 4);
            Json::Array(vec![below(list.item, one); count])
        }
        Kind::Map(map) => json!({ "key": below(map.value, "value") }),
        Kind::String(text) => match text.values.first() {
            Some(first) => json!(first),
            None if text.json => json!("{}"),
            None => json!(words(service, name, text.length)),
        },
        Kind::Integer(number) => json!(number.range.min.unwrap_or(1.0).max(0.0) as i64),
        Kind::Float(number) => json!(number.range.min.unwrap_or(1.0)),
        Kind::Boolean => json!(true),
        Kind::Blob { .. } => json!("AA=="),
        Kind::Timestamp(_) => json!("2026-01-31T12:00:00Z"),
        Kind::Document => json!({ "key": "value" }),
    }
}

/// What a structure must have; its first member, where it must have none.
fn structure_of(service: &'static Service, structure: &'static Structure, depth: usize) -> Json {
    let members = structure.members.iter();
    let mut wanted: Vec<&Member> = members.clone().filter(|member| member.required).collect();
    if wanted.is_empty() || structure.union {
        wanted = members.take(1).collect();
    }
    let values = wanted.into_iter().filter_map(|member| {
        let value = sample(service, member.shape, &member.name, depth + 1);
        (!value.is_null()).then(|| (member.name.clone(), value))
    });
    Json::Object(values.collect())
}

/// A text that says what it stands for, as long as it must be.
fn words(service: &Service, name: &str, length: Range) -> String {
    let plain = kebab(name);
    let mut text = match service.cloud {
        Cloud::Aws if plain.ends_with("arn") => {
            let what = plain.trim_end_matches("arn").trim_matches('-').to_owned();
            let what = if what.is_empty() { "name".to_owned() } else { what };
            format!("arn:aws:{}:us-east-1:123456789012:{what}", service.signing_name)
        }
        _ => plain,
    };
    let least = least(length);
    while text.len() < least && text.len() < LONGEST {
        text.push('x');
    }
    if let Some(most) = length.max {
        text.truncate((most as usize).max(1));
    }
    text
}

/// The least of a length.
fn least(length: Range) -> usize {
    length.min.map_or(0, |min| min as usize)
}
