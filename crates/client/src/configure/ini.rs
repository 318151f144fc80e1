//! Setting options in a section of an INI file, line by line.

use crate::ini::{Ini, Section, Setting, header, parse, words};

/// What is to change.
pub(super) struct Change<'a> {
    /// The section's header, where it has to be made.
    pub(super) section: String,
    /// The words of the header of the section that is meant. One word is the header itself.
    pub(super) words: Vec<&'a str>,
    pub(super) set: Vec<(&'a str, &'a str)>,
    pub(super) unset: Vec<&'a str>,
}

impl Change<'_> {
    fn is_meant(&self, name: &str) -> bool {
        match self.words.as_slice() {
            [only] => name == *only,
            all => words(name).is_some_and(|words| words == all),
        }
    }

    fn is_about(&self, option: &str) -> bool {
        let option = option.to_lowercase();
        self.unset.contains(&option.as_str()) || self.set.iter().any(|(name, _)| *name == option)
    }
}

/// The text with the change.
pub(super) fn edit(text: &str, change: &Change<'_>) -> Result<String, String> {
    let old = parse(text).map_err(|broken| broken.to_string())?;
    let new = edited(text, change);
    let result = parse(&new).map_err(|broken| broken.to_string())?;
    if result == expected(old, change) {
        Ok(new)
    } else {
        Err("it is of a form that is not edited here".to_owned())
    }
}

fn edited(text: &str, change: &Change<'_>) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_header = |line: &String| header(line.trim()).is_some();
    // As with reading, the last of several sections for one profile holds.
    let start = lines
        .iter()
        .rposition(|line| header(line.trim()).is_some_and(|name| change.is_meant(name)));
    let start = start.unwrap_or_else(|| {
        if lines.last().is_some_and(|line| !line.trim().is_empty()) {
            lines.push(String::new());
        }
        lines.push(format!("[{}]", change.section));
        lines.len() - 1
    });
    let end =
        lines[start + 1..].iter().position(is_header).map_or(lines.len(), |at| start + 1 + at);
    let mut kept = Vec::new();
    // Of the option that is read; what is indented further belongs to it.
    let mut indent: Option<usize> = None;
    let mut dropping = false;
    for line in lines.drain(start + 1..end) {
        let trimmed = line.trim();
        let own = line.len() - line.trim_start().len();
        let is_comment = trimmed.starts_with(['#', ';']);
        let goes_on = indent.is_some_and(|indent| own > indent);
        if !trimmed.is_empty() && !is_comment && !goes_on {
            let name = trimmed.split(['=', ':']).next().unwrap_or_default().trim();
            dropping = change.is_about(name);
            indent = Some(own);
        }
        if !dropping || trimmed.is_empty() || is_comment {
            kept.push(line);
        }
    }
    let last = kept.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
    let blank = kept.split_off(last);
    kept.extend(change.set.iter().map(|(name, value)| format!("{name} = {value}")));
    kept.extend(blank);
    lines.splice(start + 1..start + 1, kept);
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// What the edited text must say.
fn expected(mut old: Ini, change: &Change<'_>) -> Ini {
    let at = old.sections.iter().rposition(|section| change.is_meant(&section.name));
    let at = at.unwrap_or_else(|| {
        let name = change.section.clone();
        old.sections.push(Section { name, ..Section::default() });
        old.sections.len() - 1
    });
    let options = &mut old.sections[at].options;
    options.retain(|(name, _)| !change.is_about(name));
    for (name, value) in &change.set {
        options.push(((*name).to_owned(), Setting::Text((*value).to_owned())));
    }
    old
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(section: &str) -> Change<'_> {
        Change {
            section: section.to_owned(),
            words: vec![section],
            set: vec![("id", "NEW"), ("secret", "S")],
            unset: vec!["token"],
        }
    }

    #[test]
    fn what_is_not_meant_stays() {
        let rows = [
            ("", "[default]\nid = NEW\nsecret = S\n"),
            ("[default]\n", "[default]\nid = NEW\nsecret = S\n"),
            (
                "# mine\n[other]\nid = 1",
                "# mine\n[other]\nid = 1\n\n[default]\nid = NEW\nsecret = S\n",
            ),
            (
                "[default]\n# of me\nID=old\nx = y\ntoken = t\n  goes on\n\n[b]\nid = 2\n",
                "[default]\n# of me\nx = y\nid = NEW\nsecret = S\n\n[b]\nid = 2\n",
            ),
            (
                "[default]\ns3 =\n  id = inner\n; end\n",
                "[default]\ns3 =\n  id = inner\n; end\nid = NEW\nsecret = S\n",
            ),
        ];
        for (old, new) in rows {
            assert_eq!(edit(old, &key("default")).as_deref(), Ok(new), "{old}");
            assert_eq!(edit(new, &key("default")).as_deref(), Ok(new), "twice: {old}");
        }
    }

    #[test]
    fn sections_are_found_by_their_words() {
        let change = Change {
            section: "profile 'a b'".to_owned(),
            words: vec!["profile", "a b"],
            set: vec![("region", "r")],
            unset: Vec::new(),
        };
        let old = "[profile \"a b\"]\nx = y\n[profile c]\n";
        let new = "[profile \"a b\"]\nx = y\nregion = r\n[profile c]\n";
        assert_eq!(edit(old, &change).as_deref(), Ok(new));
        assert_eq!(edit("", &change).as_deref(), Ok("[profile 'a b']\nregion = r\n"));
    }

    #[test]
    fn what_is_broken_or_odd_is_left_alone() {
        for text in ["[default\n", "x = y\n", "[DEFAULT]\ntoken = t\n[default]\nx = y\n"] {
            assert!(edit(text, &key("default")).is_err(), "{text}");
        }
    }
}
