//! The one parser of flags.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::values::one_of;
use super::{Flag, Kind, Scope, Table};
use crate::call::suggest;
use crate::report::{Detail, Error};

/// The arguments that are not read yet.
pub(crate) type Rest = Peekable<IntoIter<String>>;

/// What the arguments of a command say. They may hold secrets.
pub struct Parsed<O> {
    /// What the flags say.
    pub options: O,
    /// What is no flag.
    pub words: Vec<String>,
    given: Vec<&'static str>,
}

impl<O> Parsed<O> {
    /// Whether a flag is given, whatever its value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.given.contains(&name)
    }
}

/// What is wrong with a flag.
#[derive(Debug)]
pub struct Wrong {
    /// In what way.
    pub what: What,
    /// The flag's name, without the dashes.
    pub name: String,
    text: String,
    hint: Option<String>,
}

/// In what way a flag is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The command has no such flag.
    Unknown,
    /// It takes no value and has one.
    Needless,
    /// It takes a value and has none.
    Missing,
    /// The value is none that it takes.
    Invalid,
    /// It is given twice.
    Repeated,
}

impl Wrong {
    fn new(what: What, name: &str, text: impl Into<String>) -> Self {
        Self { what, name: name.to_owned(), text: text.into(), hint: None }
    }

    /// As an error of its own; `further` says where there is more to read.
    #[must_use]
    pub fn error(self, further: &str) -> Error {
        let code = match self.what {
            What::Unknown => "flag_unknown",
            What::Needless => "needless_value",
            What::Missing => "value_missing",
            What::Invalid => "invalid_value",
            What::Repeated => "flag_repeated",
        };
        let hint = self.hint.map_or_else(String::new, |hint| format!("{hint} "));
        Error::usage(code, format!("--{} {}", self.name, self.text))
            .hint(format!("{hint}{further}"))
    }

    /// As one of the things that are wrong.
    pub(crate) fn detail(self) -> Detail {
        let hint = self.hint.map_or_else(String::new, |hint| format!("; {hint}"));
        Detail::new(format!("--{}", self.name), format!("{}{hint}", self.text))
    }
}

