//! What input is made of, where the catalogue leaves a member's type open.
//!
//! Types were checked against the catalogue before a handler sees its input. What is left open, or
//! wider there than a handler needs it, is read by types that take anything: what makes no sense
//! becomes something that is never found.

use serde::de::{Deserializer, IgnoredAny};
use serde::{Deserialize, Serialize};

/// Text, or a number that stands for its digits: an image's id or slug, a key's id or fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    /// The number, where it is one.
    pub(crate) fn number(&self) -> Option<u64> {
        self.0.parse().ok()
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Open {
    Number(i64),
    Text(String),
    Other(IgnoredAny),
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Open::deserialize(from)? {
            Open::Text(text) => Self(text),
            Open::Number(number) => Self(number.to_string()),
            Open::Other(_) => Self(String::new()),
        })
    }
}

/// An id that is a number; 0, which nothing has, where it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Number(pub(crate) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Text::deserialize(from).map(|text| Self(text.number().unwrap_or_default()))
    }
}

/// Whether an optional flag is set.
pub(crate) fn on(flag: Option<bool>) -> bool {
    flag.unwrap_or(false)
}

/// The input of an operation that has none.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}
