//! The list of the packages that the packs are made from.

use std::error::Error;
use std::fmt;
use std::path::Path;

use isobar_catalogue::Cloud;
use serde::Deserialize;

/// A package of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// Whose APIs it describes.
    pub(super) cloud: Cloud,
    /// Its name in the registry.
    pub(super) package: String,
    /// Its version.
    pub(super) version: String,
    /// How the registry holds it.
    pub(super) archive: Archive,
    /// The hash of its file, in hexadecimal digits.
    pub(super) sha256: String,
    /// The services that are taken from it.
    pub(super) services: Services,
}

/// How the registry holds a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Archive {
    /// A source distribution, `.tar.gz`.
    Sdist,
    /// A wheel, `.whl`.
    Wheel,
}

/// Which services are taken from a package.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Services {
    /// These.
    Named(Vec<String>),
    /// Every one, written `all`.
    All(All),
}

/// The word `all`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum All {
    /// The word.
    All,
}

impl Services {
    /// Whether a service is taken.
    pub(super) fn include(&self, name: &str) -> bool {
        match self {
            Self::All(All::All) => true,
            Self::Named(names) => names.iter().any(|one| one == name),
        }
    }
}

/// A row of the list, as it stands in the file.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let archive = match self.archive {
            Archive::Sdist => "sdist",
            Archive::Wheel => "wheel",
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

/// Reads the list.
pub(super) fn read(path: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    Ok(serde_saphyr::from_str(&text)?)
}
