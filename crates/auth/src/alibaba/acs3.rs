//! `ACS3-HMAC-SHA256` and `ACS3-HMAC-SM3`: a canonical request like AWS's, but the secret itself signs
//! and there is no scope. The client's own list of signed headers decides what is signed, since the SDKs
//! differ. Requests are signed with SHA-256 alone; both are verified.

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HeaderName};
use isobar_wire::Request;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sm3::Sm3;
use subtle::ConstantTimeEq;

use super::{Error, Verifier, check_token, find};
use crate::credentials::{set_header, set_secret_header};
use crate::encode::{hex256, push_hex, push_query};
use crate::{Credentials, Keys, Unwritable, time};

/// The algorithm that requests are signed with.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// An algorithm that is verified.
struct Algorithm {
    name: &'static str,
    /// The headers in which its clients say the body's hash.
    content: &'static [&'static str],
    hash: fn(&[u8]) -> [u8; 32],
    mac: fn(&[u8], &[u8]) -> [u8; 32],
}

static SHA256: Algorithm = Algorithm {
    name: ALGORITHM,
    content: &["x-acs-content-sha256"],
    hash: |text| Sha256::digest(text).into(),
    mac: |secret, text| {
        Hmac::<Sha256>::new_from_slice(secret)
            .expect(ANY_LENGTH)
            .chain_update(text)
            .finalize()
            .into_bytes()
            .into()
    },
};

/// The current SDKs say its hash in the header that is named for the other one.
static SM3: Algorithm = Algorithm {
    name: "ACS3-HMAC-SM3",
    content: &["x-acs-content-sha256", "x-acs-content-sm3"],
    hash: |text| Sm3::digest(text).into(),
    mac: |secret, text| {
        Hmac::<Sm3>::new_from_slice(secret)
            .expect(ANY_LENGTH)
            .chain_update(text)
            .finalize()
            .into_bytes()
            .into()
    },
};

const ANY_LENGTH: &str = "HMAC takes keys of any length";

const DATE: HeaderName = HeaderName::from_static("x-acs-date");
const NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-acs-content-sha256");
const TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");
const KEY_ID: HeaderName = HeaderName::from_static("x-acs-accesskey-id");

/// What must be signed where it is there: without it a request could be replayed, or made another.
const MUST_BE_SIGNED: [&str; 7] = [
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-content-sm3",
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
    let payload = hex256(&(SHA256.hash)(&request.body));
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
    let signature = SHA256.sign(credentials.secret.expose(), &SHA256.string_to_sign(&canonical));
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
    let algorithm = [&SHA256, &SM3].into_iter().find(|known| known.name == algorithm);
    let algorithm = algorithm.ok_or(Error::InvalidParameter("SignatureMethod"))?;
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
    if !algorithm.content.iter().any(|name| request.headers.contains_key(*name)) {
        return Err(Error::MissingParameter(algorithm.content[0]));
    }
    let signed_at = time::parse_extended(date).ok_or(Error::IllegalTimestamp)?;
    verifier.check_time(signed_at, now)?;
    let key = find(keys, id)?;
    check_token(&key, request.header(TOKEN.as_str()), now)?;
    let payload = hex256(&(algorithm.hash)(&request.body));
    let canonical = canonical(request, host, names, &payload);
    let string_to_sign = algorithm.string_to_sign(&canonical);
    let computed = algorithm.sign(key.secret.expose(), &string_to_sign);
    if !bool::from(computed.ct_eq(signature.as_bytes())) {
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

impl Algorithm {
    fn string_to_sign(&self, canonical: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.name.len() + 65);
        out.extend_from_slice(self.name.as_bytes());
        out.push(b'\n');
        push_hex(&mut out, &(self.hash)(canonical));
        out
    }

    fn sign(&self, secret: &str, text: &[u8]) -> [u8; 64] {
        hex256(&(self.mac)(secret.as_bytes(), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of GB/T 32905, and of HMAC over it as OpenSSL computes them.
    #[test]
    fn sm3() {
        let hex = |bytes: [u8; 32]| String::from_utf8(hex256(&bytes).to_vec()).unwrap();
        assert_eq!(
            hex((SM3.hash)(b"test")),
            "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23"
        );
        assert_eq!(
            hex((SM3.mac)(b"secret", b"source")),
            "b9ff646822f41ef647c1416fa2b8408923828abc0464af6706e18db3e8553da8"
        );
    }
}
