//! Which failures are repeated, how often, after how long; and what a caller learns.

use std::time::Duration;

use isobar_auth::sigv4::{Expected, Style, Verifier};
use isobar_auth::{Credentials, Key};
use isobar_catalogue::Cloud;
use isobar_client::{Client, Config, Error, Kind};
use isobar_wire::Value;

use crate::server::{Act, Server, answer};
use crate::world::{client, with};

const OK: &str = "<DescribeInstancesResponse><requestId>r-1</requestId><reservationSet/>\
                  </DescribeInstancesResponse>";

fn ok() -> Act {
    answer(200, OK)
}

/// EC2's error of a code.
fn failure(status: u16, code: &str) -> Act {
    answer(
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>It is so.</Message></Error>\
             </Errors><RequestID>r-2</RequestID></Response>"
        ),
    )
}

fn with_header(act: Act, header: &'static str) -> Act {
    match act {
        Act::Answer(status, _, body) => Act::Answer(status, header, body),
        other => other,
    }
}

/// A call that changes nothing.
async fn read(client: &Client) -> Result<Value, Error> {
    client.call("ec2", "DescribeInstances", Value::Null).await
}

/// A call that changes something and has no token.
async fn write(client: &Client) -> Result<Value, Error> {
    let ids = ("InstanceIds".into(), [Value::from("i-1")].into_iter().collect());
    client.call("ec2", "TerminateInstances", Value::Map(vec![ids])).await
}

#[tokio::test]
async fn each_failure_is_repeated_where_that_is_safe() {
    // What the server does; how often a read and a write are attempted; the kind.
    let rows = [
        (failure(500, "InternalError"), 3, 1, Kind::Unavailable),
        (failure(503, "Unavailable"), 3, 1, Kind::Unavailable),
        (answer(502, "<html>Bad Gateway"), 3, 1, Kind::Unavailable),
        (answer(504, ""), 3, 1, Kind::Unavailable),
        (failure(503, "RequestLimitExceeded"), 50, 50, Kind::Throttled),
        (failure(400, "Throttling"), 50, 50, Kind::Throttled),
        (failure(429, "Whatever"), 50, 50, Kind::Throttled),
        (failure(408, "RequestTimeout"), 3, 1, Kind::Refused),
        (failure(501, "NotImplemented"), 1, 1, Kind::NotImplemented),
        (failure(400, "InvalidParameterValue"), 1, 1, Kind::Refused),
        (failure(400, "InvalidInstanceID.NotFound"), 1, 1, Kind::NotFound),
        (failure(400, "DependencyViolation"), 1, 1, Kind::Conflict),
        (failure(401, "AuthFailure"), 1, 1, Kind::Denied),
        (failure(403, "UnauthorizedOperation"), 1, 1, Kind::Denied),
        (Act::Close, 3, 1, Kind::Interrupted),
        (Act::Break, 3, 1, Kind::Interrupted),
        (Act::Garbage, 3, 1, Kind::Interrupted),
        (Act::Hang, 3, 1, Kind::Timeout),
        (answer(200, "no XML"), 1, 1, Kind::Answer),
    ];
    for (act, reads, writes, kind) in rows {
        let server = Server::start([act.clone()]).await;
        let (client, _) = with(Cloud::Aws, server.url(), |config| {
            // Short where it is waited for, and nowhere else: a busy machine is no failure.
            let hangs = matches!(act, Act::Hang);
            config.timeouts.read = Duration::from_millis(if hangs { 40 } else { 30_000 });
            config.timeouts.total = Duration::from_secs(1_000);
            config.breaker.failures = 100;
        });
        for (attempts, writes) in [(reads, false), (writes, true)] {
            let outcome = if writes { write(&client).await } else { read(&client).await };
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), kind, "{act:?} {error:?}");
            assert_eq!(server.seen().len(), attempts, "{act:?}");
            assert_eq!(error.attempts() as usize, attempts, "{act:?}");
            assert!(error.may_have_reached(), "{act:?}");
            assert_eq!(error.is_retryable(), reads > 1, "{act:?}");
        }
    }
}

