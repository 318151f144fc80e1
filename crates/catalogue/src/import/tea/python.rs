//! The little of Python that the packages' lines are made of.

use crate::import::ImportError;

/// A type annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Integer,
    Float,
    Boolean,
    /// Bytes, or a stream of them.
    Binary,
    /// Anything that JSON can say.
    Any,
    List(Box<Type>),
    /// Keys are texts.
    Map(Box<Type>),
    Class(String),
}

impl Type {
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        // A class that comes later in the file stands in quotes.
        let text = text.trim_matches('\'');
        let inside = |name: &str| {
            text.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']').map(str::trim)
        };
        if let Some(item) = inside("List") {
            return Ok(Self::List(Box::new(Self::parse(item)?)));
        }
        if let Some((_, value)) = inside("Dict").and_then(|inside| inside.split_once(',')) {
            return Ok(Self::Map(Box::new(Self::parse(value.trim())?)));
        }
        if let Some((_, class)) = text.rsplit_once("models.") {
            return Ok(Self::Class(class.to_owned()));
        }
        Ok(match text {
            "str" => Self::String,
            "int" => Self::Integer,
            "float" => Self::Float,
            "bool" => Self::Boolean,
            "bytes" | "BinaryIO" => Self::Binary,
            "Any" | "dict" | "Dict" | "list" | "List" => Self::Any,
            // The older packages have all classes in one file.
            class if is_class(class) => Self::Class(class.to_owned()),
            other => return Err(ImportError::unknown("a model", format!("the type {other}"))),
        })
    }

    /// The name of the shape that stands for it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::String => "String".to_owned(),
            Self::Integer => "Integer".to_owned(),
            Self::Float => "Float".to_owned(),
            Self::Boolean => "Boolean".to_owned(),
            Self::Binary => "Binary".to_owned(),
            Self::Any => "Any".to_owned(),
            Self::List(item) => format!("List<{}>", item.name()),
            Self::Map(value) => format!("Map<{}>", value.name()),
            Self::Class(name) if BUILT_IN.contains(&name.as_str()) => format!("{name}_"),
            Self::Class(name) => name.clone(),
        }
    }
}

/// The names of the shapes that are no classes.
const BUILT_IN: [&str; 6] = ["String", "Integer", "Float", "Boolean", "Binary", "Any"];

fn is_class(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The text between the first pair of single quotes.
pub(super) fn quoted(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('\'')?;
    rest.split_once('\'').map(|(text, _)| text)
}

/// The identifier that follows a word in a line: `request.` in `x = f(request.name)`.
pub(super) fn identifier_after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(word)?;
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let name = &rest[..end.unwrap_or(rest.len())];
    (!name.is_empty()).then_some(name)
}
