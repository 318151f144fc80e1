//! Input that nobody should send: every answer is an error, and none is a panic.

use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{
    DecodeError, Problem, Request, Response, Violation, decode_request, decode_response, route,
};

use crate::{operation, request};

/// Operations with recursive or deep shapes, one of each protocol.
const DEEP: [(Cloud, &str, &str); 6] = [
    (Cloud::Aws, "ec2", "RunInstances"),
    (Cloud::Aws, "dynamodb", "PutItem"),
    (Cloud::Aws, "cloudwatch", "PutMetricData"),
    (Cloud::Aws, "lambda", "CreateFunction"),
    (Cloud::Aws, "s3", "PutBucketLifecycleConfiguration"),
    (Cloud::Alibaba, "ecs", "RunInstances"),
];

fn read(
    (service, operation): (&'static Service, &'static Operation),
    request: &Request,
) -> Result<isobar_wire::Value, DecodeError> {
    decode_request(service, operation, isobar_wire::dialect(service, request), request)
}

#[test]
fn nesting_is_bounded() {
    let put = operation(Cloud::Aws, "dynamodb", "PutItem");
    let (open, close) = (r#"{"L":["#.repeat(5_000), "]}".repeat(5_000));
    let deep = format!(r#"{{"Item":{{"a":{open}{close}}}}}"#);
    assert!(read(put, &request("POST", "/", &[("x-amz-target", "x")], deep)).is_err());

    let (service, lists) = operation(Cloud::Aws, "s3", "PutBucketLifecycleConfiguration");
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let asked = request("PUT", "/b?lifecycle", &[], deep);
    assert!(matches!(
        read((service, lists), &asked),
        Err(DecodeError::Member(Violation { problem: Problem::TooDeep, .. }))
    ));

    let metrics = operation(Cloud::Aws, "cloudwatch", "PutMetricData");
    for open in [0x81, 0xa1, 0x9f, 0xbf, 0xc1] {
        let mut deep = vec![0xa1, 0x61, b'x'];
        deep.extend(vec![open; 200_000]);
        let asked = request("POST", "/", &[("smithy-protocol", "rpc-v2-cbor")], deep);
        assert!(read(metrics, &asked).is_err());
    }

    let (service, run) = operation(Cloud::Aws, "ec2", "RunInstances");
    let deep = format!("Action=RunInstances&{}=1", vec!["Placement"; 100_000].join("."));
    assert!(read((service, run), &request("POST", "/", &[], deep)).is_err());
}

#[test]
fn parameters_are_bounded() {
    let run = operation(Cloud::Aws, "ec2", "RunInstances");
    let many = "SecurityGroupId.1=x&".repeat(20_000);
    assert_eq!(
        read(run, &request("POST", "/", &[], many)),
        Err(DecodeError::TooLarge("number of parameters"))
    );
    // A large number does not make a list of that length.
    let input = read(run, &request("POST", "/", &[], "SecurityGroupId.10000=x")).unwrap();
    assert_eq!(input.get("SecurityGroupIds").unwrap().as_list().unwrap().len(), 1);
}

#[test]
fn no_item_of_a_list_is_passed_over() {
    let describe = operation(Cloud::Aws, "ec2", "DescribeInstances");
    let balancers = operation(Cloud::Aws, "elbv2", "DescribeLoadBalancers");
    let status = operation(Cloud::Alibaba, "ecs", "DescribeInstanceStatus");
    // AWS takes lists as its older clients write them: from 0, and one item without a number.
    let places = [
        (describe, "InstanceIds", "InstanceId", true),
        (balancers, "Names", "Names.member", true),
        (status, "InstanceId", "InstanceId", false),
    ];
    for (operation, member, name, is_aws) in places {
        let sent = |body: String| read(operation, &request("POST", "/", &[FORM], body));
        let zero = (!is_aws).then_some("0");
        let others = ["01", "-1", "%2B1", "10001", "999999999999", "99999999999999999999", "x"];
        for number in zero.into_iter().chain(others) {
            for more in [String::new(), format!("&{name}.1=b")] {
                let body = format!("{name}.{number}=a{more}");
                let Err(DecodeError::Member(Violation { path, problem })) = sent(body.clone())
                else {
                    panic!("{body} is read");
                };
                assert_eq!(path, member, "{body}");
                assert!(matches!(problem, Problem::WrongType { .. }), "{body}: {problem}");
            }
        }
        let texts_of = |body: &str| {
            let input = sent(body.to_owned()).unwrap();
            let items = input.get(member).unwrap().as_list().unwrap();
            items.iter().map(|item| item.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for (body, expected) in [
            (format!("{name}=a"), vec!["a"]),
            (format!("{name}=a&{name}.1=b"), vec!["a", "b"]),
            (format!("{name}.1=b&{name}.0=a"), vec!["a", "b"]),
        ] {
            if is_aws {
                assert_eq!(texts_of(&body), expected, "{body}");
            } else {
                assert!(sent(body.clone()).is_err(), "{body}");
            }
        }
        let input = sent(format!("{name}.10=c&{name}.3=b&{name}.1=a")).unwrap();
        let items = input.get(member).unwrap().as_list().unwrap();
        let texts: Vec<_> = items.iter().filter_map(isobar_wire::Value::as_str).collect();
        assert_eq!(texts, ["a", "b", "c"]);
    }
    let read = |body| read(balancers, &request("POST", "/", &[FORM], body));
    assert!(read("Names.member.1=a&Names.2=b").is_err());
    assert!(read("Names.1=a").is_ok());
    let read = |body| self::read(describe, &request("POST", "/", &[FORM], body));
    for body in ["Filter.1=x", "Filter.1=x&Filter.1.Name=vpc-id"] {
        assert!(read(body).is_err(), "{body}");
    }
}

#[test]
fn no_parameter_is_there_twice() {
    for (service, name, body) in [
        ("ec2", "DescribeRegions", "Action=DescribeRegions&Version=2016-11-15"),
        ("sts", "GetSessionToken", "Action=GetSessionToken&DurationSeconds=900"),
        ("elbv2", "DescribeLoadBalancers", "Action=DescribeLoadBalancers&Names.member.1=a"),
    ] {
        let asked = operation(Cloud::Aws, service, name);
        assert!(read(asked, &request("POST", "/", &[FORM], body)).is_ok(), "{body}");
        for parameter in body.split('&') {
            let (name, _) = parameter.split_once('=').unwrap();
            let twice = format!("{body}&{name}=other");
            let query = format!("/?{name}=other");
            for asked_twice in
                [request("POST", "/", &[FORM], twice), request("POST", &query, &[FORM], body)]
            {
                let error = read(asked, &asked_twice).unwrap_err().to_string();
                assert_eq!(error, format!("malformed form: the parameter {name:?} is there twice"));
            }
        }
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn documents_of_another_form_are_refused() {
    let malformed = |result: Result<_, DecodeError>, format: &str| match result {
        Err(DecodeError::Malformed { format: found, .. }) => assert_eq!(found, format),
        other => panic!("{format}: {other:?}"),
    };
    let put = operation(Cloud::Aws, "dynamodb", "PutItem");
    let json =
        |body: &'static str| read(put, &request("POST", "/", &[("x-amz-target", "x")], body));
    malformed(json("{"), "JSON");
    malformed(json("{} {}"), "JSON");
    malformed(json("[]"), "JSON");
    malformed(json("\u{feff}<xml/>"), "JSON");
    let lists = operation(Cloud::Aws, "s3", "PutBucketLifecycleConfiguration");
    let xml = |body: &'static str| read(lists, &request("PUT", "/b?lifecycle", &[], body));
    malformed(xml("<a>"), "XML");
    malformed(xml("<a></b>"), "XML");
    malformed(xml("<a/><b/>"), "XML");
    malformed(xml("no element"), "XML");
    malformed(xml("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), "XML");
    malformed(xml("<a>&b;</a>"), "XML");
    let run = operation(Cloud::Aws, "ec2", "RunInstances");
    malformed(read(run, &request("POST", "/", &[], "ImageId=%ff")), "form");
}

/// Bodies, each of which is cut and changed at every byte.
const BODIES: [&str; 5] = [
    "Action=RunInstances&MinCount=1&TagSpecification.1.Tag.1.Key=a%20b&DryRun=true",
    r#"{"TableName":"t","Item":{"a":{"S":"x"},"b":{"L":[{"N":"1.5"},{"BOOL":true}]}}}"#,
    "<L><Rule><ID>a</ID><Expiration><Days>3</Days><Date>2026-01-01T00:00:00Z</Date></Expiration>\
     <Filter><And><Prefix>&lt;x</Prefix></And></Filter><Status>Enabled</Status></Rule></L>",
    "\u{a2}iNamespacean\u{6a}MetricData\u{1}\u{a1}jMetricNameax",
    "{\"FunctionName\":\"f\",\"Code\":{\"ZipFile\":\"AAEC\"},\"Timeout\":3,\"Tags\":{\"a\":null}}",
];

#[test]
fn no_change_of_a_byte_makes_a_panic() {
    let operations = DEEP.map(|(cloud, service, name)| operation(cloud, service, name));
    for body in BODIES {
        for at in 0..body.len() {
            for byte in [0x00, 0x22, 0x26, 0x2e, 0x3c, 0x7f, 0x9f, 0xbf, 0xff] {
                let mut changed = body.as_bytes().to_vec();
                changed[at] = byte;
                for (cut, operation) in operations.iter().enumerate() {
                    let end = if cut % 2 == 0 { changed.len() } else { at + 1 };
                    let sent = changed[..end].to_vec();
                    read_everywhere(*operation, &sent);
                }
            }
        }
    }
}

fn read_everywhere((service, operation): (&'static Service, &'static Operation), body: &[u8]) {
    let mut asked = request(&operation.method, "/a/b?c=%zz", &[], body.to_vec());
    asked.query.push_str(&String::from_utf8_lossy(body));
    let _ = route(service, &asked);
    for protocol in &service.protocols {
        let dialect = isobar_wire::Dialect::new(*protocol);
        let _ = decode_request(service, operation, dialect, &asked);
    }
    for status in [200, 400] {
        let mut response = Response::new(http::StatusCode::from_u16(status).unwrap());
        response.body = body.to_vec().into();
        let _ = decode_response(service, operation, &response);
    }
}

#[test]
fn secrets_are_in_no_error() {
    // The key's material is bytes that must not be shown.
    let import = operation(Cloud::Aws, "ec2", "ImportKeyPair");
    let asked = request("POST", "/", &[], "Action=ImportKeyPair&PublicKeyMaterial=%25secret%25");
    let error = read(import, &asked).unwrap_err().to_string();
    assert!(!error.contains("secret"), "{error}");
    assert!(error.starts_with("PublicKeyMaterial: "), "{error}");
}
