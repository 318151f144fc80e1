//! The two signatures of the log service: `LOG` over some headers and the resource, and V4
//! (`SLS4-HMAC-SHA256`), with a scope and a key that is derived for each day.
//!
//! The current packages sign `LOG` with HMAC-SHA256, the older ones with HMAC-SHA1; a header says
//! which. A verifier takes both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName};
use isobar_wire::Request;
use jiff::Timestamp;
use md5::Md5;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Error, check_token, find, hmac_sha1};
use crate::credentials::{set_header, set_secret_header};
use crate::encode::{decoded, form_decoded, hex256, parameters, push_hex, push_short_query};
use crate::{Credentials, Keys, Secret, Unwritable, time};

/// V4's algorithm.
pub const ALGORITHM: &str = "SLS4-HMAC-SHA256";

/// What ends every scope.
const TERMINATOR: &str = "aliyun_v4_request";

/// The product of every scope.
const PRODUCT: &str = "sls";

/// The version of the API that the current packages ask for.
const API_VERSION: &str = "0.6.0";

const VERSION: HeaderName = HeaderName::from_static("x-log-apiversion");
const SIZE: HeaderName = HeaderName::from_static("x-log-bodyrawsize");
const METHOD: HeaderName = HeaderName::from_static("x-log-signaturemethod");
const SIGNED_AT: HeaderName = HeaderName::from_static("x-log-date");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-log-content-sha256");
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
const TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");

/// Puts a `LOG` signature into the `Authorization` header, and what it needs beside it.
///
/// # Errors
/// If the credentials hold characters that no header can carry.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(), Unwritable> {
    prepare(request, credentials)?;
    set_header(request, METHOD, "hmac-sha256")?;
    set_header(request, DATE, time::http(now))?;
    let mut hash = Vec::new();
    if !request.body.is_empty() {
        push_hex(&mut hash, &Md5::digest(&request.body));
        hash.make_ascii_uppercase();
    }
    set_header(request, CONTENT_MD5, hash.as_slice())?;
    let text = string_to_sign(request);
    let signature = hmac_sha256(credentials.secret.expose().as_bytes(), &text);
    set_secret_header(request, AUTHORIZATION, format!("LOG {}:{signature}", credentials.id))
}

/// Puts a V4 signature into the `Authorization` header, and what it needs beside it. The host is
/// signed and left for the sender to write.
///
/// # Errors
/// If the credentials or the host hold characters that no header can carry.
pub fn sign_v4(
    request: &mut Request,
    credentials: &Credentials,
    region: &str,
    host: &str,
    now: Timestamp,
) -> Result<(), Unwritable> {
    prepare(request, credentials)?;
    let at = time::basic(now);
    set_header(request, SIGNED_AT, at.as_str())?;
    let payload = hex256(&Sha256::digest(&request.body).into());
    set_header(request, CONTENT_HASH, payload.as_slice())?;
    let scope = format!("{}/{region}/{PRODUCT}/{TERMINATOR}", &at[..8]);
    let canonical = canonical(request, host, &payload);
    let text = string_to_sign_v4(&at, &scope, &canonical);
    let signature = compute(&credentials.secret, &at[..8], region, &text);
    let header = format!(
        "{ALGORITHM} Credential={}/{scope},Signature={}",
        credentials.id,
        String::from_utf8_lossy(&signature)
    );
    set_secret_header(request, AUTHORIZATION, header)
}

/// Who signed the request, in whichever way.
///
/// # Errors
/// If nobody known did, with what the vendor's answer needs.
pub fn verify<K: Keys>(
    request: &Request,
    host: &str,
    now: Timestamp,
    skew: jiff::SignedDuration,
    keys: &K,
) -> Result<K::Who, Error> {
    let header = request.header("authorization").ok_or(Error::MissingParameter("Authorization"))?;
    let v4 = header.starts_with(ALGORITHM);
    let name = if v4 { SIGNED_AT } else { DATE };
    let date = request.header(name.as_str()).ok_or(Error::MissingParameter("Date"))?;
    let at = if v4 { time::parse_basic(date) } else { time::parse_http(date) };
    if now.duration_since(at.ok_or(Error::IllegalTimestamp)?).abs() > skew {
        return Err(Error::Expired);
    }
    if v4 {
        return verify_v4(request, header, host, date, now, keys);
    }
    let (id, signature) = header
        .strip_prefix("LOG ")
        .and_then(|rest| rest.split_once(':'))
        .ok_or(Error::IncompleteSignature)?;
    let key = find(keys, id)?;
    check_token(&key, request.header(TOKEN.as_str()), now)?;
    let text = string_to_sign(request);
    let secret = key.secret.expose().as_bytes();
    let computed = match request.header(METHOD.as_str()) {
        Some("hmac-sha256") => hmac_sha256(secret, &text),
        Some("hmac-sha1") => hmac_sha1(secret, &text),
        _ => return Err(Error::InvalidParameter("x-log-signaturemethod")),
    };
    if bool::from(computed.as_bytes().ct_eq(signature.as_bytes())) {
        return Ok(key.who);
    }
    Err(Error::SignatureDoesNotMatch {
        string_to_sign: String::from_utf8_lossy(&text).into_owned(),
    })
}

