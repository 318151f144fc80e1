//! The client's side.

use http::header::{AUTHORIZATION, HeaderName};
use isobar_wire::Request;
use jiff::Timestamp;

use super::canonical::{Canonical, hash};
use super::keys::{Scope, SigningKeys, signature, string_to_sign};
use super::{ALGORITHM, Style, TERMINATOR, UNSIGNED_PAYLOAD};
use crate::credentials::{set_header, set_secret_header};
use crate::encode::encoded;
use crate::{Credentials, Unwritable, time};

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Headers that proxies and connections change, so they are never signed.
const UNSIGNED_HEADERS: [&str; 15] = [
    "authorization",
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// With what, for what and when a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// The caller's key.
    pub credentials: &'a Credentials,
    /// The region of the scope.
    pub region: &'a str,
    /// The service's name in the scope.
    pub service: &'a str,
    /// The `Host` header, with the port where it is not the scheme's own.
    pub host: &'a str,
    /// Now.
    pub time: Timestamp,
    /// How the path is signed.
    pub style: Style,
    /// Whether the payload is signed.
    pub payload: Payload<'a>,
}

/// Whether the payload is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload<'a> {
    /// It is.
    #[default]
    Signed,
    /// It is not, and a header says so.
    Unsigned,
    /// It is not with the request yet: this stands for it, its hash in hexadecimal or the name of a
    /// streaming form.
    Declared(&'a str),
}

/// Puts the signature into the `Authorization` header, and `X-Amz-Date` and, for a session,
/// `X-Amz-Security-Token` beside it. `Host` is signed and left for the sender to write.
///
/// # Errors
/// If the credentials or the host hold characters that no header can carry.
pub fn sign(
    request: &mut Request,
    signing: &Signing<'_>,
    keys: &SigningKeys,
) -> Result<(), Unwritable> {
    let time = time::basic(signing.time);
    let payload = prepare(request, signing, &time)?;
    let signed_headers = signed_headers(request);
    let credential = credential(signing, &time);
    let signature =
        sign_text(request, signing, &time, &credential, &signed_headers, &payload, keys);
    let text = format!(
        "{ALGORITHM} Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}"
    );
    set_secret_header(request, AUTHORIZATION, text)
}

/// Puts the headers on a request that are signed with it, and gives what stands for the payload.
pub(super) fn prepare(
    request: &mut Request,
    signing: &Signing<'_>,
    time: &str,
) -> Result<Vec<u8>, Unwritable> {
    set_header(request, DATE, time)?;
    if let Some(token) = &signing.credentials.session_token {
        set_secret_header(request, TOKEN, token.expose())?;
    }
    let given = request.headers.get(CONTENT_HASH).filter(|_| signing.style == Style::Standard);
    let payload = match signing.payload {
        // Some operations have the hash as a member.
        Payload::Signed if given.is_some() => {
            given.map(|it| it.as_bytes().to_vec()).unwrap_or_default()
        }
        Payload::Signed => hash(&request.body).to_vec(),
        Payload::Unsigned => UNSIGNED_PAYLOAD.into(),
        Payload::Declared(text) => text.into(),
    };
    if signing.style == Style::Objects || signing.payload == Payload::Unsigned {
        set_header(request, CONTENT_HASH, payload.as_slice())?;
    }
    Ok(payload)
}

/// Puts the signature into the query string, so that whoever has the URL may send the request within
/// `expires_seconds`. The payload is signed as an empty one, except in [`Style::Objects`].
///
/// # Errors
/// None today; the type is that of [`sign`].
pub fn presign(
    request: &mut Request,
    signing: &Signing<'_>,
    expires_seconds: u32,
    keys: &SigningKeys,
) -> Result<(), Unwritable> {
    let time = time::basic(signing.time);
    let credential = credential(signing, &time);
    request.headers.remove(AUTHORIZATION);
    let signed_headers = signed_headers(request);
    let mut query = std::mem::take(&mut request.query);
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(&format!(
        "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={}&X-Amz-Date={time}\
         &X-Amz-Expires={expires_seconds}&X-Amz-SignedHeaders={}",
        encoded(&credential),
        encoded(&signed_headers)
    ));
    if let Some(token) = &signing.credentials.session_token {
        query.push_str("&X-Amz-Security-Token=");
        query.push_str(&encoded(token.expose()));
    }
    request.query = query;
    let payload = match (signing.style, signing.payload) {
        (Style::Standard, Payload::Signed) => hash(&request.body).to_vec(),
        _ => UNSIGNED_PAYLOAD.into(),
    };
    let signature =
        sign_text(request, signing, &time, &credential, &signed_headers, &payload, keys);
    request.query.push_str("&X-Amz-Signature=");
    request.query.push_str(&signature);
    Ok(())
}

fn credential(signing: &Signing<'_>, time: &str) -> String {
    let Signing { credentials, region, service, .. } = signing;
    format!("{}/{}/{region}/{service}/{TERMINATOR}", credentials.id, &time[..8])
}

/// The names of the headers to sign, sorted; `host` is always among them.
pub(super) fn signed_headers(request: &Request) -> String {
    let mut names: Vec<&str> = request
        .headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| *name != "host" && !UNSIGNED_HEADERS.contains(name))
        .collect();
    names.push("host");
    names.sort_unstable();
    names.join(";")
}

pub(super) fn canonical(
    request: &Request,
    signing: &Signing<'_>,
    signed_headers: &str,
    payload: &[u8],
) -> Vec<u8> {
    let Signing { host, style, .. } = *signing;
    Canonical { request, host, signed_headers, payload, style }.bytes()
}

fn sign_text(
    request: &Request,
    signing: &Signing<'_>,
    time: &str,
    credential: &str,
    signed_headers: &str,
    payload: &[u8],
    keys: &SigningKeys,
) -> String {
    let canonical = canonical(request, signing, signed_headers, payload);
    let scope = Scope { date: &time[..8], region: signing.region, service: signing.service };
    let key = keys.get(credential, &scope, &signing.credentials.secret);
    let hash = hash(&canonical);
    let signature = signature(key, &string_to_sign(ALGORITHM, time, &scope, &hash));
    String::from_utf8_lossy(&signature).into_owned()
}
