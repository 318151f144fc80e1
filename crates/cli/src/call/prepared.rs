//! `--dry-run` and `--curl`: the request that would be sent, signed, and nothing is sent.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use isobar_client::{Client, Prepared};
use isobar_wire::Value;

use super::{Call, failure, pages};
use crate::report::Error;
use crate::shell::Shell;

pub(super) async fn show(shell: &Shell, client: &Client, call: &Call) -> Result<(), Error> {
    let mut input = call.input.clone();
    pages::start(call, &mut input)?;
    let prepared = client
        .prepare(call.service, call.operation, input)
        .await
        .map_err(|error| failure::report(&error))?;
    if call.options.curl {
        return shell.print(&curl(&prepared));
    }
    super::print(shell, call, &document(&prepared)).and_then(|()| shell.flush())
}

/// The request as a document.
fn document(prepared: &Prepared) -> Value {
    let mut headers = Value::Map(Vec::new());
    for (name, text) in texts(prepared) {
        headers.set(name, Value::from(text));
    }
    let mut document = Value::Map(Vec::new());
    document.set("method", Value::from(prepared.method.to_string()));
    document.set("url", Value::from(prepared.url.to_string()));
    document.set("headers", headers);
    document.set("body_base64", Value::from(BASE64_STANDARD.encode(&prepared.body)));
    document
}

/// The headers in their order; values of one name together.
fn texts(prepared: &Prepared) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for (name, value) in &prepared.headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        match texts.iter_mut().find(|(known, _)| known == name.as_str()) {
            Some((_, known)) => known.push_str(&format!(", {text}")),
            None => texts.push((name.to_string(), text.into_owned())),
        }
    }
    texts
}

/// The request as a command for a POSIX shell, which sends what is shown and nothing of curl's own: it
/// gives a body a content type, waits for that of an answer to HEAD, and tidies paths.
fn curl(prepared: &Prepared) -> String {
    let url = prepared.url.to_string();
    let how = match prepared.method {
        Method::HEAD => "--head".to_owned(),
        ref method => format!("-X {method}"),
    };
    let mut out = format!("curl -sS {how} {}", quoted(&url));
    if url.contains(['[', ']', '{', '}']) {
        out.push_str(" --globoff");
    }
    if url.split(['/', '?']).any(|step| matches!(step, "." | "..")) {
        out.push_str(" --path-as-is");
    }
    let texts = texts(prepared);
    for (name, text) in &texts {
        // curl counts the bytes itself, and takes a name without a value for one to leave out.
        match (name.as_str(), text.as_str()) {
            ("content-length", _) => {}
            (name, "") => out.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name};")))),
            (name, text) => {
                out.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name}: {text}"))));
            }
        }
    }
    let has_length = texts.iter().any(|(name, _)| name == "content-length");
    if prepared.body.is_empty() && !has_length {
        return out;
    }
    if !texts.iter().any(|(name, _)| name == "content-type") {
        out.push_str(" \\\n  -H content-type:");
    }
    match std::str::from_utf8(&prepared.body).ok().filter(|text| !text.contains('\0')) {
        Some(text) => {
            // An @ at the beginning would name a file.
            out.push_str(&format!(" \\\n  --data-raw {}", quoted(text)));
            out
        }
        None => format!(
            "base64 -d <<'END' | {out} \\\n  --data-binary @-\n{}\nEND",
            BASE64_STANDARD.encode(&prepared.body)
        ),
    }
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
