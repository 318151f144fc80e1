//! V4: `OSS4-HMAC-SHA256`, with a scope and a key that is derived for each day, in the
//! `Authorization` header or in the `x-oss-…` parameters of a URL.

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, DATE, HeaderName};
use isobar_wire::Request;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Error, Expected, check_time, check_token, find, parameter, push_parameters, resource};
use crate::credentials::{set_header, set_secret_header};
use crate::encode::{encoded, hex256, push_encoded, push_short_query};
use crate::{Credentials, Keys, Secret, Unwritable, time};

/// The one algorithm.
pub const ALGORITHM: &str = "OSS4-HMAC-SHA256";

/// What ends every scope.
const TERMINATOR: &str = "aliyun_v4_request";

/// What stands in the payload's place, which is never signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The longest life of a signed URL: seven days.
const LONGEST_EXPIRES_SECONDS: i64 = 604_800;

const SIGNED_AT: HeaderName = HeaderName::from_static("x-oss-date");
const TOKEN: HeaderName = HeaderName::from_static("x-oss-security-token");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-oss-content-sha256");

/// With what, for what and when a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// The caller's key.
    pub credentials: &'a Credentials,
    /// The region of the scope (`cn-hangzhou`, without `oss-`).
    pub region: &'a str,
    /// The product of the scope: `oss`.
    pub product: &'a str,
    /// The `Host` header, signed where it is among the additional ones.
    pub host: &'a str,
    /// Now.
    pub time: Timestamp,
    /// Headers that are signed beside `Content-Type`, `Content-MD5` and `x-oss-…`, in lower case.
    /// Those that the request has not are left out.
    pub additional: &'a [&'a str],
}

/// Puts the signature into the `Authorization` header, and what it needs beside it.
///
/// # Errors
/// If the credentials hold characters that no header can carry.
pub fn sign(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    let at = time::basic(signing.time);
    set_header(request, SIGNED_AT, at.as_str())?;
    set_header(request, DATE, time::http(signing.time))?;
    set_header(request, CONTENT_HASH, UNSIGNED_PAYLOAD)?;
    if let Some(token) = &signing.credentials.session_token {
        set_secret_header(request, TOKEN, token.expose())?;
    }
    let names = additional(request, signing.additional);
    let scope = Scope { date: &at[..8], region: signing.region, product: signing.product };
    let canonical = canonical(request, signing.host, &names);
    let text = string_to_sign(&at, &scope, &canonical);
    let signature = compute(&signing.credentials.secret, &scope, &text);
    let mut header = format!("{ALGORITHM} Credential={}/{}", signing.credentials.id, scope.text());
    if !names.is_empty() {
        header.push_str(",AdditionalHeaders=");
        header.push_str(&names);
    }
    header.push_str(",Signature=");
    header.push_str(&String::from_utf8_lossy(&signature));
    set_secret_header(request, AUTHORIZATION, header)
}

/// Puts the signature into the query string, so that whoever has the URL may send the request within
/// `expires_seconds`, of which there are at most seven days' worth.
pub fn sign_url(request: &mut Request, signing: &Signing<'_>, expires_seconds: u32) {
    request.headers.remove(AUTHORIZATION);
    let at = time::basic(signing.time);
    let names = additional(request, signing.additional);
    let scope = Scope { date: &at[..8], region: signing.region, product: signing.product };
    let credential = format!("{}/{}", signing.credentials.id, scope.text());
    let mut parameters = format!(
        "x-oss-signature-version={ALGORITHM}&x-oss-date={at}&x-oss-expires={expires_seconds}\
         &x-oss-credential={}",
        encoded(&credential)
    );
    if let Some(token) = &signing.credentials.session_token {
        parameters.push_str("&x-oss-security-token=");
        parameters.push_str(&encoded(token.expose()));
    }
    if !names.is_empty() {
        parameters.push_str("&x-oss-additional-headers=");
        parameters.push_str(&encoded(&names));
    }
    push_parameters(request, &parameters);
    let canonical = canonical(request, signing.host, &names);
    let text = string_to_sign(&at, &scope, &canonical);
    let signature = compute(&signing.credentials.secret, &scope, &text);
    let signature = String::from_utf8_lossy(&signature);
    push_parameters(request, &format!("x-oss-signature={signature}"));
}

/// A signature with all that it needs.
struct Presented {
    credential: String,
    /// The additional headers' names, with semicolons between them.
    names: String,
    signature: String,
    at: String,
    token: Option<String>,
}

