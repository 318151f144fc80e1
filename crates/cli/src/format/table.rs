//! Tables for people: the list that a document is about, with as many of its columns as fit.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use isobar_wire::Value;

use crate::shell::WIDTH;
use crate::visible::{visible, visible_name};

/// What people look for first in a table, by the end of a column's last name.
const FIRST: [&[&str]; 9] = [
    &["name", "title"],
    &["status", "state"],
    &["slug", "type", "size", "class", "engine"],
    &["zone", "zoneid", "region", "regionid", "location"],
    &["ip", "address", "endpoint", "dns_name", "dnsname"],
    &["arn", "urn"],
    &["created", "created_at", "time", "date", "modified"],
    &["version"],
    &["description"],
];

/// The longest text in a cell that takes part in choosing columns.
const WIDEST: usize = 48;

/// How many scalars may stand beside a list that is what the document is about.
const MOST_SCALARS: usize = 6;

/// How many rows are looked at when columns are chosen.
const LOOKED_AT: usize = 200;

/// A document as a table; empty where there is nothing.
pub(crate) fn of(value: &Value, columns: &[String], width: Option<usize>) -> String {
    let (list, rows) = match rows(value) {
        Some((_, rows)) if rows.is_empty() => return String::new(),
        Some(found) => found,
        None => return members(value, width),
    };
    let columns = if columns.is_empty() {
        choose(&rows, list, width.unwrap_or(WIDTH))
    } else {
        columns.to_vec()
    };
    let mut table = plain(width);
    table.set_header(columns.iter().map(|column| visible_name(column).into_owned()));
    for row in &rows {
        table.add_row(columns.iter().map(|column| cell(at(row, column))));
    }
    trimmed(&table)
}

/// The columns that no row of a document has.
pub(super) fn unknown(value: &Value, columns: &[String]) -> Vec<String> {
    let Some((_, rows)) = rows(value).filter(|(_, rows)| !rows.is_empty()) else {
        return Vec::new();
    };
    let is_there = |column: &&String| !rows.iter().any(|row| has(row, column));
    columns.iter().filter(is_there).cloned().collect()
}

/// Whether a row has a column, if only with nothing in it.
fn has(row: &Value, path: &str) -> bool {
    if path == VALUE && row.as_map().is_none() {
        return true;
    }
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = if parent.is_empty() { Some(row) } else { at(row, parent) };
    parent.and_then(Value::as_map).is_some_and(|it| it.iter().any(|(name, _)| name == last))
}

/// The columns that the rows of a document have, in their order.
pub(super) fn names(value: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for row in rows(value).map(|(_, rows)| rows).unwrap_or_default() {
        let mut paths = Vec::new();
        paths_of(row, "", 0, &mut paths);
        for (path, _) in paths {
            if !names.contains(&path) {
                names.push(path);
            }
        }
    }
    names
}

