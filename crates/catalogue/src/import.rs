//! Reads what the vendors publish in their packages into [`Service`](crate::Service)s.
//!
//! Nothing here touches a file or a socket: texts in, services out. Facts only are taken: names,
//! types, constraints, addresses. Prose stays where it is.
//!
//! The importers are here and not in `packages` because the protocol cases in `wire`'s tests are written
//! in botocore's language and read by the same importer.

pub mod botocore;
pub mod oss;
pub mod pydo;
mod share;
mod table;
pub mod tea;
mod words;

pub use share::share;
use table::ShapeTable;

/// Why a package's text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A text is no JSON, or not of the form that is expected.
    #[error("{what} cannot be read")]
    Json {
        /// Which text.
        what: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A shape is spoken of that is not there.
    #[error("{user} speaks of the shape {shape}, which is missing")]
    MissingShape {
        /// Who speaks of it.
        user: String,
        /// The shape.
        shape: String,
    },
    /// A text says something that the catalogue has no word for.
    #[error("{place}: {message}")]
    Unknown {
        /// Where.
        place: String,
        /// What it says.
        message: String,
    },
}

impl ImportError {
    /// Something without a word for it.
    pub(crate) fn unknown(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Unknown { place: place.into(), message: message.into() }
    }
}
