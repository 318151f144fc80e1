//! What calls print without a network: the request that would be sent, and help.

use crate::world::isobar;

#[test]
fn a_dry_run_shows_the_request() {
    let done = isobar(&["do", "droplets", "list", "--tag-name", "a b", "--dry-run"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let request: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(request["method"], "GET");
    assert_eq!(request["url"], "https://api.digitalocean.com/v2/droplets?tag_name=a%20b");
    assert_eq!(request["headers"]["authorization"], "Bearer secret");
    assert_eq!(request["body_base64"], "");
    let names: Vec<_> = request.as_object().unwrap().keys().collect();
    assert_eq!(names, ["method", "url", "headers", "body_base64"]);
}

#[test]
fn a_dry_run_is_signed_and_has_the_body() {
    let done = isobar(&[
        "aws",
        "dynamodb",
        "put-item",
        "--table-name",
        "table",
        "--item",
        "id={S=1}",
        "--dry-run",
        "--jq",
        ".headers.authorization, (.body_base64 | @base64d)",
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert!(lines[0].starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{}", lines[0]);
    assert_eq!(lines[1], r#"{"TableName":"table","Item":{"id":{"S":"1"}}}"#);
    assert!(!done.stdout.contains("secret"));
}

#[test]
fn curl_never_shows_the_secret() {
    let done =
        isobar(&["aws", "sns", "publish", "--message", "it's", "--topic-arn", "arn:x", "--curl"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(
        done.stdout
            .starts_with("curl -sS -X POST https://sns.eu-central-1.amazonaws.com/ \\\n  -H ")
    );
    assert!(
        done.stdout.contains("--data-raw 'Action=Publish&Version=2010-03-31&"),
        "{}",
        done.stdout
    );
    assert!(done.stdout.contains("authorization: AWS4-HMAC-SHA256 Credential=AKID/"));
    assert!(!done.stdout.contains("secret"), "{}", done.stdout);
}

#[test]
fn help_comes_from_the_catalogue() {
    let done = isobar(&["aws", "lambda", "invoke", "--help"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    for line in [
        "AWS Lambda Invoke\n",
        "Usage: isobar aws lambda invoke --function-name VALUE [--MEMBER VALUE]... [FLAGS] FILE\n",
        "  --function-name  text, 1 to 256 characters (in the path)\n",
        "one of Event, RequestResponse, DryRun\n",
        "FILE takes what the operation streams; - is stdout.\n",
        "  --all ",
        "Exit codes: 0 done, 1 the work failed",
    ] {
        assert!(done.stdout.contains(line), "{line}\n{}", done.stdout);
    }
    assert!(
        isobar(&["aws", "ec2", "describe-instances", "help"])
            .stdout
            .contains("Pages follow by NextToken")
    );
    assert!(isobar(&["aws", "ec2", "run-instances", "-h"]).stdout.contains("--[no-]DryRun"));
    assert!(
        isobar(&["aws", "ec2", "run-instances", "help"]).stdout.contains("there are --count too")
    );
    assert!(
        isobar(&["aws", "wait", "ec2", "instance-running", "--help"]).stdout.contains("every 15 s")
    );
    assert!(isobar(&["alibaba", "ecs", "help"]).stdout.contains("DescribeInstances"));
    assert!(isobar(&["do", "--help"]).stdout.contains("droplets"));
    for done in [isobar(&["aws", "help"]), isobar(&["do", "droplets", "--help"])] {
        assert_eq!((done.code, done.stderr.as_str()), (0, ""));
        for line in done.stdout.lines() {
            assert!(line.chars().count() <= 100 || line.starts_with("Usage:"), "{line}");
        }
    }
}
