//! Configuration files of AWS, read as the vendor's own SDK reads them: Python's `RawConfigParser`
//! in its strict form, with one level of nested settings and the words of a shell in the sections'
//! names.

use std::fmt;

/// The section whose options hold for all others.
const DEFAULTS: &str = "DEFAULT";

/// A file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ini {
    /// The sections in their order. No two have the same name.
    pub(crate) sections: Vec<Section>,
}

/// A section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// What stands between the brackets.
    pub(crate) name: String,
    /// Its line, from one.
    pub(crate) line: usize,
    /// The options, with names in lower case.
    pub(crate) options: Vec<(String, Setting)>,
}

/// What an option is set to. It may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Text.
    Text(String),
    /// Settings of its own.
    Nested(Vec<(String, String)>),
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(setting)")
    }
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// The lines do not matter, nor the order of options.
impl PartialEq for Section {
    fn eq(&self, other: &Self) -> bool {
        let is_in = |options: &[(String, Setting)], option| options.contains(option);
        self.name == other.name
            && self.options.len() == other.options.len()
            && self.options.iter().all(|option| is_in(&other.options, option))
    }
}

impl Section {
    /// An option's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.setting(name)? {
            Setting::Text(text) => Some(text),
            Setting::Nested(_) => None,
        }
    }

    /// A setting within an option.
    pub(crate) fn nested(&self, name: &str, inner: &str) -> Option<&str> {
        match self.setting(name)? {
            Setting::Text(_) => None,
            Setting::Nested(settings) => {
                settings.iter().find(|(name, _)| name == inner).map(|(_, text)| text.as_str())
            }
        }
    }

    /// Whether there is such an option.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.setting(name).is_some()
    }

    fn setting(&self, name: &str) -> Option<&Setting> {
        self.options.iter().find(|(option, _)| option == name).map(|(_, setting)| setting)
    }
}

/// A section while it is read; each option with its line and the lines of its value.
#[derive(Default)]
struct Draft {
    name: String,
    line: usize,
    options: Vec<(String, usize, Vec<String>)>,
}

#[derive(Default)]
struct Reader {
    defaults: Draft,
    sections: Vec<Draft>,
    /// The section that is read; `None` before the first.
    at: Option<At>,
    /// An option of it was begun, so that lines that are indented further go on with it.
    in_option: bool,
    indent: usize,
}

#[derive(Clone, Copy)]
enum At {
    Defaults,
    Section(usize),
}

/// Reads a file's text.
pub(crate) fn parse(text: &str) -> Result<Ini, Broken> {
    let mut reader = Reader::default();
    // A carriage return ends a line too, alone or with a line feed.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (at, line) in text.split('\n').enumerate() {
        reader.line(at + 1, line)?;
    }
    reader.finish()
}

