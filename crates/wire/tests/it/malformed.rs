//! Answers that are none: cut short, of other types, from a proxy. Each ends in an error that says
//! what is wrong, and shows what came only where that is no document in which secrets might be.

use http::StatusCode;
use isobar_catalogue::{Cloud, Operation, Protocol, Service};
use isobar_wire::{
    DecodeError, Dialect, Problem, Reply, Response, ServiceError, decode_response, encode_response,
};
use serde_json::json;

use crate::{operation, value};

/// An operation with an output, and its answer.
struct Sample {
    service: &'static Service,
    operation: &'static Operation,
    format: &'static str,
    answer: Response,
}

impl Sample {
    fn new(
        (service, operation): (&'static Service, &'static Operation),
        format: &'static str,
        output: serde_json::Value,
    ) -> Self {
        let dialect = Dialect { xml: format == "XML", ..Dialect::new(service.protocol()) };
        let answer = encode_response(service, operation, dialect, &value(output), "r-1").unwrap();
        Self { service, operation, format, answer }
    }

    fn read(&self, status: u16, body: impl Into<bytes::Bytes>) -> Result<Reply, DecodeError> {
        let mut answer = self.answer.clone();
        answer.status = StatusCode::from_u16(status).unwrap();
        answer.body = body.into();
        decode_response(self.service, self.operation, &answer)
    }

    fn error(&self, body: impl Into<bytes::Bytes>) -> DecodeError {
        let name = &self.operation.name;
        self.read(200, body).expect_err(name)
    }

    fn failure(&self, status: u16, body: impl Into<bytes::Bytes>) -> ServiceError {
        match self.read(status, body) {
            Ok(Reply::Failure(error)) => error,
            other => panic!("{}: {other:?}", self.operation.name),
        }
    }
}

/// The service as if its clients spoke CBOR with it, which none does that speaks JSON as well.
fn speaking_cbor(name: &str, operation: &str) -> (&'static Service, &'static Operation) {
    let mut service = isobar_catalogue::service(Cloud::Aws, name).unwrap().clone();
    service.protocols.insert(0, Protocol::RpcV2Cbor);
    let service: &'static Service = Box::leak(Box::new(service));
    (service, service.operation(operation).unwrap())
}

/// One operation of each protocol.
fn samples() -> Vec<Sample> {
    let aws = |service, name| operation(Cloud::Aws, service, name);
    let alibaba = |service, name| operation(Cloud::Alibaba, service, name);
    let instances = json!({"PageSize": 10, "Instances": {"Instance": [{"InstanceId": "i-1"}]}});
    vec![
        Sample::new(
            aws("dynamodb", "GetItem"),
            "JSON",
            json!({"Item": {"a": {"S": "x"}}, "ConsumedCapacity": {"CapacityUnits": 1.5}}),
        ),
        Sample::new(
            aws("lambda", "GetFunction"),
            "JSON",
            json!({"Configuration": {"FunctionName": "f", "Timeout": 3}, "Tags": {"a": "b"}}),
        ),
        Sample::new(
            aws("route53", "ListResourceRecordSets"),
            "XML",
            json!({"ResourceRecordSets": [{"Name": "a", "TTL": 3}], "IsTruncated": false}),
        ),
        Sample::new(
            aws("elbv2", "DescribeLoadBalancers"),
            "XML",
            json!({"LoadBalancers": [{"LoadBalancerName": "b", "CreatedTime": 1}]}),
        ),
        Sample::new(
            aws("ec2", "DescribeInstances"),
            "XML",
            json!({"Reservations": [{"Instances": [{"InstanceId": "i-1", "EbsOptimized": true}]}]}),
        ),
        Sample::new(
            speaking_cbor("cloudwatch", "GetMetricData"),
            "CBOR",
            json!({"MetricDataResults": [{"Id": "a", "Values": [1.5], "Timestamps": [1]}]}),
        ),
        Sample::new(alibaba("ecs", "DescribeInstances"), "JSON", instances.clone()),
        Sample::new(alibaba("ecs", "DescribeInstances"), "XML", instances),
        Sample::new(
            alibaba("cs", "DescribeClusterDetail"),
            "JSON",
            json!({"name": "c", "size": 3}),
        ),
        Sample::new(
            operation(Cloud::DigitalOcean, "droplets", "get"),
            "JSON",
            json!({"droplet": {"id": 3, "name": "d"}}),
        ),
    ]
}

