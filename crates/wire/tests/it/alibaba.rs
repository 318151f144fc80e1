//! Alibaba Cloud's RPC style, with requests as its SDKs were seen to send them.

use isobar_catalogue::{Cloud, Protocol};
use isobar_wire::{
    DecodeError, Dialect, Reply, RouteProblem, decode_request, decode_response, dialect,
    encode_error, encode_request, encode_response, route,
};
use serde_json::json;

use crate::{body, error, json, operation, request, value};

/// Reads a request, and compares the operation and the input.
fn check(request: &isobar_wire::Request, name: &str, expected: serde_json::Value) {
    let (service, _) = operation(Cloud::Alibaba, "ecs", name);
    let (dialect, operation) = route(service, request).unwrap();
    assert_eq!(operation.name, name);
    let input = decode_request(service, operation, dialect, request).unwrap();
    assert_eq!(json(&input), expected);
}

#[test]
fn all_in_the_query_of_a_post() {
    let target = "/?PageSize=10&Tag.1.Value=v&Tag.1.Key=k&InstanceIds=%5B%22i-1%22%2C%20%22i-2%22%5D\
        &Version=2014-05-26&Action=DescribeInstances&Format=JSON&RegionId=cn-hangzhou\
        &Timestamp=2026-11-21T00%3A42%3A14Z&SignatureMethod=HMAC-SHA1&SignatureType=\
        &SignatureVersion=1.0&SignatureNonce=n&AccessKeyId=LTAIid&Signature=s";
    check(
        &request("POST", target, &[("x-acs-action", "DescribeInstances")], ""),
        "DescribeInstances",
        json!({
            "InstanceIds": "[\"i-1\", \"i-2\"]",
            "PageSize": 10,
            "RegionId": "cn-hangzhou",
            "Tag": [{"Key": "k", "Value": "v"}],
        }),
    );
}

#[test]
fn the_action_in_a_header_and_booleans_as_python_writes_them() {
    let target = "/?Amount=2&DataDisk.1.Category=cloud_essd&DataDisk.1.Size=20&DryRun=False\
        &ImageId=img&SystemDisk.Size=40&UserData=aGk%3D&HostNames.10=b&HostNames.2=a";
    check(
        &request("POST", target, &[("x-acs-action", "RunInstances")], ""),
        "RunInstances",
        json!({
            "Amount": 2,
            "DataDisk": [{"Category": "cloud_essd", "Size": 20}],
            "DryRun": false,
            "HostNames": ["a", "b"],
            "ImageId": "img",
            "SystemDisk": {"Size": "40"},
            "UserData": "aGk=",
        }),
    );
}

#[test]
fn all_in_the_form() {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let form = "Action=StopInstances&RegionId=cn-hangzhou&InstanceId.1=i-1&InstanceId.2=i-2+x";
    check(
        &request("POST", "/", &headers, form),
        "StopInstances",
        json!({"InstanceId": ["i-1", "i-2 x"], "RegionId": "cn-hangzhou"}),
    );
}

#[test]
fn a_path_that_is_given_whole_stays_as_it_is() {
    let (service, operation) = operation(Cloud::Alibaba, "cloudcontrol", "GetResources");
    for path in ["/api/v1/providers/aliyun/products/a b", "api/v1/providers/aliyun/products/a b"] {
        let input = value(json!({"request_path": path}));
        let request = encode_request(service, operation, &input).unwrap();
        assert_eq!(request.path, "/api/v1/providers/aliyun/products/a%20b");
    }
}

#[test]
fn a_client_names_the_operation_in_headers() {
    let (service, operation) = operation(Cloud::Alibaba, "ecs", "RunInstances");
    let input = value(json!({
        "RegionId": "cn-hangzhou",
        "DryRun": true,
        "DataDisk": [{"Size": 20}],
        "SystemDisk": {"Category": "cloud essd"},
    }));
    let request = encode_request(service, operation, &input).unwrap();
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.target(),
        "/?RegionId=cn-hangzhou&DryRun=true&DataDisk.1.Size=20&SystemDisk.Category=cloud%20essd"
    );
    assert_eq!(request.header("x-acs-action"), Some("RunInstances"));
    assert_eq!(request.header("x-acs-version"), Some("2014-05-26"));
    check(&request, "RunInstances", json(&input));
}

