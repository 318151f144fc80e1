//! `--debug`: the whole conversation on stderr, with everything masked that must not be seen:
//! signatures and tokens in headers and URLs, and in bodies the members that the catalogue marks as
//! sensitive or whose names say that they are secret.

mod mask;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use isobar_catalogue::{Operation, Service};
use isobar_client::{Error, Observe};
use isobar_wire::Response;

use crate::shell::Shell;
use mask::{MASK, Names};

/// The longest body that is shown, in bytes.
const LONGEST: usize = 1 << 20;

/// Shows what goes over the wire.
pub(crate) struct Conversation {
    shell: Shell,
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Conversation")
    }
}

impl Conversation {
    pub(crate) fn new(shell: &Shell) -> Self {
        Self { shell: shell.clone() }
    }
}

impl Observe for Conversation {
    fn sends(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        request: &http::Request<Option<Bytes>>,
    ) {
        let names = Names::of(service, operation);
        let url = mask::url(&names, &request.uri().to_string());
        let mut text = format!("> {} {url}\n", request.method());
        headers(&mut text, '>', &names, request.headers());
        match request.body() {
            Some(bytes) => body(&mut text, '>', bytes, |text| names.request_body(text)),
            None => text.push_str(">\n> [a stream]\n"),
        }
        self.shell.note(text.trim_end());
    }

    fn receives(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        response: &Response,
    ) {
        let names = Names::of(service, operation);
        let mut text = format!("< {}\n", response.status);
        headers(&mut text, '<', &names, &response.headers);
        body(&mut text, '<', &response.body, |text| names.response_body(text));
        self.shell.note(text.trim_end());
    }

    fn fails(&self, error: &Error) {
        self.shell.note(&format!("! {}", mask::text(&error.to_string())));
    }
}

fn headers(text: &mut String, side: char, names: &Names, headers: &HeaderMap) {
    for (name, value) in headers {
        text.push_str(&format!("{side} {name}: {}\n", header(names, name, value)));
    }
}

/// A header's value, without what proves who the caller is and what is secret by the catalogue's word.
fn header(names: &Names, name: &HeaderName, value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    match name.as_str() {
        // The scheme and what was signed help where a signature does not match.
        "authorization" => match (text.rfind("Signature="), text.split_once(' ')) {
            (Some(at), _) => format!("{}Signature={MASK}", &text[..at]),
            (None, Some((scheme, _))) => format!("{scheme} {MASK}"),
            (None, None) => MASK.to_owned(),
        },
        name if names.hide_header(name) || name.contains("cookie") || value.is_sensitive() => {
            MASK.to_owned()
        }
        _ => mask::text(&text),
    }
}

fn body(text: &mut String, side: char, bytes: &Bytes, mask: impl Fn(&str) -> String) {
    if bytes.is_empty() {
        return;
    }
    text.push_str(&format!("{side}\n"));
    match std::str::from_utf8(bytes).ok().filter(|body| !body.contains('\0')) {
        Some(body) if body.len() <= LONGEST => {
            for line in mask(body).lines() {
                text.push_str(&format!("{side} {line}\n"));
            }
        }
        _ => text.push_str(&format!("{side} [{} bytes]\n", bytes.len())),
    }
}
