//! YAML.

use isobar_wire::Value;

use crate::report::Error;

/// A value as YAML, with the end of its last line.
pub(crate) fn text(value: &Value) -> Result<String, Error> {
    let mut text = serde_saphyr::to_string(value).map_err(|error| {
        Error::failed("internal", "the output cannot be written as YAML").source(error)
    })?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// The lines, indented by so many levels of two.
pub(crate) fn indented(text: &str, level: usize) -> String {
    let indent = "  ".repeat(level);
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.lines() {
        if !line.is_empty() {
            out.push_str(&indent);
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}