#[test]
fn answers_in_both_formats() {
    let (service, operation) = operation(Cloud::Alibaba, "ecs", "DescribeRegions");
    let output = value(json!({
        "Regions": {"Region": [
            {"RegionId": "cn-hangzhou", "LocalName": "华东 <1>"},
            {"RegionId": "cn-beijing"},
        ]},
    }));
    let mut expected = json(&output);
    expected["RequestId"] = "req-1".into();
    let dialect = Dialect::new(Protocol::AlibabaRpc);
    for dialect in [dialect, Dialect { xml: true, ..dialect }] {
        let response = encode_response(service, operation, dialect, &output, "req-1").unwrap();
        if dialect.xml {
            assert_eq!(
                body(&response),
                "<?xml version='1.0' encoding='UTF-8'?><DescribeRegionsResponse>\
                 <RequestId>req-1</RequestId><Regions>\
                 <Region><RegionId>cn-hangzhou</RegionId><LocalName>华东 &lt;1&gt;</LocalName></Region>\
                 <Region><RegionId>cn-beijing</RegionId></Region></Regions></DescribeRegionsResponse>"
            );
        }
        let Reply::Success { output, request_id } =
            decode_response(service, operation, &response).unwrap()
        else {
            panic!("a success")
        };
        assert_eq!(request_id.as_deref(), Some("req-1"));
        assert_eq!(json(&output), expected);
    }
}

#[test]
fn the_format_is_asked_for() {
    let (service, _) = operation(Cloud::Alibaba, "ecs", "DescribeRegions");
    let asks = |target| dialect(service, &request("GET", target, &[], "")).xml;
    assert!(asks("/?Action=DescribeRegions&Format=XML"));
    assert!(asks("/?Format=xml"));
    assert!(!asks("/?Format=JSON"));
    assert!(!asks("/"));
}

#[test]
fn errors_in_both_formats() {
    let (service, operation) = operation(Cloud::Alibaba, "ecs", "DescribeRegions");
    let reply = error("InvalidInstanceId.NotFound", "It is <not> found.", 404);
    let dialect = Dialect::new(Protocol::AlibabaRpc);
    for dialect in [dialect, Dialect { xml: true, ..dialect }] {
        let response = encode_error(Some(service), dialect, &reply);
        assert_eq!(body(&response).starts_with('<'), dialect.xml);
        let Reply::Failure(failure) = decode_response(service, operation, &response).unwrap()
        else {
            panic!("a failure")
        };
        assert_eq!(failure.code, "InvalidInstanceId.NotFound");
        assert_eq!(failure.message, "It is <not> found.");
        assert_eq!(failure.request_id.as_deref(), Some("req-1"));
        assert_eq!(failure.fields.get("HostId").unwrap().as_str(), Some("host.example"));
    }
}

#[test]
fn operations_that_are_not() {
    let (service, _) = operation(Cloud::Alibaba, "ecs", "DescribeRegions");
    let problem = |target| route(service, &request("GET", target, &[], "")).unwrap_err().problem;
    assert_eq!(problem("/?Action="), RouteProblem::NoOperation);
    assert_eq!(problem("/?Action=Fly"), RouteProblem::UnknownOperation("Fly".into()));
}

#[test]
fn a_resource_oriented_service() {
    let (service, expected) = operation(Cloud::Alibaba, "cs", "DescribeClusters");
    let input = value(json!({"name": "a/b", "clusterType": "Kubernetes"}));
    let request = encode_request(service, expected, &input).unwrap();
    assert_eq!(request.target(), "/clusters?name=a%2Fb&clusterType=Kubernetes");
    assert_eq!(request.header("x-acs-action"), Some("DescribeClusters"));
    let (dialect, operation) = route(service, &request).unwrap();
    assert_eq!(operation.name, expected.name);
    let read = decode_request(service, operation, dialect, &request).unwrap();
    assert_eq!(read.get("name"), input.get("name"));
    let output = value(json!({"body": [{"cluster_id": "c1", "size": 3}]}));
    let response = encode_response(service, operation, dialect, &output, "req-1").unwrap();
    assert_eq!(body(&response), r#"[{"cluster_id":"c1","size":3}]"#);
    let reply = decode_response(service, operation, &response).unwrap();
    assert_eq!(reply, Reply::Success { output, request_id: Some("req-1".into()) });
    let response =
        encode_error(Some(service), dialect, &error("ErrorClusterNotFound", "gone", 404));
    let Reply::Failure(failure) = decode_response(service, operation, &response).unwrap() else {
        panic!("a failure")
    };
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("ErrorClusterNotFound", "gone"));
}

