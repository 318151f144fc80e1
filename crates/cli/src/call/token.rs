//! Resume tokens: where a list that was cut short goes on, in botocore's own form, so that aws-cli
//! and Isobar take each other's.

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use isobar_catalogue::Operation;
use isobar_catalogue::model::Paging;
use isobar_wire::Value;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::names::kebab;
use crate::report::Error;

/// The entry that says how many items of the page are known already.
const SKIP: &str = "boto_truncate_amount";

/// Where a list goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Position {
    /// What the input's members of the position are.
    pub(super) members: Vec<(String, Value)>,
    /// How many items of that page are known already.
    pub(super) skip: usize,
}

impl Position {
    /// The position of the page that the input asks for.
    pub(super) fn of(paging: &Paging, input: &Value, skip: usize) -> Self {
        let members = paging
            .input_token
            .iter()
            .map(|name| (name.clone(), input.get(name).cloned().unwrap_or_default()));
        Self { members: members.collect(), skip }
    }

    /// The token.
    pub(super) fn write(&self) -> String {
        let mut entries = Value::Map(Vec::new());
        for (name, value) in &self.members {
            entries.set(name.clone(), value.clone());
        }
        if self.skip > 0 {
            entries.set(SKIP, Value::from(i64::try_from(self.skip).unwrap_or(i64::MAX)));
        }
        // As Python writes JSON, so that equal tokens are equal texts.
        let mut bytes = Vec::new();
        entries
            .serialize(&mut Serializer::with_formatter(&mut bytes, Spaced))
            .expect("a value is always JSON");
        BASE64_STANDARD.encode(bytes)
    }

    /// Reads a token; another text is the position itself, where that is one member.
    pub(super) fn read(operation: &Operation, paging: &Paging, text: &str) -> Result<Self, Error> {
        let decoded = BASE64_STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let Some(Value::Map(entries)) = decoded else {
            return match paging.input_token.as_slice() {
                [member] => Ok(Self {
                    members: vec![(member.clone(), Value::from(text.to_owned()))],
                    skip: 0,
                }),
                _ => Err(wrong(operation)),
            };
        };
        let mut position = Self::default();
        for (name, value) in entries {
            if name == SKIP {
                let skip = value.as_i64().and_then(|skip| usize::try_from(skip).ok());
                position.skip = skip.ok_or_else(|| wrong(operation))?;
            } else if paging.input_token.iter().any(|member| *member == name) {
                position.members.push((name.into_owned(), value));
            } else {
                return Err(wrong(operation));
            }
        }
        Ok(position)
    }
}

/// JSON on one line, with spaces behind commas and colons.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

fn wrong(operation: &Operation) -> Error {
    Error::usage("token_wrong", "--starting-token is no position of this list")
        .hint(format!("it is the NextToken of an earlier {}", kebab(&operation.name)))
}
