//! Checks an input against its shapes, and finds everything that is wrong at once.

use isobar_catalogue::shape::Range;
use isobar_catalogue::{Kind, Member, Operation, Service, ShapeId};

use crate::MAX_DEPTH;
use crate::error::{Problem, Violation};
use crate::value::{Name, Value};

/// Every rule of the catalogue that the input breaks: absent members that are required, unknown
/// ones, other types, ranges and lengths. The values that a vendor lists for a text are not enforced,
/// since new ones appear at any time; nor are patterns. A stream of events is never absent: it
/// follows the rest of the input.
#[must_use]
pub fn validate(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
) -> Vec<Violation> {
    let mut check = Check::new(service);
    match (operation.input, input) {
        (Some(shape), Value::Null) => check.value(shape, &Value::Map(Vec::new())),
        (Some(shape), _) => check.value(shape, input),
        (None, Value::Null) => {}
        (None, Value::Map(entries)) => check.unknown(entries, &[]),
        (None, _) => check.wrong_type("a structure", input),
    }
    check.found
}

/// The rules that a value of a shape breaks.
pub(crate) fn value(service: &'static Service, shape: ShapeId, value: &Value) -> Vec<Violation> {
    let mut check = Check::new(service);
    check.value(shape, value);
    check.found
}

struct Check {
    service: &'static Service,
    path: String,
    depth: usize,
    found: Vec<Violation>,
}

impl Check {
    fn new(service: &'static Service) -> Self {
        Self { service, path: String::new(), depth: 0, found: Vec::new() }
    }

    fn report(&mut self, problem: Problem) {
        self.found.push(Violation { path: self.path.clone(), problem });
    }

    fn wrong_type(&mut self, expected: &'static str, value: &Value) {
        self.report(Problem::WrongType { expected, found: value.type_name().to_owned() });
    }

    /// Runs the checks one step further down.
    fn below(&mut self, step: std::fmt::Arguments<'_>, then: impl FnOnce(&mut Self)) {
        use std::fmt::Write as _;
        let length = self.path.len();
        write!(self.path, "{step}").expect("writing to a String does not fail");
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.report(Problem::TooDeep);
        } else {
            then(self);
        }
        self.depth -= 1;
        self.path.truncate(length);
    }

    fn member(&mut self, name: &str, then: impl FnOnce(&mut Self)) {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.below(format_args!("{dot}{name}"), then);
    }

    fn unknown(&mut self, entries: &[(Name, Value)], members: &[Member]) {
        for (name, value) in entries {
            if !value.is_null() && !members.iter().any(|member| member.name == *name) {
                self.member(name, |check| check.report(Problem::Unknown));
            }
        }
    }

    /// Whether the member is a stream of events.
    fn is_stream(&self, member: &Member) -> bool {
        self.service.structure(member.shape).is_some_and(|structure| structure.event_stream)
    }

    fn value(&mut self, shape: ShapeId, value: &Value) {
        match &self.service.shape(shape).kind {
            Kind::Structure(structure) => match value {
                Value::Map(entries) => {
                    self.unknown(entries, &structure.members);
                    let mut set = 0;
                    for member in &structure.members {
                        match value.get(&member.name) {
                            // It travels as JSON, so it may be any document.
                            Some(_) if member.json_value => set += 1,
                            Some(given) => {
                                set += 1;
                                self.member(&member.name, |check| check.value(member.shape, given));
                            }
                            None if member.required && !self.is_stream(member) => {
                                self.member(&member.name, |check| check.report(Problem::Missing));
                            }
                            None => {}
                        }
                    }
                    if structure.union && set != 1 {
                        self.report(Problem::NotOneMember { set });
                    }
                }
                _ => self.wrong_type("a structure", value),
            },
            Kind::List(list) => match value {
                Value::List(items) => {
                    self.length(items.len(), list.length);
                    for (index, item) in items.iter().enumerate() {
                        if item.is_null() && list.sparse {
                            continue;
                        }
                        self.below(format_args!("[{index}]"), |check| check.value(list.item, item));
                    }
                }
                _ => self.wrong_type("a list", value),
            },
            Kind::Map(map) => match value {
                Value::Map(entries) => {
                    self.length(entries.len(), map.length);
                    for (name, item) in entries {
                        if item.is_null() && map.sparse {
                            continue;
                        }
                        self.member(name, |check| {
                            if let Kind::String(text) = &check.service.shape(map.key).kind {
                                check.length(name.chars().count(), text.length);
                            }
                            check.value(map.value, item);
                        });
                    }
                }
                _ => self.wrong_type("a map", value),
            },
            _ => self.scalar(shape, value),
        }
    }

    fn scalar(&mut self, shape: ShapeId, value: &Value) {
        match (&self.service.shape(shape).kind, value) {
            (Kind::Document, _)
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Blob { .. }, Value::Blob(_) | Value::String(_))
            | (Kind::Timestamp(_), Value::Timestamp(_)) => {}
            (Kind::String(text), Value::String(given)) => {
                self.length(given.chars().count(), text.length);
            }
            // A JSON member may be given as the document that it will be.
            (Kind::String(text), _) if text.json => {}
            #[expect(clippy::cast_precision_loss, reason = "bounds are floats themselves")]
            (Kind::Integer(number), Value::Integer(given)) => {
                let narrow = !number.wide && i32::try_from(*given).is_err();
                let range = if narrow { NARROW } else { number.range };
                self.range(*given as f64, range);
            }
            #[expect(clippy::cast_precision_loss, reason = "bounds are floats themselves")]
            (Kind::Float(number), Value::Integer(given)) => {
                self.range(*given as f64, number.range);
            }
            (Kind::Float(number), Value::Float(given)) => self.range(*given, number.range),
            (Kind::Float(_), Value::String(text))
                if matches!(text.as_ref(), "NaN" | "Infinity" | "-Infinity") => {}
            (Kind::Timestamp(_), Value::String(_) | Value::Integer(_) | Value::Float(_)) => {
                if let Err(violation) = crate::timestamp::from_value(value) {
                    self.report(violation.problem);
                }
            }
            (kind, _) => self.wrong_type(expected(kind), value),
        }
    }

    fn length(&mut self, length: usize, range: Range) {
        #[expect(clippy::cast_precision_loss, reason = "nothing is 2^52 long")]
        let value = length as f64;
        if !within(value, range) {
            self.report(Problem::WrongLength { length, min: range.min, max: range.max });
        }
    }

    fn range(&mut self, value: f64, range: Range) {
        if !within(value, range) {
            self.report(Problem::OutOfRange { value, min: range.min, max: range.max });
        }
    }
}

const NARROW: Range = Range { min: Some(-2_147_483_648.0), max: Some(2_147_483_647.0) };

fn within(value: f64, range: Range) -> bool {
    range.min.is_none_or(|min| value >= min) && range.max.is_none_or(|max| value <= max)
}

/// What a value of the kind has to be, for messages.
pub(crate) const fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Structure(_) => "a structure",
        Kind::List(_) => "a list",
        Kind::Map(_) => "a map",
        Kind::String(_) => "text",
        Kind::Integer(_) => "a whole number",
        Kind::Float(_) => "a number",
        Kind::Boolean => "a boolean",
        Kind::Blob { .. } => "bytes",
        Kind::Timestamp(_) => "a timestamp",
        Kind::Document => "a document",
    }
}
