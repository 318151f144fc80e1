//! The AWS Signature Version 4 test suite, each case both signed and verified.

use std::fs;
use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue};
use isobar_auth::sigv4::{Error, Expected, Payload, Signing, SigningKeys, Style, Verifier, sign};
use isobar_auth::{Credentials, Key};
use isobar_wire::Request;

use crate::at;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW: &str = "2015-08-30T12:36:00Z";

/// A case of the suite: the folder's files.
struct Case {
    name: String,
    request: Request,
    host: String,
    canonical_request: String,
    string_to_sign: String,
    authorization: String,
}

#[test]
fn the_suite_passes_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/cases/botocore-1.44.5/tests/unit/auth/aws4_testsuite");
    let mut folders = Vec::new();
    collect(&root, &mut folders);
    assert_eq!(
        folders.len(),
        34,
        "the suite's files are not in {}: run `cargo xtask cases`",
        root.display()
    );
    let mut wrong = Vec::new();
    for folder in folders {
        let case = read(&folder);
        if let Err(text) = signs(&case).and_then(|()| verifies(&case)) {
            wrong.push(format!("{}: {text}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "req") {
            found.push(folder.to_owned());
        }
    }
}

fn read(folder: &Path) -> Case {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let file = |extension: &str| {
        let path = folder.join(format!("{name}.{extension}"));
        fs::read_to_string(path).unwrap().replace('\r', "")
    };
    let (request, host) = parse(&file("req"));
    Case {
        canonical_request: file("creq"),
        string_to_sign: file("sts"),
        authorization: file("authz"),
        name,
        request,
        host,
    }
}

/// Reads a raw request: the request line, headers (a line that starts with a space continues the
/// header before it), an empty line and the body.
fn parse(text: &str) -> (Request, String) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let line = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap();
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request::new(method.parse().unwrap(), path);
    request.query = query.to_owned();
    request.body = body.to_owned().into();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        if line.starts_with(' ') {
            headers.last_mut().unwrap().1.push_str(line);
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
    let mut host = String::new();
    for (name, value) in headers {
        if name == "host" {
            host = value;
        } else {
            let name: HeaderName = name.parse().unwrap();
            request.headers.append(name, HeaderValue::from_str(value.trim()).unwrap());
        }
    }
    (request, host)
}

/// The session's token, where the case signs one.
fn token(case: &Case) -> Option<String> {
    let line = case
        .canonical_request
        .lines()
        .find_map(|line| line.strip_prefix("x-amz-security-token:"))?;
    Some(line.to_owned())
}

fn signs(case: &Case) -> Result<(), String> {
    let mut credentials = Credentials::new(ID, SECRET);
    if let Some(token) = token(case) {
        credentials = credentials.with_session_token(token);
    }
    let signing = Signing {
        credentials: &credentials,
        region: "us-east-1",
        service: "service",
        host: &case.host,
        time: at(NOW),
        style: Style::Standard,
        payload: Payload::Signed,
    };
    let mut request = case.request.clone();
    sign(&mut request, &signing, &SigningKeys::new()).unwrap();
    let authorization = request.header("authorization").unwrap();
    if authorization == case.authorization {
        Ok(())
    } else {
        Err(format!("signed\n{authorization}\nbut not\n{}", case.authorization))
    }
}

fn verifies(case: &Case) -> Result<(), String> {
    let mut request = case.request.clone();
    let signed_token = token(case);
    if let Some(token) = &signed_token {
        request.headers.insert("x-amz-security-token", token.parse().unwrap());
    }
    request.headers.insert("authorization", case.authorization.parse().unwrap());
    // The token that is added after the signature is not signed, and must be the key's all the same.
    if case.name == "post-sts-header-after" {
        request.headers.insert("x-amz-security-token", "unsigned".parse().unwrap());
    }
    let session =
        request.headers.get("x-amz-security-token").map(|token| token.to_str().unwrap().to_owned());
    let keys = |secret: &'static str| {
        let session = session.clone();
        move |id: &str| {
            let mut key = Key::new(secret, "me");
            key.session_token = session.clone().map(Into::into);
            (id == ID).then_some(key)
        }
    };
    let expected = Expected {
        region: Some("us-east-1"),
        service: "service",
        style: Style::Standard,
        unsigned_payload: false,
    };
    let verifier = Verifier::default();
    let verify = |secret| verifier.verify(&request, &case.host, at(NOW), &expected, &keys(secret));
    verify(SECRET).map_err(|error| format!("refused: {error}"))?;
    match verify("another secret") {
        Err(Error::SignatureDoesNotMatch(mismatch)) => {
            let made = (mismatch.canonical_request, mismatch.string_to_sign);
            let expected = (case.canonical_request.clone(), case.string_to_sign.clone());
            if made == expected {
                Ok(())
            } else {
                Err(format!("made\n{made:?}\nbut not\n{expected:?}"))
            }
        }
        other => Err(format!("another secret's signature: {other:?}")),
    }
}
