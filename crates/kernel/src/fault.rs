//! Errors that a cloud declares, and how one is answered.

use std::fmt::Display;

use isobar_wire::{Name, Value};

/// An error that a cloud declares: one row of a service's `errors` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The HTTP status.
    pub status: u16,
    /// The code on the wire.
    pub code: &'static str,
    /// The message; each `{}` takes an argument.
    pub message: &'static str,
}

impl Row {
    /// A row.
    #[must_use]
    pub const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        assert!(status >= 400 && status < 600, "an error's status is 4xx or 5xx");
        Self { status, code, message }
    }

    /// The error, its message without arguments.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.with(&[])
    }

    /// The error with the message's arguments, in order.
    #[must_use]
    pub fn with(&self, arguments: &[&dyn Display]) -> Fault {
        let mut message = String::with_capacity(self.message.len() + 32);
        let mut arguments = arguments.iter();
        let mut rest = self.message;
        while let Some((before, after)) = rest.split_once("{}") {
            message.push_str(before);
            if let Some(argument) = arguments.next() {
                message.push_str(&argument.to_string());
            }
            rest = after;
        }
        message.push_str(rest);
        let (status, code) = (self.status, self.code.into());
        Fault { status, code, message, fields: Value::Null, keeps: false }
    }
}

/// An error as it will be answered. Made from a [`Row`] only, but for injected ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// The code on the wire.
    pub code: Name,
    /// The message.
    pub message: String,
    /// Further members of the error's structure.
    pub fields: Value,
    /// Whether what was done before it stays done.
    pub keeps: bool,
}

impl Fault {
    /// The error with a further member.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.set(name, value.into());
        self
    }

    /// The error of a call that the vendor carries out in part: what was done before it stays done,
    /// where else a call that fails has changed nothing.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        self.keeps = true;
        self
    }
}

impl From<&'static Row> for Fault {
    fn from(row: &'static Row) -> Self {
        row.fault()
    }
}