fn plain(width: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    match width.and_then(|width| u16::try_from(width).ok()) {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        // Whoever reads it by program wants lines whole.
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    table
}

fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The list that a document is about, with its name: itself, or the only list of structures that it
/// has. Where each row is little more than a list itself, that list's items (EC2's reservations).
pub(super) fn rows(value: &Value) -> Option<(Option<&str>, Vec<&Value>)> {
    let (mut name, items) = main_list(None, value)?;
    let mut rows: Vec<&Value> = items.iter().collect();
    if !rows.iter().any(|row| matches!(row, Value::Map(_))) {
        return Some((name, rows));
    }
    let inner: Vec<(&str, &[Value])> = rows.iter().filter_map(|row| only_list(row)).collect();
    if inner.len() == rows.len() {
        let items: Vec<&Value> = inner.iter().flat_map(|(_, items)| *items).collect();
        let scalars = |value: &Value| {
            value.as_map().map_or(0, |entries| {
                entries.iter().filter(|(_, value)| value.as_list().is_none()).count()
            })
        };
        let most = |rows: &[&Value]| rows.iter().map(|row| scalars(row)).max().unwrap_or_default();
        if most(&items) > most(&rows) {
            name = inner.first().map(|(name, _)| *name);
            rows = items;
        }
    }
    Some((name, rows))
}

type Named<'v> = (Option<&'v str>, &'v [Value]);

fn main_list<'v>(name: Option<&'v str>, value: &'v Value) -> Option<Named<'v>> {
    let entries = match value {
        Value::List(items) => return Some((name, items)),
        Value::Map(entries) => entries,
        _ => return None,
    };
    let lists: Vec<Named<'_>> = entries
        .iter()
        .filter_map(|(name, value)| match value {
            Value::List(items) if items.iter().all(|item| item.as_map().is_some()) => {
                Some((Some(name.as_ref()), items.as_slice()))
            }
            Value::Map(_) => main_list(Some(name), value),
            _ => None,
        })
        .collect();
    let full: Vec<_> = lists.iter().filter(|(_, items)| !items.is_empty()).collect();
    // With two lists that both have something, neither is the document's; and one thing with a list
    // inside is one thing.
    let scalars = entries.iter().filter(|(_, value)| is_scalar(value)).count();
    match full.as_slice() {
        [] => lists.first().copied().filter(|_| scalars <= MOST_SCALARS),
        [only] => Some(**only).filter(|_| scalars <= MOST_SCALARS),
        _ => None,
    }
}

/// The only list of structures with something in it.
fn only_list(value: &Value) -> Option<(&str, &[Value])> {
    let mut lists = value.as_map()?.iter().filter_map(|(name, value)| {
        let items = value.as_list()?;
        items.first()?.as_map().map(|_| (name.as_ref(), items))
    });
    let first = lists.next()?;
    lists.next().is_none().then_some(first)
}

/// The columns that fit into the width, those first that people look for.
fn choose(rows: &[&Value], list: Option<&str>, width: usize) -> Vec<String> {
    let mut known: Vec<(String, usize)> = Vec::new();
    for row in rows.iter().take(LOOKED_AT) {
        let mut paths = Vec::new();
        paths_of(row, "", 0, &mut paths);
        for (path, text) in paths {
            let length = text.chars().count().min(WIDEST);
            match known.iter_mut().find(|(known, _)| *known == path) {
                Some((_, widest)) => *widest = (*widest).max(length),
                None => known.push((path, length)),
            }
        }
    }
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by_key(|&at| (rank(&known[at].0, list), at));
    let mut chosen = Vec::new();
    let mut used = 0;
    for at in order {
        let (path, widest) = &known[at];
        let needs = widest.max(&path.chars().count()) + 2;
        if used + needs <= width || chosen.is_empty() {
            used += needs;
            chosen.push(at);
        }
    }
    chosen.into_iter().map(|at| known[at].0.clone()).collect()
}

/// How early a column comes: what names the row, then by [`FIRST`], where a whole name goes before
/// the end of one, and what lies on top before what lies in a part.
fn rank(path: &str, list: Option<&str>) -> usize {
    let lower = path.to_ascii_lowercase();
    let (depth, last) = match lower.rsplit_once('.') {
        // `State.Name` is the state.
        Some((part, "name" | "value" | "slug")) => (0, part.rsplit('.').next().unwrap_or(part)),
        Some((_, last)) => (1, last),
        None => (0, lower.as_str()),
    };
    let own = list.map(|list| {
        let list = list.to_ascii_lowercase().replace("set", "");
        list.strip_suffix('s').unwrap_or(&list).to_owned()
    });
    let is_own = |end: &str| own.as_ref().is_some_and(|own| lower == format!("{own}{end}"));
    if depth == 0 && (lower == "id" || is_own("id") || is_own("identifier") || is_own("_id")) {
        return 0;
    }
    if depth == 0 && (lower == "name" || is_own("name")) {
        return 1;
    }
    let whole = FIRST
        .iter()
        .position(|words| words.contains(&last) || words.iter().any(|word| is_own(word)));
    let end = FIRST.iter().position(|words| words.iter().any(|word| last.ends_with(word)));
    match (whole, end) {
        (Some(place), _) => 2 + place * 2 + depth * 30,
        (None, Some(place)) => 12 + place * 2 + depth * 30,
        (None, None) => 40 + depth * 30,
    }
}

fn paths_of(value: &Value, path: &str, depth: usize, found: &mut Vec<(String, String)>) {
    let Value::Map(entries) = value else {
        if path.is_empty() {
            found.push((VALUE.to_owned(), cell(Some(value))));
        }
        return;
    };
    for (name, value) in entries {
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        match value {
            Value::Map(_) if depth < 1 => paths_of(value, &path, depth + 1, found),
            Value::Map(_) | Value::Null => {}
            Value::List(items) if items.is_empty() => {}
            Value::List(items) if items.iter().any(|item| !is_scalar(item)) && !is_tags(items) => {}
            value => found.push((path, cell(Some(value)))),
        }
    }
}

/// The heading of a list of scalars.
const VALUE: &str = "Value";

pub(super) fn at<'a>(row: &'a Value, path: &str) -> Option<&'a Value> {
    if path == VALUE && row.as_map().is_none() {
        return Some(row);
    }
    path.split('.').try_fold(row, |value, name| value.get(name))
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::List(items)) if is_tags(items) => {
            items.iter().map(tag).collect::<Vec<_>>().join(",")
        }
        Some(Value::List(items)) => {
            items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(",")
        }
        Some(Value::String(text)) => visible(text).into_owned(),
        Some(Value::Float(number)) => number.to_string(),
        Some(Value::Timestamp(moment)) => {
            // To the second, which is what people read.
            let text = moment.to_string();
            text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
        }
        Some(other) => {
            serde_json::to_string(other).unwrap_or_default().trim_matches('"').to_owned()
        }
    }
}

/// Whether these are tags: structures of a key and a value.
pub(super) fn is_tags(items: &[Value]) -> bool {
    !items.is_empty()
        && items.iter().all(|item| {
            item.as_map().is_some_and(|entries| entries.len() == 2) && key(item).is_some()
        })
}

fn key(item: &Value) -> Option<&Value> {
    ["Key", "TagKey", "key"].iter().find_map(|name| item.get(name))
}

pub(super) fn tag(item: &Value) -> String {
    let value = ["Value", "TagValue", "value"].iter().find_map(|name| item.get(name));
    format!("{}={}", cell(key(item)), value.map_or_else(String::new, |value| cell(Some(value))))
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Map(_) | Value::List(_))
}

/// One thing: its members line by line.
fn members(value: &Value, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    flatten("", value, &mut lines);
    if lines.is_empty() {
        return cell(Some(value)).trim_matches('-').to_owned();
    }
    if let [(name, text)] = lines.as_slice()
        && name.is_empty()
    {
        return text.clone();
    }
    let mut table = plain(width);
    table.add_rows(lines.iter().map(|(name, text)| [name, text]));
    trimmed(&table)
}

pub(super) fn flatten(path: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Map(entries) => {
            for (name, value) in entries {
                let path =
                    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                flatten(&visible_name(&path), value, lines);
            }
        }
        Value::List(items) if items.iter().any(|item| !is_scalar(item)) && !is_tags(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{at}]"), item, lines);
            }
        }
        Value::List(items) if items.is_empty() => {}
        Value::Null => {}
        other => lines.push((path.to_owned(), cell(Some(other)))),
    }
}
