//! Text that a terminal only shows, and does not obey.
//!
//! What a cloud sends (names, keys of objects, tags, messages) may hold escape sequences, which set a
//! terminal's title, hide what was printed, or do worse. Whatever people read goes through [`visible`]:
//! tables, errors and notes always, other output where a terminal shows it. What a program reads stays
//! as it came.

use std::borrow::Cow;

/// A text in which control characters are written as JSON writes them (`\u001b`). Ends of lines and
/// tabs stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    written_out(text, |c| matches!(c, '\n' | '\t'))
}

/// The same for what stands within a line, such as a name: ends of lines and tabs are written out too.
#[must_use]
pub fn visible_name(text: &str) -> Cow<'_, str> {
    written_out(text, |_| false)
}

fn written_out(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_hidden = |c: char| is_control(c) && !stays(c);
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !is_hidden(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    Cow::Owned(out)
}

/// Control characters, among them those of eight bits, and what turns the direction of writing around,
/// which makes a name read as another one.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        for (given, text, name) in [
            ("plain é 漢", "plain é 漢", "plain é 漢"),
            ("a\tb\nc", "a\tb\nc", "a\\tb\\nc"),
            ("\u{1b}]0;title\u{7}", "\\u001b]0;title\\u0007", "\\u001b]0;title\\u0007"),
            ("a\rb\u{7f}\u{9b}31m", "a\\rb\\u007f\\u009b31m", "a\\rb\\u007f\\u009b31m"),
            ("exe\u{202e}fdp", "exe\\u202efdp", "exe\\u202efdp"),
        ] {
            assert_eq!((visible(given).as_ref(), visible_name(given).as_ref()), (text, name));
        }
        assert!(matches!(visible("plain"), Cow::Borrowed(_)));
    }
}
