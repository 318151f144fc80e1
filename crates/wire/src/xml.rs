//! XML in both directions, walked together with a shape.

use std::borrow::Cow;

use isobar_catalogue::shape::{List, Map};
use isobar_catalogue::{Kind, Member, Service};

pub(crate) mod document;
mod read;
mod typed;
mod write;

pub(crate) use document::Element;
pub(crate) use read::Reader;
pub(crate) use write::Writer;

/// How lists are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// In an element of their own, but for those that are marked as flattened.
    Wrapped,
    /// Always repeated in place of the member.
    Repeated,
}

impl Style {
    fn flat_list(self, member: Option<&Member>, list: &List) -> bool {
        self == Self::Repeated || list.flattened || member.is_some_and(|member| member.flattened)
    }

    fn flat_map(member: Option<&Member>, map: &Map) -> bool {
        map.flattened || member.is_some_and(|member| member.flattened)
    }
}

/// The name of a member's element. Where the list itself is flattened, its items' name wins; where
/// the member is, its own. A list without a name of the member's has its shape's.
fn name<'m>(service: &'m Service, member: &'m Member) -> &'m str {
    let shape = service.shape(member.shape);
    match &shape.kind {
        Kind::List(List { flattened: true, item_name: Some(name), .. }) if !member.flattened => {
            name
        }
        Kind::List(_) => {
            member.wire_name.as_deref().or(shape.xml_name.as_deref()).unwrap_or(&member.name)
        }
        _ => member.on_wire(),
    }
}

/// Text as it stands in an element or attribute.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let special = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | 0..0x20);
    // All bytes are looked at, whatever was found: without a way out this is done many at a time.
    if !text.bytes().fold(false, |found, byte| found | special(byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | ' '.. => out.push(character),
            control => {
                out.push_str("&#x");
                out.push_str(&format!("{:x}", u32::from(control)));
                out.push(';');
            }
        }
    }
    Cow::Owned(out)
}
