//! `isobar catalogue`, completion and manual pages, over the real catalogue.

use isobar_catalogue::Cloud;
use isobar_cli::man;
use serde_json::Value;

use crate::world::{complete, isobar};

fn json(arguments: &[&str]) -> Value {
    let done = isobar(&[arguments, &["--output", "json"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn stats_count_what_the_issue_of_the_catalogue_is() {
    let stats = json(&["catalogue", "stats"]);
    let rows = stats.as_array().unwrap();
    for (row, cloud, services, operations) in [
        (&rows[0], "aws", 424, 18_378),
        (&rows[1], "alibaba", 180, 25_000),
        (&rows[2], "digitalocean", 60, 650),
    ] {
        assert_eq!(row["cloud"], cloud);
        assert!(row["versions"].as_u64().unwrap() >= services, "{row}");
        assert!(row["operations"].as_u64().unwrap() >= operations, "{row}");
        let sources = row["source"].as_array().unwrap();
        let counted: u64 = sources.iter().map(|it| it["operations"].as_u64().unwrap()).sum();
        assert_eq!(counted, row["operations"].as_u64().unwrap(), "the manifest agrees");
        assert!(sources.iter().all(|it| it["sha256"].as_str().unwrap().len() == 64));
    }
    assert_eq!(rows[0]["source"][0]["package"], "botocore");
    let table = isobar(&["catalogue", "stats"]).stdout;
    assert!(table.contains("digitalocean") && table.contains("pydo"), "{table}");
}

#[test]
fn search_finds_operations_of_all_clouds() {
    let found = json(&["catalogue", "search", "stop", "instances"]);
    let commands: Vec<_> =
        found.as_array().unwrap().iter().map(|row| row["command"].as_str().unwrap()).collect();
    assert!(commands.contains(&"isobar aws ec2 stop-instances"), "{commands:?}");
    assert!(commands.contains(&"isobar alibaba ecs StopInstances"), "{commands:?}");
    let done = isobar(&["catalogue", "search", "droplet", "--limit", "2"]);
    assert!(done.stderr.contains(" more; --limit "), "{}", done.stderr);
    let done = isobar(&["catalogue", "search", "xyzzy"]);
    assert_eq!((done.code, done.stdout.as_str()), (10, ""));
}

#[test]
fn show_tells_members_constraints_errors_and_paging() {
    let done = isobar(&["catalogue", "show", "aws", "sqs", "send-message"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    for text in ["SendMessage\n", "\nInput:\n", "required: text", "\nOutput:\n", "\nErrors:\n  "] {
        assert!(done.stdout.contains(text), "{text}\n{}", done.stdout);
    }
    for line in done.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(
        isobar(&["catalogue", "show", "aws", "ec2", "DescribeInstances"])
            .stdout
            .contains("Pages follow by NextToken")
    );
    let shown = json(&["catalogue", "show", "aws", "lambda", "Invoke"]);
    let name = &shown["input"]["members"][0];
    assert_eq!((&name["name"], &name["required"]), (&"FunctionName".into(), &true.into()));
    assert_eq!(name["length"]["min"], 1.0);
    // A shape that holds itself ends at the depth that was asked for.
    let deep = json(&["catalogue", "show", "aws", "dynamodb", "PutItem", "--depth", "6"]);
    assert_eq!(deep["input"]["members"][0]["name"], "TableName");
    for (arguments, code) in [
        (vec!["catalogue"], 2),
        (vec!["catalogue", "dance"], 2),
        (vec!["catalogue", "show"], 2),
        (vec!["catalogue", "show", "azure", "vm"], 10),
        (vec!["catalogue", "show", "aws", "ec3"], 10),
        (vec!["catalogue", "show", "aws", "ec2", "Dance"], 10),
        (vec!["catalogue", "stats", "--output", "xml"], 2),
        (vec!["catalogue", "search", "a", "--limit", "0"], 2),
    ] {
        let done = isobar(&arguments);
        assert_eq!(done.code, code, "{arguments:?} {}", done.stderr);
    }
}

#[test]
fn completion_goes_down_to_members_and_values() {
    let rows: [(&str, &[&str], &[&str]); 24] = [
        ("aws", &["ec"], &["ec2", "ecr", "ecs"]),
        ("aws", &["ec2", "describe-inst"], &["describe-instances", "describe-instance-status"]),
        ("aws", &["wait", "ec2", "instance-r"], &["instance-running"]),
        ("aws", &["ec2", "run-instances", "--inst"], &["--instance-type"]),
        ("aws", &["ec2", "run-instances", "--instance-type", "t2.mi"], &["t2.micro"]),
        ("aws", &["--region", "eu-west-1", "s3", "list-ob"], &["list-objects-v2"]),
        ("aws", &["ec2", "describe-vpcs", "--output", ""], &["json", "yaml", "table", "text"]),
        ("alibaba", &["ecs", "DescribeInst"], &["DescribeInstances"]),
        ("do", &["droplets", "l"], &["list"]),
        ("catalogue", &["show", "aws", "sqs", "send-"], &["send-message"]),
        ("aws", &["ec2", "describe-vpcs", "--region", "eu"], &["eu-west-1"]),
        ("aws", &["ec2", "describe-vpcs", "--region=eu"], &["--region=eu-west-1"]),
        ("alibaba", &["--region", ""], &["cn-hangzhou"]),
        ("whoami", &["alibaba", "--region", ""], &["cn-hangzhou"]),
        ("aws", &["ec2", "wait", "instance-r"], &["instance-running"]),
        ("aws", &["s3", "c"], &["cp", "create-bucket", "copy-object"]),
        ("aws", &["s3", "cp", "a", "--exc"], &["--exclude"]),
        ("aws", &["s3", "cp", "--metadata-directive", "R"], &["REPLACE"]),
        ("alibaba", &["oss", "si"], &["sign"]),
        ("cp", &["a", "b", "--output", "j"], &["json"]),
        ("cp", &["a", "b", "--source-region", "us"], &["us-east-1"]),
        ("presign", &["s3://a/b", "--method", ""], &["GET", "PUT"]),
        ("do", &["compute", "dropl"], &["droplets"]),
        ("do", &["account", "get", "--profile", ""], &["default"]),
    ];
    for (command, words, wanted) in rows {
        let found = complete(command, words);
        for text in wanted {
            assert!(found.iter().any(|found| found == text), "{words:?}: {text}");
        }
        let begun = words.last().unwrap();
        assert!(found.iter().all(|text| text.starts_with(begun)), "{words:?}");
    }
    assert!(complete("aws", &["ec3", "x"]).is_empty());
}

#[test]
fn manual_pages_are_made_from_the_help() {
    let (name, page) = man::page(Cloud::Aws, &["ec2", "run-instances"]).unwrap();
    assert_eq!(name, "isobar-aws-ec2-run-instances");
    for line in [
        ".TH \"ISOBAR\\-AWS\\-EC2\\-RUN\\-INSTANCES\" 1 ",
        ".SH NAME\nisobar\\-aws\\-ec2\\-run\\-instances \\- ",
        ".SH \"USAGE\"\nisobar aws ec2 run\\-instances \\-\\-max\\-count NUMBER",
        ".TP\n.B \\-\\-image\\-id\n",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
        let known = [".TH", ".SH", ".TP", ".B", ".PP", ".nf", ".fi"];
        assert!(known.contains(&line.split(' ').next().unwrap()), "{line}");
    }
    assert!(man::page(Cloud::Aws, &["ec3"]).is_err());
}
