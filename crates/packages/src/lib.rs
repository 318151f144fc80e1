//! The vendors' packages, which the catalogue is made from: the list of them, how the registry's
//! ordinary client fetches them, how what was fetched is checked and read, and where packs are kept
//! that are newer than the program's own.
//!
//! Nothing of a package is unpacked to the disk, and nothing of it runs.

mod archive;
pub mod cache;
mod import;
pub mod registry;
pub mod sources;

use isobar_catalogue::Service;
use isobar_catalogue::import::ImportError;
use isobar_catalogue::pack::PackError;

pub use sources::{Form, Source};

/// Why a package was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{path}")]
    File {
        /// Which one.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The list of packages is not one.
    #[error("the list of packages cannot be read")]
    List(#[source] Box<serde_saphyr::Error>),
    /// The hand-written facts are not of their form.
    #[error("the facts that are laid over a package cannot be read")]
    Overlay(#[source] Box<serde_saphyr::Error>),
    /// A file is another one than the list says, or than the registry once had.
    #[error("{package} {version} has the hash {found}, not {wanted}")]
    Hash {
        /// The package.
        package: String,
        /// Its version.
        version: String,
        /// The file's SHA-256.
        found: String,
        /// The SHA-256 that it should have.
        wanted: String,
    },
    /// An archive is damaged.
    #[error("the archive cannot be read: {0}")]
    Archive(String),
    /// A package lacks what its importer reads.
    #[error("{package} has no {what}")]
    Lacking {
        /// The package.
        package: String,
        /// What is not there.
        what: String,
    },
    /// A package speaks in a way that the importer does not know.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The pack cannot be written or read.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The registry's client did not bring it.
    #[error("pip cannot download {wanted}: {message}")]
    Download {
        /// What was asked for.
        wanted: String,
        /// What the client said.
        message: String,
    },
}

/// The services of a package, from its file's bytes.
///
/// # Errors
/// If the file is damaged, a wheel's file is not what its own record says, or the package is not of
/// the form that its cloud's packages have.
pub fn services(source: &Source, bytes: &[u8]) -> Result<Vec<Service>, Error> {
    let texts = archive::texts(source.form, bytes)?;
    let services = import::services(source, &texts)?;
    match services.iter().find(|service| service.operations.is_empty()) {
        None if !services.is_empty() => Ok(services),
        _ => Err(Error::Lacking { package: source.package.clone(), what: "operations".into() }),
    }
}
