//! Masks what must not be seen in URLs and bodies, by the names that it goes by there.

use std::collections::HashSet;

use isobar_catalogue::{Kind, Location, Operation, Service, ShapeId};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "****";

/// How names of secrets end, whatever the catalogue says of them.
const ENDS: [&str; 26] = [
    "accesskeysecret",
    "apikey",
    "apikeyvalue",
    "keydata",
    "keymaterial",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "presharedkey",
    "privatekey",
    "privatekeybody",
    "psk",
    "pwd",
    "secret",
    "secretaccesskey",
    "secretdata",
    "secretkey",
    "secretkeyvalue",
    "secretstring",
    "secretvalue",
    "signature",
    "tokencode",
    "tokencontent",
    "tokenvalue",
    "userdata",
];

/// Whole names of secrets.
const WHOLE: [&str; 3] = ["bearer", "kubeconfig", "tokenstring"];

/// Names that are secret where they name a text; where they name more, its parts say what is.
const OF_TEXTS: [&str; 6] = [
    "accesskey",
    "auth",
    "credential",
    "credentials",
    "registrycredentials",
    "sqlservercredentials",
];

/// How the names of tokens end that let nobody in: those of pages, of repetitions, of changes, and
/// numbers of tokens. All others do.
const HARMLESS_TOKENS: [&str; 21] = [
    "backwardtoken",
    "blocktoken",
    "cachetoken",
    "changetoken",
    "clienttoken",
    "continuationtoken",
    "creationtoken",
    "forwardtoken",
    "idempotencetoken",
    "idempotencytoken",
    "inputtoken",
    "locktoken",
    "monthlytoken",
    "outputtoken",
    "pagetoken",
    "paginationtoken",
    "requesttoken",
    "scrolltoken",
    "sequencetoken",
    "startingtoken",
    "versiontoken",
];

/// What only private keys and the files that hold them have in them.
const PRIVATE: [&str; 2] = ["PRIVATE KEY-----", "client-key-data"];

/// Whether a name says that its value is secret.
pub(super) fn is_secret(name: &str) -> bool {
    let folded = folded(name);
    ENDS.iter().any(|end| folded.ends_with(end))
        || WHOLE.contains(&folded.as_str())
        || folded.ends_with("token")
            && !folded.starts_with("next")
            && !HARMLESS_TOKENS.iter().any(|end| folded.ends_with(end))
}

/// The same for the name of a text.
fn is_secret_text(name: &str) -> bool {
    OF_TEXTS.contains(&folded(name).as_str())
}

fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// What is secret in the messages of an operation: the names of its service's sensitive members, and
/// where they are more than a name.
pub(super) struct Names {
    /// Folded.
    names: HashSet<String>,
    /// Folded beginnings of the headers of a sensitive map.
    prefixes: Vec<String>,
    /// The path's template.
    uri: &'static str,
    /// The whole body of a request is secret, and of an answer.
    whole: [bool; 2],
}

impl Names {
    pub(super) fn of(service: &'static Service, operation: &'static Operation) -> Self {
        let mut names = HashSet::new();
        let mut prefixes = Vec::new();
        for shape in &service.shapes {
            let Kind::Structure(structure) = &shape.kind else { continue };
            for member in structure.members.iter().filter(|it| is_sensitive(service, it.shape, 0)) {
                if member.location == Location::Headers {
                    prefixes.push(folded(member.on_wire()));
                }
                names.insert(folded(&member.name));
                names.insert(folded(member.on_wire()));
                names.extend(member.query_name.as_deref().map(folded));
            }
        }
        let whole = [operation.input, operation.output].map(|shape| is_whole(service, shape));
        Self { names, prefixes, uri: &operation.uri, whole }
    }

    fn hide(&self, name: &str) -> bool {
        is_secret(name) || self.names.contains(&folded(name))
    }

    /// The same for a parameter of a form: `User.1.Password`, `user[password]`.
    fn hide_parameter(&self, name: &str) -> bool {
        let name = percent_decode_str(name).decode_utf8_lossy();
        let parts = || name.split(['.', '[', ']']).filter(|part| !part.is_empty());
        self.hide(&name)
            || parts().any(|part| self.hide(part))
            || parts().next_back().is_some_and(is_secret_text)
    }

    /// The same for a header.
    pub(super) fn hide_header(&self, name: &str) -> bool {
        let folded = folded(name);
        self.hide(name) || self.prefixes.iter().any(|prefix| folded.starts_with(prefix.as_str()))
    }

    /// The request's body with its secrets masked.
    pub(super) fn request_body(&self, text: &str) -> String {
        if self.whole[0] { MASK.to_owned() } else { body(self, text) }
    }

    /// The answer's.
    pub(super) fn response_body(&self, text: &str) -> String {
        if self.whole[1] { MASK.to_owned() } else { body(self, text) }
    }
}

/// Whether a shape's value is secret, or that of its items.
fn is_sensitive(service: &Service, shape: ShapeId, depth: usize) -> bool {
    let shape = service.shape(shape);
    shape.sensitive
        || match &shape.kind {
            Kind::List(list) if depth < DEEPEST => is_sensitive(service, list.item, depth + 1),
            Kind::Map(map) if depth < DEEPEST => is_sensitive(service, map.value, depth + 1),
            _ => false,
        }
}