impl Reader {
    fn draft(&mut self) -> Option<&mut Draft> {
        match self.at? {
            At::Defaults => Some(&mut self.defaults),
            At::Section(at) => self.sections.get_mut(at),
        }
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), Broken> {
        let value = line.trim();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        if value.is_empty() {
            if self.in_option {
                self.go_on("");
            }
            return Ok(());
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if self.in_option && indent > self.indent {
            self.go_on(value);
            return Ok(());
        }
        self.indent = indent;
        match header(value) {
            Some(name) => self.section(number, name),
            None => self.option(number, value),
        }
    }

    fn go_on(&mut self, value: &str) {
        if let Some((_, _, lines)) = self.draft().and_then(|draft| draft.options.last_mut()) {
            lines.push(value.to_owned());
        }
    }

    fn section(&mut self, line: usize, name: &str) -> Result<(), Broken> {
        self.in_option = false;
        if name == DEFAULTS {
            self.at = Some(At::Defaults);
            return Ok(());
        }
        if let Some(other) = self.sections.iter().find(|section| section.name == name) {
            let what = format!("the section [{name}] is there already, in line {}", other.line);
            return Err(Broken { line, what });
        }
        self.at = Some(At::Section(self.sections.len()));
        self.sections.push(Draft { name: name.to_owned(), line, options: Vec::new() });
        Ok(())
    }

    fn option(&mut self, line: usize, value: &str) -> Result<(), Broken> {
        let fail = |what: String| Err(Broken { line, what });
        let Some(draft) = self.draft() else {
            return fail("this stands before the first section's header".to_owned());
        };
        // The line itself may be a secret, so it is not shown.
        let Some(at) = value.find(['=', ':']) else {
            return fail("this is neither a section, an option nor a comment".to_owned());
        };
        let (name, text) = (value[..at].trim_end(), value[at + 1..].trim());
        if name.is_empty() {
            return fail("the option has no name".to_owned());
        }
        let name = name.to_lowercase();
        if let Some((_, other, _)) = draft.options.iter().find(|(option, _, _)| *option == name) {
            return fail(format!("the option {name} is there already, in line {other}"));
        }
        draft.options.push((name, line, vec![text.to_owned()]));
        self.in_option = true;
        Ok(())
    }

    fn finish(self) -> Result<Ini, Broken> {
        let defaults = settings(self.defaults.options)?;
        let mut sections = Vec::with_capacity(self.sections.len());
        for draft in self.sections {
            let mut options = settings(draft.options)?;
            for (name, setting) in &defaults {
                if !options.iter().any(|(option, _)| option == name) {
                    options.push((name.clone(), setting.clone()));
                }
            }
            sections.push(Section { name: draft.name, line: draft.line, options });
        }
        Ok(Ini { sections })
    }
}

/// The name in a section's header. It goes to the last bracket, and what follows means nothing.
pub(crate) fn header(value: &str) -> Option<&str> {
    let rest = value.strip_prefix('[')?;
    rest.rfind(']').filter(|at| *at > 0).map(|at| &rest[..at])
}

fn settings(options: Vec<(String, usize, Vec<String>)>) -> Result<Vec<(String, Setting)>, Broken> {
    let setting = |(name, line, lines): (String, usize, Vec<String>)| {
        let text = lines.join("\n");
        let text = text.trim_end();
        let Some(nested) = text.strip_prefix('\n') else {
            return Ok((name, Setting::Text(text.to_owned())));
        };
        let inner = nested.lines().map(str::trim).filter(|line| !line.is_empty()).map(|inner| {
            let (inner, value) = inner.split_once('=').ok_or_else(|| Broken {
                line,
                what: format!("not every setting within {name} is of the form name = value"),
            })?;
            Ok((inner.trim().to_owned(), value.trim().to_owned()))
        });
        // Where a name comes twice, the last one holds.
        let mut kept: Vec<(String, String)> = Vec::new();
        for pair in inner {
            let (name, value) = pair?;
            kept.retain(|(other, _)| *other != name);
            kept.push((name, value));
        }
        Ok((name, Setting::Nested(kept)))
    };
    options.into_iter().map(setting).collect()
}

/// The words of a text as a POSIX shell has them; `None` where a quotation does not end.
pub(crate) fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            c @ ('"' | '\\') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let rows: [(&str, Option<&[&str]>); 9] = [
            ("", Some(&[])),
            ("  a  b ", Some(&["a", "b"])),
            ("profile 'my dev'", Some(&["profile", "my dev"])),
            (r#"a"b\"c\d"'e\f'"#, Some(&[r#"ab"c\de\f"#])),
            (r"a\ b \\", Some(&["a b", r"\"])),
            ("''", Some(&[""])),
            ("a # b", Some(&["a", "#", "b"])),
            ("it's", None),
            (r"a\", None),
        ];
        for (text, expected) in rows {
            let expected: Option<Vec<_>> =
                expected.map(|words| words.iter().map(ToString::to_string).collect());
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