pub(super) fn verify<K: Keys>(
    request: &Request,
    header: &str,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    let fields = header.strip_prefix(ALGORITHM).unwrap_or_default();
    let field = |name: &str| {
        fields
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    let invalid = || Error::Invalid("Authorization header is invalid.");
    let presented = Presented {
        credential: field("Credential").ok_or_else(invalid)?,
        names: field("AdditionalHeaders").unwrap_or_default(),
        signature: field("Signature").ok_or_else(invalid)?,
        at: request.header(SIGNED_AT.as_str()).ok_or(Error::NoDate)?.to_owned(),
        token: request.header(TOKEN.as_str()).map(str::to_owned),
    };
    check_time(time::parse_basic(&presented.at).ok_or(Error::NoDate)?, expected)?;
    check(request, &presented, expected, keys)
}

pub(super) fn verify_url<K: Keys>(
    request: &Request,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    if parameter(request, "x-oss-signature-version").as_deref() != Some(ALGORITHM) {
        return Err(Error::Invalid("x-oss-signature-version is invalid."));
    }
    let need = |name: &str| {
        let missing = Error::Invalid(
            "x-oss-credential, x-oss-date, x-oss-expires and x-oss-signature must be provided.",
        );
        parameter(request, name).filter(|value| !value.is_empty()).ok_or(missing)
    };
    let presented = Presented {
        credential: need("x-oss-credential")?,
        names: parameter(request, "x-oss-additional-headers").unwrap_or_default(),
        signature: need("x-oss-signature")?,
        at: need("x-oss-date")?,
        token: parameter(request, "x-oss-security-token"),
    };
    let at = time::parse_basic(&presented.at).ok_or(Error::NoDate)?;
    let seconds: i64 = need("x-oss-expires")?
        .parse()
        .ok()
        .filter(|seconds| (1..=LONGEST_EXPIRES_SECONDS).contains(seconds))
        .ok_or(Error::Invalid("x-oss-expires must be from 1 to 604800."))?;
    let end = at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    if expected.now > end {
        return Err(Error::Expired);
    }
    if at > expected.now.saturating_add(expected.skew).unwrap_or(Timestamp::MAX) {
        return Err(Error::Skewed);
    }
    check(request, &presented, expected, keys)
}

fn check<K: Keys>(
    request: &Request,
    presented: &Presented,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    let mut parts = presented.credential.split('/');
    let (Some(id), Some(date), Some(region), Some(product), Some(TERMINATOR), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::Invalid("The credential is invalid."));
    };
    if expected.region.is_some_and(|expected| expected != region) {
        return Err(Error::Invalid("Invalid signing region in Authorization header."));
    }
    if product != expected.product {
        return Err(Error::Invalid("Invalid signing product in Authorization header."));
    }
    if !presented.at.starts_with(date) {
        return Err(Error::Invalid("Invalid signing date in Authorization header."));
    }
    let key = find(keys, id)?;
    check_token(&key, presented.token.as_deref(), expected.now)?;
    let scope = Scope { date, region, product };
    let canonical = canonical(request, expected.host, &presented.names);
    let text = string_to_sign(&presented.at, &scope, &canonical);
    let computed = compute(&key.secret, &scope, &text);
    if bool::from(computed.ct_eq(presented.signature.as_bytes())) {
        return Ok(key.who);
    }
    Err(Error::SignatureDoesNotMatch {
        string_to_sign: text,
        canonical_request: Some(String::from_utf8_lossy(&canonical).into_owned()),
    })
}

/// For what a signature holds.
struct Scope<'a> {
    date: &'a str,
    region: &'a str,
    product: &'a str,
}

impl Scope<'_> {
    fn text(&self) -> String {
        format!("{}/{}/{}/{TERMINATOR}", self.date, self.region, self.product)
    }
}

/// Whether a header is signed without being asked for.
fn is_default(name: &str) -> bool {
    name.starts_with("x-oss-") || matches!(name, "content-type" | "content-md5")
}

/// The names of the additional headers that the request has, in order.
fn additional(request: &Request, wanted: &[&str]) -> String {
    let has = |name: &str| name == "host" || request.headers.contains_key(name);
    let wanted = wanted.iter().copied();
    let mut names: Vec<&str> = wanted.filter(|name| !is_default(name) && has(name)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(";")
}

fn canonical(request: &Request, host: &str, additional: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(768 + request.query.len() * 2);
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b'\n');
    push_encoded(&mut out, &resource(request), true);
    out.push(b'\n');
    push_short_query(&mut out, &request.query, Some("x-oss-signature"));
    out.push(b'\n');
    let mut names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
    names.retain(|name| is_default(name));
    names.extend(additional.split(';').filter(|name| !name.is_empty() && !is_default(name)));
    names.sort_unstable();
    names.dedup();
    for name in names {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        if name == "host" {
            out.extend_from_slice(host.as_bytes());
        }
        for (at, value) in request.headers.get_all(name).iter().enumerate() {
            if name == "host" {
                break;
            }
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(value.as_bytes().trim_ascii());
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(additional.as_bytes());
    out.push(b'\n');
    let payload = request.header(CONTENT_HASH.as_str()).unwrap_or(UNSIGNED_PAYLOAD);
    out.extend_from_slice(payload.as_bytes());
    out
}

fn string_to_sign(at: &str, scope: &Scope<'_>, canonical: &[u8]) -> String {
    let hash = hex256(&Sha256::digest(canonical).into());
    format!("{ALGORITHM}\n{at}\n{}\n{}", scope.text(), String::from_utf8_lossy(&hash))
}

fn compute(secret: &Secret, scope: &Scope<'_>, text: &str) -> [u8; 64] {
    let mut key = mac(&[b"aliyun_v4", secret.expose().as_bytes()].concat());
    for part in [scope.date, scope.region, scope.product, TERMINATOR] {
        key.update(part.as_bytes());
        key = mac(&key.finalize().into_bytes());
    }
    key.update(text.as_bytes());
    hex256(&key.finalize().into_bytes().into())
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}