#[test]
fn whole_bodies_and_texts_are_as_the_packages_send_them() {
    let sent = |service: &str, name: &str, input: serde_json::Value| {
        let (service, operation) = operation(Cloud::Alibaba, service, name);
        let request = encode_request(service, operation, &value(input)).unwrap();
        let media = request.header("content-type").map(str::to_owned);
        (media, String::from_utf8(request.body.to_vec()).unwrap(), request.query)
    };
    let json = || Some("application/json; charset=utf-8".to_owned());
    let none = String::new;
    for (service, name, input, expected) in [
        ("cs", "GrantPermissions", json!({"uid": "u"}), (json(), "[]".to_owned(), none())),
        (
            "elasticsearch",
            "UninstallLogstashPlugin",
            json!({"instance_id": "i"}),
            (None, none(), none()),
        ),
        (
            "elasticsearch",
            "ActivateZones",
            json!({"instance_id": "i", "body": "[\"z\"]"}),
            (json(), "[\"z\"]".to_owned(), none()),
        ),
        (
            "live",
            "UpdateLivePullToPush",
            json!({"SourceUrls": ["u"]}),
            (None, none(), "SourceUrls=%5B%22u%22%5D".to_owned()),
        ),
    ] {
        assert_eq!(sent(service, name, input), expected, "{service} {name}");
    }
}

#[test]
fn the_log_service_is_asked_by_paths_alone() {
    let (service, create) = operation(Cloud::Alibaba, "sls", "CreateLogStore");
    let input = json!({"project": "proj", "logstoreName": "x", "ttl": 1, "shardCount": 2});
    let request = encode_request(service, create, &value(input)).unwrap();
    assert_eq!(request.host_prefix.as_deref(), Some("proj."));
    assert_eq!((request.method.as_str(), request.target().as_str()), ("POST", "/logstores"));
    assert_eq!(request.header("x-acs-action"), None);
    assert_eq!(request.header("content-type"), Some("application/json"));
    let answer = isobar_wire::Response {
        body: r#"{"errorCode":"LogStoreAlreadyExist","errorMessage":"logstore x already exists"}"#
            .into(),
        ..isobar_wire::Response::new(http::StatusCode::BAD_REQUEST)
    };
    let Reply::Failure(failure) = decode_response(service, create, &answer).unwrap() else {
        panic!("a failure")
    };
    assert_eq!(failure.code, "LogStoreAlreadyExist");
    assert_eq!(failure.message, "logstore x already exists");
}

