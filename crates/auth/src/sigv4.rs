//! AWS Signature Version 4: in the `Authorization` header, in the query string (presigned), and on the
//! events ([`Chain`]) or the chunks ([`Chunks`]) that follow a request.
//!
//! Both directions write the same canonical request: `canonical` holds what is the same, `sign` and
//! `verify` what differs.

mod asymmetric;
mod canonical;
mod chunks;
mod error;
mod events;
mod keys;
mod present;
mod sign;
mod verify;

pub use asymmetric::sign_for_regions;
pub use chunks::{ChunkError, Chunks};
pub use error::{Error, Mismatch};
pub use events::Chain;
pub use keys::SigningKeys;
pub use present::{Claim, claim};
pub use sign::{Payload, Signing, presign, sign};
pub use verify::{Expected, Later, Verifier};

/// The one algorithm.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What ends every scope.
const TERMINATOR: &str = "aws4_request";

/// The payload's hash where the payload is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// How a service wants its path signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Dots and empty segments are resolved, and the path is encoded once more.
    #[default]
    Standard,
    /// The path is signed as it is, and the payload's hash is a header of its own: S3.
    Objects,
}
