//! Manifests as files: YAML or JSON, with the place of every field, so that an error can say where.

use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, Spanned};

use isobar_cli::report::Error;

/// The largest manifest that is read.
const MAX_BYTES: u64 = 1 << 20;

/// A manifest: its content, and where each part of it stands.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) document: Value,
    name: String,
    root: Spanned<Node>,
}

impl Manifest {
    /// Reads the file, or stdin for `-`.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let name =
            if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
        let unreadable = || Error::usage("manifest_unreadable", format!("{name} cannot be read"));
        let mut text = String::new();
        let read = if path == Path::new("-") {
            std::io::stdin().take(MAX_BYTES + 1).read_to_string(&mut text)
        } else {
            std::fs::File::open(path)
                .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
        };
        let length = read.map_err(|error| unreadable().source(error))?;
        if length as u64 > MAX_BYTES {
            return Err(Error::usage("manifest_too_large", format!("{name} is over 1 MiB")));
        }
        Self::parse(name, &text)
    }

    pub(crate) fn parse(name: String, text: &str) -> Result<Self, Error> {
        let root: Spanned<Node> = serde_saphyr::from_str(text).map_err(|error| {
            let said = error.to_string();
            // What the library advises its callers is of no use to the manifest's author.
            let said = said.split(", set DuplicateKeyPolicy").next().unwrap_or_default().to_owned();
            Error::usage("manifest_malformed", format!("{name} is neither YAML nor JSON"))
                .source(said)
        })?;
        Ok(Self { document: root.value.to_json(), name, root })
    }

    /// Where the field of the path stands (`targets[0].count`), or the nearest part around it:
    /// `file:line:column`.
    pub(crate) fn place(&self, field: &str) -> String {
        let mut at = &self.root;
        let mut place = at.referenced;
        for step in steps(field) {
            let next = match (&at.value, step) {
                (Node::Map(entries), Step::Name(name)) => {
                    entries.iter().find(|(key, _)| key.value == name).map(|(key, value)| {
                        // An unknown or wrong field is best pointed at by its name.
                        (key.referenced, value)
                    })
                }
                (Node::List(items), Step::Index(index)) => {
                    items.get(index).map(|item| (item.referenced, item))
                }
                _ => None,
            };
            let Some((location, value)) = next else { break };
            place = location;
            at = value;
        }
        self.at(place)
    }

    fn at(&self, location: Location) -> String {
        format!("{}:{}:{}", self.name, location.line(), location.column())
    }
}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

fn steps(field: &str) -> impl Iterator<Item = Step<'_>> {
    field.split(['.', '[']).filter(|part| !part.is_empty()).map(|part| {
        let index = part.strip_suffix(']').and_then(|digits| digits.parse().ok());
        index.map_or(Step::Name(part), Step::Index)
    })
}

/// A part of the document.
#[derive(Clone, Debug)]
enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl Node {
    fn to_json(&self) -> Value {
        match self {
            Self::Scalar(value) => value.clone(),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.value.clone(), value.value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_where_it_stands() {
        let text = "service: hello\ntargets:\n  - cloud: aws\n    count: 0\n  - cloud: mars\n";
        let manifest = Manifest::parse("m.yaml".to_owned(), text).unwrap();
        let check = |field, expected: &str| assert_eq!(manifest.place(field), expected, "{field}");
        check("targets[0].count", "m.yaml:4:5");
        check("targets[1].cloud", "m.yaml:5:5");
        // A field that is missing is looked for in what would hold it.
        check("targets[1].region", "m.yaml:5:5");
        check("service", "m.yaml:1:1");
        assert_eq!(manifest.document["targets"][0]["count"], 0);
    }

    #[test]
    fn what_is_no_yaml_is_refused_with_its_place() {
        let error = Manifest::parse("m.yaml".to_owned(), "a: [1,\nb: }").unwrap_err();
        assert_eq!(error.code, "manifest_malformed");
    }
}