#[tokio::test]
async fn an_error_says_all_that_is_known() {
    let server = Server::start([failure(400, "InvalidInstanceID.NotFound")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let error = read(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "aws ec2 DescribeInstances: not found (InvalidInstanceID.NotFound): It is so"
    );
    assert_eq!(
        (error.cloud(), error.service(), error.operation()),
        (Cloud::Aws, "ec2", "DescribeInstances")
    );
    assert_eq!(error.code(), Some("InvalidInstanceID.NotFound"));
    assert_eq!(error.message(), Some("It is so."));
    assert_eq!(error.status().unwrap(), 400);
    assert_eq!(error.request_id(), Some("r-2"));
    assert!(!format!("{client:?} {error:?}").contains("very-secret"));
}

#[tokio::test]
async fn a_refused_connection_never_reached_anybody() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (client, _) = client(Cloud::Aws, &url);
    let error = write(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Connect, 3));
    assert!(!error.may_have_reached() && error.is_retryable());
}

#[tokio::test]
async fn pauses_double_and_end_with_success() {
    let server =
        Server::start([failure(500, "InternalError"), Act::Close, failure(503, "X"), ok()]).await;
    let (client, world) = with(Cloud::Aws, server.url(), |config| config.retry.attempts = Some(4));
    read(&client).await.unwrap();
    assert_eq!(server.seen().len(), 4);
    assert_eq!(world.slept(), [50, 100, 200]);
}

#[tokio::test]
async fn retry_after_is_honoured_within_a_bound() {
    for (header, pauses) in [
        ("retry-after: 7\r\n", vec![7_000]),
        ("retry-after: Sat, 21 Nov 2026 00:00:30 GMT\r\n", vec![30_000]),
        ("x-amz-retry-after: 1500\r\n", vec![1_500]),
        ("retry-after: 0\r\n", vec![50]),
        ("retry-after: soon\r\n", vec![50]),
        ("retry-after: 61\r\n", vec![]),
    ] {
        let server = Server::start([with_header(failure(429, "X"), header), ok()]).await;
        let (client, world) = client(Cloud::Aws, server.url());
        let outcome = read(&client).await;
        assert_eq!(outcome.is_ok(), !pauses.is_empty(), "{header}");
        assert_eq!(world.slept(), pauses, "{header}");
        if let Err(error) = outcome {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
        }
    }
}

#[tokio::test]
async fn a_token_is_kept_over_all_attempts() {
    let server = Server::start([Act::Close, failure(500, "InternalError"), Act::Break, ok()]).await;
    let (client, _) = with(Cloud::Aws, server.url(), |config| config.retry.attempts = Some(4));
    let count = |name: &'static str| (name.into(), Value::from(1));
    let input = Value::Map(vec![count("MinCount"), count("MaxCount")]);
    // The answer is another operation's, which nobody minds.
    client.call("ec2", "RunInstances", input.clone()).await.unwrap();
    let tokens: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.parameter("ClientToken").unwrap().to_owned())
        .collect();
    assert_eq!(tokens.len(), 4);
    assert!(tokens.iter().all(|token| *token == tokens[0] && token.len() == 36), "{tokens:?}");
    // Another call has another; and the caller's own wins.
    client.call("ec2", "RunInstances", input.clone()).await.unwrap();
    assert_ne!(server.seen()[0].parameter("ClientToken").unwrap(), tokens[0]);
    let mut own = input;
    own.set("ClientToken", Value::from("mine"));
    client.call("ec2", "RunInstances", own).await.unwrap();
    assert_eq!(server.seen()[0].parameter("ClientToken").unwrap(), "mine");
}

