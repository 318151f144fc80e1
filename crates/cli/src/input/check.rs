//! The check before anything is sent: every rule that the input breaks, with what would be valid.

use isobar_catalogue::shape::{Range, Structure};
use isobar_catalogue::{Cloud, Kind, Member, Operation, Service, ShapeId};
use isobar_wire::eventstream::{Event, Events};
use isobar_wire::{Problem, Value, Violation, validate};

use crate::call::suggest;
use crate::report::{Class, Detail};

/// How many of the values that a vendor documents are shown.
const SHOWN: usize = 8;

/// The longest text that is shown again.
const LONGEST: usize = 60;

/// What a check found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// What is wrong, and of which class.
    pub(crate) wrong: Vec<(Class, Detail)>,
    /// What is sent all the same.
    pub(crate) notes: Vec<Detail>,
}

/// Checks an input. What the client fills in by itself is not missing. What is more than the catalogue's
/// upper bounds is noted, since vendors raise them and their own SDKs do not look; where that is forced,
/// all else is too.
pub(crate) fn check(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
    is_forced: bool,
) -> Checked {
    let members = service.input_members(operation);
    let is_filled_in = |violation: &Violation| {
        violation.problem == Problem::Missing
            && members.iter().any(|it| it.name == violation.path && filled_in(service, it))
    };
    let mut checked = Checked::default();
    for violation in validate(service, operation, input) {
        if is_filled_in(&violation) {
            continue;
        }
        let (class, detail) = explain(service, operation, input, &violation);
        if violation.problem.is_upper_bound() || is_forced {
            let text = format!("{}; it is sent anyway", detail.text);
            checked.notes.push(Detail { text, ..detail });
        } else {
            checked.wrong.push((class, detail));
        }
    }
    checked
}

/// The event that a document is, or what is wrong with it.
pub(crate) fn read_event(
    service: &'static Service,
    operation: &'static Operation,
    events: &Events,
    document: Value,
) -> Result<Event, Vec<Detail>> {
    let found = match events.read(&document) {
        Ok(event) => return Ok(event),
        Err(found) => found,
    };
    // What is explained is the input, in which the document is the stream.
    let stream = events.member().name.as_str();
    let mut input = Value::Map(Vec::new());
    input.set(stream, document);
    let details = found.into_iter().map(|Violation { path, problem }| {
        let dot = if path.is_empty() { "" } else { "." };
        let violation = Violation { path: format!("{stream}{dot}{path}"), problem };
        let (_, detail) = explain(service, operation, &input, &violation);
        Detail { field: path, ..detail }
    });
    Err(details.collect())
}

/// Whether the client gives a member its value where the caller does not.
pub(crate) fn filled_in(service: &Service, member: &Member) -> bool {
    member.idempotency_token || (service.cloud == Cloud::Alibaba && member.name == "RegionId")
}

fn explain(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
    violation: &Violation,
) -> (Class, Detail) {
    let found = find(service, operation, &violation.path);
    let class = match violation.problem {
        Problem::Missing => Class::Missing,
        Problem::Unknown => Class::Usage,
        _ => Class::Invalid,
    };
    let mut text = violation.problem.to_string();
    if let (Problem::WrongType { .. }, Found::Shape(shape)) = (&violation.problem, &found)
        && let Some(Value::String(given)) = at(input, &violation.path)
        && !service.shape(*shape).sensitive
        && given.chars().count() <= LONGEST
    {
        text = text.replace("not text", &format!("not {given:?}"));
    }
    match (&violation.problem, found) {
        (Problem::Missing, Found::Shape(shape)) => {
            text.push_str(&format!(": {}", describe(service, shape)));
        }
        (Problem::WrongType { .. }, Found::Shape(shape)) => {
            if let Some(values) = values(service, shape) {
                text.push_str(&format!(": one of {values}"));
            }
        }
        (Problem::Unknown, Found::Within(structure, name)) => {
            let names = structure.members.iter().map(|member| member.name.as_str());
            text.push_str(&match suggest::closest(name, names.clone()) {
                found if found.is_empty() => {
                    let names: Vec<_> = names.take(SHOWN).collect();
                    let more = if structure.members.len() > SHOWN { ", …" } else { "" };
                    format!("; there are {}{more}", names.join(", "))
                }
                found => format!("; {}", suggest::sentence(&found)),
            });
        }
        (Problem::NotOneMember { .. }, Found::Shape(shape)) => {
            if let Some(structure) = service.structure(shape) {
                let names: Vec<_> =
                    structure.members.iter().map(|member| member.name.as_str()).collect();
                text.push_str(&format!(": one of {}", names.join(", ")));
            }
        }
        _ => {}
    }
    (class, Detail::new(violation.path.clone(), text))
}

