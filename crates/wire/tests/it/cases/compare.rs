//! Equality where order and spelling do not count.

use isobar_wire::Value;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value as Json;

use super::Outcome;

/// Compares two values; structures and maps in any order, and NaN with itself.
pub(crate) fn values(actual: &Value, expected: &Value) -> Outcome {
    if same(actual, expected) {
        return Ok(());
    }
    Err(format!("got\n  {actual:?}\nfor\n  {expected:?}"))
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => {
            left == right || (left.is_nan() && right.is_nan())
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.iter().any(|(other, right)| name == other && same(value, right))
                })
        }
        _ => left == right,
    }
}

/// Compares two JSON documents; numbers by value.
pub(crate) fn json(actual: &[u8], expected: &str) -> Outcome {
    let parsed: Json = serde_json::from_slice(actual)
        .map_err(|error| format!("{error} in {}", String::from_utf8_lossy(actual)))?;
    let wanted: Json = serde_json::from_str(expected).map_err(|error| error.to_string())?;
    if same_json(&parsed, &wanted) {
        return Ok(());
    }
    Err(format!("got\n  {parsed}\nfor\n  {wanted}"))
}

fn same_json(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same_json(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.get(name).is_some_and(|right| same_json(value, right))
                })
        }
        _ => left == right,
    }
}

/// An element with its prefix and sorted attributes; text without the space around it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
    text: String,
}

impl Node {
    /// The same without namespaces, and without the elements of these names.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.attributes.retain(|(name, _)| !name.starts_with("xmlns"));
        self.children.retain(|child| !names.contains(&child.name.as_str()));
        self.children = self.children.into_iter().map(|child| child.without(names)).collect();
        self
    }

    /// The same with the children of every element in one order.
    pub(crate) fn sorted(mut self) -> Self {
        self.children = self.children.into_iter().map(Self::sorted).collect();
        self.children.sort_by_key(|child| format!("{child:?}"));
        self
    }
}

/// Compares two XML documents, with their namespaces.
pub(crate) fn xml(actual: &[u8], expected: &str) -> Outcome {
    let actual = std::str::from_utf8(actual).map_err(|error| error.to_string())?;
    if expected.trim().is_empty() || actual.trim().is_empty() {
        return text(actual.trim().as_bytes(), expected.trim());
    }
    nodes(&parse(actual)?, &parse(expected)?)
}

pub(crate) fn nodes(actual: &Node, expected: &Node) -> Outcome {
    if actual == expected {
        return Ok(());
    }
    Err(format!("got\n  {actual:?}\nfor\n  {expected:?}"))
}

pub(crate) fn parse(document: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(document.trim());
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().map_err(|error| format!("{error} in {document}"))? {
            Event::Start(start) => open.push(begin(&start)),
            Event::Empty(start) => last(&mut open).children.push(begin(&start)),
            Event::End(_) => {
                let mut node = open.pop().expect("the reader checks that ends match");
                node.text = node.text.trim().to_owned();
                last(&mut open).children.push(node);
            }
            Event::Text(text) => last(&mut open).text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let character = name.resolve_char_ref().map_err(|error| error.to_string())?;
                let text = character.map_or_else(
                    || format!("&{};", name.xml10_content()),
                    |character| character.to_string(),
                );
                last(&mut open).text.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop().expect("the outermost is never closed");
    root.children.pop().ok_or_else(|| format!("no element in {document}"))
}

fn last(open: &mut [Node]) -> &mut Node {
    open.last_mut().expect("the outermost is never closed")
}

fn begin(start: &BytesStart<'_>) -> Node {
    let name: &str = start.name().into_inner();
    let mut attributes: Vec<_> = start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.expect("attributes are well-formed");
            let key: &str = attribute.key.into_inner();
            (key.to_owned(), attribute.value.into_owned())
        })
        .collect();
    attributes.sort();
    Node { name: name.to_owned(), attributes, ..Node::default() }
}

/// Compares texts.
pub(crate) fn text(actual: &[u8], expected: &str) -> Outcome {
    if actual == expected.as_bytes() {
        return Ok(());
    }
    Err(format!("got\n  {}\nfor\n  {expected}", String::from_utf8_lossy(actual)))
}
