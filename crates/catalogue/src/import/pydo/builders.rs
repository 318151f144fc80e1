//! The functions that build requests: method, path, and the parameters of path, query and headers.

use std::collections::HashMap;

use crate::import::ImportError;
use crate::shape::Location;

/// What a request is built from.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter outside the body.
#[derive(Debug)]
pub(super) struct Parameter {
    /// Its name on the wire.
    pub(super) wire: String,
    /// Its name in Python.
    pub(super) name: String,
    pub(super) location: Location,
    /// `str`, `int`, `[str]` and the like.
    pub(super) kind: String,
    pub(super) required: bool,
    /// It is repeated for each item of a list.
    pub(super) repeated: bool,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) pattern: Option<String>,
    /// The limits are of a text's length.
    pub(super) length: bool,
}

/// Reads every `def build_…_request(`, by name.
pub(super) fn read(text: &str) -> Result<HashMap<String, Builder>, ImportError> {
    let mut builders = HashMap::new();
    for part in text.split("\ndef build_").skip(1) {
        let end = part.find("\nclass ").unwrap_or(part.len());
        let part = &part[..end];
        let name = part.split('(').next().unwrap_or_default();
        builders.insert(format!("build_{name}"), read_one(name, part)?);
    }
    Ok(builders)
}

fn read_one(name: &str, text: &str) -> Result<Builder, ImportError> {
    let after = |word: &str| {
        let (_, rest) = text.split_once(word)?;
        literals(rest).next()
    };
    let missing = |what: &str| ImportError::unknown(format!("build_{name}"), format!("no {what}"));
    // A long path is broken into several literals, which Python joins.
    let (_, path) = text.split_once("_url = ").ok_or_else(|| missing("path"))?;
    let path = match path.strip_prefix('(') {
        Some(broken) => {
            let (broken, _) = broken.split_once("\n    )").ok_or_else(|| missing("path"))?;
            literals(broken).collect()
        }
        None => literals(path).next().ok_or_else(|| missing("path"))?.to_owned(),
    };
    let mut builder = Builder {
        method: after("method=").ok_or_else(|| missing("method"))?.to_owned(),
        path,
        parameters: Vec::new(),
    };
    for (word, location) in [
        ("_SERIALIZER.url(", Location::Path),
        ("_SERIALIZER.query(", Location::Query),
        ("_SERIALIZER.header(", Location::Header),
    ] {
        let mut before = 0;
        for (at, _) in text.match_indices(word) {
            let call = arguments(&text[at + word.len()..]);
            builder.parameters.extend(parameter(&text[before..at], call, location));
            before = at;
        }
    }
    Ok(builder)
}

/// The parameter that a call of the serializer writes; `before` is what stands between the call
/// before and this one, `call` its arguments.
fn parameter(before: &str, call: &str, location: Location) -> Option<Parameter> {
    let mut texts = literals(call);
    let (name, kind) = (texts.next()?, texts.next()?);
    if location == Location::Header && matches!(name, "accept" | "content_type") {
        return None;
    }
    // The key under which it goes: `_params["name"] =`, `_headers["Name"] =`, `"name":`.
    let wire = literals(before).last().unwrap_or(name);
    let question = format!("if {name} is not None:");
    let keyword = |word: &str| {
        let (_, rest) = call.split_once(word)?;
        let end = rest.find([',', ')', '\n']).unwrap_or(rest.len());
        rest[..end].trim().parse().ok()
    };
    let length = call.contains("max_length=") || call.contains("min_length=");
    let (minimum, maximum) =
        if length { ("min_length=", "max_length=") } else { ("minimum=", "maximum=") };
    Some(Parameter {
        wire: wire.to_owned(),
        name: name.to_owned(),
        location,
        kind: kind.to_owned(),
        required: location == Location::Path || !before.contains(&question),
        repeated: before.trim_end().ends_with('[') || kind.starts_with('['),
        minimum: keyword(minimum),
        maximum: keyword(maximum),
        pattern: call
            .split_once("pattern=")
            .and_then(|(_, rest)| literals(rest).next())
            .map(|pattern| pattern.replace("\\\\", "\\")),
        length,
    })
}

/// The arguments of a call, up to its closing bracket.
fn arguments(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// The texts between double quotes.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, inside) = rest.split_once('"')?;
        let mut escaped = false;
        let end = inside.find(|letter| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        })?;
        rest = &inside[end + 1..];
        Some(&inside[..end])
    })
}