/// The value at a path.
fn at<'v>(input: &'v Value, path: &str) -> Option<&'v Value> {
    let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    steps.into_iter().try_fold(input, |value, step| match step.strip_suffix(']') {
        Some(index) => value.as_list()?.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// What a shape is, with its bounds, in a few words.
pub(crate) fn describe(service: &Service, shape: ShapeId) -> String {
    let shape = service.shape(shape);
    let of = |item: ShapeId| describe(service, item);
    match &shape.kind {
        Kind::Structure(structure) => {
            let names: Vec<_> =
                structure.members.iter().take(SHOWN).map(|member| member.name.as_str()).collect();
            let more = if structure.members.len() > SHOWN { ", …" } else { "" };
            let what = if structure.union { "one of " } else { "" };
            format!("a structure of {what}{}{more}", names.join(", "))
        }
        Kind::List(list) => match &service.shape(list.item).kind {
            Kind::Structure(structure) => {
                let names: Vec<_> =
                    structure.members.iter().take(4).map(|member| member.name.as_str()).collect();
                let more = if structure.members.len() > 4 { ", …" } else { "" };
                format!("a list of structures of {}{more}", names.join(", "))
            }
            Kind::List(_) | Kind::Map(_) => "a list".to_owned(),
            _ => format!("a list of {}", of(list.item).trim_start_matches("a ")),
        },
        Kind::Map(_) => "a map".to_owned(),
        Kind::String(text) if !text.values.is_empty() => format!("one of {}", some(&text.values)),
        Kind::String(text) => with_bounds("text", text.length, " characters"),
        Kind::Integer(number) => with_bounds("a whole number", number.range, ""),
        Kind::Float(number) => with_bounds("a number", number.range, ""),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Blob { .. } => "bytes".to_owned(),
        Kind::Timestamp(_) => "a time such as 2026-01-31T12:00:00Z".to_owned(),
        Kind::Document => "any document".to_owned(),
    }
}

fn with_bounds(what: &str, range: Range, unit: &str) -> String {
    match (range.min.filter(|min| *min != 0.0 || unit.is_empty()), range.max) {
        (Some(min), Some(max)) => format!("{what}, {min} to {max}{unit}"),
        (Some(min), None) => format!("{what}, at least {min}{unit}"),
        (None, Some(max)) => format!("{what}, at most {max}{unit}"),
        (None, None) => what.to_owned(),
    }
}

fn values(service: &Service, shape: ShapeId) -> Option<String> {
    match &service.shape(shape).kind {
        Kind::String(text) if !text.values.is_empty() => Some(some(&text.values)),
        _ => None,
    }
}

fn some(values: &[String]) -> String {
    let more = if values.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", values[..values.len().min(SHOWN)].join(", "))
}

/// What a path leads to.
enum Found<'p> {
    Shape(ShapeId),
    /// A structure that has no such member.
    Within(&'static Structure, &'p str),
    Nothing,
}

fn find<'p>(service: &'static Service, operation: &'static Operation, path: &'p str) -> Found<'p> {
    let Some(mut at) = operation.input else { return Found::Nothing };
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let Kind::List(list) = &service.shape(at).kind else { return Found::Nothing };
            at = list.item;
            rest = inner.split_once(']').map_or("", |(_, rest)| rest);
            rest = rest.strip_prefix('.').unwrap_or(rest);
            continue;
        }
        match &service.shape(at).kind {
            Kind::Structure(structure) => {
                // A member's name may have dots in it, so the longest that fits is the one.
                let member = structure
                    .members
                    .iter()
                    .filter(|member| {
                        rest.strip_prefix(member.name.as_str())
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                    })
                    .max_by_key(|member| member.name.len());
                let Some(member) = member else { return Found::Within(structure, rest) };
                at = member.shape;
                rest = &rest[member.name.len()..];
            }
            Kind::Map(map) => {
                at = map.value;
                rest = &rest[rest.find(['.', '[']).unwrap_or(rest.len())..];
            }
            _ => return Found::Nothing,
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    Found::Shape(at)
}

/// Texts that are none of the values that the vendor documents but much like one of them. They are
/// sent all the same, since vendors add values at any time.
pub(crate) fn unknown_values(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
) -> Vec<Detail> {
    let mut found = Vec::new();
    if let Some(shape) = operation.input {
        look(service, shape, input, &mut String::new(), &mut found);
    }
    found
}

fn look(
    service: &'static Service,
    shape: ShapeId,
    value: &Value,
    path: &mut String,
    found: &mut Vec<Detail>,
) {
    let mut below = |step: String, shape: ShapeId, value: &Value, path: &mut String| {
        let length = path.len();
        path.push_str(&step);
        look(service, shape, value, path, found);
        path.truncate(length);
    };
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Value::Map(entries)) => {
            for member in &structure.members {
                if let Some((_, value)) = entries.iter().find(|(name, _)| *name == member.name) {
                    let dot = if path.is_empty() { "" } else { "." };
                    below(format!("{dot}{}", member.name), member.shape, value, path);
                }
            }
        }
        (Kind::List(list), Value::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                below(format!("[{at}]"), list.item, item, path);
            }
        }
        (Kind::Map(map), Value::Map(entries)) => {
            for (name, value) in entries {
                below(format!(".{name}"), map.value, value, path);
            }
        }
        (Kind::String(text), Value::String(given))
            if !text.values.is_empty() && !text.values.iter().any(|value| value == given) =>
        {
            let alike = suggest::closest(given, text.values.iter().map(String::as_str));
            if !alike.is_empty() {
                let text =
                    format!("{given:?} is no value that is known; {}", suggest::sentence(&alike));
                found.push(Detail::new(path.clone(), text));
            }
        }
        _ => {}
    }
}
