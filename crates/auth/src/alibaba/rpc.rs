//! RPC v1: every parameter, of the query string and of a form alike, is signed with HMAC-SHA1.

use std::borrow::Cow;

use isobar_wire::Request;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use super::{Error, Verifier, check_token, find, hmac_sha1};
use crate::encode::{encoded, form_decoded, parameters};
use crate::{Credentials, Keys, time};

const METHOD: &str = "HMAC-SHA1";
const VERSION: &str = "1.0";

/// Adds when the request was made, once, to the query string: the vendor's SDKs say so without a
/// signature too.
pub fn describe(request: &mut Request, now: Timestamp, nonce: &str) {
    add(request, "SignatureNonce", nonce);
    add(request, "Timestamp", &time::extended(now));
}

fn add(request: &mut Request, name: &str, value: &str) {
    if !request.query.is_empty() {
        request.query.push('&');
    }
    request.query.push_str(name);
    request.query.push('=');
    request.query.push_str(&encoded(value));
}

/// Adds a parameter of the signature's. An operation's member of that name gives way to it.
fn put(request: &mut Request, name: &str, value: &str) {
    let is_other = |pair: &&str| pair.split('=').next() != Some(name);
    if !request.query.split('&').all(|pair| is_other(&pair)) {
        let others: Vec<&str> = request.query.split('&').filter(is_other).collect();
        request.query = others.join("&");
    }
    add(request, name, value);
}

/// Adds the signature and the parameters that it needs to the query string.
pub fn sign(request: &mut Request, credentials: &Credentials, now: Timestamp, nonce: &str) {
    put(request, "AccessKeyId", &credentials.id);
    put(request, "SignatureMethod", METHOD);
    put(request, "SignatureVersion", VERSION);
    describe(request, now, nonce);
    if let Some(token) = &credentials.session_token {
        put(request, "SecurityToken", token.expose());
    }
    let signature = {
        let body = form(request);
        let text = string_to_sign(request.method.as_str(), &all(&request.query, &body));
        compute(credentials.secret.expose(), &text)
    };
    request.query.push_str("&Signature=");
    request.query.push_str(&encoded(&signature));
}

pub(super) fn verify<K: Keys>(
    verifier: &Verifier,
    request: &Request,
    now: Timestamp,
    keys: &K,
) -> Result<K::Who, Error> {
    let body = form(request);
    let parameters = all(&request.query, &body);
    let get = |name: &'static str| {
        parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    };
    let need = |name: &'static str| {
        get(name).filter(|value| !value.is_empty()).ok_or(Error::MissingParameter(name))
    };
    let id = need("AccessKeyId")?;
    let signature = need("Signature")?;
    let timestamp = need("Timestamp")?;
    if need("SignatureMethod")? != METHOD {
        return Err(Error::InvalidParameter("SignatureMethod"));
    }
    if need("SignatureVersion")? != VERSION {
        return Err(Error::InvalidParameter("SignatureVersion"));
    }
    let nonce = need("SignatureNonce")?;
    let signed = time::parse_extended(timestamp).ok_or(Error::IllegalTimestamp)?;
    verifier.check_time(signed, now)?;
    let key = find(keys, id)?;
    check_token(&key, get("SecurityToken"), now)?;
    let string_to_sign = string_to_sign(request.method.as_str(), &parameters);
    let computed = compute(key.secret.expose(), &string_to_sign);
    if !bool::from(computed.as_bytes().ct_eq(signature.as_bytes())) {
        return Err(Error::SignatureDoesNotMatch { string_to_sign });
    }
    verifier.use_nonce(id, nonce, now)?;
    Ok(key.who)
}

type Parameters<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The body, where it is a form.
fn form(request: &Request) -> Cow<'_, str> {
    let is_form = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if is_form { String::from_utf8_lossy(&request.body) } else { Cow::Borrowed("") }
}

fn all<'a>(query: &'a str, body: &'a str) -> Parameters<'a> {
    parameters(query)
        .chain(parameters(body))
        .map(|(name, value)| (form_decoded(name), form_decoded(value.unwrap_or_default())))
        .collect()
}

fn string_to_sign(method: &str, parameters: &Parameters<'_>) -> String {
    let mut pairs: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        .filter(|(name, _)| *name != "Signature")
        .collect();
    pairs.sort_unstable();
    let mut query = String::new();
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            query.push('&');
        }
        query.push_str(&encoded(name));
        query.push('=');
        query.push_str(&encoded(value));
    }
    format!("{method}&%2F&{}", encoded(&query))
}

fn compute(secret: &str, text: &str) -> String {
    hmac_sha1(&[secret.as_bytes(), b"&"].concat(), text.as_bytes())
}
