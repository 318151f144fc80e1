//! `models/*.py`: classes with what each attribute is called and where it travels.

use std::collections::BTreeMap;

use super::{bare, literals};
use crate::import::ImportError;

/// A class of a request, an answer or a part of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    pub(super) name: String,
    /// The file that it is in.
    pub(super) file: String,
    /// Its element's name; its own where the package gives none.
    pub(super) xml_name: String,
    pub(super) fields: Vec<Field>,
    /// What a type's name in this class stands for, where that is another class.
    dependencies: BTreeMap<String, String>,
    /// The constructor's types, which may come before the attributes.
    annotations: BTreeMap<String, String>,
}

/// An attribute.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) attribute: String,
    /// `input`, `output`, `xml`, `json`; empty for what never travels.
    pub(super) tag: String,
    /// Where it travels.
    pub(super) position: String,
    /// Its name there.
    pub(super) wire: String,
    /// Its type as the package says it; empty for text.
    pub(super) kind: String,
    /// Its type as the constructor says it.
    pub(super) annotation: String,
    pub(super) required: bool,
}

/// All classes. A few names stand in several files for the same or for other things.
#[derive(Debug, Default)]
pub(super) struct Models {
    classes: BTreeMap<String, Vec<Class>>,
}

/// Which part of a class is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Attributes,
    Xml,
    Dependencies,
    Parameters,
    Other,
}

const PARTS: [(&str, Part); 4] = [
    ("_attribute_map", Part::Attributes),
    ("_xml_map", Part::Xml),
    ("_dependency_map", Part::Dependencies),
    ("def __init__(", Part::Parameters),
];

impl Models {
    /// Reads a file's classes.
    pub(super) fn read(&mut self, file: &str, text: &str) -> Result<(), ImportError> {
        let mut class = Class::default();
        let mut part = Part::Other;
        for line in text.lines() {
            let words = line.trim();
            if let Some(rest) = line.strip_prefix("class ") {
                self.add(std::mem::take(&mut class));
                let end = rest.find('(').unwrap_or(rest.len());
                rest[..end].clone_into(&mut class.name);
                class.xml_name.clone_from(&class.name);
                file.clone_into(&mut class.file);
                part = Part::Other;
            } else if let Some((_, begun)) = PARTS.iter().find(|(name, _)| words.starts_with(name))
            {
                part = if words.ends_with('}') { Part::Other } else { *begun };
            } else if words == "}" || words.starts_with(')') {
                part = Part::Other;
            } else if !words.is_empty() && !words.starts_with('#') {
                class.read(part, words)?;
            }
        }
        self.add(class);
        Ok(())
    }

    fn add(&mut self, mut class: Class) {
        for field in &mut class.fields {
            field.annotation = class.annotations.remove(&field.attribute).unwrap_or_default();
        }
        if !class.name.is_empty() {
            self.classes.entry(class.name.clone()).or_default().push(class);
        }
    }

    /// The class of a name; the file's own where it has one.
    pub(super) fn find(&self, file: &str, name: &str) -> Result<&Class, ImportError> {
        let all = self.classes.get(name).map(Vec::as_slice).unwrap_or_default();
        all.iter().find(|class| class.file == file).or(all.first()).ok_or_else(|| {
            ImportError::MissingShape { user: format!("a model of {file}"), shape: name.to_owned() }
        })
    }

    /// What a class's shape is called: its name, with the file's where the name alone says too little.
    pub(super) fn shape_name(&self, class: &Class) -> String {
        match self.classes.get(&class.name) {
            Some(all) if all.len() > 1 => format!("{}.{}", class.file, class.name),
            _ => class.name.clone(),
        }
    }
}

impl Class {
    /// The class that a type's name stands for here.
    pub(super) fn dependency<'a>(&'a self, kind: &'a str) -> &'a str {
        self.dependencies.get(kind).map_or(kind, String::as_str)
    }

    fn read(&mut self, part: Part, words: &str) -> Result<(), ImportError> {
        let unknown = || ImportError::unknown(&self.name, format!("the line {words}"));
        if part == Part::Other {
            return Ok(());
        }
        let Some((name, value)) = words.split_once(':') else {
            // `self,` and the like among the constructor's parameters.
            return if part == Part::Parameters { Ok(()) } else { Err(unknown()) };
        };
        let (name, value) = (bare(name), value.trim());
        match part {
            Part::Attributes => {
                let inside = value.strip_prefix('{').and_then(|rest| rest.rsplit_once('}'));
                let (inside, _) = inside.ok_or_else(unknown)?;
                self.fields.push(field(name, &literals(inside)));
            }
            Part::Xml if name == "name" => bare(value).clone_into(&mut self.xml_name),
            Part::Dependencies => {
                let (_, class) = value.split_once("lambda: ").ok_or_else(unknown)?;
                let end = class.find('(').ok_or_else(unknown)?;
                self.dependencies.insert(name.to_owned(), class[..end].to_owned());
            }
            Part::Parameters => {
                let kind = annotation(value.split(" = ").next().unwrap_or(value));
                self.annotations.insert(name.to_owned(), kind);
            }
            Part::Xml | Part::Other => {}
        }
        Ok(())
    }
}

/// A type of Python in the form that the package's own types have: `Optional[List[Tag]]` is `[Tag]`.
fn annotation(text: &str) -> String {
    let text = bare(text);
    let inside = |word: &str| text.strip_prefix(word)?.strip_suffix(']');
    if let Some(inner) = inside("Optional[") {
        return annotation(inner);
    }
    inside("List[").map_or_else(|| text.to_owned(), |inner| format!("[{inner}]"))
}

fn field(attribute: &str, says: &BTreeMap<&str, &str>) -> Field {
    let text = |name: &str| says.get(name).copied().unwrap_or_default().to_owned();
    Field {
        attribute: attribute.to_owned(),
        tag: text("tag"),
        position: text("position"),
        wire: says.get("rename").copied().unwrap_or(attribute).to_owned(),
        kind: text("type"),
        annotation: String::new(),
        required: says.get("required") == Some(&"True"),
    }
}
