//! The flags of all commands. A command's flags are the rows of a [`Table`]: parser, help, manual pages and
//! completion are made from them.
//!
//! Rows are written with [`flags!`](crate::flags!), each as it stands on the command line:
//!
//! ```text
//! "dry-run" | "dryrun", MANY, "Say what would be done, and do nothing.", |o, _| on(&mut o.dry_run);
//! "port" = "PORT" or "4400", UP, "The control plane's port", |o, text| …;
//! ```

mod help;
mod parse;
mod texts;
mod units;
pub mod values;

pub use help::{WIDTH, listed, wrapped};
pub use parse::{Parsed, What, Wrong};
pub(crate) use parse::{Rest, parted};
pub(crate) use texts::{Given, Texts, texts};

use crate::complete::Candidate;

/// One flag. `O` is what flags say, `S` says which commands have it.
#[derive(Debug)]
pub struct Flag<O: 'static, S: 'static> {
    /// Its name, without the dashes.
    pub name: &'static str,
    /// Other spellings; one of a single letter has a single dash.
    pub others: &'static [&'static str],
    /// Its value, where it takes one.
    pub value: Option<Value>,
    /// The value where nobody gives one.
    pub default: Option<&'static str>,
    /// Where it belongs.
    pub scope: S,
    /// What it does; empty where only the vendors' own tools say it, which the help leaves out.
    pub help: &'static str,
    /// Takes the value in, or says what it must be.
    pub set: fn(&mut O, &str) -> Result<(), String>,
}

/// The value of a flag.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// What it is called; empty where it is called after the words that it may be.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is where the flag stands alone; else the flag must have one.
    pub bare: Option<&'static str>,
    /// Several may stand behind the flag.
    pub is_list: bool,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Anything, as far as the table knows.
    Text,
    /// One of these, in whatever case.
    Words(&'static [&'static str]),
    /// Anything; these are likely.
    Likely(&'static [&'static str]),
    /// A region of the cloud.
    Region,
    /// A profile of the vendor's files.
    Profile,
}

impl Value {
    /// A region.
    pub const REGION: Self = Self::of("REGION", Kind::Region);

    /// A value of a kind.
    #[must_use]
    pub const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, bare: None, is_list: false }
    }

    /// A flag alone means this.
    #[must_use]
    pub const fn bare(mut self, bare: &'static str) -> Self {
        self.bare = Some(bare);
        self
    }

    /// Several may follow the flag.
    #[must_use]
    pub const fn list(mut self) -> Self {
        self.is_list = true;
        self
    }

    /// What it is called.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.kind {
            Kind::Words(words) if self.name.is_empty() => words.join("|"),
            _ => self.name.to_owned(),
        }
    }
}

/// Which commands a flag belongs to.
pub trait Scope: 'static {
    /// A command.
    type Command: Copy;

    /// Whether the command has it.
    fn has(&self, command: Self::Command) -> bool;
}

/// These commands; where none are named, all.
impl<C: Copy + PartialEq + 'static> Scope for &'static [C] {
    type Command = C;

    fn has(&self, command: C) -> bool {
        self.is_empty() || self.contains(&command)
    }
}

/// The flags of a kind of command.
#[derive(Debug)]
pub struct Table<O: 'static, S: 'static> {
    /// The rows, in the order of the help.
    pub rows: &'static [Flag<O, S>],
    /// What begins with one dash and is no flag is a word or a value (`-5`), and no mistake.
    pub has_dashed_words: bool,
    /// A flag may be given again, and the last one counts.
    pub last_counts: bool,
}

impl<O, S: Scope> Table<O, S> {
    /// The flags of a command, those that the help leaves out too.
    pub fn of(&self, command: S::Command) -> impl Iterator<Item = &'static Flag<O, S>> {
        self.rows.iter().filter(move |flag| flag.scope.has(command))
    }

    /// The command's flag of a name.
    #[must_use]
    pub fn find(&self, command: S::Command, name: &str) -> Option<&'static Flag<O, S>> {
        self.of(command).find(|flag| flag.name == name || flag.others.contains(&name))
    }

    /// The flags of a command and what they do, for completion.
    pub fn candidates(&self, command: S::Command) -> impl Iterator<Item = Candidate> {
        let shown = self.of(command).filter(|flag| !flag.help.is_empty());
        shown.map(|flag| (format!("--{}", flag.name), flag.help.to_owned()))
    }
}

/// Rows of a [`Table`]: `"name" | "other" = VALUE or "default", SCOPE, "help", set;`. A value is its name, the
/// words that it may be (`["GET", "PUT"]`), or a [`Value`].
#[macro_export]
macro_rules! flags {
    (@value) => { None };
    (@value $name:literal) => { Some($crate::flags::Value::of($name, $crate::flags::Kind::Text)) };
    (@value [$($word:literal),+]) => {
        Some($crate::flags::Value::of("", $crate::flags::Kind::Words(&[$($word),+])))
    };
    (@value $value:expr) => { Some($value) };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    ($($name:literal $(| $other:literal)* $(= $value:tt $(or $default:literal)?)?,
       $scope:expr, $help:expr, $set:expr;)*) => {
        &[$($crate::flags::Flag {
            name: $name,
            others: &[$($other),*],
            value: $crate::flags!(@value $($value)?),
            default: $crate::flags!(@default $($($default)?)?),
            scope: $scope,
            help: $help,
            set: $set,
        }),*]
    };
}
