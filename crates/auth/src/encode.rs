//! Percent-encoding (RFC 3986), hexadecimal, and query strings in canonical order.

use std::borrow::Cow;

const HEX_UPPER: &[u8; 16] = b"0123456789ABCDEF";
const HEX_LOWER: &[u8; 16] = b"0123456789abcdef";

/// The characters that no encoding touches (RFC 3986, section 2.3).
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Writes the bytes percent-encoded; slashes too, unless they are kept.
pub(crate) fn push_encoded(out: &mut Vec<u8>, bytes: &[u8], keep_slash: bool) {
    for &byte in bytes {
        if is_unreserved(byte) || (keep_slash && byte == b'/') {
            out.push(byte);
        } else {
            out.extend([
                b'%',
                HEX_UPPER[usize::from(byte >> 4)],
                HEX_UPPER[usize::from(byte & 15)],
            ]);
        }
    }
}

/// The bytes percent-encoded, as text.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    push_encoded(&mut out, text.as_bytes(), false);
    String::from_utf8(out).expect("percent-encoded bytes are ASCII")
}

/// The bytes behind a percent-encoded text. A percent sign that encodes nothing stays.
pub(crate) fn decoded(text: &[u8], plus_is_space: bool) -> Cow<'_, [u8]> {
    if !text.iter().any(|&byte| byte == b'%' || (plus_is_space && byte == b'+')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) if plus_is_space => out.push(b' '),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(byte),
            },
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

/// The text behind a form-encoded one; what is no UTF-8 is replaced.
pub(crate) fn form_decoded(text: &str) -> Cow<'_, str> {
    match decoded(text.as_bytes(), true) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(bytes) => String::from_utf8_lossy(bytes.as_bytes()).into_owned(),
        }),
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Writes the bytes in lower-case hexadecimal.
pub(crate) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        out.extend([HEX_LOWER[usize::from(byte >> 4)], HEX_LOWER[usize::from(byte & 15)]]);
    }
}

/// A 256-bit value in lower-case hexadecimal, without an allocation.
pub(crate) fn hex256(bytes: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = HEX_LOWER[usize::from(byte >> 4)];
        pair[1] = HEX_LOWER[usize::from(byte & 15)];
    }
    out
}

/// The name and the value of each parameter, as they are written; the value is `None` where there is
/// no equals sign.
pub(crate) fn parameters(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (pair, None),
    })
}

/// Writes a query string canonically: decoded as a form, encoded strictly, sorted by name and value.
/// The parameter `skip`, where the signature itself travels, is left out.
pub(crate) fn push_query(out: &mut Vec<u8>, query: &str, skip: Option<&str>) {
    push_pairs(out, query, skip, |_| true);
}

/// The same without the equals sign where there is no value.
pub(crate) fn push_short_query(out: &mut Vec<u8>, query: &str, skip: Option<&str>) {
    push_pairs(out, query, skip, |value| !value.is_empty());
}

fn push_pairs(out: &mut Vec<u8>, query: &str, skip: Option<&str>, equals: fn(&[u8]) -> bool) {
    if query.is_empty() {
        return;
    }
    let mut pairs: Vec<[Cow<'_, [u8]>; 2]> = parameters(query)
        .filter(|(name, _)| Some(*name) != skip)
        .map(|(name, value)| [normalized(name), normalized(value.unwrap_or_default())])
        .collect();
    pairs.sort_unstable();
    for (at, [name, value]) in pairs.iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        if equals(value) {
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
}

/// The part of a query in the one encoding that is signed. Most clients send that very encoding.
fn normalized(part: &str) -> Cow<'_, [u8]> {
    if is_normalized(part.as_bytes()) {
        return Cow::Borrowed(part.as_bytes());
    }
    let mut out = Vec::with_capacity(part.len() + 8);
    push_encoded(&mut out, &decoded(part.as_bytes(), true), false);
    Cow::Owned(out)
}

fn is_normalized(part: &[u8]) -> bool {
    let mut rest = part;
    loop {
        match rest {
            [] => return true,
            [
                b'%',
                high @ (b'0'..=b'9' | b'A'..=b'F'),
                low @ (b'0'..=b'9' | b'A'..=b'F'),
                tail @ ..,
            ] => {
                let byte = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low);
                if byte.is_none_or(is_unreserved) {
                    return false;
                }
                rest = tail;
            }
            [byte, tail @ ..] if is_unreserved(*byte) => rest = tail,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_become_canonical() {
        for (query, canonical) in [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=1", "a=1&a=2"),
            ("Param-3=3&Param=2", "Param=2&Param-3=3"),
            ("acl", "acl="),
            ("a=b+c&d=%7e%2f", "a=b%20c&d=~%2F"),
            ("a=%zz", "a=%25zz"),
            ("a=1&X=signature", "a=1"),
            ("\u{1234}=bar", "%E1%88%B4=bar"),
        ] {
            let mut out = Vec::new();
            push_query(&mut out, query, Some("X"));
            assert_eq!(String::from_utf8(out).unwrap(), canonical, "{query}");
        }
    }
}
