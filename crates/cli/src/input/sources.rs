//! Where a value's text comes from: the argument itself, a file, or stdin.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use isobar_client::Source;
use isobar_wire::Value;
use parking_lot::Mutex;

use super::Lines;
use crate::shell::Shell;

/// A document of any form.
pub(crate) type Document = Value;

/// The most bytes that are read of a file into memory.
const MOST: u64 = 1 << 30;

/// What could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Why.
    pub text: String,
    /// It is the file and not what is in it.
    pub is_file: bool,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Unreadable {
    fn file(text: String) -> Self {
        Self { text, is_file: true }
    }

    fn content(text: String) -> Self {
        Self { text, is_file: false }
    }
}

/// What was given for bytes.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// The bytes themselves.
    Whole(bytes::Bytes),
    /// Text that stands for them.
    Text(String),
}

/// Reads files and stdin.
pub(crate) struct Sources<'a> {
    shell: &'a Shell,
    /// Stdin can be read once.
    stdin_read: bool,
}

/// What a text that names a source names.
enum Named<'t> {
    Stdin,
    /// Text.
    File(&'t str),
    /// Bytes.
    Binary(&'t str),
}

impl<'a> Sources<'a> {
    pub(crate) fn new(shell: &'a Shell) -> Self {
        Self { shell, stdin_read: false }
    }

    /// Whether a text names a source: `@FILE`, `@-`, `file://`, `fileb://`, and a lone hyphen where
    /// that cannot be a value.
    pub(crate) fn is_source(text: &str, hyphen: bool) -> bool {
        source(text, hyphen).is_some()
    }

    /// A text for a scalar: itself, or a file's; `@@` stands for a text that begins with `@`.
    pub(crate) fn text(&mut self, text: String) -> Result<String, Unreadable> {
        if text.starts_with("@@") {
            return Ok(text[1..].to_owned());
        }
        match source(&text, false) {
            Some(named) => self.read_text(&named),
            None => Ok(text),
        }
    }

    /// A document in JSON or YAML: the text itself, or what it names.
    pub(crate) fn document(&mut self, text: &str) -> Result<Document, Unreadable> {
        match source(text, true) {
            Some(named) => {
                let content = self.read_text(&named)?;
                inline(&content)
                    .map_err(|error| Unreadable::content(format!("{}: {error}", named.name())))
            }
            None => inline(text).map_err(Unreadable::content),
        }
    }

    /// A list: a document, or, where its items are scalars, the words of a file.
    pub(crate) fn list(&mut self, text: &str, is_plain: bool) -> Result<Document, Unreadable> {
        let Some(named) = source(text, true) else {
            return self.document(text);
        };
        let content = self.read_text(&named)?;
        if is_plain && !content.trim_start().starts_with('[') {
            return Ok(content
                .split_whitespace()
                .map(|word| Value::from(word.to_owned()))
                .collect());
        }
        inline(&content).map_err(|error| Unreadable::content(format!("{}: {error}", named.name())))
    }

    /// The bytes that a text names. Where bytes stream, a text that names nothing is a file's path.
    pub(crate) fn bytes(&mut self, text: &str, is_path: bool) -> Result<Bytes, Unreadable> {
        match source(text, true) {
            // As aws-cli has it: text from a file is still text for bytes.
            Some(named @ Named::File(_)) if text.starts_with("file://") && !is_path => {
                self.read_text(&named).map(Bytes::Text)
            }
            Some(named) => self.read(&named).map(|bytes| Bytes::Whole(bytes.into())),
            None if is_path => {
                self.read(&Named::Binary(text)).map(|bytes| Bytes::Whole(bytes.into()))
            }
            None => Ok(Bytes::Text(text.to_owned())),
        }
    }

    /// A plain file to be streamed; nothing where it is none.
    pub(crate) fn stream(&self, text: &str) -> Result<Option<Source>, Unreadable> {
        let path = match source(text, false) {
            Some(Named::File(path) | Named::Binary(path)) => path,
            _ => text,
        };
        let file = File::open(self.expanded(path)).and_then(|file| Ok((file.metadata()?, file)));
        match file {
            Ok((metadata, file)) if metadata.is_file() => {
                Ok(Some(Source::file(Arc::new(file), 0, metadata.len())))
            }
            Ok(_) => Ok(None),
            Err(error) => Err(Unreadable::file(format!("{path} cannot be read: {error}"))),
        }
    }

    /// The lines of what a text names: stdin, or a file.
    pub(crate) fn lines(&mut self, text: &str) -> Result<Lines, Unreadable> {
        let named = source(text, true).unwrap_or(Named::File(text));
        let reader: Box<dyn Read + Send> = match named {
            Named::Stdin => {
                self.take_stdin()?;
                Box::new(Stdin(self.shell.stdin.clone()))
            }
            Named::File(path) | Named::Binary(path) => Box::new(
                File::open(self.expanded(path))
                    .map_err(|error| Unreadable::file(format!("{path} cannot be read: {error}")))?,
            ),
        };
        Ok(Lines::new(named.name().to_owned(), reader))
    }

    fn take_stdin(&mut self) -> Result<(), Unreadable> {
        if std::mem::replace(&mut self.stdin_read, true) {
            return Err(Unreadable::content("stdin can be read only once".to_owned()));
        }
        Ok(())
    }

    /// What a shorthand's `key@=` names.
    pub(crate) fn paramfile(&mut self, text: &str) -> Result<Option<Value>, Unreadable> {
        if let Some(path) = text.strip_prefix("fileb://") {
            return self.read(&Named::Binary(path)).map(|bytes| Some(Value::Blob(bytes.into())));
        }
        match text.strip_prefix("file://") {
            Some(path) => self.read_text(&Named::File(path)).map(|text| Some(Value::from(text))),
            None => Ok(None),
        }
    }

    fn read_text(&mut self, named: &Named<'_>) -> Result<String, Unreadable> {
        let bytes = self.read(named)?;
        String::from_utf8(bytes).map_err(|_| {
            Unreadable::file(format!("{} is no text; name bytes with fileb://", named.name()))
        })
    }

    fn read(&mut self, named: &Named<'_>) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::new();
        let read = match named {
            Named::Stdin => {
                self.take_stdin()?;
                (&mut *self.shell.stdin.lock()).take(MOST + 1).read_to_end(&mut bytes)
            }
            Named::File(path) | Named::Binary(path) => {
                let path = self.expanded(path);
                File::open(Path::new(&path))
                    .and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes))
            }
        };
        match read {
            Ok(length) if length as u64 > MOST => {
                Err(Unreadable::file(format!("{} has more than {MOST} bytes", named.name())))
            }
            Ok(_) => Ok(bytes),
            Err(error) => {
                Err(Unreadable::file(format!("{} cannot be read: {error}", named.name())))
            }
        }
    }

    /// The path with the home directory in the place of a tilde.
    fn expanded(&self, path: &str) -> String {
        match (path.strip_prefix("~/"), self.shell.variable("HOME")) {
            (Some(rest), Some(home)) => format!("{home}/{rest}"),
            _ => path.to_owned(),
        }
    }
}

