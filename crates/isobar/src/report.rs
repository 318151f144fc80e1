//! How a command ends: one error type, its exit code by class, and the one place that prints it.

use std::error::Error as StdError;

/// What kind of failure, which is what the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The work was begun and failed: 1.
    Failed,
    /// Wrong usage or input; nothing was begun: 2.
    Usage,
    /// The key does not allow it: 3.
    Denied,
    /// The server cannot be reached: 4.
    Unreachable,
}

impl Class {
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Denied => 3,
            Self::Unreachable => 4,
        }
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) class: Class,
    /// A stable code for scripts (`port_in_use`, `validation_error`).
    pub(crate) code: String,
    message: String,
    /// What to do next.
    hint: Option<String>,
    /// What is wrong with each field.
    details: Vec<Detail>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong with one field.
#[derive(Debug)]
pub(crate) struct Detail {
    /// The field's path (`targets[0].count`).
    pub(crate) field: String,
    /// Its value and what would be valid.
    pub(crate) text: String,
    /// Where it stands in the file.
    pub(crate) place: Option<String>,
}

impl Error {
    pub(crate) fn new(class: Class, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.into(),
            message: message.into(),
            hint: None,
            details: Vec::new(),
            source: None,
        }
    }

    pub(crate) fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::new(Class::Failed, code, message)
    }

    pub(crate) fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(Class::Usage, code, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// Says of each wrong field where it stands.
    pub(crate) fn placed(mut self, place: impl Fn(&str) -> String) -> Self {
        for detail in &mut self.details {
            detail.place = Some(place(&detail.field));
        }
        self
    }

    pub(crate) fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Prints the error, its causes, and what to do next, on stderr.
    pub(crate) fn print(&self) {
        eprintln!("error[{}]: {}", self.code, self.message);
        let mut cause = self.source.as_ref().map(|source| &**source as &dyn StdError);
        while let Some(error) = cause {
            eprintln!("  because: {error}");
            cause = error.source();
        }
        for Detail { place, field, text } in &self.details {
            let place = place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
            let text = if field.is_empty() { text.trim_start_matches(": ") } else { text };
            eprintln!("  {place}{field}{text}");
        }
        if let Some(hint) = &self.hint {
            eprintln!("  hint: {hint}");
        }
    }
}
