//! Why a request was refused, in the vendor's words.

use std::fmt;

/// A refusal. The text is the vendor's message; the code and the status are the service's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing on the request says who sent it (`MissingAuthenticationToken`).
    #[error("Request is missing Authentication Token")]
    MissingAuthenticationToken,
    /// What says it is not whole (`IncompleteSignature`).
    #[error("{0}")]
    IncompleteSignature(String),
    /// The signature is from too long ago (`SignatureDoesNotMatch`; `RequestTimeTooSkewed` in S3,
    /// `RequestExpired` in EC2). The three times are the signature's, the earliest that would do and
    /// now.
    #[error("Signature expired: {at} is now earlier than {earliest} ({now} - {skew_minutes} min.)")]
    Expired {
        /// When it was signed.
        at: String,
        /// The earliest time that would do.
        earliest: String,
        /// The verifier's time.
        now: String,
        /// How far the two clocks may be apart.
        skew_minutes: i64,
    },
    /// The signature is from the future (the same codes).
    #[error(
        "Signature not yet current: {at} is still later than {latest} ({now} + {skew_minutes} min.)"
    )]
    NotYetCurrent {
        /// When it was signed.
        at: String,
        /// The latest time that would do.
        latest: String,
        /// The verifier's time.
        now: String,
        /// How far the two clocks may be apart.
        skew_minutes: i64,
    },
    /// The presigned URL's time is over (`RequestExpired`; `AccessDenied` in S3).
    #[error("Request has expired.")]
    RequestExpired,
    /// The host is not among the signed headers (`SignatureDoesNotMatch`).
    #[error("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")]
    HostNotSigned,
    /// The credential is for another region, service, terminator or day (`SignatureDoesNotMatch`).
    /// The text holds one sentence for each.
    #[error("{0}")]
    Scope(String),
    /// Nobody has the access key (`InvalidClientTokenId`; `AuthFailure` in EC2, `InvalidAccessKeyId`
    /// in S3, `UnrecognizedClientException` where the protocol is JSON).
    #[error("The security token included in the request is invalid.")]
    UnknownKey {
        /// The access key's id.
        id: String,
    },
    /// The session's token is missing or another's (`InvalidClientTokenId`).
    #[error("The security token included in the request is invalid.")]
    InvalidToken,
    /// The session is over (`ExpiredToken`; `ExpiredTokenException` where the protocol is JSON).
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    /// The signature is another (`SignatureDoesNotMatch`; `InvalidSignatureException` where the
    /// protocol is JSON, `AuthFailure` in EC2).
    #[error(transparent)]
    SignatureDoesNotMatch(Box<Mismatch>),
    /// The payload is another than its header says (`XAmzContentSHA256Mismatch`).
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    PayloadMismatch {
        /// What the header says.
        client: String,
        /// What was computed.
        server: String,
    },
    /// The payload's form is not one that is verified here (`NotImplemented`).
    #[error("A header you provided implies functionality that is not implemented.")]
    UnsupportedPayload {
        /// What the header says.
        form: String,
    },
}

/// What was expected where a signature is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The access key's id.
    pub id: String,
    /// The signature that came.
    pub signature: String,
    /// The canonical request as the verifier made it.
    pub canonical_request: String,
    /// The string to sign as the verifier made it.
    pub string_to_sign: String,
}

impl Mismatch {
    /// The message without the two strings, for services that do not show them in it.
    pub const SHORT: &str = "The request signature we calculated does not match the signature you \
        provided. Check your AWS Secret Access Key and signing method. Consult the service \
        documentation for details.";
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n\nThe Canonical String for this request should have been\n'{}'\n\nThe \
             String-to-Sign should have been\n'{}'\n",
            Self::SHORT,
            self.canonical_request,
            self.string_to_sign
        )
    }
}

impl std::error::Error for Mismatch {}