/// Stdin as it comes.
struct Stdin(Arc<Mutex<Box<dyn Read + Send>>>);

impl Read for Stdin {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.lock().read(bytes)
    }
}

impl Named<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Stdin => "stdin",
            Self::File(path) | Self::Binary(path) => path,
        }
    }
}

fn source(text: &str, hyphen: bool) -> Option<Named<'_>> {
    if text == "@-" || (hyphen && text == "-") {
        return Some(Named::Stdin);
    }
    if let Some(path) = text.strip_prefix("file://") {
        return Some(Named::File(path));
    }
    if let Some(path) = text.strip_prefix("fileb://") {
        return Some(Named::Binary(path));
    }
    text.strip_prefix('@')
        .filter(|path| !path.is_empty() && !path.starts_with('@'))
        .map(Named::File)
}

/// A document that is JSON, else YAML.
pub(crate) fn inline(text: &str) -> Result<Document, String> {
    let as_json = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    match yaml(text) {
        // A text alone is what YAML takes anything for.
        Ok(Value::String(_)) | Err(_) if text.trim_start().starts_with(['{', '[']) => {
            Err(format!("is neither JSON nor YAML: {as_json}"))
        }
        Ok(value) => Ok(value),
        Err(error) => Err(format!("is neither JSON nor YAML: {error}")),
    }
}

/// A document in YAML.
pub(crate) fn yaml(text: &str) -> Result<Document, String> {
    serde_saphyr::from_str(text).map_err(|error| {
        let text = error.to_string();
        text.lines().next().unwrap_or_default().to_owned()
    })
}