fn malformed(error: &DecodeError, sample: &Sample) -> String {
    match error {
        DecodeError::Malformed { format, message } => {
            assert_eq!(*format, sample.format, "{}", sample.operation.name);
            message.clone()
        }
        other => panic!("{}: {other:?}", sample.operation.name),
    }
}

#[test]
fn answers_that_are_cut_short_are_refused() {
    for sample in samples() {
        assert!(sample.read(200, sample.answer.body.clone()).is_ok());
        for end in 1..sample.answer.body.len() {
            let cut = sample.answer.body.slice(..end);
            if cut.is_empty() || cut.trim_ascii().is_empty() {
                continue;
            }
            let message = malformed(&sample.error(cut), &sample);
            // What came is not shown: it may be half of a secret.
            assert!(!message.contains("it begins with"), "{message}");
        }
        // As an error's body it tells nothing, but the status does.
        for end in 0..sample.answer.body.len() {
            let error = sample.failure(404, sample.answer.body.slice(..end));
            assert_eq!(error.code, "404", "{}", sample.operation.name);
        }
    }
}

const PAGE: &str = "<!DOCTYPE html>\n<html>\n<head><title>502 Bad Gateway</title>\n<body>no upstream</body></html>";

#[test]
fn a_proxys_page_is_no_answer() {
    for sample in samples() {
        for page in [
            PAGE,
            "<html><head><title>Sign in</title></head><body/></html>",
            "<HTML><BODY>Sign in<BR></BODY></HTML>",
            "Sign in",
        ] {
            let error = sample.error(page);
            if sample.format == "CBOR" && page == "Sign in" {
                continue;
            }
            // A page is told from XML by its first bytes, whatever format its reader took it for.
            let DecodeError::Malformed { message, .. } = &error else { panic!("{error:?}") };
            let start: String = page.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                message.contains(&format!("it begins with {:?}", &start[..7])[..20]),
                "{}: {message}",
                sample.operation.name
            );
            let error = sample.failure(502, page);
            assert_eq!((error.code.as_str(), error.status.as_u16()), ("502", 502));
            if page.starts_with('<') {
                assert_eq!(error.message, "Bad Gateway", "{}", sample.operation.name);
            }
        }
        for status in [400, 403, 500, 503] {
            let error = sample.failure(status, "");
            assert_eq!(error.code, status.to_string());
        }
        let long = "x".repeat(10_000);
        assert!(sample.error(long.clone()).to_string().len() < 300);
        assert!(sample.failure(400, long).message.len() < 200);
    }
}

#[test]
fn an_answer_without_what_it_must_have_is_refused() {
    for sample in samples()
        .into_iter()
        .filter(|sample| matches!(sample.service.protocol(), Protocol::AwsQuery | Protocol::Ec2))
    {
        assert_eq!(
            sample.error("").to_string(),
            "malformed XML: the document ends before its root does"
        );
    }
    let balancers = operation(Cloud::Aws, "elbv2", "DescribeLoadBalancers");
    let sample = Sample::new(balancers, "XML", json!({}));
    assert_eq!(
        sample.error("<DescribeLoadBalancersResponse/>").to_string(),
        "malformed XML: there is no element DescribeLoadBalancersResult"
    );
}

