//! Colours for people: of JSON, of headings, of errors.

const KEY: &str = "\u{1b}[34;1m";
const TEXT: &str = "\u{1b}[32m";
const OTHER: &str = "\u{1b}[36m";
const HEADING: &str = "\u{1b}[1m";
const ERROR: &str = "\u{1b}[31;1m";
const END: &str = "\u{1b}[0m";

/// JSON, or a piece of it between two values, in colours.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, color) = match first {
            '"' => {
                let length = string(rest);
                let is_key = rest[length..].starts_with(':');
                (length, if is_key { KEY } else { TEXT })
            }
            c if c.is_ascii_alphanumeric() || c == '-' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-+.".contains(c)));
                (end.unwrap_or(rest.len()), OTHER)
            }
            c => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        out.push_str(&format!("{color}{}{END}", &rest[..length]));
        rest = &rest[length..];
    }
    out
}

/// The length of a string with its quotes.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A table, whose first line is its heading.
pub(super) fn heading(table: &str) -> String {
    let (first, rest) = table.split_once('\n').unwrap_or((table, ""));
    let line = if rest.is_empty() { "" } else { "\n" };
    format!("{HEADING}{first}{END}{line}{rest}")
}

/// An error's text, whose code stands out.
pub(super) fn error(text: &str) -> String {
    match text.split_once(": ").filter(|(code, _)| code.starts_with("error[")) {
        Some((code, rest)) => format!("{ERROR}{code}{END}: {rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_colour_stays() {
        let plain = "{\n    \"a\\\"b\": [1, -2.5e+3, true, null, \"x: \\\\\"]\n}";
        let mut colored = json(plain);
        assert!(colored.contains("\u{1b}[34;1m\"a\\\"b\"\u{1b}[0m: ["), "{colored:?}");
        assert!(colored.contains("\u{1b}[32m\"x: \\\\\"\u{1b}[0m"), "{colored:?}");
        assert!(colored.contains("\u{1b}[36m-2.5e+3\u{1b}[0m"), "{colored:?}");
        for code in [KEY, TEXT, OTHER, END] {
            colored = colored.replace(code, "");
        }
        assert_eq!(colored, plain);
    }
}
