//! Parameters in a form or query string: what the query, EC2 and Alibaba RPC protocols share.

use std::borrow::Cow;

use isobar_catalogue::shape::List;
use isobar_catalogue::{Member, Protocol};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::MAX_PARAMETERS;
use crate::error::DecodeError;
use crate::message::Request;

pub(crate) mod read;
pub(crate) mod write;

/// All but RFC 3986's unreserved characters.
pub(crate) const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Which names parameters have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `List.member.1`, `Map.entry.1.key`
    Query,
    /// `List.1`, names with a capital
    Ec2,
    /// `List.1`, `Map.key`
    Alibaba,
}

impl Style {
    pub(crate) const fn of(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Ec2 => Self::Ec2,
            Protocol::AlibabaRpc => Self::Alibaba,
            _ => Self::Query,
        }
    }

    /// The member's name in a parameter; its first letter is a capital in EC2, unless the model
    /// gives a name for queries.
    fn name<'m>(self, member: &'m Member, list: Option<&'m List>) -> Cow<'m, str> {
        match (self, list) {
            (Self::Ec2, _) => match &member.query_name {
                Some(name) => Cow::Borrowed(name),
                None => capitalized(member.on_wire()),
            },
            (Self::Query, Some(List { flattened: true, item_name: Some(name), .. }))
                if !member.flattened =>
            {
                Cow::Borrowed(name)
            }
            _ => Cow::Borrowed(member.on_wire()),
        }
    }

    fn is(self, member: &Member, list: Option<&List>, name: &str) -> bool {
        self.name(member, list) == name
    }
}

fn capitalized(name: &str) -> Cow<'_, str> {
    match name.as_bytes().first() {
        Some(first) if first.is_ascii_lowercase() => {
            let mut owned = name.to_owned();
            owned[..1].make_ascii_uppercase();
            Cow::Owned(owned)
        }
        _ => Cow::Borrowed(name),
    }
}

/// A parameter.
pub(crate) type Pair<'f> = (Cow<'f, str>, Cow<'f, str>);

/// The parameters of a request, from its query string and its body if that is a form.
pub(crate) fn pairs(request: &Request) -> Result<Vec<Pair<'_>>, DecodeError> {
    let mut pairs = Vec::with_capacity(16);
    split(request.query.as_bytes(), &mut pairs)?;
    if is_form(request) {
        split(&request.body, &mut pairs)?;
    }
    Ok(pairs)
}

/// The parameters of a body that is known to be a form.
pub(crate) fn body_pairs(body: &[u8]) -> Result<Vec<Pair<'_>>, DecodeError> {
    let mut pairs = Vec::new();
    split(body, &mut pairs)?;
    Ok(pairs)
}

/// Refuses a parameter that is there twice, of which one would have to be passed over.
pub(crate) fn once_each(pairs: &[Pair<'_>]) -> Result<(), DecodeError> {
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => {
            let name = crate::scalar::shown(two[0]);
            Err(DecodeError::malformed("form", format!("the parameter {name} is there twice")))
        }
        None => Ok(()),
    }
}

/// Whether the body is a form. Some clients send one without saying so.
fn is_form(request: &Request) -> bool {
    request.header("content-type").is_none_or(|media| {
        media.get(..FORM.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM))
    })
}

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The value of the first parameter of the name, without reading the others.
pub(crate) fn find<'r>(request: &'r Request, name: &str) -> Option<Cow<'r, str>> {
    let body: &[u8] = if is_form(request) { &request.body } else { &[] };
    [request.query.as_bytes(), body].into_iter().find_map(|source| {
        source.split(|byte| *byte == b'&').find_map(|part| {
            let value = part.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            decoded(value).ok()
        })
    })
}

fn split<'f>(source: &'f [u8], pairs: &mut Vec<Pair<'f>>) -> Result<(), DecodeError> {
    for part in source.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        if pairs.len() == MAX_PARAMETERS {
            return Err(DecodeError::TooLarge("number of parameters"));
        }
        let at = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        let value = part.get(at + 1..).unwrap_or_default();
        pairs.push((decoded(&part[..at])?, decoded(value)?));
    }
    Ok(())
}

/// Text of a form: percent-encoded, with `+` for a space.
pub(crate) fn decoded(part: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let not_utf8 = |_| DecodeError::malformed("form", "text that is not UTF-8");
    if part.contains(&b'+') {
        let spaced: Vec<u8> =
            part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        let text = percent_decode(&spaced).decode_utf8().map_err(not_utf8)?;
        return Ok(Cow::Owned(text.into_owned()));
    }
    percent_decode(part).decode_utf8().map_err(not_utf8)
}

/// Appends text percent-encoded.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Appends a parameter to a form or query string.
pub(crate) fn push_pair(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    push_encoded(out, name);
    out.push('=');
    push_encoded(out, value);
}