#[test]
fn members_of_other_types_are_named() {
    let wrong: [(usize, &str, &str); 17] = [
        (0, r#"{"Item":[]}"#, "Item: must be a map, not a list"),
        (0, r#"{"Item":{"a":{"L":{}}}}"#, "Item.a.L: must be a list, not an object"),
        (0, r#"{"Item":{"a":{"L":["x"]}}}"#, "Item.a.L[0]: must be a structure, not text"),
        (
            0,
            r#"{"ConsumedCapacity":{"CapacityUnits":"1"}}"#,
            "ConsumedCapacity.CapacityUnits: must be a number, not text",
        ),
        (
            1,
            r#"{"Configuration":{"Timeout":1.5}}"#,
            "Configuration.Timeout: must be a whole number, not a number",
        ),
        (
            1,
            r#"{"Configuration":{"Timeout":99999999999999999999}}"#,
            "Configuration.Timeout: must be a whole number, not a number",
        ),
        (
            1,
            r#"{"Configuration":{"CodeSize":true}}"#,
            "Configuration.CodeSize: must be a whole number, not a boolean",
        ),
        (1, r#"{"Tags":"x"}"#, "Tags: must be a map, not text"),
        (
            2,
            "<R><ResourceRecordSets><ResourceRecordSet><TTL>x</TTL></ResourceRecordSet>\
             </ResourceRecordSets></R>",
            "ResourceRecordSets[0].TTL: must be a whole number, not \"x\"",
        ),
        (
            2,
            "<R><IsTruncated>perhaps</IsTruncated></R>",
            "IsTruncated: must be a boolean, not \"perhaps\"",
        ),
        (
            3,
            "<R><DescribeLoadBalancersResult><LoadBalancers><member><CreatedTime>soon\
             </CreatedTime></member></LoadBalancers></DescribeLoadBalancersResult></R>",
            "LoadBalancers[0].CreatedTime: must be a timestamp, not \"soon\"",
        ),
        (
            4,
            "<R><reservationSet><item><instancesSet><item><ebsOptimized>9</ebsOptimized></item>\
             </instancesSet></item></reservationSet></R>",
            "Reservations[0].Instances[0].EbsOptimized: must be a boolean, not \"9\"",
        ),
        (5, "\u{1}", "must be a structure, not a whole number"),
        (6, r#"{"PageSize":"many"}"#, "PageSize: must be a whole number, not \"many\""),
        (6, r#"{"Instances":[]}"#, "Instances: must be a structure, not a list"),
        (7, "<R><PageSize>many</PageSize></R>", "PageSize: must be a whole number, not \"many\""),
        (9, r#"{"droplet":{"id":"x"}}"#, "droplet.id: must be a whole number, not \"x\""),
    ];
    let samples = samples();
    for (at, body, message) in wrong {
        let error = samples[at].error(body);
        assert!(matches!(error, DecodeError::Member(_)), "{body}: {error:?}");
        assert_eq!(error.to_string(), message, "{body}");
    }
}

#[test]
fn numbers_beyond_all_bounds_are_no_panic() {
    let samples = samples();
    for number in ["1e400", "-1e400", "1e-400", &"9".repeat(10_000), "0.1e99999999999999999999"] {
        for body in [
            format!(r#"{{"ConsumedCapacity":{{"CapacityUnits":{number}}}}}"#),
            format!(r#"{{"Item":{{"a":{number}}}}}"#),
        ] {
            let _ = samples[0].read(200, body);
        }
        let dated = format!(
            "<R><DescribeLoadBalancersResult><LoadBalancers><member><CreatedTime>{number}\
             </CreatedTime></member></LoadBalancers></DescribeLoadBalancersResult></R>"
        );
        let _ = samples[3].read(200, dated);
        let _ = samples[6].read(200, format!(r#"{{"PageSize":{number}}}"#));
    }
    // Lengths that no document has.
    for head in [0x5b_u8, 0x7b, 0x9b, 0xbb, 0xdb] {
        let mut body = vec![0xa1, 0x71];
        body.extend(b"MetricDataResults");
        body.push(head);
        body.extend([0xff; 8]);
        assert!(samples[5].read(200, body).is_err());
    }
}

#[test]
fn nesting_is_bounded_in_answers_too() {
    let samples = samples();
    let (open, close) = (r#"{"L":["#.repeat(3_000), "]}".repeat(3_000));
    assert!(samples[0].read(200, format!(r#"{{"Item":{{"a":{open}{close}}}}}"#)).is_err());
    let unknown = format!(r#"{{"New":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for at in [0, 1, 6, 8, 9] {
        // What is not known is passed over without being held.
        let _ = samples[at].read(200, unknown.clone());
        assert_eq!(samples[at].failure(400, unknown.clone()).code, "400");
    }
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    for at in [2, 3, 4, 7] {
        let error = samples[at].error(deep.clone());
        let DecodeError::Member(violation) = error else { panic!("{error:?}") };
        assert_eq!(violation.problem, Problem::TooDeep);
    }
    for open in [0x81, 0xa1, 0x9f, 0xbf, 0xc1] {
        let mut deep = vec![0xa1, 0x61, b'x'];
        deep.extend(vec![open; 200_000]);
        assert!(samples[5].read(200, deep.clone()).is_err());
        assert_eq!(samples[5].failure(400, deep).code, "400");
    }
}

#[test]
fn text_that_is_no_unicode_is_refused() {
    for sample in samples() {
        let body = &sample.answer.body;
        for at in 0..body.len() {
            let mut changed = body.to_vec();
            changed[at] = 0xff;
            // A byte of a number in CBOR may be any.
            if sample.format != "CBOR" {
                let error = sample.error(changed.clone());
                assert!(matches!(error, DecodeError::Malformed { .. }), "{error:?}");
            }
            let _ = sample.read(200, changed.clone());
            let _ = sample.read(400, changed);
        }
    }
}

#[test]
fn errors_quote_little_and_always_have_a_code() {
    let samples = samples();
    let tag = "secret".repeat(1000);
    let mismatched = format!("<R><{tag}></other></R>");
    assert_eq!(
        samples[4].error(mismatched).to_string(),
        format!("malformed XML: an end tag that matches no start tag at byte {}", tag.len() + 5)
    );
    let entity = samples[4].error(format!("<R>&{tag};</R>")).to_string();
    assert!(entity.len() < 150, "{entity}");
    for (at, body) in [
        (0, r#"{"__type":""}"#),
        (0, r#"{"__type":"a#"}"#),
        (1, r#"{"code":":http://internal"}"#),
        (2, "<ErrorResponse><Error><Code/></Error></ErrorResponse>"),
        (4, "<Response><Errors><Error><Code> </Code></Error></Errors></Response>"),
        (6, r#"{"Code":""}"#),
        (9, r#"{"id":""}"#),
    ] {
        assert_eq!(samples[at].failure(409, body).code, "409", "{body}");
    }
}

#[test]
fn an_error_with_the_status_of_success_is_an_error() {
    let copy = operation(Cloud::Aws, "s3", "CopyObject");
    let sample = Sample::new(copy, "XML", json!({"CopyObjectResult": {"ETag": "\"e\""}}));
    assert!(sample.read(200, sample.answer.body.clone()).is_ok());
    for declaration in ["", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"] {
        let body = format!(
            "{declaration}<Error><Code>InternalError</Code><Message>again</Message></Error>"
        );
        let error = sample.failure(200, body);
        assert_eq!((error.code.as_str(), error.status.as_u16()), ("InternalError", 500));
    }
    // An object may well be such a document.
    let get = operation(Cloud::Aws, "s3", "GetObject");
    let sample = Sample::new(get, "XML", json!({"Body": ""}));
    assert!(sample.read(200, "<Error></Error>").is_ok());
}
