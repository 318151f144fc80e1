//! Wrong arguments: each is told, with what would be valid, and has its exit code.

use crate::world::isobar;

/// Arguments, the exit code, and the whole of stderr.
#[track_caller]
fn check(arguments: &str, code: u8, stderr: &str) {
    let words: Vec<&str> = arguments.split(' ').collect();
    let done = isobar(&words);
    assert_eq!(done.stderr, stderr, "{arguments}");
    assert_eq!((done.code, done.stdout.as_str()), (code, ""), "{arguments}");
}

#[test]
fn unknown_names() {
    check(
        "aws ec3 x",
        10,
        "error[unknown_service]: aws has no service \"ec3\"\n  hint: did you mean ec2, ecr or ecs?\n",
    );
    check(
        "aws ec2 run-instance",
        10,
        "error[unknown_operation]: aws ec2 has no operation \"run-instance\"\n  \
         hint: did you mean run-instances? isobar aws ec2 --help lists them\n",
    );
    check(
        "aws wait ec2 instance-runing",
        10,
        "error[unknown_waiter]: aws ec2 has no waiter \"instance-runing\"\n  \
         hint: did you mean instance-running?\n",
    );
    check(
        "do dropletz list",
        10,
        "error[unknown_group]: digitalocean has no group \"dropletz\"\n  hint: did you mean droplets?\n",
    );
    check(
        "aws",
        2,
        "error[service_missing]: aws: a service is missing\n  hint: isobar aws --help lists them\n",
    );
    check(
        "alibaba ecs DescribeInstances --version 2013-01-10",
        10,
        "error[unknown_version]: alibaba ecs has no version 2013-01-10\n  hint: it has 2014-05-26\n",
    );
}

#[test]
fn everything_that_is_wrong_at_once() {
    check(
        "aws ec2 run-instances --max-cout 5 --min-count x --tag-specifications ResourceType=instance,Tag=[{Key=a}] --user-data @/nowhere/at/all",
        13,
        "error[file_unreadable]: isobar aws ec2 run-instances: 5 things are wrong\n  \
         --max-cout: is not known; did you mean --max-count?\n  \
         UserData: /nowhere/at/all cannot be read: No such file or directory (os error 2)\n  \
         MaxCount: is required: a whole number\n  \
         MinCount: must be a whole number, not \"x\"\n  \
         TagSpecifications[0].Tag: is not known; did you mean Tags?\n  \
         hint: isobar aws ec2 run-instances --help shows what there is; nothing was sent\n",
    );
}

#[test]
fn each_kind_has_its_code() {
    let hint = |call: &str| {
        format!("  hint: isobar {call} --help shows what there is; nothing was sent\n")
    };
    check(
        "aws sqs delete-queue",
        11,
        &format!(
            "error[missing_member]: isobar aws sqs delete-queue: one thing is wrong\n  \
             QueueUrl: is required: text\n{}",
            hint("aws sqs delete-queue")
        ),
    );
    check(
        "aws lambda invoke --function-name f --invocation-type Event --payload {} out",
        12,
        &format!(
            "error[invalid_value]: isobar aws lambda invoke: one thing is wrong\n  \
             Payload: must be base64; bytes as they are come from fileb://FILE or @FILE\n{}",
            hint("aws lambda invoke")
        ),
    );
    check(
        "aws lambda create-function --function-name f --role r --code ZipFile= --memory-size 64",
        12,
        &format!(
            "error[invalid_value]: isobar aws lambda create-function: one thing is wrong\n  \
             MemorySize: is 64, but must be from 128 to 32768\n{}",
            hint("aws lambda create-function")
        ),
    );
    check(
        "aws sts get-caller-identity extra --all 5",
        2,
        &format!(
            "error[unknown_argument]: isobar aws sts get-caller-identity: 2 things are wrong\n  \
             extra: is not expected here\n  5: is not expected here\n{}",
            hint("aws sts get-caller-identity")
        ),
    );
    check(
        "aws ec2 describe-instances --output xml --retries 5000",
        2,
        &format!(
            "error[unknown_argument]: isobar aws ec2 describe-instances: 2 things are wrong\n  \
             --output: must be json, yaml, table, text, csv or off, not \"xml\"\n  \
             --retries: must be a whole number from 0 to 100, not \"5000\"\n{}",
            hint("aws ec2 describe-instances")
        ),
    );
}

#[test]
fn queries_are_checked_before_anything_is_sent() {
    check(
        "aws ec2 describe-instances --jq .[",
        2,
        "error[jq_wrong]: --jq is no jq filter: expected closing bracket, at character 3\n",
    );
    check(
        "aws ec2 describe-instances --query a --jq .",
        2,
        "error[two_queries]: --query and --jq do not go together\n",
    );
    let done = isobar(&["aws", "ec2", "describe-instances", "--query", "Reservations["]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.starts_with("error[query_wrong]: --query is no JMESPath: "),
        "{}",
        done.stderr
    );
}

#[test]
fn an_unreachable_endpoint() {
    let done = isobar(&[
        "aws",
        "sts",
        "get-caller-identity",
        "--endpoint-url",
        "http://127.0.0.1:1",
        "--retries",
        "0",
    ]);
    assert_eq!(done.code, 4, "{}", done.stderr);
    assert!(
        done.stderr.starts_with("error[unreachable]: aws sts GetCallerIdentity: cannot connect: "),
        "{}",
        done.stderr
    );
}

#[test]
fn values_that_are_nearly_known_are_noted() {
    let done = isobar(&[
        "aws",
        "ec2",
        "run-instances",
        "--min-count",
        "1",
        "--max-count",
        "1",
        "--instance-type",
        "t3.micr",
        "--dry-run",
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(
        done.stderr,
        "note: InstanceType: \"t3.micr\" is no value that is known; did you mean t3.micro or t3a.micro?\n"
    );
}
