//! Masks what must not be seen in URLs and bodies, by the names that it goes by there.

use std::collections::HashSet;

use isobar_catalogue::{Kind, Service};
use serde_json::Value as Json;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "****";

/// How names of secrets end, whatever the catalogue says of them.
const ENDS: [&str; 16] = [
    "password",
    "passwd",
    "secret",
    "secretaccesskey",
    "accesskeysecret",
    "secretkey",
    "secretstring",
    "sessiontoken",
    "securitytoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "apitoken",
    "privatekey",
    "signature",
    "clientsecret",
];

/// Whole names of secrets.
const WHOLE: [&str; 4] = ["token", "authtoken", "bearer", "kubeconfig"];

/// Whether a name says that its value is secret.
pub(super) fn is_secret(name: &str) -> bool {
    let folded = folded(name);
    ENDS.iter().any(|end| folded.ends_with(end)) || WHOLE.contains(&folded.as_str())
}

fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The names of a service's sensitive members.
pub(super) struct Names(HashSet<&'static str>);

impl Names {
    pub(super) fn of(service: &'static Service) -> Self {
        let mut names = HashSet::new();
        for shape in &service.shapes {
            let Kind::Structure(structure) = &shape.kind else { continue };
            for member in &structure.members {
                let shape = service.shape(member.shape);
                let item = match &shape.kind {
                    Kind::List(list) => service.shape(list.item).sensitive,
                    Kind::Map(map) => service.shape(map.value).sensitive,
                    _ => false,
                };
                if shape.sensitive || item {
                    names.insert(member.name.as_str());
                    names.insert(member.on_wire());
                    names.extend(member.query_name.as_deref());
                }
            }
        }
        Self(names)
    }

    fn hide(&self, name: &str) -> bool {
        self.0.contains(name) || is_secret(name)
    }

    /// The same for a parameter of a form: `User.1.Password`.
    fn hide_parameter(&self, name: &str) -> bool {
        name.split('.').any(|part| self.hide(part))
    }
}

/// A URL with its secret parameters masked.
pub(super) fn url(names: &Names, url: &str) -> String {
    match url.split_once('?') {
        Some((path, query)) => format!("{path}?{}", form(names, query)),
        None => url.to_owned(),
    }
}

/// A body with its secrets masked: JSON, XML or a form.
pub(super) fn body(names: &Names, text: &str) -> String {
    let start = text.trim_start();
    if start.starts_with('<') {
        return xml(names, text);
    }
    if start.starts_with(['{', '[']) {
        return match serde_json::from_str(start) {
            Ok(mut json) => {
                walk(names, &mut json);
                json.to_string()
            }
            // Where it cannot be read, nobody knows what is in it.
            Err(_) => format!("[{} bytes that are no JSON]", text.len()),
        };
    }
    if text.contains('=') && !text.contains(char::is_whitespace) {
        return form(names, text);
    }
    text.to_owned()
}

fn walk(names: &Names, json: &mut Json) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                if names.hide(name) && !value.is_null() {
                    *value = Json::from(MASK);
                } else {
                    walk(names, value);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| walk(names, item)),
        // A document within a text, as logs and policies are.
        Json::String(text) if text.starts_with('{') => {
            if let Ok(mut inner @ Json::Object(_)) = serde_json::from_str(text) {
                walk(names, &mut inner);
                *text = inner.to_string();
            }
        }
        _ => {}
    }
}

fn form(names: &Names, text: &str) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if names.hide_parameter(&name.replace("%5B", ".").replace("%2E", ".")) => {
            format!("{name}={MASK}")
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// XML, in which what an element holds is masked up to the element's own end.
fn xml(names: &Names, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let Some(close) = tag.find('>') else {
            rest = tag;
            break;
        };
        let (tag, after) = tag.split_at(close + 1);
        out.push_str(tag);
        rest = after;
        let name =
            tag[1..].split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        if tag.ends_with("/>") || name.starts_with(['/', '?', '!']) || !names.hide(local) {
            continue;
        }
        out.push_str(MASK);
        match rest.find(&format!("</{name}>")) {
            Some(end) => rest = &rest[end..],
            // It has no end, so nothing behind it can be shown.
            None => return out,
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use isobar_catalogue::Cloud;

    use super::*;

    #[test]
    fn secrets_are_masked_in_every_form() {
        let iam = Names::of(isobar_catalogue::service(Cloud::Aws, "iam").unwrap());
        for (given, expected) in [
            (
                "Action=CreateLoginProfile&Password=abc&UserName=u",
                "Action=CreateLoginProfile&Password=****&UserName=u",
            ),
            (
                "<A><SecretAccessKey>x&lt;y</SecretAccessKey><UserName>u</UserName></A>",
                "<A><SecretAccessKey>****</SecretAccessKey><UserName>u</UserName></A>",
            ),
            ("<A><Password>cut", "<A><Password>****"),
            (
                r#"{"a":[{"SecretString":"x","NextToken":"n"}],"token":"t","Password":null}"#,
                r#"{"a":[{"SecretString":"****","NextToken":"n"}],"token":"****","Password":null}"#,
            ),
            (r#"{"Password":"cu"#, "[15 bytes that are no JSON]"),
            ("plain text", "plain text"),
        ] {
            assert_eq!(body(&iam, given), expected);
        }
        assert_eq!(
            url(&iam, "https://x/?X-Amz-Signature=a&X-Amz-Security-Token=b&User.1.Password=c&q=d"),
            "https://x/?X-Amz-Signature=****&X-Amz-Security-Token=****&User.1.Password=****&q=d"
        );
    }
}
