//! Help, made from the rows.

use super::{Scope, Table};

/// The width of help.
pub const WIDTH: usize = 100;

impl<O, S: Scope> Table<O, S> {
    /// The help of a command: what it does, how it is called, its flags. The first sentence is a line of its own,
    /// by which the manual says what the command is.
    #[must_use]
    pub fn help(&self, command: S::Command, about: &str, usage: &str) -> String {
        let about = match about.split_once(". ") {
            Some((first, rest)) => format!("{first}.\n\n{}", wrapped(rest, 0, WIDTH)),
            None => format!("{about}\n"),
        };
        let flags = self.listed(command, WIDTH);
        format!("{about}\nUsage: {usage}\n\nFlags:\n{}", flags.trim_end())
    }

    /// A line or more for each flag of a command.
    #[must_use]
    pub fn listed(&self, command: S::Command, width: usize) -> String {
        let shown = self.of(command).filter(|flag| !flag.help.is_empty());
        let rows = shown.map(|flag| {
            let short = flag.others.iter().find(|other| other.len() == 1);
            let short = short.map_or_else(String::new, |short| format!("-{short}, "));
            let value = flag.value.map_or_else(String::new, |value| format!(" {}", value.shown()));
            let default = flag.default.map(|default| format!(" [default: {default}]"));
            let help = format!("{}{}", flag.help, default.unwrap_or_default());
            (format!("{short}--{}{value}", flag.name), help)
        });
        listed(rows.collect(), width)
    }
}

/// Two columns; the second wraps under itself.
#[must_use]
pub fn listed(rows: Vec<(String, String)>, width: usize) -> String {
    let widest = rows.iter().map(|(name, _)| name.len()).filter(|length| *length <= 34).max();
    let indent = widest.unwrap_or(34) + 4;
    let mut out = String::new();
    for (name, text) in rows {
        let text = wrapped(&text, indent, width);
        if name.len() + 4 > indent {
            out.push_str(&format!("  {name}\n{}{}", " ".repeat(indent), text));
        } else {
            out.push_str(&format!("  {name:<width$}{text}", width = indent - 2));
        }
    }
    out
}

/// Text in lines, the second and further ones indented.
#[must_use]
pub fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut used = indent;
    for word in text.split(' ') {
        if used > indent && used + 1 + word.len() > width {
            out.push_str(&format!("\n{}", " ".repeat(indent)));
            used = indent;
        } else if used > indent {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += word.len();
    }
    out.push('\n');
    out
}
