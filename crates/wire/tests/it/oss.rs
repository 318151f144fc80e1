//! Alibaba Cloud's object storage: requests as the vendor's packages send them, answers and errors
//! as the service gives them, in both directions.

use isobar_catalogue::{Cloud, Kind, Location, Protocol, Service, ShapeId};
use isobar_wire::{
    Dialect, Reply, Request, Response, ServiceError, Value, decode_request, decode_response,
    encode_error, encode_request, encode_response, route,
};
use serde_json::json;

use crate::{body, error, json, operation, request, value};

fn oss() -> &'static Service {
    isobar_catalogue::service(Cloud::Alibaba, "oss").expect("a known service")
}

fn encoded(name: &str, input: serde_json::Value) -> Request {
    let (service, operation) = operation(Cloud::Alibaba, "oss", name);
    encode_request(service, operation, &value(input)).unwrap()
}

/// Reads an answer that has to be a success.
fn output(name: &str, response: &Response) -> serde_json::Value {
    let (service, operation) = operation(Cloud::Alibaba, "oss", name);
    match decode_response(service, operation, response).unwrap() {
        Reply::Success { output, request_id } => {
            assert_eq!(request_id.as_deref(), Some("req-1"));
            json(&output)
        }
        Reply::Failure(failure) => panic!("{failure:?}"),
    }
}

fn failure(name: &str, response: &Response) -> ServiceError {
    let (service, operation) = operation(Cloud::Alibaba, "oss", name);
    match decode_response(service, operation, response).unwrap() {
        Reply::Failure(failure) => failure,
        Reply::Success { output, .. } => panic!("{output:?}"),
    }
}

fn response(status: u16, body: &'static str) -> Response {
    let mut response = Response::new(http::StatusCode::from_u16(status).unwrap());
    response.headers.insert("x-oss-request-id", "req-1".parse().unwrap());
    response.body = body.into();
    response
}

/// A value that a shape takes.
fn sample(service: &Service, shape: ShapeId) -> Value {
    match &service.shape(shape).kind {
        Kind::Structure(structure) => {
            let required = structure.members.iter().filter(|member| member.required);
            let entries =
                required.map(|member| (member.name.clone().into(), sample(service, member.shape)));
            Value::Map(entries.collect())
        }
        Kind::Integer(_) => Value::Integer(7),
        Kind::Boolean => Value::Bool(true),
        Kind::Blob { .. } => Value::Blob("bytes".into()),
        _ => Value::from("x"),
    }
}

#[test]
fn every_operation_is_found_again_by_what_it_sends() {
    let service = oss();
    assert_eq!(service.operations.len(), 152);
    for operation in &service.operations {
        let mut input = operation.input.map_or(Value::Null, |input| sample(service, input));
        // The value of this parameter tells operations apart.
        match operation.name.as_str() {
            "SelectObject" => input.set("x-oss-process", Value::from("csv/select")),
            "CreateSelectObjectMeta" => input.set("x-oss-process", Value::from("json/meta")),
            _ => {}
        }
        let mut request = encode_request(service, operation, &input).unwrap();
        let has_bucket = service
            .input_members(operation)
            .iter()
            .any(|member| member.location == Location::Host && member.required);
        assert_eq!(request.host_prefix.as_deref(), has_bucket.then_some("x."), "{operation:?}");
        for in_path in [false, true] {
            if in_path && has_bucket {
                request.host_prefix = None;
                request.path = format!("/x{}", request.path);
            }
            let (dialect, found) = route(service, &request).unwrap();
            assert_eq!(found.name, operation.name, "{request:?}");
            let read = decode_request(service, found, dialect, &request).unwrap();
            for (name, value) in input.as_map().unwrap_or_default() {
                assert_eq!(read.get(name), Some(value), "{} {name}", operation.name);
            }
        }
    }
}

#[test]
fn objects_are_put_with_what_is_said_of_them() {
    let request = encoded(
        "PutObject",
        json!({
            "bucket": "bkt",
            "key": "a b/ü+c",
            "x-oss-meta-*": {"owner": "me"},
            "x-oss-forbid-overwrite": true,
            "body": "aGVsbG8=",
        }),
    );
    assert_eq!((request.method.as_str(), request.target().as_str()), ("PUT", "/a%20b/%C3%BC%2Bc"));
    assert_eq!(request.host_prefix.as_deref(), Some("bkt."));
    assert_eq!(request.header("x-oss-meta-owner"), Some("me"));
    assert_eq!(request.header("x-oss-forbid-overwrite"), Some("true"));
    assert_eq!(request.header("content-type"), Some("application/octet-stream"));
    assert_eq!(request.header("content-md5"), None);
    assert_eq!(&request.body[..], b"hello");
    let typed = json!({"bucket": "bkt", "key": "k", "Content-Type": "text/css", "body": ""});
    assert_eq!(encoded("PutObject", typed).header("content-type"), Some("text/css"));
}

