//! Calls past the catalogue: `--force`, methods and paths, actions and versions.

use crate::server::{Answer, Seen, Server, answer};
use crate::world::{Done, isobar};

/// What a call does, and what it sent.
fn called(call: &[&str], answered: Answer) -> (Done, Seen) {
    let server = Server::start([answered]);
    let words: Vec<&str> = call.iter().copied().chain(["--endpoint-url", &server.url]).collect();
    let done = isobar(&words);
    let seen = server.seen().pop().unwrap_or_default();
    (done, seen)
}

#[test]
fn an_unknown_product_is_called_by_action_and_version() {
    let call = [
        "alibaba",
        "sasx",
        "DescribeThings",
        "--version",
        "2018-12-03",
        "--CurrentPage",
        "2",
        "--Ids",
        "a",
        "b",
        "--Tag.1.Key",
        "env",
    ];
    let (done, seen) = called(&call, answer(200, "{\"Things\":[1]}"));
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert_eq!(done.stdout, "{\n    \"Things\": [\n        1\n    ]\n}\n");
    assert_eq!(seen.header("x-acs-action"), Some("DescribeThings"));
    assert_eq!(seen.header("x-acs-version"), Some("2018-12-03"));
    for pair in ["CurrentPage=2", "Ids.1=a", "Ids.2=b", "Tag.1.Key=env"] {
        assert!(seen.target.contains(pair), "{pair}: {}", seen.target);
    }
    let call = ["alibaba", "ecs", "DescribeNews", "--version", "2014-05-26"];
    let (done, seen) = called(&call, answer(200, "{}"));
    assert_eq!(seen.header("x-acs-action"), Some("DescribeNews"));
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (0, "note: DescribeNews: is not in the catalogue; it is called all the same\n")
    );
    let done = isobar(&["alibaba", "sasx", "DescribeThings"]);
    assert_eq!(done.code, 10, "{}", done.stderr);
}

#[test]
fn services_are_called_by_method_and_path() {
    let call = ["alibaba", "cs", "POST", "/api/v9/things?a=b", "--input", "{\"name\":\"x\"}"];
    let (done, seen) = called(&call, answer(200, "{\"id\":\"1\"}"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.stdout, "{\n    \"id\": \"1\"\n}\n");
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/api/v9/things?a=b"));
    assert_eq!(seen.body, b"{\"name\":\"x\"}");
    assert_eq!(seen.header("x-acs-version"), Some("2015-12-15"));

    let call = ["aws", "lambda", "GET", "/2099-01-01/things", "--Marker", "m"];
    let (done, seen) = called(&call, answer(200, "{\"Things\":[]}"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(seen.target, "/2099-01-01/things?Marker=m");
    assert!(seen.header("authorization").unwrap().contains("/lambda/aws4_request"), "{seen:?}");

    let (done, seen) = called(&["aws", "s3", "GET", "/b?x-new="], answer(200, "<New>1</New>"));
    assert_eq!((done.code, done.stdout.as_str()), (0, "<New>1</New>\n"), "{}", done.stderr);
    assert_eq!(seen.target, "/b?x-new=");

    let call = ["do", "POST", "/v2/things", "--input", "{\"a\":[1]}"];
    let (done, seen) = called(&call, answer(201, "{\"thing\":{\"id\":1}}"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!((seen.target.as_str(), seen.body.as_slice()), ("/v2/things", &b"{\"a\":[1]}"[..]));
}

#[test]
fn unknown_services_of_aws_are_where_the_others_are() {
    let call = ["aws", "newthing", "GET", "/things", "--curl"];
    let done = isobar(&call);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(
        done.stdout
            .starts_with("curl -sS -X GET https://newthing.eu-central-1.amazonaws.com/things"),
        "{}",
        done.stdout
    );
    let call = ["aws", "newthing", "ListThings", "--version", "2099-01-01", "--MaxItems", "3"];
    let (done, seen) = called(&call, answer(200, "<ListThingsResponse/>"));
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (0, "<ListThingsResponse/>\n"),
        "{}",
        done.stderr
    );
    assert_eq!(seen.body, b"Action=ListThings&Version=2099-01-01&MaxItems=3");
}

#[test]
fn force_sends_what_the_catalogue_does_not_know() {
    let call = ["aws", "dynamodb", "list-tables", "--new-thing", "5", "--limit", "x"];
    let done = isobar(&call);
    assert_eq!(done.code, 2, "{}", done.stderr);
    let call = [
        "aws",
        "dynamodb",
        "list-tables",
        "--new-thing",
        "{\"A\":[true,1]}",
        "--limit",
        "0",
        "--force",
    ];
    let (done, seen) = called(&call, answer(200, "{\"TableNames\":[]}"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(seen.body, b"{\"Limit\":0,\"NewThing\":{\"A\":[true,1]}}");
    assert_eq!(
        done.stderr,
        "note: NewThing: is not known; there are ExclusiveStartTableName, Limit; it is sent anyway\n\
         note: Limit: is 0, but must be from 1 to 100; it is sent anyway\n"
    );
    let call = [
        "aws",
        "ec2",
        "describe-regions",
        "--force",
        "--Filters",
        "Name=a,Values=b,New=c",
        "--Odd",
        "1",
        "2",
    ];
    let (done, seen) = called(&call, answer(200, "<DescribeRegionsResponse/>"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let body = String::from_utf8(seen.body).unwrap();
    for pair in ["Filter.1.New=c", "Odd.1=1", "Odd.2=2"] {
        assert!(body.contains(pair), "{pair}: {body}");
    }
    let call = ["do", "droplets", "list", "--force", "--new-flag", "x"];
    let (_, seen) = called(&call, answer(200, "{\"droplets\":[]}"));
    assert_eq!(seen.target, "/v2/droplets?new_flag=x");
    let call = ["aws", "ec2", "stop-instances", "--instance-ids", "i-1", "--force", "--dry-run"];
    assert_eq!(isobar(&call).code, 0, "here --force is a member");
    let call = ["aws", "dynamodb", "NewOperation", "--force", "--A", "b"];
    let (done, seen) = called(&call, answer(200, "{\"x\":1}"));
    assert_eq!(done.stdout, "{\n    \"x\": 1\n}\n", "{}", done.stderr);
    assert_eq!(seen.header("x-amz-target"), Some("DynamoDB_20120810.NewOperation"));
    assert_eq!(seen.body, b"{\"A\":\"b\"}");
}

#[test]
fn upper_bounds_are_noted_and_sent() {
    let call = ["aws", "dynamodb", "list-tables", "--limit", "5000"];
    let (done, seen) = called(&call, answer(200, "{\"TableNames\":[]}"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(seen.body, b"{\"Limit\":5000}");
    assert_eq!(done.stderr, "note: Limit: is 5000, but must be from 1 to 100; it is sent anyway\n");
}
