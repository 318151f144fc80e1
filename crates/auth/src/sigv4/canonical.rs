//! The canonical request.

use isobar_wire::Request;
use sha2::{Digest, Sha256};

use super::Style;
use crate::encode::{decoded, hex256, push_encoded, push_query};

/// The hash of nothing, which is the payload of most requests without one.
const EMPTY: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The hash of a text in lower-case hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> [u8; 64] {
    if bytes.is_empty() { *EMPTY } else { hex256(&Sha256::digest(bytes).into()) }
}

/// What a canonical request is made from.
pub(crate) struct Canonical<'a> {
    pub(crate) request: &'a Request,
    pub(crate) host: &'a str,
    /// The signed headers' names, joined by semicolons.
    pub(crate) signed_headers: &'a str,
    /// The payload's hash, or what stands in its place.
    pub(crate) payload: &'a [u8],
    pub(crate) style: Style,
}

impl Canonical<'_> {
    /// The bytes whose hash is signed. They are text unless a header's value is none.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let request = self.request;
        let mut out = Vec::with_capacity(512 + request.path.len() + request.query.len() * 2);
        out.extend_from_slice(request.method.as_str().as_bytes());
        out.push(b'\n');
        match self.style {
            Style::Standard => push_path(&mut out, &request.path),
            Style::Objects => {
                // A slash that is escaped is no separator, and stays escaped.
                for (at, segment) in request.path.split('/').enumerate() {
                    if at > 0 {
                        out.push(b'/');
                    }
                    push_encoded(&mut out, &decoded(segment.as_bytes(), false), false);
                }
            }
        }
        out.push(b'\n');
        push_query(&mut out, &request.query, Some("X-Amz-Signature"));
        out.push(b'\n');
        for name in self.signed_headers.split(';') {
            self.push_header(&mut out, name);
        }
        out.push(b'\n');
        push_lowercase(&mut out, self.signed_headers);
        out.push(b'\n');
        out.extend_from_slice(self.payload);
        out
    }

    /// One header: values in their order, joined by commas, without needless spaces.
    fn push_header(&self, out: &mut Vec<u8>, name: &str) {
        push_lowercase(out, name);
        out.push(b':');
        if name.eq_ignore_ascii_case("host") {
            push_trimmed(out, self.host.as_bytes());
        } else {
            for (at, value) in self.request.headers.get_all(name).iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push_trimmed(out, value.as_bytes());
            }
        }
        out.push(b'\n');
    }
}

fn push_lowercase(out: &mut Vec<u8>, text: &str) {
    out.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
}

/// The value with its outer spaces removed and its inner ones made single.
fn push_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    let plain = |byte: &u8| !byte.is_ascii_whitespace() || *byte == b' ';
    if value.iter().all(plain) && !value.windows(2).any(|pair| pair == b"  ") {
        out.extend_from_slice(value);
        return;
    }
    for (at, word) in
        value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).enumerate()
    {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

/// The path without dots and empty segments, encoded: since it came encoded, it is so twice.
fn push_path(out: &mut Vec<u8>, path: &str) {
    if path.len() <= 1 {
        out.push(b'/');
        return;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    for segment in &kept {
        out.push(b'/');
        push_encoded(out, segment.as_bytes(), false);
    }
    if kept.is_empty() || path.ends_with('/') {
        out.push(b'/');
    }
}
