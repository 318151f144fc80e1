//! The list of the packages that the packs are made from.

use std::fmt;

use isobar_catalogue::Cloud;
use serde::Deserialize;

use crate::Error;

/// The list that the packs of this program were made from, as text.
pub const LIST: &str = include_str!("../sources.yaml");

/// A package of the list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Whose APIs it describes.
    pub cloud: Cloud,
    /// Its name in the registry.
    pub package: String,
    /// Its version.
    pub version: String,
    /// How the registry holds it.
    #[serde(rename = "archive")]
    pub form: Form,
    /// The SHA-256 of its file, in hexadecimal digits.
    pub sha256: String,
    /// The services that are taken from it.
    pub services: Services,
}

/// How the registry holds a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A source distribution, `.tar.gz`.
    Sdist,
    /// A wheel, `.whl`.
    Wheel,
}

/// Which services are taken from a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Services {
    /// These.
    Named(Vec<String>),
    /// Every one, written `all`.
    All(All),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum All {
    /// The word.
    All,
}

impl Services {
    /// Whether a service is taken.
    #[must_use]
    pub fn include(&self, name: &str) -> bool {
        match self {
            Self::All(All::All) => true,
            Self::Named(names) => names.iter().any(|one| one == name),
        }
    }
}

/// A row of the list, as it stands in the file.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let archive = match self.form {
            Form::Sdist => "sdist",
            Form::Wheel => "wheel",
        };
        let services = match &self.services {
            Services::All(All::All) => "all".to_owned(),
            Services::Named(names) => format!("[{}]", names.join(", ")),
        };
        writeln!(f, "- cloud: {}", self.cloud)?;
        writeln!(f, "  package: {}", self.package)?;
        writeln!(f, "  version: {}", self.version)?;
        writeln!(f, "  archive: {archive}")?;
        writeln!(f, "  sha256: {}", self.sha256)?;
        writeln!(f, "  services: {services}")
    }
}

/// Reads a list.
///
/// # Errors
/// If it is none.
pub fn read(text: &str) -> Result<Vec<Source>, Error> {
    serde_saphyr::from_str(text).map_err(|error| Error::List(Box::new(error)))
}
