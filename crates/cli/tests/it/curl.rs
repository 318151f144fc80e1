//! `--curl`: what it prints is run, and sends what the call itself sends, for each kind of body and method.

use std::process::Command;

use crate::server::{Seen, Server, answer};
use crate::world::isobar;

/// Headers that tell of the program and not of the call, and those of the time.
const OWN: [&str; 10] = [
    "accept",
    "accept-encoding",
    "amz-sdk-invocation-id",
    "authorization",
    "connection",
    "date",
    "host",
    "user-agent",
    "x-acs-date",
    "x-acs-signature-nonce",
];

fn told(seen: &Seen) -> (String, String, Vec<(String, String)>, Vec<u8>) {
    let mut headers = seen.headers.clone();
    headers.retain(|(name, _)| !OWN.contains(&name.as_str()) && name != "x-amz-date");
    headers.sort();
    (seen.method.clone(), seen.target.clone(), headers, seen.body.clone())
}

#[track_caller]
fn check(call: &[&str]) {
    let server = Server::start([answer(200, "{}")]);
    let words: Vec<&str> = call.iter().copied().chain(["--endpoint-url", &server.url]).collect();
    let own = isobar(&words);
    let shown = isobar(&words.iter().copied().chain(["--curl"]).collect::<Vec<_>>());
    assert_eq!(shown.code, 0, "{call:?}: {}", shown.stderr);
    let ran = Command::new("sh").args(["-c", &shown.stdout]).output().unwrap();
    assert!(ran.status.success(), "{}\n{}", shown.stdout, String::from_utf8_lossy(&ran.stderr));
    let seen = server.seen();
    let [first, second] = seen.as_slice() else {
        panic!("{call:?}: {} requests; {}", seen.len(), own.stderr)
    };
    assert_eq!(told(second), told(first), "{call:?}\n{}", shown.stdout);
}

#[test]
fn what_is_printed_sends_the_same() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("there is no curl here, so nothing was run");
        return;
    }
    let blob = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-curl.bin");
    std::fs::write(&blob, b"\x00\xff'\n").unwrap();
    let blob = blob.to_str().unwrap();
    for call in [
        // A form, JSON, XML, text, bytes; nothing, with each method.
        &["aws", "sts", "get-caller-identity"][..],
        &["aws", "sns", "publish", "--message", "it's @here\n", "--topic-arn", "arn:x"],
        &["aws", "dynamodb", "put-item", "--table-name", "t", "--item", "id={S=@1}"],
        &["aws", "s3api", "put-object", "--bucket", "b", "--key", "a/../b c", "--body", blob],
        &["aws", "s3api", "put-object", "--bucket", "b", "--key", "k"],
        &["aws", "s3api", "head-object", "--bucket", "b", "--key", "[k]"],
        &["aws", "s3api", "get-object", "--bucket", "b", "--key", "k", "--range", "bytes=0-1", "-"],
        &["aws", "s3api", "delete-object", "--bucket", "b", "--key", "k"],
        &[
            "aws",
            "s3api",
            "create-bucket",
            "--bucket",
            "b",
            "--create-bucket-configuration",
            "LocationConstraint=x",
        ],
        &[
            "aws",
            "s3api",
            "put-bucket-versioning",
            "--bucket",
            "b",
            "--versioning-configuration",
            "Status=Enabled",
        ],
        &["aws", "lambda", "list-functions"],
        &["alibaba", "ecs", "DescribeRegions"],
        &["alibaba", "cs", "DescribeClustersV1"],
        &["do", "droplets", "list", "--tag-name", "a b"],
        &["do", "tags", "create", "--name", "it's"],
        &["do", "tags", "delete", "x"],
        &["do", "PATCH", "/v2/projects/default", "--input", "{\"name\":\"é\"}"],
        &["do", "POST", "/v2/droplets/1/actions"],
        &["do", "HEAD", "/v2/account"],
    ] {
        check(call);
    }
}
