//! Pages as one document that is printed as it grows: the first list item by item, the rest of the
//! document behind it.

use isobar_catalogue::model::Paging;
use isobar_wire::Value;

use super::merge::{Merge, find_mut};
use crate::format::{self, Format, json, yaml};
use crate::report::Error;
use crate::shell::Shell;

/// Prints pages as one document.
pub(super) struct Stream<'a> {
    shell: &'a Shell,
    format: Format,
    /// The names that lead to the streamed list; empty where the pages themselves are the items.
    path: Vec<&'a str>,
    primary: Option<&'a str>,
    /// What is printed at the end.
    rest: Merge<'a>,
    is_open: bool,
    has_items: bool,
}

impl<'a> Stream<'a> {
    pub(super) fn new(shell: &'a Shell, format: Format, paging: &'a Paging) -> Self {
        let primary = paging.results.first().map(String::as_str);
        let path = primary.map_or_else(Vec::new, |path| path.split('.').collect());
        let rest = Merge::new(paging);
        Self { shell, format, path, primary, rest, is_open: false, has_items: false }
    }

    pub(super) fn add(&mut self, mut page: Value) -> Result<(), Error> {
        let Some(primary) = self.primary else {
            self.open()?;
            return self.item(&page);
        };
        if let Some(found) = find_mut(&mut page, primary)
            && matches!(found, Value::List(_))
            && let Value::List(items) = std::mem::take(found)
        {
            self.open()?;
            for item in &items {
                self.item(item)?;
            }
        }
        self.rest.add(page);
        Ok(())
    }

    fn open(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.is_open, true) {
            return Ok(());
        }
        let mut text = String::new();
        for (level, name) in self.path.iter().enumerate() {
            match self.format {
                Format::Yaml => {
                    let end = if level + 1 == self.path.len() { "" } else { "\n" };
                    text.push_str(&format!("{}{name}:{end}", "  ".repeat(level)));
                }
                _ => {
                    let name = json::quoted(name);
                    text.push_str(&format!("{{\n{}{name}: ", json::indent(level + 1)));
                }
            }
        }
        if self.format != Format::Yaml {
            text.push('[');
        }
        match self.format {
            Format::Yaml => self.shell.show(&text),
            _ => self.shell.show_json(&text),
        }
    }

    fn item(&mut self, item: &Value) -> Result<(), Error> {
        let first = !std::mem::replace(&mut self.has_items, true);
        let level = self.path.len();
        let text = match self.format {
            Format::Yaml => {
                let lines = yaml::text(&Value::List(vec![item.clone()]))?;
                let start = if first && level > 0 { "\n" } else { "" };
                format!("{start}{}", yaml::indented(&lines, level.saturating_sub(1)))
            }
            _ => {
                let start = if first { "" } else { "," };
                let text = json::text(item, level + 1);
                let text = format!("{start}\n{}{text}", json::indent(level + 1));
                return self.shell.show_json(&text);
            }
        };
        self.shell.show(&text)
    }

    pub(super) fn end(self, resume: Option<String>) -> Result<(), Error> {
        let Self { shell, format, path, primary, rest, is_open, has_items } = self;
        if primary.is_none() {
            return match (format, is_open) {
                (_, false) => Ok(()),
                (Format::Yaml, _) => shell.flush(),
                _ => shell.print("\n]"),
            };
        }
        let rest = rest.end(resume);
        if !is_open {
            return format::print(shell, format, &rest, &[]);
        }
        let text = match format {
            Format::Yaml => yaml_end(&path, &rest, has_items)?,
            _ => return shell.show_json(&json_end(&path, &rest, has_items)),
        };
        shell.show(&text)
    }
}

/// What closes the streamed list and all that it is in, with the other members of each.
fn json_end(path: &[&str], rest: &Value, has_items: bool) -> String {
    let mut text = String::new();
    if has_items {
        text.push_str(&format!("\n{}", json::indent(path.len())));
    }
    text.push(']');
    for level in (1..=path.len()).rev() {
        for (name, value) in others(path, rest, level) {
            let name = json::quoted(name);
            let value = json::text(value, level);
            text.push_str(&format!(",\n{}{name}: {value}", json::indent(level)));
        }
        text.push_str(&format!("\n{}}}", json::indent(level - 1)));
    }
    text.push('\n');
    text
}

fn yaml_end(path: &[&str], rest: &Value, has_items: bool) -> Result<String, Error> {
    let mut text = String::new();
    if !has_items {
        text.push_str(" []\n");
    }
    for level in (1..=path.len()).rev() {
        for (name, value) in others(path, rest, level) {
            let entry = Value::Map(vec![(name.to_owned().into(), value.clone())]);
            text.push_str(&yaml::indented(&yaml::text(&entry)?, level - 1));
        }
    }
    Ok(text)
}

/// The members at a level of the path, but for the path's own.
fn others<'v>(path: &[&str], rest: &'v Value, level: usize) -> Vec<(&'v str, &'v Value)> {
    let at = path[..level - 1].iter().try_fold(rest, |value, name| value.get(name));
    at.and_then(Value::as_map)
        .into_iter()
        .flatten()
        .filter(|(name, _)| name != path[level - 1])
        .map(|(name, value)| (name.as_ref(), value))
        .collect()
}
