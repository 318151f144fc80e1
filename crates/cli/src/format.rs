//! Output: a value as JSON, YAML, a table or text, whole or as a query finds it.

mod csv;
pub(crate) mod jq;
pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod yaml;

use std::str::FromStr;

use isobar_wire::Value;

use crate::call::suggest;
use crate::report::Error;
use crate::shell::Shell;

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, indented by four as aws-cli does.
    #[default]
    Json,
    /// YAML.
    Yaml,
    /// A table for people.
    Table,
    /// Lines with tabs, as aws-cli has them.
    Text,
    /// Rows for spreadsheets and programs (RFC 4180).
    Csv,
    /// Nothing at all.
    Off,
}

/// The formats, by their names.
pub(crate) const FORMATS: [(&str, Format); 6] = [
    ("json", Format::Json),
    ("yaml", Format::Yaml),
    ("table", Format::Table),
    ("text", Format::Text),
    ("csv", Format::Csv),
    ("off", Format::Off),
];

/// The names alone.
pub(crate) const NAMES: [&str; FORMATS.len()] = {
    let mut names = [""; FORMATS.len()];
    let mut at = 0;
    while at < FORMATS.len() {
        names[at] = FORMATS[at].0;
        at += 1;
    }
    names
};

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = FORMATS.iter().find(|(known, _)| *known == name);
        found.map(|(_, format)| *format).ok_or_else(|| {
            let (last, others) = NAMES.split_last().expect("there are formats");
            format!("must be {} or {last}", others.join(", "))
        })
    }
}

/// Prints a value; nothing at all where there is nothing to say.
pub(crate) fn print(
    shell: &Shell,
    format: Format,
    value: &Value,
    columns: &[String],
) -> Result<(), Error> {
    if matches!(value, Value::Map(entries) if entries.is_empty()) {
        return Ok(());
    }
    match format {
        Format::Json => shell.show_json(&(json::text(value, 0) + "\n")),
        Format::Yaml => shell.show(&yaml::text(value)?),
        Format::Text => shell.show(&text::lines(value)),
        Format::Csv => shell.show(&csv::lines(value, columns)),
        Format::Off => Ok(()),
        Format::Table => {
            let table = table::of(value, columns, shell.width);
            let has_heading = table::rows(value).is_some();
            match table.is_empty() {
                true => Ok(()),
                false if has_heading => shell.show_table(&table),
                false => shell.print(&table),
            }
        }
    }
}

/// That some row of a document has each of the columns.
pub(crate) fn require(value: &Value, columns: &[String]) -> Result<(), Error> {
    let unknown = table::unknown(value, columns);
    let Some(first) = unknown.first() else { return Ok(()) };
    let there = table::names(value);
    let message = format!("--columns: no row has {first:?}");
    let found = suggest::closest(first, there.iter().map(String::as_str));
    Err(Error::usage("unknown_column", message).hint(match found {
        found if found.is_empty() => format!("there are {}", there.join(", ")),
        found => suggest::sentence(&found),
    }))
}