#[test]
fn bodies_are_xml_with_their_hash() {
    let input = json!({
        "bucket": "bkt",
        "Delete": {"Quiet": true, "Object": [{"Key": "a<b"}, {"Key": "c", "VersionId": "v"}]},
    });
    let request = encoded("DeleteMultipleObjects", input);
    assert_eq!(request.target(), "/?delete&encoding-type=url");
    assert_eq!(
        std::str::from_utf8(&request.body).unwrap(),
        "<Delete><Quiet>true</Quiet><Object><Key>a&lt;b</Key></Object>\
         <Object><Key>c</Key><VersionId>v</VersionId></Object></Delete>"
    );
    assert_eq!(request.header("content-type"), Some("application/xml"));
    assert_eq!(request.header("content-md5"), Some("iEaaRJbwb2xvM8RM5LjaUw=="));
    let parts = json!([{"PartNumber": 1, "ETag": "\"e\""}]);
    let request = encoded(
        "CompleteMultipartUpload",
        json!({"bucket": "b", "key": "k", "uploadId": "u", "CompleteMultipartUpload": {"Part": parts}}),
    );
    assert_eq!(request.target(), "/k?encoding-type=url&uploadId=u");
    assert_eq!(
        std::str::from_utf8(&request.body).unwrap(),
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag></Part>\
         </CompleteMultipartUpload>"
    );
}

