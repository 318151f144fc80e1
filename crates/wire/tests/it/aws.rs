//! AWS's protocols with the services' own models.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use isobar_catalogue::Cloud;
use isobar_wire::output::value_of;
use isobar_wire::{
    DecodeError, Dialect, EncodeError, Output, Problem, RouteProblem, Value, Violation,
    decode_request, decompress, encode_error, encode_output, encode_request, encode_response,
    route,
};
use jiff::Timestamp;
use serde_json::json;

use crate::{body, error, json, operation, request, value};

#[test]
fn ec2_answers_as_the_service_does() {
    let (service, operation) = operation(Cloud::Aws, "ec2", "DescribeRegions");
    let output = value(json!({"Regions": [
        {"RegionName": "eu-west-1", "Endpoint": "ec2.eu-west-1.amazonaws.com"},
    ]}));
    let dialect = Dialect::new(service.protocol());
    let response = encode_response(service, operation, dialect, &output, "req-1").unwrap();
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>req-1</requestId><regionInfo><item><regionName>eu-west-1</regionName>\
         <regionEndpoint>ec2.eu-west-1.amazonaws.com</regionEndpoint></item></regionInfo>\
         </DescribeRegionsResponse>"
    );
    assert_eq!(response.header("content-type"), Some("text/xml;charset=UTF-8"));
    let response =
        encode_error(Some(service), dialect, &error("DryRunOperation", "Would <have>.", 412));
    assert_eq!(
        body(&response),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
         <Code>DryRunOperation</Code><Message>Would &lt;have&gt;.</Message></Error></Errors>\
         <RequestID>req-1</RequestID></Response>"
    );
}

/// What a handler's types may look like: nothing to say, text that needs escaping, moments, numbers,
/// what is flattened into another type, and lists of all of it.
#[derive(Output)]
struct Described<'a> {
    next_token: Option<&'a str>,
    reservations: Vec<Reservation<'a>>,
}

#[derive(Output)]
struct Reservation<'a> {
    instances: [Instance<'a>; 1],
    owner_id: Cow<'a, str>,
    #[wire(flatten)]
    own: Own,
}

#[derive(Output)]
struct Own {
    reservation_id: String,
    requester_id: Option<String>,
}

#[derive(Output)]
struct Instance<'a> {
    // The catalogue has these in another order.
    public_dns_name: &'a str,
    ami_launch_index: i64,
    instance_id: &'a str,
    private_ip_address: Ipv4Addr,
    launch_time: Timestamp,
    ebs_optimized: bool,
    security_groups: [(); 0],
    state: BTreeMap<String, Value>,
    hypervisor: Hypervisor,
    no_such_member: Option<()>,
}

#[derive(Output)]
#[wire(case = "lowercase")]
enum Hypervisor {
    Xen,
}

fn described(public_dns_name: &str) -> Described<'_> {
    let instance = Instance {
        public_dns_name,
        ami_launch_index: -1,
        instance_id: "i-1",
        private_ip_address: Ipv4Addr::LOCALHOST,
        launch_time: "2014-04-29T18:30:38.12Z".parse().unwrap(),
        ebs_optimized: true,
        security_groups: [],
        state: [("Name", json!("running")), ("Code", json!(16))]
            .map(|(name, json)| (name.to_owned(), value(json)))
            .into(),
        hypervisor: Hypervisor::Xen,
        no_such_member: None,
    };
    let own = Own { reservation_id: "r-1".into(), requester_id: None };
    let reservation = Reservation { instances: [instance], owner_id: "me".into(), own };
    Described { next_token: None, reservations: vec![reservation] }
}

#[test]
fn a_handlers_type_is_written_as_its_value_is() {
    let (service, operation) = operation(Cloud::Aws, "ec2", "DescribeInstances");
    let dialect = Dialect::new(service.protocol());
    let output = described("a <b> & \u{1}\"");
    let value = value_of(&output).unwrap();
    let by_value = encode_response(service, operation, dialect, &value, "req-1").unwrap();
    let typed = encode_output(service, operation, dialect, &output, "req-1").unwrap();
    assert_eq!(body(&typed), body(&by_value));
    assert_eq!(typed.headers, by_value.headers);
    for part in [
        "<reservationSet><item><instancesSet><item><dnsName>a &lt;b&gt; &amp; &#x1;&quot;</dnsName>",
        "<privateIpAddress>127.0.0.1</privateIpAddress>",
        "<launchTime>2014-04-29T18:30:38.12Z</launchTime>",
        "<groupSet></groupSet><instanceState><code>16</code><name>running</name></instanceState>",
        "<hypervisor>xen</hypervisor></item></instancesSet><ownerId>me</ownerId>\
         <reservationId>r-1</reservationId></item></reservationSet>",
    ] {
        assert!(body(&typed).contains(part), "{part} in {}", body(&typed));
    }
}

