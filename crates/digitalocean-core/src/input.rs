//! What input is made of, where the catalogue leaves a member's type open.
//!
//! Types were checked against the catalogue before a handler sees its input. What is left open, or
//! wider there than a handler needs it, is read by types that take anything: what makes no sense
//! becomes something that is never found.

use isobar_wire::Value;
use isobar_wire::input::Place;
use isobar_wire::value::Error;

use crate::Input;

/// Text, or a number that stands for its digits: an image's id or slug, a key's id or fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

impl Text {
    /// The number, where it is one.
    pub fn number(&self) -> Option<u64> {
        self.0.parse().ok()
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl isobar_wire::Input for Text {
    fn blank() -> Self {
        Self(String::new())
    }

    fn read(value: Value, _: &Place<'_>) -> Result<Self, Error> {
        Ok(match value {
            Value::String(text) => Self(text.into_owned()),
            Value::Integer(number) => Self(number.to_string()),
            _ => Self::blank(),
        })
    }
}

/// An id that is a number; 0, which nothing has, where it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub u64);

impl isobar_wire::Input for Number {
    fn blank() -> Self {
        Self(0)
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, Error> {
        Text::read(value, place).map(|text| Self(text.number().unwrap_or_default()))
    }
}

/// Whether an optional flag is set.
pub fn on(flag: Option<bool>) -> bool {
    flag.unwrap_or(false)
}

/// The input of an operation that has none.
#[derive(Debug, Input)]
pub struct Nothing {}