/// Log groups, and what the vendor's own serializer (aliyun-log-fastpb) makes of them.
fn log_groups() -> Vec<(serde_json::Value, &'static str)> {
    let pair = |key: &str, value: &str| json!({"Key": key, "Value": value});
    vec![
        (json!({"LogItems": []}), ""),
        (
            json!({"LogItems": [{"Time": 1_700_000_000, "Contents": [pair("k", "v")]}]}),
            "0a0e0880e2cfaa0612060a016b120176",
        ),
        (
            json!({
                "LogItems": [
                    {"Time": 1, "TimeNs": 5, "Contents": [pair("k", "v"), pair("ü", "")]},
                    {"Time": 2, "Contents": []},
                ],
                "LogTags": [pair("a", "b")],
                "Source": "1.2.3.4",
                "Topic": "t",
            }),
            "0a17080112060a016b12017612060a02c3bc120025050000000a0208021a01742207312e322e332e3432060a01\
             61120162",
        ),
        (
            json!({
                "LogItems": [{"Time": 1, "TimeNs": 0, "Contents": []}],
                "LogTags": [],
                "Source": "",
                "Topic": "",
            }),
            "0a07080125000000001a002200",
        ),
    ]
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn log_groups_travel_in_protocol_buffers() {
    let (service, put) = operation(Cloud::Alibaba, "sls", "PutLogs");
    for (group, hex) in log_groups() {
        for method in ["lz4", "zstd", "gzip", "deflate"] {
            let input = json!({
                "project": "p", "logstore": "l", "x-log-compresstype": method, "body": group,
            });
            let request = encode_request(service, put, &value(input)).unwrap();
            let plain = bytes_of(hex);
            assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
            assert_eq!(request.header("x-log-bodyrawsize"), Some(&*plain.len().to_string()));
            assert_eq!(request.header("x-log-compresstype"), Some(method));
            let read = match method {
                "lz4" => lz4_flex::block::decompress(&request.body, plain.len()).unwrap(),
                "zstd" => zstd::bulk::decompress(&request.body, plain.len()).unwrap(),
                _ => {
                    let mut read = Vec::new();
                    let mut decoder = flate2::read::ZlibDecoder::new(&*request.body);
                    std::io::Read::read_to_end(&mut decoder, &mut read).unwrap();
                    read
                }
            };
            assert_eq!(read, plain, "{method} {group}");
        }
    }
    let wrong = [
        (json!({"LogItems": [{"Contents": []}]}), "body.LogItems[0].Time: is required"),
        (
            json!({"LogItems": [{"Time": -1, "Contents": []}]}),
            "body.LogItems[0].Time: is -1, but must be from 0 to 4294967295",
        ),
        (
            json!({"LogItems": [{"Time": 1, "Contents": [{"Key": "k"}]}]}),
            "body.LogItems[0].Contents[0].Value: is required",
        ),
    ];
    for (group, message) in wrong {
        let input = json!({"project": "p", "logstore": "l", "body": group});
        let refusal = encode_request(service, put, &value(input)).unwrap_err();
        assert_eq!(refusal.to_string(), message);
    }
    let input = json!({
        "project": "p", "logstore": "l", "x-log-compresstype": "brotli", "body": {"LogItems": []},
    });
    let refusal = encode_request(service, put, &value(input)).unwrap_err().to_string();
    assert!(refusal.contains("x-log-compresstype: must be lz4, zstd"), "{refusal}");
}

/// What the log service's client makes of an answer with log groups.
fn pulled(body: Vec<u8>, headers: &[(&'static str, &str)]) -> Result<Reply, DecodeError> {
    let (service, pull) = operation(Cloud::Alibaba, "sls", "PullLogs");
    let mut answer = isobar_wire::Response::new(http::StatusCode::OK);
    answer.body = body.into();
    for (name, value) in headers {
        answer.headers.insert(*name, value.parse().unwrap());
    }
    decode_response(service, pull, &answer)
}

fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut zlib = Vec::new();
    let mut encoder = flate2::read::ZlibEncoder::new(plain, flate2::Compression::default());
    std::io::Read::read_to_end(&mut encoder, &mut zlib).unwrap();
    zlib
}

#[test]
fn log_groups_come_back_compressed_or_not() {
    let (service, pull) = operation(Cloud::Alibaba, "sls", "PullLogs");
    let input =
        json!({"project": "p", "log_store": "l", "shard_id": "0", "count": 1, "cursor": "c"});
    let request = encode_request(service, pull, &value(input)).unwrap();
    assert_eq!(request.header("accept-encoding"), Some("zstd"));
    let mut plain = Vec::new();
    for (_, hex) in log_groups() {
        let group = bytes_of(hex);
        plain.extend([0x0a, u8::try_from(group.len()).unwrap()]);
        plain.extend(group);
    }
    let size = plain.len().to_string();
    let zlib = deflated(&plain);
    let rows = [
        (plain.clone(), "", ""),
        (lz4_flex::block::compress(&plain), "lz4", &*size),
        (zstd::bulk::compress(&plain, 1).unwrap(), "zstd", &size),
        (zlib.clone(), "gzip", &size),
        (zlib.clone(), "deflate", &size),
    ];
    for (body, method, size) in rows {
        let headers = [("x-log-compresstype", method), ("x-log-bodyrawsize", size)];
        let Reply::Success { output, .. } = pulled(body, &headers).unwrap() else {
            panic!("a success")
        };
        let groups = output.get("logGroupList").unwrap().as_list().unwrap();
        assert_eq!(groups.len(), 4, "{method}");
        let log = &groups[2].get("LogItems").unwrap().as_list().unwrap()[0];
        assert_eq!(log.get("TimeNs").unwrap().as_i64(), Some(5));
        let pair = &log.get("Contents").unwrap().as_list().unwrap()[1];
        assert_eq!(pair.get("Key").unwrap().as_str(), Some("ü"));
        assert_eq!(groups[2].get("Topic").unwrap().as_str(), Some("t"));
    }
    // What is cut short, too long, or not what it says ends in an error.
    for end in 1..plain.len() {
        let _ = pulled(plain[..end].to_vec(), &[]);
    }
    assert!(pulled(plain[..plain.len() - 1].to_vec(), &[]).is_err());
    for (method, size) in
        [("gzip", "7"), ("gzip", "x"), ("lz4", &*size), ("zstd", &size), ("?", "1")]
    {
        let headers = [("x-log-compresstype", method), ("x-log-bodyrawsize", size)];
        assert!(pulled(zlib.clone(), &headers).is_err(), "{method} {size}");
    }
    let headers = [("x-log-compresstype", "lz4"), ("x-log-bodyrawsize", "9999999999999")];
    assert!(pulled(zlib, &headers).is_err());
}

/// The field of a number whose value is a message.
fn inside(field: u8, message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![field << 3 | 2];
    let mut length = message.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(message);
    bytes
}

#[test]
fn small_bodies_do_not_become_large_values() {
    const MIB: usize = 1 << 20;
    let read = |plain: &[u8]| {
        let size = plain.len().to_string();
        let headers = [("x-log-compresstype", "deflate"), ("x-log-bodyrawsize", &*size)];
        pulled(deflated(plain), &headers)
    };
    let groups = |plain: &[u8]| match read(plain) {
        Ok(Reply::Success { output, .. }) => json(&output)["logGroupList"].clone(),
        other => panic!("{other:?}"),
    };
    // The same few bytes are no group, nothing of a group's, and a log's time again and again.
    assert_eq!(groups(&[8, 0].repeat(16 * MIB)), json!([]));
    let numbers = [8, 0].repeat(MIB);
    let empty = json!({"LogItems": [], "LogTags": []});
    assert_eq!(groups(&inside(1, &numbers)), json!([empty]));
    let timed = json!({"LogItems": [{"Time": 0, "Contents": []}], "LogTags": []});
    assert_eq!(groups(&inside(1, &inside(1, &numbers))), json!([timed]));
    // Groups may be empty, as many as there can be; logs and pairs are not.
    assert_eq!(groups(&inside(1, b"").repeat(1000)).as_array().unwrap().len(), 1000);
    let log = inside(1, &[8, 0]);
    assert_eq!(
        groups(&inside(1, &log.repeat(5000)))[0]["LogItems"].as_array().unwrap().len(),
        5000
    );
    let nothing = inside(1, b"").repeat(MIB);
    let pairs = inside(1, &inside(1, &inside(2, b"").repeat(MIB)));
    // Whole logs, of which there are too many all the same.
    let logs = inside(1, &log.repeat(MIB + 1));
    for plain in [inside(1, &nothing), nothing, pairs, logs] {
        let refused = read(&plain);
        assert!(matches!(refused, Err(DecodeError::TooLarge("number of messages"))), "{refused:?}");
    }
    let size = (64 * MIB + 1).to_string();
    let refused =
        pulled(deflated(b""), &[("x-log-compresstype", "deflate"), ("x-log-bodyrawsize", &size)]);
    assert!(matches!(refused, Err(DecodeError::TooLarge("decompressed body"))), "{refused:?}");
}
