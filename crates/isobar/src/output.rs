//! Data on stdout, in the format that was asked for. Everything else goes to stderr.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use crate::cli::Format;
use isobar_cli::report::Error;
use isobar_cli::shell::unwritable;
use isobar_cli::visible::visible;

/// Says something on stderr. Where that is closed or full nobody is told: it is no reason to end,
/// which `eprintln!` would take it for.
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::output::note(format_args!($($argument)*))
    };
}
pub(crate) use say;

/// What [`say`] does.
pub(crate) fn note(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A column of a table: its heading, and where its value is.
pub(crate) type Column = (&'static str, &'static str);

/// Prints a list.
pub(crate) fn list(format: Format, items: &[Value], columns: &[Column]) -> Result<(), Error> {
    match format {
        Format::Table => print(&table(items, columns)),
        _ => value(format, &Value::Array(items.to_vec())),
    }
}

/// Prints one thing; as a table, its members line by line.
pub(crate) fn value(format: Format, value: &Value) -> Result<(), Error> {
    match format {
        Format::Json => print(&format!("{value:#}")),
        Format::Yaml => {
            let text = serde_saphyr::to_string(value).map_err(|error| {
                Error::failed("internal", "the data cannot be written as YAML").source(error)
            })?;
            print(text.trim_end())
        }
        Format::Table => {
            let mut lines = Vec::new();
            flatten("", value, &mut lines);
            let mut table = plain();
            table.add_rows(lines.iter().map(|(name, text)| [name, text]));
            print(&trimmed(&table))
        }
    }
}

/// Prints text as it is.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        // The reader of a pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(unwritable(error)),
    }
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

fn table(items: &[Value], columns: &[Column]) -> String {
    let mut table = plain();
    table.set_header(columns.iter().map(|(heading, _)| *heading));
    for item in items {
        table.add_row(columns.iter().map(|(_, path)| text_of(at(item, path))));
    }
    trimmed(&table)
}

fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => visible(&without_fraction(text)).into_owned(),
        Value::Number(number) if number.is_f64() => {
            format!("{:.1}", number.as_f64().unwrap_or_default())
        }
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A time to the second, which is what people read; other text as it is.
fn without_fraction(text: &str) -> String {
    let is_time = text.ends_with('Z') && text.get(10..11) == Some("T");
    match text.get(..19).filter(|_| is_time && text.get(19..20) == Some(".")) {
        Some(seconds) => format!("{seconds}Z"),
        None => text.to_owned(),
    }
}

fn flatten(prefix: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    let name = |key: &str| {
        if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
    };
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| !key.starts_with('_')) {
                flatten(&name(key), value, lines);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{prefix}[{index}]"), item, lines);
            }
        }
        Value::Null => {}
        other => lines.push((prefix.to_owned(), text_of(other))),
    }
}
