//! From arguments to an operation's input: texts are read in the form they are in (shorthand, JSON,
//! YAML, files), made what their shapes ask for, and checked, and everything that is wrong is found
//! at once.

mod check;
mod lines;
pub mod shorthand;
mod sources;

use std::borrow::Cow;

use isobar_catalogue::{Kind, Operation, Service, Shape, ShapeId};
use isobar_client::{Fit, Misfit, Texts, Upload};
use isobar_wire::{Value, streaming_input};

use crate::call::arguments::{Given, Part};
use crate::report::Detail;
use crate::shell::Shell;

pub(crate) use check::{Checked, check, describe, filled_in, read_event, unknown_values};
pub(crate) use lines::{EVENTS, Lines, describe_events, is_stream};
pub(crate) use sources::{Document, Sources, Unreadable};

/// Something that is wrong with an argument.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// A member, by its path, with what would be valid.
    Member(Detail),
    /// A file that cannot be read.
    File(Detail),
}

/// Makes an input of what was given.
pub(crate) struct Maker<'a> {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) sources: Sources<'a>,
    /// Text given for bytes is the bytes themselves and not base64.
    raw_blobs: bool,
    /// A file that streams is not read into memory.
    may_stream: bool,
    /// The file that streams.
    pub(crate) upload: Option<(&'static str, Upload)>,
    /// The events that follow the input.
    pub(crate) events: Option<Lines>,
    pub(crate) wrong: Vec<Wrong>,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(
        shell: &'a Shell,
        service: &'static Service,
        operation: &'static Operation,
        raw_blobs: bool,
        may_stream: bool,
    ) -> Self {
        Self {
            service,
            operation,
            sources: Sources::new(shell),
            raw_blobs,
            may_stream,
            upload: None,
            events: None,
            wrong: Vec::new(),
        }
    }

    /// The input: the whole ones first, then single members, which win.
    pub(crate) fn make(
        &mut self,
        whole: &[String],
        members: Vec<Given>,
        parts: Vec<Part>,
    ) -> Value {
        let mut input = Value::Map(Vec::new());
        for text in whole {
            if let Some(value) = self.whole(text) {
                for (name, value) in value {
                    input.set(name, value);
                }
            }
        }
        for Given { member, texts } in members {
            if let Some(value) = self.member(&member.name, member.shape, texts) {
                input.set(member.name.as_str(), value);
            }
        }
        for (name, shape, value) in nested(parts) {
            let value = self.fitted(shape, name, value, Texts::Typed);
            input.set(name, value);
        }
        input
    }

    /// The members of a whole input.
    pub(crate) fn whole(&mut self, text: &str) -> Option<Vec<(isobar_wire::Name, Value)>> {
        let document = match self.sources.document(text) {
            Ok(document) => document,
            Err(unreadable) => {
                self.unreadable("--input", unreadable);
                return None;
            }
        };
        let value = match self.operation.input {
            Some(shape) => self.fitted(shape, "", document, Texts::Plain),
            None => document,
        };
        match value {
            Value::Map(members) => Some(members),
            Value::Null => None,
            other => {
                let text = format!(
                    "must be a structure with the operation's members, not {}",
                    other.type_name()
                );
                self.wrong.push(Wrong::Member(Detail::new("--input", text)));
                None
            }
        }
    }

    /// A member's value; `None` where what was given is wrong.
    fn member(&mut self, name: &'static str, shape: ShapeId, texts: Vec<String>) -> Option<Value> {
        let known = self.service.shape(shape);
        if let Kind::List(list) = &known.kind {
            return self.list(name, shape, list.item, &texts);
        }
        let mut texts = texts.into_iter();
        let text = texts.next()?;
        if texts.next().is_some() {
            self.wrong.push(Wrong::Member(Detail::new(name, "is given more than once")));
            return None;
        }
        match &known.kind {
            Kind::Structure(it) if it.event_stream => {
                match self.sources.lines(&text) {
                    Ok(lines) => self.events = Some(lines),
                    Err(unreadable) => self.unreadable(lines::ARGUMENT, unreadable),
                }
                None
            }
            Kind::Structure(_) | Kind::Map(_) | Kind::Document => self.complex(name, shape, &text),
            _ => self.scalar(name, known, shape, text),
        }
    }

    fn list(
        &mut self,
        name: &'static str,
        shape: ShapeId,
        item: ShapeId,
        texts: &[String],
    ) -> Option<Value> {
        let is_plain = is_scalar(self.service.shape(item));
        if let [text] = texts {
            let is_whole = text.trim_start().starts_with('[') || Sources::is_source(text, true);
            if is_whole {
                let document = match self.sources.list(text, is_plain) {
                    Ok(document) => document,
                    Err(unreadable) => {
                        self.unreadable(name, unreadable);
                        return None;
                    }
                };
                let texts = if is_plain { Texts::Typed } else { Texts::Plain };
                return Some(self.fitted(shape, name, document, texts));
            }
        }
        let mut items = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let path: Cow<'static, str> = format!("{name}[{at}]").into();
            if is_plain {
                items.push(self.plain(item, &path, text.clone())?);
                continue;
            }
            match self.complex_at(&path, item, text) {
                // A file or a document may hold several.
                Some(Value::List(several))
                    if !matches!(self.service.shape(item).kind, Kind::List(_)) =>
                {
                    items.extend(several);
                }
                Some(item) => items.push(item),
                None => return None,
            }
        }
        Some(Value::List(items))
    }

    fn complex(&mut self, name: &'static str, shape: ShapeId, text: &str) -> Option<Value> {
        self.complex_at(name, shape, text)
    }

    /// A structure, a map, a list within a list, or any document.
    fn complex_at(&mut self, path: &str, shape: ShapeId, text: &str) -> Option<Value> {
        let known = self.service.shape(shape);
        if Sources::is_source(text, true) || text.trim_start().starts_with(['{', '[']) {
            return match self.sources.document(text) {
                Ok(Document::List(items))
                    if matches!(known.kind, Kind::Structure(_) | Kind::Map(_)) =>
                {
                    let items = items.into_iter().enumerate().map(|(at, item)| {
                        self.fitted(shape, &format!("{path}[{at}]"), item, Texts::Plain)
                    });
                    Some(Value::List(items.collect()))
                }
                Ok(document) => Some(self.fitted(shape, path, document, Texts::Plain)),
                Err(unreadable) => {
                    self.unreadable(path, unreadable);
                    None
                }
            };
        }
        if matches!(known.kind, Kind::Document) {
            return Some(sources::inline(text).unwrap_or_else(|_| Value::from(text.to_owned())));
        }
        let parsed = match sole_member(known).filter(|_| !text.contains('=')) {
            // A structure of one member is that member.
            Some(member) => Value::Map(vec![(member.into(), Value::from(text.to_owned()))]),
            None => match shorthand::parse(text, &mut |text| self.sources.paramfile(text)) {
                Ok(value) => value,
                Err(error) => match sources::yaml(text) {
                    Ok(value @ (Value::Map(_) | Value::List(_))) => {
                        return Some(self.fitted(shape, path, value, Texts::Plain));
                    }
                    _ => {
                        self.wrong.push(match error {
                            shorthand::Error::File(unreadable) => {
                                Wrong::File(Detail::new(path, unreadable.text))
                            }
                            error => Wrong::Member(Detail::new(path, error)),
                        });
                        return None;
                    }
                },
            },
        };
        Some(self.fitted(shape, path, parsed, Texts::Typed))
    }

    fn scalar(
        &mut self,
        name: &'static str,
        known: &'static Shape,
        shape: ShapeId,
        text: String,
    ) -> Option<Value> {
        let streams =
            streaming_input(self.service, self.operation).is_some_and(|member| member.name == name);
        let is_blob = matches!(known.kind, Kind::Blob { .. });
        if is_blob && streams && self.may_stream && text != "-" && text != "@-" {
            match self.sources.stream(&text) {
                Ok(Some(source)) => {
                    self.upload = Some((name, Upload::new(source)));
                    return None;
                }
                // What is no plain file has no length to be sent ahead.
                Ok(None) => {}
                Err(unreadable) => {
                    self.unreadable(name, unreadable);
                    return None;
                }
            }
        }
        if is_blob && (streams || Sources::is_source(&text, true)) {
            return match self.sources.bytes(&text, streams) {
                Ok(sources::Bytes::Whole(bytes)) => Some(Value::Blob(bytes)),
                Ok(sources::Bytes::Text(text)) => self.plain(shape, name, text),
                Err(unreadable) => {
                    self.unreadable(name, unreadable);
                    None
                }
            };
        }
        self.plain(shape, name, text)
    }

    /// A scalar that stands for itself or for a file's text.
    fn plain(&mut self, shape: ShapeId, path: &str, text: String) -> Option<Value> {
        match self.sources.text(text) {
            Ok(text) => Some(self.fitted(shape, path, Value::from(text), Texts::Typed)),
            Err(unreadable) => {
                self.unreadable(path, unreadable);
                None
            }
        }
    }

    fn fitted(&mut self, shape: ShapeId, path: &str, value: Value, texts: Texts) -> Value {
        let mut fit = Fit::new(self.service, texts, self.raw_blobs, path);
        let value = fit.value(shape, value);
        let detail = |Misfit { path, text }| Wrong::Member(Detail::new(path, text));
        self.wrong.extend(fit.wrong().into_iter().map(detail));
        value
    }

    fn unreadable(&mut self, path: &str, unreadable: Unreadable) {
        let detail = Detail::new(path, unreadable.text);
        self.wrong.push(if unreadable.is_file {
            Wrong::File(detail)
        } else {
            Wrong::Member(detail)
        });
    }
}