#[tokio::test]
async fn the_budget_ends_retries_and_successes_fill_it() {
    let server = Server::start([failure(503, "X")]).await;
    let (client, _) = with(Cloud::Aws, server.url(), |config| {
        config.retry.budget = 28;
        config.breaker.failures = 100;
    });
    for requests in [3, 1, 1] {
        read(&client).await.unwrap_err();
        assert_eq!(server.seen().len(), requests);
    }
    server.now([ok()]);
    for _ in 0..14 {
        read(&client).await.unwrap();
    }
    server.now([failure(503, "X")]);
    server.seen();
    read(&client).await.unwrap_err();
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn the_breaker_opens_probes_and_closes() {
    let server = Server::start([failure(503, "X")]).await;
    let (client, world) = with(Cloud::Aws, server.url(), |config| {
        config.retry.attempts = Some(1);
        config.breaker.failures = 3;
    });
    let expect = async |kind: Option<Kind>, requests: usize| {
        assert_eq!(read(&client).await.err().map(|error| error.kind()), kind);
        assert_eq!(server.seen().len(), requests);
    };
    for _ in 0..3 {
        expect(Some(Kind::Unavailable), 1).await;
    }
    expect(Some(Kind::Open), 0).await;
    world.pass(Duration::from_secs(9));
    expect(Some(Kind::Open), 0).await;
    // Half open: one probe, which fails.
    world.pass(Duration::from_secs(1));
    expect(Some(Kind::Unavailable), 1).await;
    expect(Some(Kind::Open), 0).await;
    // A probe that is given up leaves the next one to another.
    world.pass(Duration::from_secs(10));
    server.now([Act::Hang]);
    tokio::time::timeout(Duration::from_millis(30), read(&client)).await.unwrap_err();
    server.now([ok()]);
    server.seen();
    expect(None, 1).await;
    // Closed: failures are counted anew, and refusals are none.
    server.now([failure(503, "X"), failure(503, "X"), failure(400, "Y"), failure(503, "X"), ok()]);
    for kind in [Kind::Unavailable, Kind::Unavailable, Kind::Refused, Kind::Unavailable] {
        expect(Some(kind), 1).await;
    }
    expect(None, 1).await;
}

#[tokio::test]
async fn an_open_breaker_stops_the_retries() {
    let server = Server::start([failure(503, "X")]).await;
    let (client, world) = with(Cloud::Aws, server.url(), |config| config.breaker.failures = 2);
    let error = read(&client).await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (Kind::Open, 2));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(9_900)));
    // The first two attempts did.
    assert!(error.may_have_reached());
    let error = read(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_reached()), (Kind::Open, false));
    assert_eq!(world.slept(), [50, 100]);
}

#[tokio::test]
async fn the_whole_call_has_its_time() {
    let server = Server::start([Act::Hang]).await;
    let (client, _) = with(Cloud::Aws, server.url(), |config| {
        config.timeouts.total = Duration::from_millis(40);
    });
    let error = read(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (Kind::Timeout, true));
    // A pause that would outlast the call is not begun.
    let server = Server::start([failure(503, "X")]).await;
    let (client, world) = with(Cloud::Aws, server.url(), |config| {
        config.timeouts.total = Duration::from_secs(1);
    });
    assert_eq!(read(&client).await.unwrap_err().kind(), Kind::Unavailable);
    assert_eq!(world.slept(), [50, 100]);
}

#[tokio::test]
async fn a_large_answer_is_not_read() {
    let server = Server::start([answer(200, "x".repeat(1001))]).await;
    let (client, _) = with(Cloud::Aws, server.url(), |config| config.response_limit = 1000);
    assert_eq!(read(&client).await.unwrap_err().kind(), Kind::TooLarge);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_right_is_not_sent() {
    let server = Server::start([ok()]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let error = client.call("ec2", "TerminateInstances", Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    assert_eq!(error.violations()[0].path, "InstanceIds");
    for (service, operation) in [("ec3", "DescribeInstances"), ("ec2", "Dance")] {
        let error = client.call(service, operation, Value::Null).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_reached()), (Kind::Unknown, false));
    }
    assert!(server.seen().is_empty());
    for url in ["http://example.com", "example.com", "ftp://localhost"] {
        let config = Config::new(Cloud::Aws, "us-east-1", Credentials::new("a", "b"));
        let error = Client::new(config.with_endpoint(url)).unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{url}");
    }
}

#[tokio::test]
async fn every_attempt_is_signed() {
    let server = Server::start([failure(503, "X"), ok()]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    read(&client).await.unwrap();
    let expected = Expected {
        region: Some("us-east-1"),
        service: "ec2",
        style: Style::Standard,
        unsigned_payload: false,
    };
    let keys = |id: &str| (id == "AKID").then(|| Key::new("very-secret", ()));
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for seen in seen {
        let (request, host) = seen.parsed();
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        assert!(server.url().ends_with(&host));
        Verifier::default().verify(&request, &host, now, &expected, &keys).unwrap();
        assert!(request.header("user-agent").unwrap().starts_with("isobar/"));
    }
}

#[tokio::test]
async fn calls_can_be_spawned() {
    let server = Server::start([ok()]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { read(&client).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.seen().len(), 20);
}
