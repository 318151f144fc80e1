//! Secrets do not show, wherever they travel.

use isobar_catalogue::Cloud;
use isobar_wire::{Name, Value};

use super::*;

#[test]
fn secrets_are_masked_in_every_form() {
    let (service, operation) =
        isobar_catalogue::operation(Cloud::Aws, "iam", "CreateLoginProfile").unwrap();
    let iam = Names::of(service, operation);
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

/// What every secret of [`sample`] is, and the beginning of it in base64.
const SECRETS: [&str; 2] = ["h1dd3n-s3cr3t", "aDFkZDNuLXMzY3Iz"];

/// A value of a shape, in which what is sensitive is a secret; nothing where a value goes on for ever.
fn sample(service: &'static Service, shape: ShapeId, depth: usize, is_secret: bool) -> Value {
    let known = service.shape(shape);
    let is_secret = is_secret || known.sensitive;
    let text = if is_secret { SECRETS[0] } else { "plain" };
    let below = |shape| sample(service, shape, depth + 1, is_secret);
    match &known.kind {
        _ if depth > 4 => Value::Null,
        Kind::Structure(structure) if structure.event_stream => Value::Null,
        Kind::Structure(structure) => {
            let members =
                structure.members.iter().map(|it| (it.name.clone().into(), below(it.shape)));
            let is_there = |(_, value): &(Name, Value)| !value.is_null();
            let mut members: Vec<(Name, Value)> = members.filter(is_there).collect();
            if structure.union {
                members.truncate(1);
            }
            Value::Map(members)
        }
        Kind::List(list) => Value::List(vec![below(list.item)]),
        Kind::Map(map) => Value::Map(vec![("key".into(), below(map.value))]),
        Kind::String(it) if it.json => Value::from("{}"),
        Kind::String(_) | Kind::Document => Value::from(text),
        Kind::Integer(_) => Value::from(7),
        Kind::Float(_) => Value::Float(7.5),
        Kind::Boolean => Value::from(true),
        Kind::Blob { .. } => Value::Blob(text.into()),
        Kind::Timestamp(_) => Value::Timestamp(jiff::Timestamp::UNIX_EPOCH),
    }
}

/// What of an operation's request shows a secret.
fn leak(service: &'static Service, operation: &'static Operation) -> Option<String> {
    let input = sample(service, operation.input?, 0, false);
    let request = isobar_wire::encode_request(service, operation, &input).ok()?;
    let names = Names::of(service, operation);
    let mut shown =
        url(&names, &format!("https://host/{}", request.target().trim_start_matches('/')));
    for (name, value) in &request.headers {
        if !names.hide_header(name.as_str()) {
            shown.push_str(&format!(
                "\n{name}: {}",
                text(&String::from_utf8_lossy(value.as_bytes()))
            ));
        }
    }
    if let Ok(text) = std::str::from_utf8(&request.body) {
        shown.push_str(&format!("\n{}", names.request_body(text)));
    }
    SECRETS.iter().any(|secret| shown.contains(secret)).then_some(shown)
}

#[test]
fn no_operation_shows_a_sensitive_member_wherever_it_travels() {
    let mut operations = 0;
    let mut leaks = Vec::new();
    for cloud in Cloud::ALL {
        for entry in isobar_catalogue::services(cloud) {
            let service = entry.service();
            if !service.shapes.iter().any(|shape| shape.sensitive) {
                continue;
            }
            for operation in &service.operations {
                operations += 1;
                if let Some(shown) = leak(service, operation) {
                    leaks.push(format!("{cloud} {} {}:\n{shown}", service.name, operation.name));
                }
            }
        }
    }
    assert!(operations > 1_000, "{operations}");
    assert!(leaks.is_empty(), "{} leak: {}", leaks.len(), leaks[..leaks.len().min(5)].join("\n"));
}

#[test]
fn names_say_what_is_secret() {
    for secret in [
        "Password",
        "db_password",
        "x-amz-security-token",
        "StsToken",
        "AuthorizationToken",
        "hf_token",
        "PrivateKeyBody",
        "KeyMaterial",
        "SharePwd",
        "SnmpAuthPassphrase",
        "X-Api-Key",
        "user_data",
        "TokenCode",
        "client-key-data",
        "secret_key",
        "AccessKeySecret",
        "kubeconfig",
    ] {
        assert!(is_secret(secret), "{secret}");
    }
    for plain in [
        "NextToken",
        "next_cursor_token",
        "ClientToken",
        "ClientRequestToken",
        "continuation-token",
        "PageToken",
        "nextForwardToken",
        "TotalTokens",
        "SecretId",
        "KeyId",
        "AccessKeyId",
        "TokenType",
        "PasswordLength",
        "KeyPairName",
        "IdempotencyToken",
    ] {
        assert!(!is_secret(plain), "{plain}");
    }
}

#[test]
fn secrets_are_masked_by_their_look_and_in_texts() {
    let kubernetes = "users:\n- name: a\n  user:\n    token: dop_v1_abc\n";
    assert_eq!(text(kubernetes), "users:\n- name: a\n  user:\n    token: ****\n");
    assert_eq!(text("-----BEGIN RSA PRIVATE KEY-----\nabc"), MASK);
    assert_eq!(
        text("see https://h/k?X-Amz-Signature=a&amp;X-Amz-Security-Token=b&x=c now"),
        "see https://h/k?X-Amz-Signature=****&amp;X-Amz-Security-Token=****&x=c now"
    );
    let (service, operation) =
        isobar_catalogue::operation(Cloud::Alibaba, "ecs", "CreateKeyPair").unwrap();
    let ecs = Names::of(service, operation);
    for (given, expected) in [
        (
            r#"{"PrivateKeyBody":"x","KeyPairName":"n"}"#,
            r#"{"PrivateKeyBody":"****","KeyPairName":"n"}"#,
        ),
        (r#"{"config":"a\nclient-key-data: x"}"#, r#"{"config":"****"}"#),
        (r#"{"auths":{"r":{"auth":"x"}}}"#, r#"{"auths":{"r":{"auth":"****"}}}"#),
        (
            r#"{"Credentials":{"AccessKeyId":"a","AccessKeySecret":"x"}}"#,
            r#"{"Credentials":{"AccessKeyId":"a","AccessKeySecret":"****"}}"#,
        ),
        (
            "Name=n&Users=%5B%7B%22Password%22%3A%22x%22%7D%5D",
            "Name=n&Users=%5B%7B%22Password%22%3A%22%2A%2A%2A%2A%22%7D%5D",
        ),
    ] {
        assert_eq!(body(&ecs, given), expected);
    }
}
