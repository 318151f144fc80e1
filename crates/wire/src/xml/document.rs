//! An XML document as a tree, without its prefixes, comments and instructions.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesStart, Event};

use crate::MAX_DEPTH;
use crate::error::{DecodeError, Problem, Violation};
use crate::scalar::shown;

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// The name without its prefix.
    pub(crate) name: String,
    /// Names with their prefixes, and values.
    pub(crate) attributes: Vec<(String, String)>,
    /// The elements in it.
    pub(crate) children: Vec<Element>,
    /// The text in it, put together.
    pub(crate) text: String,
}

impl Element {
    /// The first child of the name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of the name.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

/// Reads a document; its root is the answer.
pub(crate) fn parse(body: &[u8]) -> Result<Element, DecodeError> {
    let text = std::str::from_utf8(body).map_err(|error| DecodeError::malformed("XML", error))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut root: Option<Element> = None;
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|error| {
            let (what, at) = (describe(&error), reader.error_position());
            DecodeError::malformed("XML", format!("{what} at byte {at}"))
        })?;
        let closed = match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Violation::new(Problem::TooDeep).into());
                }
                open.push(begin(&start)?);
                None
            }
            Event::Empty(start) => Some(begin(&start)?),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add(&mut open, &text.xml10_content())?;
                None
            }
            Event::CData(text) => {
                add(&mut open, &text.xml10_content())?;
                None
            }
            Event::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|error| DecodeError::malformed("XML", error))?;
                match character {
                    Some(character) => add(&mut open, character.encode_utf8(&mut [0; 4]))?,
                    None => add(&mut open, predefined(&reference.xml10_content())?)?,
                }
                None
            }
            Event::DocType(_) => {
                return Err(DecodeError::malformed("XML", "a document type is not allowed"));
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => None,
            Event::Eof => break,
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None if root.is_none() => root = Some(element),
                None => return Err(DecodeError::malformed("XML", "a second root element")),
            }
        }
    }
    match root {
        // A proxy's page may well be a document, but it is nobody's answer.
        Some(root) if root.name.eq_ignore_ascii_case("html") => {
            Err(DecodeError::malformed("XML", "an HTML page"))
        }
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(DecodeError::malformed("XML", "the document ends before its root does")),
    }
}

/// What the parser says, but without the tags that it quotes: in a broken document they may be
/// anything.
fn describe(error: &quick_xml::Error) -> Cow<'static, str> {
    match error {
        quick_xml::Error::IllFormed(
            IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_),
        ) => Cow::Borrowed("an end tag that matches no start tag"),
        other => Cow::Owned(other.to_string()),
    }
}

fn begin(start: &BytesStart<'_>) -> Result<Element, DecodeError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| DecodeError::malformed("XML", error))?;
        let name: &str = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_err(|error| DecodeError::malformed("XML", error))?;
        attributes.push((name.to_owned(), value.into_owned()));
    }
    let name: &str = start.local_name().into_inner();
    Ok(Element { name: name.to_owned(), attributes, ..Element::default() })
}

fn add(open: &mut [Element], text: &str) -> Result<(), DecodeError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(DecodeError::malformed("XML", "text outside of the root element")),
    }
    Ok(())
}

fn predefined(name: &str) -> Result<&'static str, DecodeError> {
    match name {
        "lt" => Ok("<"),
        "gt" => Ok(">"),
        "amp" => Ok("&"),
        "apos" => Ok("'"),
        "quot" => Ok("\""),
        _ => Err(DecodeError::malformed("XML", format!("the entity {} is not known", shown(name)))),
    }
}
