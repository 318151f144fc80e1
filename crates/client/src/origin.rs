//! Where a value comes from, for people who wonder.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The program that uses this crate gave it.
    Caller,
    /// Nobody said anything, and this is the default.
    Default,
    /// An environment variable.
    Variable(String),
    /// A section of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The section, as the file names it (`profile work`).
        section: String,
    },
    /// A command that the configuration names; its arguments may be secret and are not kept.
    Process {
        /// The program.
        program: String,
        /// Where the command stands.
        said_by: Box<Origin>,
    },
    /// An endpoint of the machine or container that this runs on.
    Metadata {
        /// What it is: `instance metadata`, `container metadata`.
        what: &'static str,
        /// Its URL, without a query.
        url: String,
    },
    /// A role or account, taken on with other credentials.
    Role {
        /// How: `AssumeRole`, `AssumeRoleWithWebIdentity`, `GetRoleCredentials`.
        how: &'static str,
        /// The role's name as the configuration has it.
        role: String,
        /// Where the credentials or the token come from that it was taken on with.
        with: Box<Origin>,
    },
}

impl Origin {
    /// A variable.
    pub(crate) fn variable(name: &str) -> Self {
        Self::Variable(name.to_owned())
    }

    /// A section of a file.
    pub(crate) fn file(path: impl Into<PathBuf>, section: impl Into<String>) -> Self {
        Self::File { path: path.into(), section: section.into() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller => f.write_str("the command line or program"),
            Self::Default => f.write_str("the default"),
            Self::Variable(name) => write!(f, "the environment ({name})"),
            Self::File { path, section } if section.is_empty() => write!(f, "{}", path.display()),
            Self::File { path, section } => write!(f, "{} [{section}]", path.display()),
            Self::Process { program, said_by } => write!(f, "{program}, run for {said_by}"),
            Self::Metadata { what, url } => write!(f, "{what} at {url}"),
            Self::Role { how, role, with } => write!(f, "{how} of {role} with {with}"),
        }
    }
}