#[test]
fn a_handlers_type_that_does_not_fit_is_told() {
    #[derive(Output)]
    struct Wrong<T> {
        reservations: T,
    }
    fn refused(output: &dyn Output) -> String {
        let (service, operation) = operation(Cloud::Aws, "ec2", "DescribeInstances");
        let dialect = Dialect::new(service.protocol());
        let value = value_of(output).unwrap();
        assert!(encode_response(service, operation, dialect, &value, "req-1").is_err());
        encode_output(service, operation, dialect, output, "req-1").unwrap_err().to_string()
    }
    assert_eq!(refused(&Wrong { reservations: "x" }), "must be a list, not text");
    let structure = Wrong { reservations: Wrong { reservations: () } };
    assert_eq!(refused(&structure), "must be a list, not a structure");
    assert_eq!(
        refused(&Wrong { reservations: [value(json!({ "Strange": 1 }))] }),
        "Strange is no member"
    );
    assert_eq!(refused(&value(json!({ "Strange": 1 }))), "Strange is no member");
}

#[test]
fn query_answers_as_the_service_does() {
    let (service, operation) = operation(Cloud::Aws, "sts", "GetCallerIdentity");
    let output = value(json!({"UserId": "A", "Account": "123456789012", "Arn": "arn:x"}));
    let dialect = Dialect::new(service.protocol());
    let response = encode_response(service, operation, dialect, &output, "req-1").unwrap();
    assert_eq!(
        body(&response),
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><UserId>A</UserId><Account>123456789012</Account><Arn>arn:x</Arn>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>req-1</RequestId>\
         </ResponseMetadata></GetCallerIdentityResponse>"
    );
    let reply = error("InvalidClientTokenId", "The security token is invalid.", 403);
    let response = encode_error(Some(service), dialect, &reply);
    assert_eq!(
        body(&response),
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>InvalidClientTokenId</Code>\
         <Message>The security token is invalid.</Message></Error><RequestId>req-1</RequestId>\
         </ErrorResponse>"
    );
}

#[test]
fn ec2_reads_nested_lists_and_refuses_unknown_parameters() {
    let (service, _) = operation(Cloud::Aws, "ec2", "RunInstances");
    let form = "Action=RunInstances&Version=2016-11-15&ImageId=ami-1&MinCount=1&MaxCount=2\
        &TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.2.Key=b\
        &TagSpecification.1.Tag.2.Value=&TagSpecification.1.Tag.1.Key=a\
        &TagSpecification.1.Tag.1.Value=x.y%2Bz&SecurityGroupId.1=sg-1&DryRun=true\
        &NetworkInterface.1.DeviceIndex=0&Placement.AvailabilityZone=eu-west-1a";
    let asked = request("POST", "/", &[], form);
    let (dialect, operation) = route(service, &asked).unwrap();
    let input = decode_request(service, operation, dialect, &asked).unwrap();
    let mut input = json(&input);
    input.sort_all_objects();
    assert_eq!(
        input,
        json!({
            "DryRun": true,
            "ImageId": "ami-1",
            "MaxCount": 2,
            "MinCount": 1,
            "NetworkInterfaces": [{"DeviceIndex": 0}],
            "Placement": {"AvailabilityZone": "eu-west-1a"},
            "SecurityGroupIds": ["sg-1"],
            "TagSpecifications": [{
                "ResourceType": "instance",
                "Tags": [{"Key": "a", "Value": "x.y+z"}, {"Key": "b", "Value": ""}],
            }],
        })
    );
    let unknown = |form: &'static str| {
        let asked = request("POST", "/", &[], form);
        decode_request(service, operation, dialect, &asked)
    };
    let path = |result| match result {
        Err(DecodeError::Member(violation)) => violation,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        path(unknown("Action=RunInstances&Colour=red")),
        Violation { path: "Colour".into(), problem: Problem::Unknown }
    );
    let wrong = path(unknown("Action=RunInstances&MinCount=one"));
    assert_eq!(wrong.to_string(), "MinCount: must be a whole number, not \"one\"");
    // What belongs to a signature in the query string is not unknown.
    unknown("Action=RunInstances&X-Amz-Date=x&Signature=y&AWSAccessKeyId=z").unwrap();
}

#[test]
fn a_misspelt_member_is_an_error_with_its_path() {
    let (service, operation) = operation(Cloud::Aws, "ec2", "DescribeInstances");
    let dialect = Dialect::new(service.protocol());
    let output = value(json!({"Reservations": [{"Instances": [{"InstanceID": "i-1"}]}]}));
    let EncodeError::Member(violation) =
        encode_response(service, operation, dialect, &output, "r").unwrap_err()
    else {
        panic!("a member is wrong")
    };
    assert_eq!(violation.path, "Reservations[0].Instances[0].InstanceID");
    assert_eq!(violation.problem, Problem::Unknown);
    let input = value(json!({"Filters": [{"Name": "x", "Values": "not a list"}]}));
    let error = encode_request(service, operation, &input).unwrap_err();
    assert_eq!(error.to_string(), "Filters[0].Values: must be a list, not text");
}

