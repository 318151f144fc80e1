//! The two signatures of object storage: V1 (`OSS`, with HMAC-SHA1) and V4 (`OSS4-HMAC-SHA256`), each
//! in the `Authorization` header and in the query string of a URL.
//!
//! Both sign the resource, `/bucket/key`, wherever the bucket travels: it is a request's
//! [`host_prefix`](Request::host_prefix), or the first segment of its path.

pub mod v1;
pub mod v4;

use isobar_wire::Request;
use jiff::{SignedDuration, Timestamp};

use crate::encode::{decoded, form_decoded, parameters};
use crate::{Key, Keys};

/// A refusal. The text is the vendor's message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing on the request says who sent it: it is anybody's (`AccessDenied`, where the object is
    /// not for everybody).
    #[error("Anonymous access is forbidden for this operation.")]
    Anonymous,
    /// The header or the parameters are not whole (`InvalidArgument`).
    #[error("{0}")]
    Invalid(&'static str),
    /// There is no time on the request (`AccessDenied`).
    #[error("OSS authentication requires a valid Date.")]
    NoDate,
    /// The time is too far from the verifier's (`RequestTimeTooSkewed`).
    #[error("The difference between the request time and the current time is too large.")]
    Skewed,
    /// The URL's time is over (`AccessDenied`).
    #[error("Request has expired.")]
    Expired,
    /// Nobody has the access key (`InvalidAccessKeyId`).
    #[error("The OSS Access Key Id you provided does not exist in our records.")]
    UnknownKey {
        /// The access key's id.
        id: String,
    },
    /// The session's token is missing or another's (`InvalidSecurityToken`).
    #[error("The security token you provided is invalid.")]
    InvalidToken,
    /// The session is over (`SecurityTokenExpired`).
    #[error("The security token you provided has expired.")]
    ExpiredToken,
    /// The signature is another (`SignatureDoesNotMatch`).
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your \
         key and signing method."
    )]
    SignatureDoesNotMatch {
        /// The string to sign as the verifier made it.
        string_to_sign: String,
        /// The canonical request as the verifier made it, in V4.
        canonical_request: Option<String>,
    },
}

/// For what a request must be signed, and when.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The region of V4's scope (`cn-hangzhou`); `None` where any will do.
    pub region: Option<&'a str>,
    /// The product of V4's scope: `oss`.
    pub product: &'a str,
    /// The `Host` header, which V4 can sign.
    pub host: &'a str,
    /// Now.
    pub now: Timestamp,
    /// How far the two clocks may be apart; the vendor's limit is 15 minutes.
    pub skew: SignedDuration,
}

/// Who signed the request, in whichever way.
///
/// # Errors
/// If nobody known did, with what the vendor's answer needs.
pub fn verify<K: Keys>(
    request: &Request,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    match request.header("authorization") {
        Some(header) if header.starts_with(v4::ALGORITHM) => {
            v4::verify(request, header, expected, keys)
        }
        Some(header) if header.starts_with("OSS ") => v1::verify(request, header, expected, keys),
        Some(_) => Err(Error::Invalid("Authorization header is invalid.")),
        None if parameter(request, "x-oss-signature").is_some() => {
            v4::verify_url(request, expected, keys)
        }
        None if parameter(request, "Signature").is_some() => {
            v1::verify_url(request, expected, keys)
        }
        None => Err(Error::Anonymous),
    }
}

/// `/bucket/key`, without escapes.
fn resource(request: &Request) -> Vec<u8> {
    let path = if request.path.is_empty() { "/" } else { request.path.as_str() };
    let mut out = Vec::with_capacity(path.len() + 64);
    match &request.host_prefix {
        Some(prefix) => {
            out.push(b'/');
            out.extend_from_slice(prefix.trim_end_matches('.').as_bytes());
            out.extend_from_slice(&decoded(path.as_bytes(), false));
        }
        None => {
            out.extend_from_slice(&decoded(path.as_bytes(), false));
            // A bucket alone is signed with the slash, which not every client sends.
            if out.len() > 1 && !out[1..].contains(&b'/') {
                out.push(b'/');
            }
        }
    }
    out
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    parameters(&request.query)
        .find(|(given, _)| *given == name)
        .map(|(_, value)| form_decoded(value.unwrap_or_default()).into_owned())
}

/// Appends parameters to the query string. The values are escaped already.
fn push_parameters(request: &mut Request, parameters: &str) {
    if !request.query.is_empty() {
        request.query.push('&');
    }
    request.query.push_str(parameters);
}

fn find<K: Keys>(keys: &K, id: &str) -> Result<Key<K::Who>, Error> {
    keys.find(id).ok_or_else(|| Error::UnknownKey { id: id.to_owned() })
}

fn check_time(signed: Timestamp, expected: &Expected<'_>) -> Result<(), Error> {
    let apart = expected.now.duration_since(signed).abs();
    if apart > expected.skew { Err(Error::Skewed) } else { Ok(()) }
}

fn check_token<W>(key: &Key<W>, given: Option<&str>, now: Timestamp) -> Result<(), Error> {
    match (&key.session_token, given) {
        (None, None) => Ok(()),
        (Some(token), Some(given)) if token.matches(given) => {
            if key.expires.is_some_and(|expires| expires <= now) {
                Err(Error::ExpiredToken)
            } else {
                Ok(())
            }
        }
        _ => Err(Error::InvalidToken),
    }
}
