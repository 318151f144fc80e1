//! Makes a document what its shape asks for: members by their own names, bytes of base64, and, where
//! everything came as text, numbers and booleans of their texts. What does not fit is left as it is
//! for the check to find, unless only here it is known why.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use isobar_catalogue::names::same;
use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Kind, Service, ShapeId};
use isobar_wire::{Name, Value};

/// Base64 as people paste it: with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What texts in a document are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// Texts: the document says by itself what is a number.
    Plain,
    /// Whatever the shape asks for: nothing but text can be written there.
    Typed,
}

/// What does not fit, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where, from the whole document downwards (`Filters[0].Name`).
    pub path: String,
    /// What is wrong there.
    pub text: &'static str,
}

/// Fits documents to the shapes of a service: members by their own names or in kebab case, bytes of
/// base64, days and times without a zone as UTC's.
#[derive(Debug)]
pub struct Fit {
    service: &'static Service,
    texts: Texts,
    raw_blobs: bool,
    /// The document is a program's, and not typed.
    is_programs: bool,
    path: String,
    depth: usize,
    wrong: Vec<Misfit>,
}

impl Fit {
    /// Fits a document that stands at the path. Where texts are typed, `raw_blobs` has bytes be the
    /// text's own.
    #[must_use]
    pub fn new(
        service: &'static Service,
        texts: Texts,
        raw_blobs: bool,
        path: impl Into<String>,
    ) -> Self {
        let path = path.into();
        Self { service, texts, raw_blobs, is_programs: false, path, depth: 0, wrong: Vec::new() }
    }

    /// Fits what a program's types serialize to: bytes may be a list of numbers, as `Vec<u8>` is one.
    #[must_use]
    pub fn of_program(service: &'static Service) -> Self {
        Self { is_programs: true, ..Self::new(service, Texts::Plain, false, "") }
    }

    /// What did not fit.
    #[must_use]
    pub fn wrong(self) -> Vec<Misfit> {
        self.wrong
    }

    /// A document as its shape wants it.
    pub fn value(&mut self, shape: ShapeId, value: Value) -> Value {
        // The check says that it is too deep.
        if self.depth > isobar_wire::MAX_DEPTH {
            return value;
        }
        let service = self.service;
        match (&service.shape(shape).kind, value) {
            (Kind::Structure(structure), Value::Map(entries)) => self.structure(structure, entries),
            (Kind::Map(map), Value::Map(entries)) => Value::Map(
                entries
                    .into_iter()
                    .map(|(name, value)| {
                        let value =
                            self.below(&format!(".{name}"), |fit| fit.value(map.value, value));
                        (name, value)
                    })
                    .collect(),
            ),
            (Kind::List(list), Value::List(items)) => Value::List(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(at, item)| {
                        self.below(&format!("[{at}]"), |fit| fit.value(list.item, item))
                    })
                    .collect(),
            ),
            // In text, one value may be a list of one.
            (Kind::List(list), value) if self.texts == Texts::Typed && !value.is_null() => {
                Value::List(vec![self.below("[0]", |fit| fit.value(list.item, value))])
            }
            (Kind::Blob { .. }, Value::String(text)) => self.blob(text),
            (Kind::Blob { .. }, Value::List(items)) if self.is_programs => numbers(items),
            (Kind::Timestamp(_), Value::String(text)) => Value::from(with_time(&text)),
            (kind, Value::String(text)) if self.texts == Texts::Typed => typed(kind, text),
            (_, value) => value,
        }
    }

    fn structure(&mut self, structure: &'static Structure, entries: Vec<(Name, Value)>) -> Value {
        let mut fitted: Vec<(Name, Value)> = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            let member = structure
                .members
                .iter()
                .find(|member| member.name == name)
                .or_else(|| structure.members.iter().find(|member| same(&member.name, &name)));
            let Some(member) = member else {
                fitted.push((name, value));
                continue;
            };
            let dot = if self.path.is_empty() { "" } else { "." };
            let value =
                self.below(&format!("{dot}{}", member.name), |fit| fit.value(member.shape, value));
            if fitted.iter().any(|(known, _)| *known == member.name) {
                let path = format!("{}{dot}{}", self.path, member.name);
                self.wrong.push(Misfit { path, text: "is given twice, in two spellings" });
                continue;
            }
            fitted.push((member.name.as_str().into(), value));
        }
        Value::Map(fitted)
    }

    fn below(&mut self, step: &str, fit: impl FnOnce(&mut Self) -> Value) -> Value {
        let length = self.path.len();
        self.path.push_str(step);
        self.depth += 1;
        let value = fit(self);
        self.depth -= 1;
        self.path.truncate(length);
        value
    }

    fn blob(&mut self, text: Name) -> Value {
        if self.raw_blobs && self.texts == Texts::Typed {
            return Value::Blob(Bytes::from(text.into_owned()));
        }
        let packed: String = text.split_ascii_whitespace().collect();
        match BASE64.decode(&packed) {
            Ok(bytes) => Value::Blob(bytes.into()),
            Err(_) => {
                let text = match self.is_programs {
                    true => "must be base64 where it is text; `Vec<u8>` and `Bytes` are bytes",
                    false => "must be base64; bytes as they are come from fileb://FILE or @FILE",
                };
                self.wrong.push(Misfit { path: self.path.clone(), text });
                Value::Blob(Bytes::new())
            }
        }
    }
}

/// The bytes that a list of numbers is; the list where it is none, for the check to find.
fn numbers(items: Vec<Value>) -> Value {
    let byte = |item: &Value| u8::try_from(item.as_i64()?).ok();
    match items.iter().map(byte).collect::<Option<Vec<u8>>>() {
        Some(bytes) => Value::Blob(bytes.into()),
        None => Value::List(items),
    }
}

/// A document fitted to a shape, for what is known to fit.
#[must_use]
pub fn fit(service: &'static Service, shape: ShapeId, value: Value) -> Value {
    Fit::new(service, Texts::Plain, false, "").value(shape, value)
}

/// What a text is where the shape asks for something else; the text where it is no such thing.
fn typed(kind: &Kind, text: Name) -> Value {
    let trimmed = text.trim();
    let value = match kind {
        Kind::Integer(_) => trimmed.parse().ok().map(Value::Integer),
        Kind::Float(_) => {
            let number = trimmed.parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(|number| trimmed.parse().map_or(Value::Float(number), Value::Integer))
        }
        Kind::Boolean if trimmed.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Kind::Boolean if trimmed.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        Kind::Document => serde_json::from_str(trimmed).ok(),
        _ => None,
    };
    value.unwrap_or(Value::String(text))
}

/// A day is its first moment, and a time without a zone is UTC's.
fn with_time(text: &str) -> String {
    let text = text.trim();
    let is_date = |text: &str| {
        text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| {
                if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
            })
    };
    if is_date(text) {
        return format!("{text}T00:00:00Z");
    }
    match text.get(..10).filter(|day| is_date(day)) {
        Some(_) if !text[10..].contains(['Z', 'z', '+', '-']) => format!("{text}Z"),
        _ => text.to_owned(),
    }
}