/// How deep lists of lists are looked into.
const DEEPEST: usize = 4;

/// Whether the body of a message is one secret.
fn is_whole(service: &Service, shape: Option<ShapeId>) -> bool {
    let Some(shape) = shape else { return false };
    let payload = service.structure(shape).and_then(|structure| {
        let name = structure.payload.as_deref()?;
        structure.members.iter().find(|member| member.name == name)
    });
    service.shape(shape).sensitive
        || payload
            .is_some_and(|member| is_sensitive(service, member.shape, 0) || is_secret(&member.name))
}

/// A URL with its secret parameters and labels masked.
pub(super) fn url(names: &Names, url: &str) -> String {
    match url.split_once('?') {
        Some((before, query)) => format!("{}?{}", path(names, before), form(names, query)),
        None => path(names, url),
    }
}

/// The path of a URL, in which the template's labels that are secret are masked. It may begin with
/// something of the endpoint's, so it is held against the template from its end.
fn path(names: &Names, url: &str) -> String {
    let template = names.uri.split('?').next().unwrap_or_default();
    if !template.contains('{') {
        return url.to_owned();
    }
    let mut steps: Vec<&str> = url.split('/').collect();
    let labels: Vec<&str> = template.split('/').filter(|step| !step.is_empty()).collect();
    // A path may end in a slash.
    let mut at = steps.iter().rposition(|step| !step.is_empty()).map_or(0, |at| at + 1);
    for (left, label) in labels.iter().enumerate().rev() {
        let Some(name) = label.split_once('{').and_then(|(_, rest)| rest.split_once('}')) else {
            at = at.saturating_sub(1);
            continue;
        };
        let is_greedy = name.0.ends_with('+');
        // A label that has slashes in it takes what the others leave; scheme and host are three.
        let first = if is_greedy { (3 + left).min(at) } else { at.saturating_sub(1) };
        if names.hide(name.0.trim_end_matches('+')) {
            steps[first..at].fill(MASK);
        }
        at = first;
    }
    steps.join("/")
}

/// A text without what is secret by its look: private keys, secret parameters of URLs, and secret lines
/// of YAML.
pub(super) fn text(text: &str) -> String {
    if PRIVATE.iter().any(|private| text.contains(private)) {
        return MASK.to_owned();
    }
    let lines: Vec<String> = text.split('\n').map(line).collect();
    urls(&lines.join("\n"))
}

/// A line of YAML, whose value is masked where its name says so.
fn line(line: &str) -> String {
    let Some((name, value)) = line.split_once(": ") else { return line.to_owned() };
    let word = name.trim_start_matches([' ', '-']);
    let is_name =
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    match is_name && !value.trim().is_empty() && is_secret(word) {
        true => format!("{name}: {MASK}"),
        false => line.to_owned(),
    }
}

/// A text in which the secret parameters of URLs are masked.
fn urls(text: &str) -> String {
    if !text.contains("://") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['?', '&']) {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let after_entity = after.strip_prefix("amp;").unwrap_or(after);
        out.push_str(&after[..after.len() - after_entity.len()]);
        rest = after_entity;
        let Some((name, value)) = rest.split_once('=') else { continue };
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.%".contains(c))
            || !is_secret(name)
        {
            continue;
        }
        out.push_str(&format!("{name}={MASK}"));
        let end = value.find(|c: char| c.is_whitespace() || "&\"'<>)\\".contains(c));
        rest = &value[end.unwrap_or(value.len())..];
    }
    out.push_str(rest);
    out
}

/// A body with its secrets masked: JSON, XML or a form.
fn body(names: &Names, text: &str) -> String {
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
    self::text(text)
}

fn walk(names: &Names, json: &mut Json) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                let is_secret = names.hide(name) || value.is_string() && is_secret_text(name);
                if is_secret && !value.is_null() {
                    *value = Json::from(MASK);
                } else {
                    walk(names, value);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| walk(names, item)),
        // A document within a text, as logs and policies are.
        Json::String(text) => match document(names, text) {
            Some(masked) => *text = masked,
            None => *text = self::text(text),
        },
        _ => {}
    }
}

/// A document that stands in a text, masked; nothing where the text is none.
fn document(names: &Names, text: &str) -> Option<String> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut inner: Json = serde_json::from_str(text).ok()?;
    walk(names, &mut inner);
    Some(inner.to_string())
}

fn form(names: &Names, text: &str) -> String {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        if names.hide_parameter(name) {
            return Some(format!("{name}={MASK}"));
        }
        // Alibaba Cloud's parameters may be documents.
        let decoded = percent_decode_str(value).decode_utf8().ok()?;
        let masked = document(names, &decoded).or_else(|| {
            decoded.contains("://").then(|| self::text(&decoded)).filter(|text| *text != decoded)
        })?;
        Some(format!("{name}={}", utf8_percent_encode(&masked, NON_ALPHANUMERIC)))
    };
    let pairs = text.split('&').map(|text| pair(text).unwrap_or_else(|| text.to_owned()));
    pairs.collect::<Vec<_>>().join("&")
}

/// XML, in which what an element holds is masked up to the element's own end.
fn xml(names: &Names, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(&self::text(before));
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
    out.push_str(&self::text(rest));
    out
}

#[cfg(test)]
mod tests;