impl<O, S: Scope> Table<O, S> {
    /// Takes the arguments of a command apart; nothing where they ask for help.
    ///
    /// # Errors
    /// The first thing that is wrong with a flag.
    pub fn parse(
        &self,
        command: S::Command,
        arguments: Vec<String>,
    ) -> Result<Option<Parsed<O>>, Wrong>
    where
        O: Default,
    {
        let mut options = O::default();
        for flag in self.of(command) {
            if let Some(default) = flag.default {
                flag.set(&mut options, default)?;
            }
        }
        let mut parsed = Parsed { options, words: Vec::new(), given: Vec::new() };
        let mut rest = arguments.into_iter().peekable();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                parsed.words.extend(rest);
                break;
            }
            if !self.is_flag(command, &argument) {
                parsed.words.push(argument);
                continue;
            }
            let (name, value) = self.split(command, &argument);
            let flag = self.find(command, name).ok_or_else(|| self.unknown(command, name, &[]))?;
            if flag.name == "help" {
                return Ok(None);
            }
            if parsed.has(flag.name) && !self.last_counts {
                return Err(Wrong::new(What::Repeated, flag.name, "is given twice"));
            }
            parsed.given.push(flag.name);
            self.take(command, flag, value, &mut parsed.options, &mut rest)?;
        }
        Ok(Some(parsed))
    }

    /// Where the first word stands from a place on, behind flags and their values.
    #[must_use]
    pub fn word_at(&self, command: S::Command, arguments: &[String], from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(argument) = arguments.get(at) {
            if !argument.starts_with('-') {
                return Some(at);
            }
            let (name, value) = self.split(command, argument);
            let flag = self.find(command, name).filter(|_| value.is_none());
            at += if flag.is_some_and(|flag| flag.value.is_some()) { 2 } else { 1 };
        }
        None
    }

    /// Takes in a flag with the value that stands in it, or behind it.
    pub(crate) fn take(
        &self,
        command: S::Command,
        flag: &Flag<O, S>,
        value: Option<&str>,
        options: &mut O,
        rest: &mut Rest,
    ) -> Result<(), Wrong> {
        let Some(kind) = flag.value else {
            return match value {
                Some(_) => Err(Wrong::new(What::Needless, flag.name, "takes no value")),
                None => flag.set(options, ""),
            };
        };
        let is_other =
            |next: &String| next.starts_with("--") && self.find(command, parted(next).0).is_some();
        let value = match (value, kind.bare) {
            (Some(value), _) => value.to_owned(),
            (None, Some(bare)) if rest.peek().is_none_or(|next| self.is_flag(command, next)) => {
                bare.to_owned()
            }
            (None, _) => rest.next_if(|next| !is_other(next)).ok_or_else(|| {
                let text = format!("needs a value: {}", kind.shown());
                Wrong::new(What::Missing, flag.name, text)
            })?,
        };
        flag.set(options, &value)?;
        while kind.is_list
            && let Some(value) = rest.next_if(|next| !self.is_flag(command, next))
        {
            flag.set(options, &value)?;
        }
        Ok(())
    }

    /// That there is no such flag; `others` are names that it may be mistaken for too.
    pub(crate) fn unknown(&self, command: S::Command, name: &str, others: &[String]) -> Wrong {
        let own = self.of(command).flat_map(|flag| [&[flag.name], flag.others].concat());
        let own = own.filter(|name| name.len() > 1);
        let known: Vec<_> = others.iter().map(String::as_str).chain(own).collect();
        let found = suggest::closest(name, known);
        let found: Vec<_> = found.iter().map(|name| format!("--{name}")).collect();
        let found: Vec<_> = found.iter().map(String::as_str).collect();
        let hint = Some(suggest::sentence(&found)).filter(|hint| !hint.is_empty());
        Wrong { hint, ..Wrong::new(What::Unknown, name, "is not known") }
    }

    /// Whether an argument is a flag, and no word or value (`-`, `-1`).
    pub(crate) fn is_flag(&self, command: S::Command, argument: &str) -> bool {
        match (argument.strip_prefix("--"), argument.strip_prefix('-')) {
            (Some(name), _) => {
                name.is_empty() || name.starts_with(|c: char| c.is_ascii_alphabetic())
            }
            (None, Some(name)) if self.has_dashed_words => {
                name.len() == 1 && self.find(command, name).is_some()
            }
            (None, Some(name)) => !name.is_empty(),
            (None, None) => false,
        }
    }

    /// The name of a flag, and the value that stands in the same argument: `--output=json`, `-ojson`.
    fn split<'a>(&self, command: S::Command, argument: &'a str) -> (&'a str, Option<&'a str>) {
        let (name, value) = parted(argument);
        let short = argument.strip_prefix('-').filter(|name| !name.starts_with('-'));
        let short = short.and_then(|short| short.split_at_checked(1));
        match short {
            Some((short, rest))
                if value.is_none()
                    && self.find(command, name).is_none()
                    && self.find(command, short).is_some_and(|flag| flag.value.is_some()) =>
            {
                (short, Some(rest))
            }
            _ => (name, value),
        }
    }
}

impl<O, S> Flag<O, S> {
    fn set(&self, options: &mut O, value: &str) -> Result<(), Wrong> {
        let value = match self.value.map(|value| value.kind) {
            Some(Kind::Words(words)) => {
                one_of(words, value).map_err(|text| self.invalid(value, &text))?
            }
            _ => value,
        };
        (self.set)(options, value).map_err(|text| self.invalid(value, &text))
    }

    /// That a value is none that it takes. What it must be, and no other reason, is followed by what it is.
    fn invalid(&self, value: &str, text: &str) -> Wrong {
        let given = match text.starts_with("must be") {
            true => format!(", not {value:?}"),
            false => String::new(),
        };
        Wrong::new(What::Invalid, self.name, format!("{text}{given}"))
    }
}

/// The name, and the value that stands behind an equals sign.
pub(crate) fn parted(argument: &str) -> (&str, Option<&str>) {
    let name = argument.trim_start_matches('-');
    match name.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (name, None),
    }
}
