//! Setting a context's token in doctl's `config.yaml`, line by line.

use serde_json::{Map, Value as Json, json};

const TOKEN: &str = "access-token";
const CONTEXTS: &str = "auth-contexts";

/// The context whose token stands outside of `auth-contexts`.
const DEFAULT: &str = "default";

/// The text with a context's token.
pub(super) fn edit(text: &str, context: &str, token: &str) -> Result<String, String> {
    // doctl's own reader takes names in lower case.
    let context = context.to_lowercase();
    let old = read(text).ok_or("it is not doctl's form of YAML")?;
    let new = edited(text, &old, &context, token);
    match read(&new) {
        Some(result) if Some(&result) == expected(old, &context, token).as_ref() => Ok(new),
        _ => Err("it is of a form that is not edited here".to_owned()),
    }
}

fn read(text: &str) -> Option<Json> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
        return Some(json!({}));
    }
    serde_saphyr::from_str::<Json>(text).ok().filter(Json::is_object)
}

fn edited(text: &str, old: &Json, context: &str, token: &str) -> String {
    // JSON's strings are YAML's too.
    let token = json!(token);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let top = |lines: &[String], name: &str| {
        lines.iter().position(|line| line.split(':').next() == Some(name) && line.contains(':'))
    };
    if context == DEFAULT {
        let line = format!("{TOKEN}: {token}");
        match top(&lines, TOKEN) {
            Some(at) => lines[at] = line,
            None => lines.push(line),
        }
        if old.as_object().is_some_and(Map::is_empty) {
            lines.push(format!("context: {DEFAULT}"));
        }
    } else {
        let at = top(&lines, CONTEXTS).unwrap_or_else(|| {
            lines.push(format!("{CONTEXTS}:"));
            lines.len() - 1
        });
        if lines[at].trim_end().ends_with("{}") {
            lines[at] = format!("{CONTEXTS}:");
        }
        let inner = lines[at + 1..]
            .iter()
            .take_while(|line| line.starts_with(' ') || line.trim().is_empty())
            .count();
        let indent = lines[at + 1..at + 1 + inner]
            .iter()
            .find(|line| !line.trim().is_empty())
            .map_or(4, |line| line.len() - line.trim_start().len());
        let line = format!("{:indent$}{context}: {token}", "");
        let own = lines[at + 1..at + 1 + inner].iter().position(|line| {
            line.split(':').next().is_some_and(|name| name.trim().to_lowercase() == context)
        });
        match own {
            Some(own) => lines[at + 1 + own] = line,
            None => lines.insert(at + 1, line),
        }
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// What the edited text must say.
fn expected(mut old: Json, context: &str, token: &str) -> Option<Json> {
    let root = old.as_object_mut()?;
    if context == DEFAULT {
        if root.is_empty() {
            root.insert("context".to_owned(), json!(DEFAULT));
        }
        root.insert(TOKEN.to_owned(), json!(token));
        return Some(old);
    }
    let contexts = root.entry(CONTEXTS).or_insert(Json::Null);
    if contexts.is_null() {
        *contexts = json!({});
    }
    let contexts = contexts.as_object_mut()?;
    contexts.retain(|name, _| name.to_lowercase() != context);
    contexts.insert(context.to_owned(), json!(token));
    Some(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_meant_stays() {
        // The old text, the context, the new text.
        let rows = [
            ("", "default", "access-token: \"T\"\ncontext: default\n"),
            (
                "# mine\naccess-token: old\noutput: text # so\n",
                "default",
                "# mine\naccess-token: \"T\"\noutput: text # so\n",
            ),
            ("output: text\n", "default", "output: text\naccess-token: \"T\"\n"),
            ("access-token: a\n", "Work", "access-token: a\nauth-contexts:\n    work: \"T\"\n"),
            ("auth-contexts: {}\nx: y\n", "work", "auth-contexts:\n    work: \"T\"\nx: y\n"),
            (
                "auth-contexts:\n  a: 1\n  Work: old\nx: y\n",
                "work",
                "auth-contexts:\n  a: 1\n  work: \"T\"\nx: y\n",
            ),
            ("auth-contexts:\n  a: b\n", "work", "auth-contexts:\n  work: \"T\"\n  a: b\n"),
        ];
        for (old, context, new) in rows {
            assert_eq!(edit(old, context, "T").as_deref(), Ok(new), "{old}");
            assert_eq!(edit(new, context, "T").as_deref(), Ok(new), "twice: {old}");
        }
    }

    #[test]
    fn what_is_broken_or_odd_is_left_alone() {
        let rows = [
            ("access-token: [\n", "default"),
            ("- a\n", "default"),
            ("access-token: >\n  long\n  text\n", "default"),
            ("auth-contexts: {a: b}\n", "work"),
            ("{access-token: a}\n", "default"),
        ];
        for (text, context) in rows {
            assert!(edit(text, context, "T").is_err(), "{text}");
        }
    }
}
