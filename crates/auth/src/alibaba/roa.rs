//! ROA v1: `Authorization: acs <id>:<signature>` over some headers and the path, with HMAC-SHA1.

use http::header::{AUTHORIZATION, DATE, HeaderName};
use isobar_wire::Request;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use super::{Error, Verifier, check_token, find, hmac_sha1};
use crate::credentials::{set_header, set_secret_header};
use crate::encode::{form_decoded, parameters};
use crate::{Credentials, Keys, Unwritable, time};

const METHOD: HeaderName = HeaderName::from_static("x-acs-signature-method");
const VERSION: HeaderName = HeaderName::from_static("x-acs-signature-version");
const NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
const TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");

/// Says when and how the request would be signed, which the vendor's SDKs say without a signature too.
///
/// # Errors
/// If the nonce holds characters that no header can carry.
pub fn describe(request: &mut Request, now: Timestamp, nonce: &str) -> Result<(), Unwritable> {
    set_header(request, DATE, time::http(now))?;
    set_header(request, METHOD, "HMAC-SHA1")?;
    set_header(request, VERSION, "1.0")?;
    set_header(request, NONCE, nonce)
}

/// Puts the signature into the `Authorization` header, and what it needs beside it.
///
/// # Errors
/// If the credentials hold characters that no header can carry.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    now: Timestamp,
    nonce: &str,
) -> Result<(), Unwritable> {
    describe(request, now, nonce)?;
    if let Some(token) = &credentials.session_token {
        set_secret_header(request, TOKEN, token.expose())?;
    }
    let signature = hmac_sha1(credentials.secret.expose().as_bytes(), &string_to_sign(request));
    set_secret_header(request, AUTHORIZATION, format!("acs {}:{signature}", credentials.id))
}

pub(super) fn verify<K: Keys>(
    verifier: &Verifier,
    request: &Request,
    header: &str,
    now: Timestamp,
    keys: &K,
) -> Result<K::Who, Error> {
    let (id, signature) = header
        .strip_prefix("acs ")
        .and_then(|rest| rest.split_once(':'))
        .ok_or(Error::IncompleteSignature)?;
    if request.header(METHOD.as_str()).is_some_and(|method| method != "HMAC-SHA1") {
        return Err(Error::InvalidParameter("SignatureMethod"));
    }
    let date = request.header("date").ok_or(Error::MissingParameter("Date"))?;
    let signed = time::parse_http(date).ok_or(Error::IllegalTimestamp)?;
    verifier.check_time(signed, now)?;
    let key = find(keys, id)?;
    check_token(&key, request.header(TOKEN.as_str()), now)?;
    let text = string_to_sign(request);
    let computed = hmac_sha1(key.secret.expose().as_bytes(), &text);
    if !bool::from(computed.as_bytes().ct_eq(signature.as_bytes())) {
        let string_to_sign = String::from_utf8_lossy(&text).into_owned();
        return Err(Error::SignatureDoesNotMatch { string_to_sign });
    }
    // Older clients of this scheme send no nonce.
    if let Some(nonce) = request.header(NONCE.as_str()) {
        verifier.use_nonce(id, nonce, now)?;
    }
    Ok(key.who)
}

fn string_to_sign(request: &Request) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(request.method.as_str().as_bytes());
    for name in ["accept", "content-md5", "content-type", "date"] {
        out.push(b'\n');
        out.extend_from_slice(request.headers.get(name).map_or(b"", |value| value.as_bytes()));
    }
    out.push(b'\n');
    let mut names: Vec<&str> = request
        .headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| name.starts_with("x-acs-"))
        .collect();
    names.sort_unstable();
    for name in names {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        out.extend_from_slice(request.headers[name].as_bytes().trim_ascii());
        out.push(b'\n');
    }
    out.extend_from_slice(request.path.as_bytes());
    let mut pairs: Vec<_> = parameters(&request.query)
        .map(|(name, value)| (form_decoded(name), value.map(form_decoded)))
        .collect();
    pairs.sort_unstable();
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push(if at == 0 { b'?' } else { b'&' });
        out.extend_from_slice(name.as_bytes());
        if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
            out.push(b'=');
            out.extend_from_slice(value.as_bytes());
        }
    }
    out
}
