//! How calls end: exit codes and what to do next.

use crate::server::{Answer, Server, answer};
use crate::world::{Done, isobar};

/// What a call does that is answered so.
fn answered(call: &str, answers: &[Answer]) -> (Done, usize) {
    let server = Server::start(answers.to_vec());
    let words = call.split(' ').chain(["--endpoint-url", &server.url]);
    let done = isobar(&words.collect::<Vec<_>>());
    (done, server.seen().len())
}

const EC2: &str = "aws ec2 describe-regions";
const ECS: &str = "alibaba ecs DescribeRegions";

fn ec2(code: &str) -> String {
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>m</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>"
    )
}

fn ecs(code: &str) -> String {
    format!("{{\"Code\":\"{code}\",\"Message\":\"m\",\"RequestId\":\"r\"}}")
}

#[test]
fn each_refusal_says_what_to_do() {
    let late = "date: Tue, 21 Nov 2000 00:00:00 GMT\r\n";
    let sts =
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: 1 is now\"}";
    let rows: [(&str, Answer, u8, &str, &str); 11] = [
        (
            EC2,
            answer(412, ec2("DryRunOperation")),
            0,
            "note: aws ec2 DescribeRegions: it would",
            "",
        ),
        (ECS, answer(400, ecs("DryRunOperation")), 0, "note: alibaba ecs DescribeRegions: it", ""),
        (EC2, Answer(401, late, ec2("AuthFailure")), 1, "error[clock_skewed]", "days ahead of"),
        (EC2, answer(401, ec2("AuthFailure")), 3, "error[denied]", "isobar whoami aws says"),
        (EC2, answer(403, ec2("UnauthorizedOperation")), 3, "error[denied]", "permissions"),
        ("aws dynamodb list-tables", answer(400, sts), 1, "error[clock_skewed]", "clock"),
        (ECS, answer(400, ecs("InvalidTimeStamp.Expired")), 1, "error[clock_skewed]", "clock"),
        (ECS, answer(404, ecs("InvalidAccessKeyId.NotFound")), 3, "error[denied]", "does not know"),
        (ECS, answer(503, ecs("ServiceUnavailable")), 1, "error[service_failed]", "try again in a"),
        (EC2, answer(503, ec2("Unavailable")), 1, "error[service_failed]", "try again in a while"),
        (EC2, answer(503, ec2("RequestLimitExceeded")), 1, "error[throttled]", "call less often"),
    ];
    for (call, answer, code, begins, hint) in rows {
        let (done, _) = answered(&format!("{call} --retries 0"), &[answer]);
        assert_eq!(done.code, code, "{call}: {}", done.stderr);
        assert!(done.stderr.starts_with(begins), "{call}: {}", done.stderr);
        assert!(done.stderr.contains(hint), "{call}: {}", done.stderr);
    }
}

#[test]
fn calls_that_are_refused_for_their_rate_end() {
    let (done, requests) =
        answered(EC2, &[Answer(503, "retry-after: 0\r\n", ec2("RequestLimitExceeded"))]);
    assert!(done.stderr.starts_with("error[throttled]"), "{}", done.stderr);
    assert_eq!(requests, 10, "the first and nine more");
}

#[test]
fn columns_that_nothing_has_are_told() {
    let call = "aws ec2 describe-regions --columns";
    let done = isobar(&format!("{call} RegionNam").split(' ').collect::<Vec<_>>());
    assert_eq!(done.code, 2);
    assert_eq!(
        done.stderr,
        "error[unknown_column]: isobar aws ec2 describe-regions: --columns: nothing has \
         \"RegionNam\"\n  hint: did you mean RegionName? nothing was sent\n"
    );
    let body = "<DescribeRegionsResponse><regionInfo><item><regionName>a</regionName></item>\
                </regionInfo></DescribeRegionsResponse>";
    let (done, _) = answered(&format!("{call} RegionName,Endpoint"), &[answer(200, body)]);
    assert_eq!((done.code, done.stdout.as_str()), (0, " RegionName  Endpoint\n a           -\n"));
    let (done, _) = answered(
        &format!("{call} Name,Other --query Regions[].{{Name:RegionName}}"),
        &[answer(200, body)],
    );
    assert_eq!(done.code, 2, "{}", done.stdout);
    assert!(done.stderr.contains("--columns: no row has \"Other\""), "{}", done.stderr);
    let (done, _) = answered(&format!("{call} RegionName --output csv"), &[answer(200, body)]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "RegionName\na\n"));
}

#[test]
fn waiting_is_bounded_by_the_timeout() {
    let body = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>\
                <instanceState><name>pending</name></instanceState></item></instancesSet></item>\
                </reservationSet></DescribeInstancesResponse>";
    let call = "aws --timeout 300ms wait ec2 instance-running --instance-ids i-1";
    let (done, _) = answered(call, &[answer(200, body)]);
    assert_eq!(done.code, 19, "{}", done.stderr);
    assert!(done.stderr.contains("it was not there within 0.3 s"), "{}", done.stderr);
}
