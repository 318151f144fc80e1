//! AWS Signature Version 2, which the oldest services want: parameters of the form that they are
//! asked with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use isobar_wire::Request;
use jiff::Timestamp;
use sha2::Sha256;

use crate::encode::{encoded, form_decoded};
use crate::{Credentials, Unwritable};

/// Adds the signature and what it is made with to the form that is the request's body. `host` is the
/// `Host` header.
///
/// # Errors
/// None today; the type is that of the other signatures.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    host: &str,
    now: Timestamp,
) -> Result<(), Unwritable> {
    let form = String::from_utf8_lossy(&request.body).into_owned();
    let mut pairs: Vec<(String, String)> = form
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (form_decoded(name).into_owned(), form_decoded(value).into_owned()))
        .collect();
    let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
    add("AWSAccessKeyId", credentials.id.clone());
    add("SignatureVersion", "2".to_owned());
    add("SignatureMethod", "HmacSHA256".to_owned());
    add("Timestamp", format!("{now:.0}"));
    if let Some(token) = &credentials.session_token {
        add("SecurityToken", token.expose().to_owned());
    }
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort();
    let text = format!("{}\n{host}\n{}\n{}", request.method, request.path, joined(sorted));
    let mut mac = Hmac::<Sha256>::new_from_slice(credentials.secret.expose().as_bytes())
        .expect("a key of any length will do");
    mac.update(text.as_bytes());
    pairs.push(("Signature".to_owned(), STANDARD.encode(mac.finalize().into_bytes())));
    request.body = joined(&pairs).replace("%20", "+").into();
    Ok(())
}

fn joined<'p>(pairs: impl IntoIterator<Item = &'p (String, String)>) -> String {
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}
