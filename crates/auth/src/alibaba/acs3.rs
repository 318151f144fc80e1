//! `ACS3-HMAC-SHA256`: a canonical request like AWS's, but the secret itself signs and there is no
//! scope. The client's own list of signed headers decides what is signed, since the SDKs differ.

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HeaderName};
use isobar_wire::Request;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Error, Verifier, check_token, find};
use crate::credentials::{set_header, set_secret_header};
use crate::encode::{hex256, push_hex, push_query};
use crate::{Credentials, Keys, Unwritable, time};

/// The algorithm that is signed and verified here.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

const DATE: HeaderName = HeaderName::from_static("x-acs-date");
const NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-acs-content-sha256");
const TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");
const KEY_ID: HeaderName = HeaderName::from_static("x-acs-accesskey-id");

/// What must be signed where it is there: without it a request could be replayed, or made another.
const MUST_BE_SIGNED: [&str; 6] = [
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-security-token",
    "x-acs-signature-nonce",
    "x-acs-version",
];

/// Says when the request was made, once, and of what: what a signature is over, and what the vendor's
/// SDKs send without one too. The hash of the body is the result.
///
/// # Errors
/// If the nonce holds characters that no header can carry.
pub fn describe(
    request: &mut Request,
    now: Timestamp,
    nonce: &str,
) -> Result<[u8; 64], Unwritable> {
    let payload = hex256(&Sha256::digest(&request.body).into());
    set_header(request, DATE, time::extended(now))?;
    set_header(request, NONCE, nonce)?;
    set_header(request, CONTENT_HASH, payload.as_slice())?;
    Ok(payload)
}

/// Puts the signature into the `Authorization` header, and what it needs beside it. `Host` is signed
/// and left for the sender to write.
///
/// # Errors
/// If the credentials or the host hold characters that no header can carry.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    host: &str,
    now: Timestamp,
    nonce: &str,
) -> Result<(), Unwritable> {
    let payload = describe(request, now, nonce)?;
    if let Some(token) = &credentials.session_token {
        set_header(request, KEY_ID, credentials.id.as_str())?;
        set_secret_header(request, TOKEN, token.expose())?;
    }
    let mut names: Vec<&str> = request
        .headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| name.starts_with("x-acs-") || *name == "content-type")
        .collect();
    names.push("host");
    names.sort_unstable();
    let names = names.join(";");
    let canonical = canonical(request, host, &names, &payload);
    let signature = compute(credentials.secret.expose(), &string_to_sign(&canonical));
    let text = format!(
        "{ALGORITHM} Credential={},SignedHeaders={names},Signature={}",
        credentials.id,
        String::from_utf8_lossy(&signature)
    );
    set_secret_header(request, AUTHORIZATION, text)
}

pub(super) fn verify<K: Keys>(
    verifier: &Verifier,
    request: &Request,
    host: &str,
    header: &str,
    now: Timestamp,
    keys: &K,
) -> Result<K::Who, Error> {
    let (algorithm, rest) = header.split_once(' ').ok_or(Error::IncompleteSignature)?;
    if algorithm != ALGORITHM {
        return Err(Error::InvalidParameter("SignatureMethod"));
    }
    let field = |name: &str| {
        rest.split(',')
            .filter_map(|field| field.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .ok_or(Error::IncompleteSignature)
    };
    let (id, names, signature) =
        (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let signed = |name: &str| names.split(';').any(|signed| signed == name);
    if !signed("host")
        || MUST_BE_SIGNED.iter().any(|name| request.headers.contains_key(*name) && !signed(name))
    {
        return Err(Error::IncompleteSignature);
    }
    let date = request.header(DATE.as_str()).ok_or(Error::MissingParameter("x-acs-date"))?;
    let nonce =
        request.header(NONCE.as_str()).ok_or(Error::MissingParameter("x-acs-signature-nonce"))?;
    let signed_at = time::parse_extended(date).ok_or(Error::IllegalTimestamp)?;
    verifier.check_time(signed_at, now)?;
    let key = find(keys, id)?;
    check_token(&key, request.header(TOKEN.as_str()), now)?;
    let payload = hex256(&Sha256::digest(&request.body).into());
    let canonical = canonical(request, host, names, &payload);
    let string_to_sign = string_to_sign(&canonical);
    if !bool::from(compute(key.secret.expose(), &string_to_sign).ct_eq(signature.as_bytes())) {
        return Err(Error::CanonicalMismatch {
            string_to_sign: String::from_utf8_lossy(&string_to_sign).into_owned(),
            canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
        });
    }
    verifier.use_nonce(id, nonce, now)?;
    Ok(key.who)
}

fn canonical(request: &Request, host: &str, names: &str, payload: &[u8; 64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(768 + request.query.len() * 2);
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b'\n');
    push_path(&mut out, &request.path);
    out.push(b'\n');
    push_query(&mut out, &request.query, None);
    out.push(b'\n');
    for name in names.split(';') {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        if name == "host" {
            out.extend_from_slice(host.trim().as_bytes());
        } else {
            for (at, value) in request.headers.get_all(name).iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(value.as_bytes().trim_ascii());
            }
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(names.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload);
    out
}

/// The path as it was sent, with the three spellings that encoders differ in made one.
fn push_path(out: &mut Vec<u8>, path: &str) {
    if path.is_empty() {
        out.push(b'/');
        return;
    }
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) => out.extend_from_slice(b"%20"),
            (b'*', _) => out.extend_from_slice(b"%2A"),
            (b'%', [b'7', b'E' | b'e', after @ ..]) => {
                out.push(b'~');
                rest = after;
            }
            _ => out.push(byte),
        }
    }
}

fn string_to_sign(canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(ALGORITHM.len() + 65);
    out.extend_from_slice(ALGORITHM.as_bytes());
    out.push(b'\n');
    push_hex(&mut out, &Sha256::digest(canonical));
    out
}

fn compute(secret: &str, text: &[u8]) -> [u8; 64] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    hex256(&mac.finalize().into_bytes().into())
}
