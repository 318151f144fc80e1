//! Alibaba Cloud's signatures: RPC v1 (parameters), ROA v1 (headers) and ACS3 (headers, for both
//! styles; what the current SDKs send). Object storage and the log service have schemes of their own,
//! in [`oss`] and [`sls`].

pub mod acs3;
mod nonce;
pub mod oss;
pub mod roa;
pub mod rpc;
pub mod sls;

use isobar_wire::Request;
use jiff::{SignedDuration, Timestamp};

pub use nonce::{Keep, Mark, Nonces};

use crate::{Key, Keys};

/// A refusal. The text is the vendor's message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A parameter or header that a signature needs is missing (`MissingParameter`).
    #[error(
        "The input parameter \"{0}\" that is mandatory for processing this request is not supplied."
    )]
    MissingParameter(&'static str),
    /// A parameter of the signature has a value that is unknown (`InvalidParameter`).
    #[error("The specified parameter \"{0}\" is not valid.")]
    InvalidParameter(&'static str),
    /// The `Authorization` header is not whole (`IncompleteSignature`).
    #[error("The request signature does not conform to Aliyun standards.")]
    IncompleteSignature,
    /// The time is not one (`IllegalTimestamp`).
    #[error(
        "The input parameter \"Timestamp\" that is mandatory for processing this request is not \
         supplied."
    )]
    IllegalTimestamp,
    /// The time is too far from the verifier's (`InvalidTimeStamp.Expired`).
    #[error("Specified time stamp or date value is expired.")]
    Expired,
    /// Nobody has the access key (`InvalidAccessKeyId.NotFound`).
    #[error("Specified access key is not found.")]
    UnknownKey {
        /// The access key's id.
        id: String,
    },
    /// The key is a session's, whose token is missing (`MissingSecurityToken`).
    #[error("SecurityToken is mandatory for this action.")]
    MissingSecurityToken,
    /// The session's token is another's (`InvalidSecurityToken.MismatchWithAccessKey`).
    #[error("Specified SecurityToken mismatches with the AccessKey.")]
    InvalidSecurityToken,
    /// The session is over (`InvalidSecurityToken.Expired`).
    #[error("Specified SecurityToken is expired.")]
    ExpiredSecurityToken,
    /// The signature is another (`SignatureDoesNotMatch`), in one of the v1 schemes.
    #[error(
        "Specified signature is not matched with our calculation. server string to sign \
         is:{string_to_sign}"
    )]
    SignatureDoesNotMatch {
        /// The string to sign as the verifier made it.
        string_to_sign: String,
    },
    /// The signature is another (`SignatureDoesNotMatch`), in ACS3.
    #[error(
        "Specified signature does not match our calculation. server StringToSign is \
         [{string_to_sign}] server CanonicalRequest is [{canonical_request}]"
    )]
    CanonicalMismatch {
        /// The string to sign as the verifier made it.
        string_to_sign: String,
        /// The canonical request as the verifier made it.
        canonical_request: String,
    },
    /// The nonce came before (`SignatureNonceUsed`).
    #[error("Specified signature nonce was used already.")]
    NonceUsed,
}

/// Verifies requests in any of the three schemes. It remembers nonces, so one is shared by all.
#[derive(Debug)]
pub struct Verifier {
    nonces: Nonces,
    skew: SignedDuration,
}

impl Default for Verifier {
    /// With a skew of 15 minutes, as the vendor's.
    fn default() -> Self {
        Self::new(SignedDuration::from_mins(15))
    }
}

impl Verifier {
    /// A verifier that takes clocks that are so far apart.
    #[must_use]
    pub fn new(skew: SignedDuration) -> Self {
        Self { nonces: Nonces::default(), skew }
    }

    /// The same with nonces that outlive it.
    #[must_use]
    pub fn with_nonces(self, nonces: Nonces) -> Self {
        Self { nonces, ..self }
    }

    /// Who signed the request, in whichever scheme.
    ///
    /// # Errors
    /// If nobody known did, with what the vendor's answer needs.
    pub fn verify<K: Keys>(
        &self,
        request: &Request,
        host: &str,
        now: Timestamp,
        keys: &K,
    ) -> Result<K::Who, Error> {
        match request.header("authorization") {
            Some(header) if header.starts_with("ACS3-") => {
                acs3::verify(self, request, host, header, now, keys)
            }
            Some(header) if header.starts_with("acs ") => {
                roa::verify(self, request, header, now, keys)
            }
            Some(_) => Err(Error::IncompleteSignature),
            None => rpc::verify(self, request, now, keys),
        }
    }

    fn check_time(&self, signed: Timestamp, now: Timestamp) -> Result<(), Error> {
        let apart = now.duration_since(signed).abs();
        if apart > self.skew { Err(Error::Expired) } else { Ok(()) }
    }

    /// Remembers the nonce. It comes last: only whoever has the secret can use a nonce up.
    fn use_nonce(&self, id: &str, nonce: &str, now: Timestamp) -> Result<(), Error> {
        // A request is taken from `skew` before to `skew` after the time that it was signed.
        let until = now.saturating_add(self.skew * 2).unwrap_or(Timestamp::MAX);
        if self.nonces.use_once(id, nonce, now, until) { Ok(()) } else { Err(Error::NonceUsed) }
    }
}

fn find<K: Keys>(keys: &K, id: &str) -> Result<Key<K::Who>, Error> {
    keys.find(id).ok_or_else(|| Error::UnknownKey { id: id.to_owned() })
}

fn check_token<W>(key: &Key<W>, given: Option<&str>, now: Timestamp) -> Result<(), Error> {
    match (&key.session_token, given) {
        (None, None | Some("")) => Ok(()),
        (Some(_), None | Some("")) => Err(Error::MissingSecurityToken),
        (Some(token), Some(given)) if token.matches(given) => {
            if key.expires.is_some_and(|expires| expires <= now) {
                Err(Error::ExpiredSecurityToken)
            } else {
                Ok(())
            }
        }
        _ => Err(Error::InvalidSecurityToken),
    }
}

/// `HMAC-SHA1` in base64, which is what both v1 schemes send.
fn hmac_sha1(key: &[u8], text: &[u8]) -> String {
    use base64::Engine as _;
    use hmac::{Hmac, KeyInit, Mac};

    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}
