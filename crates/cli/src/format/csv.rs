//! CSV (RFC 4180, with ends of lines as programs here have them): the rows of the list that a document
//! is about, with all their columns.

use isobar_wire::Value;

use super::table::{at, flatten, is_tags, names, rows, tag};

/// A document as lines; empty where there is nothing.
pub(super) fn lines(value: &Value, columns: &[String]) -> String {
    let Some((_, rows)) = rows(value) else { return of_one(value) };
    let columns = if columns.is_empty() { names(value) } else { columns.to_vec() };
    if columns.is_empty() {
        return String::new();
    }
    let mut out = line(columns.iter().cloned());
    for row in rows {
        out.push_str(&line(columns.iter().map(|column| cell(at(row, column)))));
    }
    out
}

/// One thing is one row.
fn of_one(value: &Value) -> String {
    let mut members = Vec::new();
    flatten("", value, &mut members);
    match members.as_slice() {
        [] => String::new(),
        [(name, text)] if name.is_empty() => line([text.clone()]),
        members => {
            let (names, texts): (Vec<String>, Vec<String>) = members.iter().cloned().unzip();
            line(names) + &line(texts)
        }
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.to_string(),
        Some(Value::List(items)) if is_tags(items) => joined(items, tag),
        Some(Value::List(items)) => joined(items, |item| cell(Some(item))),
        // Bytes, moments and numbers as in JSON, and so is what has parts.
        Some(other) => match serde_json::to_value(other) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(other) => other.to_string(),
            Err(_) => String::new(),
        },
    }
}

fn joined(items: &[Value], text: impl Fn(&Value) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(",")
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(quoted).collect();
    cells.join(",") + "\n"
}

fn quoted(cell: String) -> String {
    if !cell.contains([',', '"', '\n', '\r']) && cell.trim() == cell {
        return cell;
    }
    format!("\"{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, columns: &[&str], expected: &str) {
        let value: Value = serde_json::from_str(document).unwrap();
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        assert_eq!(lines(&value, &columns), expected);
    }

    #[test]
    fn rows_and_single_things() {
        let rows = r#"{"Items":[{"Id":1,"Name":"a,b","S":{"N":"x\"y"}},{"Id":2,"L":["p","q"]}]}"#;
        check(rows, &[], "Id,Name,S.N,L\n1,\"a,b\",\"x\"\"y\",\n2,,,\"p,q\"\n");
        check(rows, &["L", "Id"], "L,Id\n,1\n\"p,q\",2\n");
        check(r#"{"Account":"1","Arn":"a b"}"#, &[], "Account,Arn\n1,a b\n");
        check(r#"["a","b\nc"]"#, &[], "Value\na\n\"b\nc\"\n");
        check(r#"{"Items":[]}"#, &["Id"], "Id\n");
        check(r#"{"Items":[]}"#, &[], "");
    }
}
