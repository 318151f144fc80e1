//! How a command ends: one error type, its exit code by class, and the one place that writes it.

use std::error::Error as StdError;
use std::fmt::Write as _;

use crate::visible::visible;

/// What kind of failure, which is what the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The work was begun and failed: 1.
    Failed,
    /// Wrong usage or input; nothing was begun: 2.
    Usage,
    /// All that could be done is done, and something was left out: 2, as of aws-cli.
    LeftOut,
    /// The key does not allow it: 3.
    Denied,
    /// The server cannot be reached: 4.
    Unreachable,
    /// The catalogue has no such service or operation: 10.
    Unknown,
    /// The input lacks what must be given: 11.
    Missing,
    /// The input has a value of another type, or out of its bounds: 12.
    Invalid,
    /// A file that was named cannot be read: 13.
    Unreadable,
    /// A profile or a configuration file is not there or is broken: 14.
    Profile,
    /// There are no credentials: 15.
    NoCredentials,
    /// The credentials have expired: 16.
    Expired,
    /// The server's certificate does not verify: 17.
    Certificate,
    /// The output cannot be written: the disk is full, say: 18.
    Unwritable,
    /// What was waited for was not there in time: 19.
    TimedOut,
    /// Interrupted with Ctrl-C: 130, as shells have it.
    Interrupted,
}

/// Every class with its exit code and its words, for the help and the docs.
pub const CLASSES: [(Class, u8, &str); 16] = [
    (Class::Failed, 1, "the work failed"),
    (Class::Usage, 2, "wrong usage or input"),
    (Class::LeftOut, 2, "a transfer left something out"),
    (Class::Denied, 3, "not allowed"),
    (Class::Unreachable, 4, "cannot reach the server"),
    (Class::Unknown, 10, "unknown service or operation"),
    (Class::Missing, 11, "a required member is missing"),
    (Class::Invalid, 12, "a value of the wrong type or out of bounds"),
    (Class::Unreadable, 13, "a file cannot be read"),
    (Class::Profile, 14, "a profile or a configuration file is absent or broken"),
    (Class::NoCredentials, 15, "no credentials"),
    (Class::Expired, 16, "the credentials have expired"),
    (Class::Certificate, 17, "the server's certificate does not verify"),
    (Class::Unwritable, 18, "the output cannot be written (a full disk)"),
    (Class::TimedOut, 19, "not there in time"),
    (Class::Interrupted, 130, "interrupted"),
];

impl Class {
    /// The process's exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        CLASSES.iter().find(|(class, ..)| *class == self).map_or(1, |(_, code, _)| *code)
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub struct Error {
    /// What kind of failure.
    pub class: Class,
    /// A stable code for scripts (`port_in_use`, `validation_error`).
    pub code: String,
    message: String,
    /// What to do next.
    hint: Option<String>,
    /// What is wrong with each field.
    details: Vec<Detail>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The field's path (`targets[0].count`).
    pub field: String,
    /// Its value and what would be valid, with what separates it from the path.
    pub text: String,
    /// Where it stands in the file.
    pub place: Option<String>,
}

impl Detail {
    /// What is wrong with a field, without a place.
    #[must_use]
    pub fn new(field: impl Into<String>, text: impl std::fmt::Display) -> Self {
        Self { field: field.into(), text: format!(": {text}"), place: None }
    }
}

impl Error {
    /// An error of a class, with its stable code and its message.
    #[must_use]
    pub fn new(class: Class, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.into(),
            message: message.into(),
            hint: None,
            details: Vec::new(),
            source: None,
        }
    }

    /// Work that failed.
    #[must_use]
    pub fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::new(Class::Failed, code, message)
    }

    /// Wrong usage.
    #[must_use]
    pub fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(Class::Usage, code, message)
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what is wrong with each field.
    #[must_use]
    pub fn details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// Says of each wrong field where it stands.
    #[must_use]
    pub fn placed(mut self, place: impl Fn(&str) -> String) -> Self {
        for detail in &mut self.details {
            detail.place = Some(place(&detail.field));
        }
        self
    }

    /// Says what led to it.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Prints the error, its causes, and what to do next, on stderr.
    pub fn print(&self) {
        eprint!("{}", self.text());
    }

    /// The error, its causes, and what to do next, as lines.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("error[{}]: {}\n", visible(&self.code), visible(&self.message));
        let mut line = |text: std::fmt::Arguments<'_>| {
            writeln!(out, "  {}", visible(&text.to_string()))
                .expect("writing to a String does not fail");
        };
        let mut cause = self.source.as_ref().map(|source| &**source as &dyn StdError);
        while let Some(error) = cause {
            line(format_args!("because: {error}"));
            cause = error.source();
        }
        for Detail { place, field, text } in &self.details {
            let place = place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
            let text = if field.is_empty() { text.trim_start_matches(": ") } else { text };
            line(format_args!("{place}{field}{text}"));
        }
        if let Some(hint) = &self.hint {
            line(format_args!("hint: {hint}"));
        }
        out
    }
}
