//! What calls print without a network: the request that would be sent, and help.

use crate::world::{complete, isobar};

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

/// The words of a command as a shell takes them; here all quotes are single ones.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let word = words.last_mut().unwrap();
        match letter {
            '\'' => is_quoted = !is_quoted,
            '\\' if !is_quoted => word.extend(letters.next()),
            ' ' if !is_quoted => words.push(String::new()),
            letter => word.push(letter),
        }
    }
    words
}

#[test]
fn each_operations_help_has_an_example_that_works_and_the_vendors_page() {
    let mut tried = 0;
    for cloud in isobar_catalogue::Cloud::ALL {
        let word = match cloud {
            isobar_catalogue::Cloud::Aws => "aws",
            isobar_catalogue::Cloud::Alibaba => "alibaba",
            isobar_catalogue::Cloud::DigitalOcean => "do",
        };
        for entry in isobar_catalogue::services(cloud) {
            // `isobar do oauth` is a command of its own.
            if (word, entry.name) == ("do", "oauth") {
                continue;
            }
            for operation in entry.operations().iter().step_by(7).take(3) {
                let call = [word, entry.name, operation.name, "--help", "--version", entry.version];
                let call = if word == "alibaba" { &call[..] } else { &call[..4] };
                let help = isobar(call).stdout;
                let line = |title: &str| {
                    let line = help.lines().find_map(|line| line.strip_prefix(title));
                    line.unwrap_or_else(|| panic!("{call:?}: {help}")).to_owned()
                };
                assert!(line("Page: ").starts_with("https://"), "{call:?}");
                let example = line("Example: ");
                if example.contains("FILE") || example.contains("./events.json") {
                    continue;
                }
                tried += 1;
                let mut arguments = words(&example);
                // One that gives a member of that name has no room for the service's.
                if word == "alibaba" && !arguments.iter().any(|argument| argument == "--version") {
                    arguments.extend(["--version".to_owned(), entry.version.to_owned()]);
                }
                let arguments: Vec<&str> = arguments[2..].iter().map(String::as_str).collect();
                // It panics with what is wrong.
                let _ = crate::world::input(cloud, &arguments, "");
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
    let call =
        "agentloop CreateEvaluator --agent_space a --metricName m --name n --type t --version 7";
    let call: Vec<&str> = call.split(' ').collect();
    let input = crate::world::input(isobar_catalogue::Cloud::Alibaba, &call, "");
    assert_eq!(input["version"], "7");
    let help = isobar(&["aws", "ec2", "run-instances", "--help"]).stdout;
    for line in [
        "Example: isobar aws ec2 run-instances --max-count 1 --min-count 1\n",
        "Page: https://docs.aws.amazon.com/cli/latest/reference/ec2/run-instances.html\n",
    ] {
        assert!(help.contains(line), "{line}{help}");
    }
    let help = isobar(&["aws", "s3", "list-objects-v2", "--help"]).stdout;
    assert!(help.contains("/latest/reference/s3api/list-objects-v2.html\n"), "{help}");
    let help = isobar(&["do", "droplets", "create", "--help"]).stdout;
    assert!(help.contains("/reference/pydo/reference/droplets/create/\n"), "{help}");
    let help = isobar(&["alibaba", "ecs", "RunInstances", "--help"]).stdout;
    assert!(
        help.contains("https://api.alibabacloud.com/document/ecs/2014-05-26/RunInstances\n"),
        "{help}"
    );
}

#[test]
fn the_list_of_services_has_a_line_for_each() {
    let help = isobar(&["aws", "--help"]).stdout;
    for line in ["  dynamodb ", "  ec2 "] {
        assert!(help.lines().any(|it| it.starts_with(line)), "{line}: {help}");
    }
    assert!(help.contains(" EC2, 830 operations\n") || help.contains(" EC2, "), "{help}");
    let help = isobar(&["do", "--help"]).stdout;
    assert!(
        help.lines().any(|line| line.starts_with("  account ") && line.ends_with(" get")),
        "{help}"
    );
}

#[test]
fn commands_that_call_no_operation_complete_and_suggest() {
    let found = complete;
    assert_eq!(found("whoami", &["a"]), ["aws", "alibaba"]);
    assert_eq!(found("whoami", &["--pro"]), ["--profile"]);
    assert_eq!(found("configure", &["exp"]), ["export-credentials"]);
    assert_eq!(
        found("configure", &["export-credentials", "aws", "--format", "po"]),
        ["powershell"]
    );
    assert_eq!(found("configure", &["get", "l"]), Vec::<String>::new());
    assert_eq!(found("whoami", &["--output", ""]), ["text", "json"]);
    let done = isobar(&["whoami", "awss"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("hint: did you mean aws?"), "{}", done.stderr);
    let done = isobar(&["configure", "aws", "--acess-key-id", "x"]);
    assert!(done.stderr.contains("hint: did you mean --access-key-id?"), "{}", done.stderr);
}

#[test]
fn credentials_are_exported_and_listed() {
    let done = isobar(&["configure", "export-credentials", "aws", "--format", "env"]);
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (0, "export AWS_ACCESS_KEY_ID=AKID\nexport AWS_SECRET_ACCESS_KEY=secret\n"),
        "{}",
        done.stderr
    );
    let done = isobar(&["aws", "configure", "export-credentials"]);
    let document: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        document,
        serde_json::json!({"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "secret"})
    );
    let done = isobar(&["configure", "export-credentials", "do", "--format", "fish"]);
    assert_eq!(done.stdout, "set -gx DIGITALOCEAN_TOKEN 'secret'\n");
    let done = isobar(&["configure", "list", "--output", "json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!done.stdout.contains("secret\""), "{}", done.stdout);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&done.stdout).unwrap();
    let region = rows.iter().find(|row| row["cloud"] == "aws" && row["name"] == "region").unwrap();
    assert_eq!(region["value"], "eu-central-1");
    assert_eq!(region["from"], "the environment (AWS_REGION)");
    let done = isobar(&["configure", "get", "aws", "region"]);
    assert_eq!(done.code, 1, "{}", done.stdout);
}
