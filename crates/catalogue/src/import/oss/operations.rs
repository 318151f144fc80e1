//! `operations/*.py`: a function for each operation, which says its method, its fixed parameters and
//! headers, and what is done to its body.

use super::bare;
use crate::import::ImportError;

/// What a function says of its operation.
#[derive(Debug, Default)]
pub(super) struct RawOperation {
    pub(super) name: String,
    pub(super) method: String,
    pub(super) request: String,
    pub(super) result: String,
    /// It is about a bucket.
    pub(super) bucket: bool,
    /// It is about an object.
    pub(super) key: bool,
    headers: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
    /// The function's text, in which the helpers that it uses are named.
    text: String,
}

/// Reads a file's operations.
pub(super) fn read(text: &str) -> Result<Vec<RawOperation>, ImportError> {
    let functions = text.split("\ndef ").skip(1).filter(|text| text.contains("op_name="));
    functions.map(operation).collect()
}

fn operation(text: &str) -> Result<RawOperation, ImportError> {
    let after = |word: &str| {
        let (_, rest) = text.split_once(word)?;
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric())?;
        Some(rest[..end].to_owned())
    };
    let need = |word: &str| {
        let place = text.split('(').next().unwrap_or_default();
        after(word).ok_or_else(|| ImportError::unknown(place, format!("a function without {word}")))
    };
    Ok(RawOperation {
        name: need("op_name='")?,
        method: need("method='")?,
        request: need("request: models.")?,
        result: need("-> models.")?,
        bucket: text.contains("bucket=request.bucket"),
        key: text.contains("key=request.key"),
        headers: entries(text, "headers=CaseInsensitiveDict({"),
        parameters: entries(text, "parameters={"),
        text: text.to_owned(),
    })
}

/// The entries of the dictionary that follows a word. A value that is computed has no quotes.
fn entries(text: &str, word: &str) -> Vec<(String, String)> {
    let Some((_, rest)) = text.split_once(word) else { return Vec::new() };
    let inside = rest.split('}').next().unwrap_or_default();
    let pairs = inside.split([',', '\n']).filter_map(|pair| pair.split_once(':'));
    pairs.map(|(name, value)| (bare(name).to_owned(), value.trim().to_owned())).collect()
}

fn is_computed(value: &str) -> bool {
    value.contains('(')
}

impl RawOperation {
    /// Whether the function uses the helper.
    pub(super) fn has(&self, helper: &str) -> bool {
        self.text.contains(helper)
    }

    /// The body's type, where it is always the same.
    pub(super) fn media(&self) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == "Content-Type")?;
        Some(bare(value))
    }

    /// Whether a parameter always has the same value. One without a value may be given one.
    pub(super) fn fixed(&self, wire: &str) -> bool {
        let fixed = |value: &str| !is_computed(value) && !bare(value).is_empty();
        self.parameters.iter().any(|(name, value)| name == wire && fixed(value))
    }

    /// Headers whose text is made of several attributes; callers give the text itself.
    pub(super) fn computed_headers(&self) -> impl Iterator<Item = &str> {
        let computed = self.headers.iter().filter(|(_, value)| is_computed(value));
        computed.map(|(name, _)| name.as_str())
    }

    /// The path with the fixed part of the query.
    pub(super) fn uri(&self) -> String {
        let mut uri = String::from(if self.key { "/{key+}" } else { "/" });
        let mut separator = '?';
        for (name, value) in self.parameters.iter().filter(|(_, value)| !is_computed(value)) {
            uri.push(separator);
            separator = '&';
            uri.push_str(name);
            if !bare(value).is_empty() {
                uri.push('=');
                uri.push_str(bare(value));
            }
        }
        uri
    }
}