fn is_scalar(shape: &Shape) -> bool {
    !matches!(shape.kind, Kind::Structure(_) | Kind::List(_) | Kind::Map(_) | Kind::Document)
}

/// The one member of a structure that has no other.
fn sole_member(shape: &'static Shape) -> Option<&'static str> {
    match &shape.kind {
        Kind::Structure(structure) => match structure.members.as_slice() {
            [member] => Some(&member.name),
            _ => None,
        },
        _ => None,
    }
}

/// The parts of flattened members, put together: numbers are places in a list, counted from 1.
fn nested(parts: Vec<Part>) -> Vec<(&'static str, ShapeId, Value)> {
    let mut roots: Vec<(&'static str, ShapeId, Value)> = Vec::new();
    for Part { member, steps, text } in parts {
        let root = match roots.iter_mut().position(|(name, ..)| *name == member.name) {
            Some(at) => &mut roots[at].2,
            None => {
                roots.push((&member.name, member.shape, Value::Null));
                &mut roots.last_mut().expect("one was pushed").2
            }
        };
        let mut at = root;
        for step in steps {
            at = entry(at, step);
        }
        *at = Value::from(text);
    }
    for (.., value) in &mut roots {
        number(value);
    }
    roots
}

/// The entry of a name; what was no map becomes one.
fn entry(value: &mut Value, step: String) -> &mut Value {
    if !matches!(value, Value::Map(_)) {
        *value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = value else { unreachable!("it was made a map") };
    let at = match entries.iter().position(|(name, _)| *name == step) {
        Some(at) => at,
        None => {
            entries.push((step.into(), Value::Null));
            entries.len() - 1
        }
    };
    &mut entries[at].1
}

/// Makes lists of the maps whose keys are all numbers, in the numbers' order.
fn number(value: &mut Value) {
    let Value::Map(entries) = value else { return };
    for (_, value) in entries.iter_mut() {
        number(value);
    }
    let mut numbered = Vec::new();
    for (name, value) in entries.iter() {
        let Ok(place) = name.parse::<u32>() else { return };
        numbered.push((place, value.clone()));
    }
    numbered.sort_by_key(|(place, _)| *place);
    *value = Value::List(numbered.into_iter().map(|(_, value)| value).collect());
}