fn verify_v4<K: Keys>(
    request: &Request,
    header: &str,
    host: &str,
    at: &str,
    now: Timestamp,
    keys: &K,
) -> Result<K::Who, Error> {
    let fields = header.strip_prefix(ALGORITHM).unwrap_or_default();
    let field = |name: &str| {
        fields
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .ok_or(Error::IncompleteSignature)
    };
    let (id, scope) = field("Credential")?.split_once('/').ok_or(Error::IncompleteSignature)?;
    let mut parts = scope.split('/');
    let (Some(date), Some(region), Some(PRODUCT), Some(TERMINATOR), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::IncompleteSignature);
    };
    if !at.starts_with(date) {
        return Err(Error::IncompleteSignature);
    }
    let key = find(keys, id)?;
    check_token(&key, request.header(TOKEN.as_str()), now)?;
    let payload = hex256(&Sha256::digest(&request.body).into());
    let canonical = canonical(request, host, &payload);
    let text = string_to_sign_v4(at, scope, &canonical);
    let computed = compute(&key.secret, date, region, &text);
    if bool::from(computed.ct_eq(field("Signature")?.as_bytes())) {
        return Ok(key.who);
    }
    Err(Error::CanonicalMismatch {
        string_to_sign: text,
        canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
    })
}

/// Sets the headers that the service wants on every request.
fn prepare(request: &mut Request, credentials: &Credentials) -> Result<(), Unwritable> {
    let size = request.body.len().to_string();
    for (name, text) in [
        (ACCEPT, "application/json"),
        (CONTENT_TYPE, "application/json"),
        (VERSION, API_VERSION),
        (SIZE, size.as_str()),
    ] {
        if !request.headers.contains_key(&name) {
            set_header(request, name, text)?;
        }
    }
    if let Some(token) = &credentials.session_token {
        set_secret_header(request, TOKEN, token.expose())?;
    }
    Ok(())
}

/// Whether both signatures are over the header.
fn is_own(name: &str) -> bool {
    name.starts_with("x-log-") || name.starts_with("x-acs-")
}

fn string_to_sign(request: &Request) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(request.method.as_str().as_bytes());
    for name in ["content-md5", "content-type", "date"] {
        out.push(b'\n');
        out.extend_from_slice(request.headers.get(name).map_or(b"", |value| value.as_bytes()));
    }
    out.push(b'\n');
    let mut names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
    names.retain(|name| is_own(name));
    names.sort_unstable();
    for name in names {
        push_header(&mut out, name, request.headers[name].as_bytes());
    }
    out.extend_from_slice(&decoded(request.path.as_bytes(), false));
    let mut pairs: Vec<_> = parameters(&request.query)
        .map(|(name, value)| (form_decoded(name), value.map(form_decoded)))
        .collect();
    pairs.sort_unstable();
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push(if at == 0 { b'?' } else { b'&' });
        out.extend_from_slice(name.as_bytes());
        if let Some(value) = value {
            out.push(b'=');
            out.extend_from_slice(value.as_bytes());
        }
    }
    out
}

fn push_header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    out.extend_from_slice(value.trim_ascii());
    out.push(b'\n');
}

fn canonical(request: &Request, host: &str, payload: &[u8; 64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(768);
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b'\n');
    out.extend_from_slice(&decoded(request.path.as_bytes(), false));
    out.push(b'\n');
    push_short_query(&mut out, &request.query, None);
    out.push(b'\n');
    let mut names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
    names.retain(|name| is_own(name) || *name == "content-type");
    names.push("host");
    names.sort_unstable();
    for name in &names {
        let value = match *name {
            "host" => host.as_bytes(),
            name => request.headers[name].as_bytes(),
        };
        push_header(&mut out, name, value);
    }
    out.push(b'\n');
    out.extend_from_slice(names.join(";").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload);
    out
}

fn string_to_sign_v4(at: &str, scope: &str, canonical: &[u8]) -> String {
    let hash = hex256(&Sha256::digest(canonical).into());
    format!("{ALGORITHM}\n{at}\n{scope}\n{}", String::from_utf8_lossy(&hash))
}

fn compute(secret: &Secret, date: &str, region: &str, text: &str) -> [u8; 64] {
    let mut key = mac(&[b"aliyun_v4", secret.expose().as_bytes()].concat());
    for part in [date, region, PRODUCT, TERMINATOR] {
        key.update(part.as_bytes());
        key = mac(&key.finalize().into_bytes());
    }
    key.update(text.as_bytes());
    hex256(&key.finalize().into_bytes().into())
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> String {
    let mut mac = mac(key);
    mac.update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}
