//! `models/*.py`: classes with their attributes' types and names on the wire.

use std::collections::BTreeMap;

use super::python::{Type, identifier_after, quoted};
use crate::import::ImportError;

/// A class of a request, an answer or a part of one.
#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) fields: Vec<Field>,
}

/// An attribute.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in Python.
    pub(super) attribute: String,
    /// Its name on the wire.
    pub(super) wire: String,
    pub(super) kind: Type,
    pub(super) required: bool,
}

/// Which method of a class is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The parameters of `__init__`, which have the types.
    Parameters,
    /// The rest of `__init__`, whose comments say what is required.
    Assignments,
    /// `validate`, where the older packages say what is required.
    Validation,
    /// `to_map`, which has the names on the wire.
    ToMap,
    /// Anything else.
    Other,
}

/// The generator's own sentence above an attribute that must be given.
const REQUIRED: &str = "# This parameter is required.";

/// Reads a file's classes.
pub(super) fn read(text: &str, classes: &mut BTreeMap<String, Class>) -> Result<(), ImportError> {
    let mut name = String::new();
    let mut class = Class::default();
    let mut part = Part::Other;
    let mut required = false;
    let mut attribute = "";
    for line in text.lines() {
        let words = line.trim();
        if let Some(rest) = line.strip_prefix("class ") {
            close(&mut name, &mut class, classes);
            let end = rest.find('(').unwrap_or(rest.len());
            rest[..end].clone_into(&mut name);
            part = Part::Other;
        } else if let Some(method) = line.strip_prefix("    def ") {
            part = match method.split('(').next() {
                Some("__init__") => Part::Parameters,
                Some("validate") => Part::Validation,
                Some("to_map") => Part::ToMap,
                _ => Part::Other,
            };
        } else if part == Part::Parameters && words.starts_with(')') {
            part = Part::Assignments;
        } else if part == Part::Parameters {
            class.fields.extend(parameter(words)?);
        } else if part == Part::Assignments {
            if words == REQUIRED {
                required = true;
            } else if let Some(assigned) = words.strip_prefix("self.") {
                let assigned = identifier_after(assigned, "").unwrap_or_default();
                if let Some(field) = class.field(assigned) {
                    field.required = std::mem::take(&mut required);
                }
            }
        } else if part == Part::Validation {
            if let Some(attribute) = identifier_after(words, "self.validate_required(self.")
                && let Some(field) = class.field(attribute)
            {
                field.required = true;
            }
        } else if part == Part::ToMap {
            if words.starts_with("if self.") {
                attribute = identifier_after(words, "self.").unwrap_or_default();
            } else if let Some(wire) = written(words)
                && let Some(field) = class.field(attribute)
            {
                wire.clone_into(&mut field.wire);
            }
        }
    }
    close(&mut name, &mut class, classes);
    Ok(())
}

impl Class {
    fn field(&mut self, attribute: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.attribute == attribute)
    }
}

fn close(name: &mut String, class: &mut Class, classes: &mut BTreeMap<String, Class>) {
    if !name.is_empty() {
        classes.insert(std::mem::take(name), std::mem::take(class));
    }
}

/// `name: TYPE = None,`
fn parameter(words: &str) -> Result<Option<Field>, ImportError> {
    let Some((attribute, kind)) = words.split_once(": ") else { return Ok(None) };
    let kind = kind.split(" = ").next().unwrap_or(kind).trim_end_matches(',');
    Ok(Some(Field {
        attribute: attribute.to_owned(),
        wire: attribute.to_owned(),
        kind: Type::parse(kind)?,
        required: false,
    }))
}

/// The name under which a line of `to_map` writes the attribute that was asked for last. A line that
/// prepares an empty list or map comes before the question and belongs to the next attribute.
fn written(words: &str) -> Option<&str> {
    let rest = words.strip_prefix("result[")?;
    if rest.ends_with("] = []") || rest.ends_with("] = {}") { None } else { quoted(rest) }
}