#[test]
fn s3_tells_operations_of_one_path_apart() {
    let (service, _) = operation(Cloud::Aws, "s3", "GetObject");
    let check = |method, target, headers: &[(&'static str, &'static str)], expected: &str| {
        let found = route(service, &request(method, target, headers, ""));
        assert_eq!(found.unwrap().1.name, expected, "{method} {target}");
    };
    check("GET", "/", &[], "ListBuckets");
    check("PUT", "/b", &[], "CreateBucket");
    check("GET", "/b/", &[], "ListObjects");
    check("GET", "/b?list-type=2&prefix=x", &[], "ListObjectsV2");
    check("GET", "/b?acl", &[], "GetBucketAcl");
    check("GET", "/b/k/l", &[], "GetObject");
    check("GET", "/b/k/l?acl=", &[], "GetObjectAcl");
    check("GET", "/b/dir/", &[], "GetObject");
    check("PUT", "/b/k", &[], "PutObject");
    check("PUT", "/b/k", &[("x-amz-copy-source", "/b/l")], "CopyObject");
    check("PUT", "/b/k?partNumber=1&uploadId=u", &[], "UploadPart");
    let copy = [("x-amz-copy-source", "/b/l")];
    check("PUT", "/b/k?partNumber=1&uploadId=u", &copy, "UploadPartCopy");
    check("POST", "/b/k?uploads", &[], "CreateMultipartUpload");
    check("POST", "/b/k?uploadId=u", &[], "CompleteMultipartUpload");
    check("DELETE", "/b/k?uploadId=u", &[], "AbortMultipartUpload");
    check("DELETE", "/b/k", &[], "DeleteObject");
    check("HEAD", "/b/k", &[], "HeadObject");
    check("POST", "/b?delete", &[], "DeleteObjects");
    let problem = route(service, &request("PATCH", "/b", &[], "")).unwrap_err().problem;
    assert!(matches!(problem, RouteProblem::MethodNotAllowed { .. }));
}

#[test]
fn every_rest_operation_is_found_by_its_own_request() {
    for name in ["lambda", "apigateway", "route53", "cloudfront", "s3control", "eks", "efs"] {
        let service = isobar_catalogue::service(Cloud::Aws, name).unwrap();
        for operation in &service.operations {
            let (path, query) = operation.uri.split_once('?').unwrap_or((&operation.uri, ""));
            let path: Vec<_> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part })
                .collect();
            let mut asked =
                request(&operation.method, &format!("{}?{query}", path.join("/")), &[], "");
            for member in service.input_members(operation).iter().filter(|member| member.required) {
                match member.location {
                    isobar_catalogue::Location::Query => {
                        asked.query.push_str(&format!("&{}=1", member.on_wire()));
                    }
                    isobar_catalogue::Location::Header => {
                        let name =
                            http::HeaderName::from_bytes(member.on_wire().as_bytes()).unwrap();
                        asked.headers.insert(name, http::HeaderValue::from_static("1"));
                    }
                    _ => {}
                }
            }
            let (_, found) = route(service, &asked).unwrap();
            assert_eq!(found.uri, operation.uri, "{name} {}", operation.name);
        }
    }
}

#[test]
fn a_service_is_read_in_each_protocol_that_it_speaks() {
    let (service, _) = operation(Cloud::Aws, "cloudwatch", "ListMetrics");
    let target = "GraniteServiceVersion20100801.ListMetrics";
    let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.0")];
    let as_json = request("POST", "/", &headers, r#"{"Namespace":"n"}"#);
    let as_form = request("POST", "/", &[], "Action=ListMetrics&Namespace=n");
    let as_cbor = encode_request(
        service,
        service.operation("ListMetrics").unwrap(),
        &value(json!({"Namespace": "n"})),
    )
    .unwrap();
    for asked in [as_json, as_form, as_cbor] {
        let (dialect, operation) = route(service, &asked).unwrap();
        let input = decode_request(service, operation, dialect, &asked).unwrap();
        assert_eq!(json(&input), json!({"Namespace": "n"}), "{dialect:?}");
    }
}

#[test]
fn only_gzip_is_decompressed() {
    let mut plain = request("POST", "/", &[("content-encoding", "aws-chunked")], "x");
    decompress(&mut plain).unwrap();
    assert_eq!(plain.body, "x");
    let mut broken = request("POST", "/", &[("content-encoding", "gzip")], "x");
    assert!(matches!(decompress(&mut broken), Err(DecodeError::Malformed { format: "gzip", .. })));
}
