//! Query parameters: known ones only, each checked, all violations at once.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use isobar_control::error::Violation;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::App;
use crate::error::{Code, Error};

/// The id in a path.
#[derive(Debug)]
pub(crate) struct Id(pub(crate) String);

impl FromRequestParts<App> for Id {
    type Rejection = Error;

    /// What is not UTF-8 is no id of anything.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Error::new(Code::NotFound, "there is nothing at this path")),
        }
    }
}

/// The two ids in a path.
#[derive(Debug)]
pub(crate) struct Ids(pub(crate) String, pub(crate) String);

impl FromRequestParts<App> for Ids {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path((first, second))) => Ok(Self(first, second)),
            Err(_) => Err(Error::new(Code::NotFound, "there is nothing at this path")),
        }
    }
}

/// The parameters of one request. Take each that the endpoint knows, then [`finish`](Self::finish).
#[derive(Debug)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    violations: Vec<Violation>,
}

impl Params {
    pub(crate) fn new(query: Option<&str>) -> Self {
        let pairs = query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
            .collect();
        Self { pairs, known: Vec::new(), violations: Vec::new() }
    }

    /// The text of a parameter.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut values = self.pairs.iter().filter(|(key, _)| key == name);
        let value = values.next().map(|(_, value)| value.clone());
        if let Some((_, second)) = values.next() {
            self.wrong(name, second.clone().into(), "given once");
        }
        value
    }

    /// A parameter that is one of a type's values.
    pub(crate) fn parsed<T: FromStr>(
        &mut self,
        name: &'static str,
        constraint: impl Display,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.wrong(name, text.into(), constraint);
        }
        value
    }

    /// A whole number, however large: one that no number here holds is the greatest.
    pub(crate) fn whole(&mut self, name: &'static str, constraint: impl Display) -> Option<u64> {
        let text = self.text(name)?;
        let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_whole {
            self.wrong(name, text.into(), constraint);
            return None;
        }
        Some(text.parse().unwrap_or(u64::MAX))
    }

    /// A parameter that is one of a table's names.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        name: &'static str,
        all: &[T],
        name_of: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = all.iter().copied().find(|value| name_of(*value) == text);
        if value.is_none() {
            let names: Vec<_> = all.iter().map(|value| name_of(*value)).collect();
            self.wrong(name, text.into(), format!("one of: {}", names.join(", ")));
        }
        value
    }

    /// A truth value; false where it is absent.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.one_of(name, &[true, false], |value| if value { "true" } else { "false" })
            .unwrap_or(false)
    }

    pub(crate) fn wrong(&mut self, name: &str, value: Value, constraint: impl Display) {
        self.violations.push(Violation {
            field: name.to_owned(),
            value,
            constraint: constraint.to_string(),
        });
    }

    /// Every violation, those for parameters that nobody took included.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let known = self.known.clone();
        let unknown: Vec<_> = self
            .pairs
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .cloned()
            .collect();
        for (name, value) in unknown {
            let constraint = if known.is_empty() {
                "unknown parameter; this endpoint takes none".to_owned()
            } else {
                format!("unknown parameter; known are: {}", known.join(", "))
            };
            self.wrong(&name, value.into(), constraint);
        }
        if self.violations.is_empty() { Ok(()) } else { Err(Error::validation(self.violations)) }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
