//! The path of an operation with its labels: filled by a client, read by a server.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};

use crate::form::RESERVED;

/// A greedy label's slashes stay.
const GREEDY: &AsciiSet = &RESERVED.remove(b'/');

/// One segment of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'t> {
    /// Text as it is.
    Literal(&'t str),
    /// A label, with what stands around it in the segment.
    Label { before: &'t str, name: &'t str, after: &'t str },
    /// A label that takes the rest of the path, but for what follows it.
    Greedy(&'t str),
}

/// The path and the fixed query string of a template.
pub(crate) fn split(uri: &str) -> (&str, &str) {
    uri.split_once('?').unwrap_or((uri, ""))
}

/// The segments of a template's path.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = Segment<'_>> {
    path.split('/').filter(|part| !part.is_empty()).map(segment)
}

fn segment(part: &str) -> Segment<'_> {
    let label = part.split_once('{').and_then(|(before, rest)| {
        let (name, after) = rest.split_once('}')?;
        Some((before, name, after))
    });
    match label {
        Some((_, name, _)) if name.ends_with('+') => Segment::Greedy(&name[..name.len() - 1]),
        Some((before, name, after)) => Segment::Label { before, name, after },
        None => Segment::Literal(part),
    }
}

/// Fills a template's path; `value` gives the text of a label.
pub(crate) fn fill<E>(
    path: &str,
    mut value: impl FnMut(&str) -> Result<String, E>,
) -> Result<String, E> {
    let mut out = String::with_capacity(path.len() + 16);
    for segment in segments(path) {
        out.push('/');
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Label { before, name, after } => {
                out.push_str(before);
                out.extend(utf8_percent_encode(&value(name)?, RESERVED));
                out.push_str(after);
            }
            Segment::Greedy(name) => out.extend(utf8_percent_encode(&value(name)?, GREEDY)),
        }
    }
    if out.is_empty() || (path.len() > 1 && path.ends_with('/')) {
        out.push('/');
    }
    Ok(out)
}

/// Text of a path, with its escapes undone. Bytes that are no UTF-8 are replaced.
pub(crate) fn decoded(part: &str) -> Cow<'_, str> {
    percent_decode_str(part).decode_utf8_lossy()
}

/// Reads the labels of a path that is known to match the template.
pub(crate) fn labels<'t, 'p>(template: &'t str, path: &'p str) -> Vec<(&'t str, Cow<'p, str>)> {
    let mut found = Vec::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path);
    let segments: Vec<_> = segments(template).collect();
    for (at, segment) in segments.iter().enumerate() {
        if let Segment::Greedy(name) = segment {
            // What follows a greedy label is at the end of the path.
            let mut own = rest;
            for _ in at + 1..segments.len() {
                own = own.rsplit_once('/').map_or("", |(before, _)| before);
            }
            found.push((*name, decoded(own)));
            rest = rest.get(own.len()..).unwrap_or_default();
            rest = rest.strip_prefix('/').unwrap_or(rest);
            continue;
        }
        let (part, others) = rest.split_once('/').unwrap_or((rest, ""));
        rest = others;
        if let Segment::Label { before, name, after } = segment {
            let part = part.strip_prefix(before).unwrap_or(part);
            let part = part.strip_suffix(after).unwrap_or(part);
            found.push((*name, decoded(part)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, path: &str, expected: &[(&str, &str)]) {
        let found = labels(template, path);
        let found: Vec<_> = found.iter().map(|(name, text)| (*name, text.as_ref())).collect();
        assert_eq!(found, expected, "{template} {path}");
    }

    #[test]
    fn labels_are_read() {
        check("/a/{b}/c", "/a/x%2Fy/c", &[("b", "x/y")]);
        check("/{Bucket}/{Key+}", "/b/k/l/", &[("Bucket", "b"), ("Key", "k/l/")]);
        check("/a/{b+}/tags/{c}", "/a/1/2/tags/3", &[("b", "1/2"), ("c", "3")]);
        check("/x-{a}.json", "/x-7.json", &[("a", "7")]);
        check("/", "/", &[]);
    }

    #[test]
    fn labels_are_filled() {
        let value = |name: &str| Ok::<_, ()>(format!("{name}/ü"));
        assert_eq!(fill("/a/{b}/{c+}", value), Ok("/a/b%2F%C3%BC/c/%C3%BC".into()));
        assert_eq!(fill("/", value), Ok("/".into()));
        assert_eq!(fill("/v2/x/", value), Ok("/v2/x/".into()));
    }
}
