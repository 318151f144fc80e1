//! Output: a value as JSON, YAML, a table or text, whole or as a query finds it.

pub(crate) mod jq;
pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod yaml;

use std::str::FromStr;

use isobar_wire::Value;

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
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "json" => Ok(Self::Json),
            "yaml" => Ok(Self::Yaml),
            "table" => Ok(Self::Table),
            "text" => Ok(Self::Text),
            _ => Err("must be json, yaml, table or text".to_owned()),
        }
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
        Format::Json => shell.print(&json::text(value, 0)),
        Format::Yaml => shell.write(yaml::text(value)?.as_bytes()),
        Format::Text => shell.write(text::lines(value).as_bytes()),
        Format::Table => {
            let table = table::of(value, columns, shell.width);
            if table.is_empty() { Ok(()) } else { shell.print(&table) }
        }
    }
}