#[test]
fn what_is_done_to_an_object_is_written_without_escapes() {
    let action = "image/resize,w_100|sys/saveas,o_YQ==";
    let input = json!({"bucket": "b", "key": "k", "x-oss-process": action});
    let request = encoded("ProcessObject", input);
    assert_eq!(request.target(), "/k?x-oss-process");
    assert_eq!(&request.body[..], format!("x-oss-process={action}").as_bytes());
    assert_eq!(request.header("content-md5"), Some("kXq12VGwFEkQjgvNt4F2nQ=="));
    let answer = response(200, r#"{"bucket": "b", "fileSize": 3, "object": "a", "status": "OK"}"#);
    let expected = json!({"bucket": "b", "fileSize": 3, "object": "a", "status": "OK"});
    assert_eq!(output("ProcessObject", &answer), expected);
}

#[test]
fn the_older_package_is_read_too() {
    let check = |method, target, headers: &[(&'static str, &'static str)], name, input| {
        let request = request(method, target, headers, "");
        let (dialect, operation) = route(oss(), &request).unwrap();
        assert_eq!(operation.name, name, "{target}");
        let read = decode_request(oss(), operation, dialect, &request).unwrap();
        assert_eq!(json(&read), input, "{target}");
    };
    check(
        "GET",
        "/bkt/?list-type=2&prefix=dir%2F&delimiter=&continuation-token=&start-after=\
         &fetch-owner=false&max-keys=100&encoding-type=url",
        &[],
        "ListObjectsV2",
        json!({
            "bucket": "bkt",
            "continuation-token": "",
            "delimiter": "",
            "fetch-owner": false,
            "max-keys": 100,
            "prefix": "dir/",
            "start-after": "",
        }),
    );
    check(
        "PUT",
        "/bkt/dir%2Fa%20b%2Bc.txt",
        &[("x-oss-copy-source", "/from/x"), ("x-oss-meta-a", "1")],
        "CopyObject",
        json!({
            "bucket": "bkt",
            "key": "dir/a b+c.txt",
            "x-oss-copy-source": "/from/x",
            "x-oss-meta-*": {"a": "1"},
        }),
    );
    check("GET", "/", &[], "ListBuckets", json!({}));
    check("HEAD", "/bkt/k?objectMeta", &[], "GetObjectMeta", json!({"bucket": "bkt", "key": "k"}));
}

#[test]
fn listings_are_decoded() {
    let answer = response(
        200,
        "<ListBucketResult><Name>b</Name><Prefix>a%2F</Prefix><EncodingType>url</EncodingType>\
         <MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>\
         <NextContinuationToken>t%3D</NextContinuationToken><Contents><Key>a%2F%01</Key>\
         <Size>3</Size><Owner><ID>1%2F</ID></Owner></Contents>\
         <CommonPrefixes><Prefix>a%2Fc+d%2F</Prefix></CommonPrefixes></ListBucketResult>",
    );
    let expected = json!({
        "Name": "b",
        "Prefix": "a/",
        "EncodingType": "url",
        "MaxKeys": 2,
        "IsTruncated": true,
        "NextContinuationToken": "t=",
        "Contents": [{"Key": "a/\u{1}", "Size": 3, "Owner": {"ID": "1%2F"}}],
        "CommonPrefixes": [{"Prefix": "a/c+d/"}],
    });
    assert_eq!(output("ListObjectsV2", &answer), expected);
    let (service, list) = operation(Cloud::Alibaba, "oss", "ListObjectsV2");
    let dialect = Dialect::new(Protocol::AlibabaOss);
    let written = encode_response(service, list, dialect, &value(expected.clone()), "req-1");
    assert_eq!(output("ListObjectsV2", &written.unwrap()), expected);
    let plain = response(200, "<ListBucketResult><Prefix>a%2F</Prefix></ListBucketResult>");
    assert_eq!(output("ListObjectsV2", &plain), json!({"Prefix": "a%2F"}));
}

#[test]
fn buckets_are_listed_and_located() {
    let buckets = response(
        200,
        "<ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets><Bucket><Name>a</Name></Bucket>\
         <Bucket><Name>b</Name></Bucket></Buckets></ListAllMyBucketsResult>",
    );
    let expected = json!({"Owner": {"ID": "1"}, "Buckets": [{"Name": "a"}, {"Name": "b"}]});
    assert_eq!(output("ListBuckets", &buckets), expected);
    let place = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <LocationConstraint>oss-cn-hangzhou</LocationConstraint>";
    let expected = json!({"LocationConstraint": "oss-cn-hangzhou"});
    assert_eq!(output("GetBucketLocation", &response(200, place)), expected);
    let (service, locate) = operation(Cloud::Alibaba, "oss", "GetBucketLocation");
    let dialect = Dialect::new(Protocol::AlibabaOss);
    let written = encode_response(service, locate, dialect, &value(expected), "req-1").unwrap();
    assert_eq!(body(&written), place);
}

#[test]
fn objects_come_with_their_headers() {
    let mut answer = response(200, "hello");
    for (name, text) in [
        ("etag", "\"e\""),
        ("content-length", "5"),
        ("last-modified", "Fri, 24 Feb 2012 06:07:48 GMT"),
        ("x-oss-meta-owner", "me"),
    ] {
        answer.headers.insert(name, text.parse().unwrap());
    }
    let expected = json!({
        "Content-Length": 5,
        "ETag": "\"e\"",
        "Last-Modified": "2012-02-24T06:07:48Z",
        "x-oss-meta-*": {"owner": "me"},
        "body": "aGVsbG8=",
    });
    assert_eq!(output("GetObject", &answer), expected);
    let callback = response(200, r#"{"Status":"OK"}"#);
    let expected = json!({"CallbackResult": {"Status": "OK"}});
    assert_eq!(output("CompleteMultipartUpload", &callback), expected);
}

#[test]
fn errors_are_read_from_bodies_and_from_headers() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
                <Message>The specified key does not exist.</Message><RequestId>5C3D</RequestId>\
                <HostId>b.oss-cn-hangzhou.aliyuncs.com</HostId><Key>k</Key><EC>0026-00000001</EC>\
                </Error>";
    let found = failure("GetObject", &response(404, text));
    assert_eq!((found.code.as_str(), found.status.as_u16()), ("NoSuchKey", 404));
    assert_eq!(found.message, "The specified key does not exist.");
    assert_eq!(found.request_id.as_deref(), Some("5C3D"));
    assert_eq!(found.fields.get("EC").and_then(Value::as_str), Some("0026-00000001"));
    let mut head = response(404, "");
    head.headers.insert(
        "x-oss-err",
        "PEVycm9yPjxDb2RlPk5vU3VjaEtleTwvQ29kZT48L0Vycm9yPg==".parse().unwrap(),
    );
    let found = failure("HeadObject", &head);
    assert_eq!((found.code.as_str(), found.request_id.as_deref()), ("NoSuchKey", Some("req-1")));
    assert_eq!(failure("HeadObject", &response(304, "")).code, "304");
    assert_eq!(failure("GetObject", &response(502, "<html>bad</html>")).code, "502");

    let mut reply = error("NoSuchBucket", "The specified <bucket> does not exist.", 404);
    reply.fields = value(json!({"BucketName": "b", "EC": "0015-00000101"}));
    let dialect = Dialect::new(Protocol::AlibabaOss);
    let written = encode_error(Some(oss()), dialect, &reply);
    assert_eq!(
        body(&written),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
         <Message>The specified &lt;bucket&gt; does not exist.</Message><RequestId>req-1</RequestId>\
         <HostId>host.example</HostId><BucketName>b</BucketName><EC>0015-00000101</EC></Error>"
    );
    assert_eq!(written.header("x-oss-ec"), Some("0015-00000101"));
    assert_eq!(failure("GetObject", &written).code, "NoSuchBucket");
}
