//! Alibaba Cloud's object storage: where buckets go, which signature, streams, pages and errors.

use futures_util::TryStreamExt;
use isobar_auth::Key;
use isobar_auth::alibaba::oss::{Expected, verify};
use isobar_catalogue::Cloud;
use isobar_client::oss::{Network, Settings, Signature};
use isobar_client::{Client, Config, Kind, Source, Upload};
use isobar_wire::{Request, Value};
use jiff::SignedDuration;
use serde_json::json;

use crate::server::{Act, Seen, Server, answer};
use crate::world::with;

fn client(url: &str, settings: Settings) -> Client {
    let change = |config: &mut Config| {
        config.region = "cn-hangzhou".into();
        config.oss = settings;
    };
    with(Cloud::Alibaba, url, change).0
}

fn value(json: serde_json::Value) -> Value {
    serde_json::from_value(json).unwrap()
}

/// The request with its signature verified.
fn verified(seen: &Seen) -> Request {
    let (request, host) = seen.parsed();
    let expected = Expected {
        region: Some("cn-hangzhou"),
        product: "oss",
        host: &host,
        now: "2026-11-21T00:00:00Z".parse().unwrap(),
        skew: SignedDuration::from_mins(15),
    };
    let keys = |id: &str| (id == "AKID").then(|| Key::new("very-secret", ()));
    verify(&request, &expected, &keys).unwrap();
    request
}

#[tokio::test]
async fn buckets_go_where_the_host_has_a_place_for_them() {
    let plain = Settings::default();
    let network = |network| Settings { network, ..plain };
    let own = Settings { own_domain: true, ..plain };
    let in_path = Settings { path_style: true, ..plain };
    for (endpoint, settings, expected) in [
        (None, plain, "https://bkt.oss-cn-hangzhou.aliyuncs.com/a/b%20c"),
        (
            None,
            network(Network::Internal),
            "https://bkt.oss-cn-hangzhou-internal.aliyuncs.com/a/b%20c",
        ),
        (None, network(Network::DualStack), "https://bkt.cn-hangzhou.oss.aliyuncs.com/a/b%20c"),
        (None, network(Network::Accelerate), "https://bkt.oss-accelerate.aliyuncs.com/a/b%20c"),
        (None, own, "https://bkt.oss-cn-hangzhou.aliyuncs.com/a/b%20c"),
        (None, in_path, "https://oss-cn-hangzhou.aliyuncs.com/bkt/a/b%20c"),
        (Some("https://img.example.com"), own, "https://img.example.com/a/b%20c"),
        (Some("https://img.example.com"), plain, "https://bkt.img.example.com/a/b%20c"),
        (Some("http://127.0.0.1:81"), plain, "http://127.0.0.1:81/bkt/a/b%20c"),
        (Some("http://localhost:81"), plain, "http://localhost:81/bkt/a/b%20c"),
    ] {
        let change = |config: &mut Config| {
            config.region = "oss-cn-hangzhou".into();
            config.endpoint = endpoint.map(str::to_owned);
            config.oss = settings;
        };
        let (client, _) = with(Cloud::Alibaba, "http://127.0.0.1:1", change);
        let (service, operation) = client.find("oss", "HeadObject").unwrap();
        let input = value(json!({"bucket": "bkt", "key": "a/b c"}));
        let prepared = client.prepare(service, operation, input).await.unwrap();
        assert_eq!(prepared.url.to_string(), expected);
    }
}

#[tokio::test]
async fn objects_stream_with_either_signature() {
    for signature in [Signature::V1, Signature::V4] {
        let server = Server::start([answer(503, ""), answer(200, "")]).await;
        let client = client(server.url(), Settings { signature, ..Settings::default() });
        let (service, operation) = client.find("oss", "PutObject").unwrap();
        let input = value(json!({"bucket": "bkt", "key": "a/b", "x-oss-meta-*": {"x": "1"}}));
        let upload = Upload::new(Source::bytes("hello"));
        client.upload(service, operation, input, &upload).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen.len(), 2, "an upload that can be read again is repeated");
        for seen in &seen {
            let request = verified(seen);
            assert_eq!((request.path.as_str(), &request.body[..]), ("/bkt/a/b", &b"hello"[..]));
            assert_eq!(request.header("content-length"), Some("5"));
        }
        let text = "etag: \"e\"\r\n";
        server.now([Act::Answer(200, text, "hello".into())]);
        let (service, operation) = client.find("oss", "GetObject").unwrap();
        let input = value(json!({"bucket": "bkt", "key": "a/b", "Range": "bytes=0-4"}));
        let opened = client.open(service, operation, input).await.unwrap();
        let output = &opened.answer.output;
        assert_eq!(output.get("ETag").and_then(Value::as_str), Some("\"e\""));
        assert_eq!(verified(&server.seen()[0]).header("range"), Some("bytes=0-4"));
    }
}

#[tokio::test]
async fn listings_go_on_where_the_answer_says() {
    let page = |more: bool, key: &str| {
        let next = if more { "<NextContinuationToken>t%2B1</NextContinuationToken>" } else { "" };
        answer(
            200,
            format!(
                "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>\
                 {next}<Contents><Key>{key}</Key></Contents></ListBucketResult>"
            ),
        )
    };
    let server = Server::start([page(true, "a%2F1"), page(false, "b")]).await;
    let client = client(server.url(), Settings::default());
    let items = client.items("oss", "ListObjectsV2", value(json!({"bucket": "bkt"})));
    let items: Vec<_> = items.try_collect().await.unwrap();
    let keys: Vec<_> = items.iter().map(|it| it.get("Key").and_then(Value::as_str)).collect();
    assert_eq!(keys, [Some("a/1"), Some("b")]);
    let seen = server.seen();
    assert_eq!(verified(&seen[0]).query, "encoding-type=url&list-type=2");
    assert_eq!(verified(&seen[1]).query, "encoding-type=url&list-type=2&continuation-token=t%2B1");
}

#[tokio::test]
async fn errors_have_their_kinds() {
    for (status, code, kind) in [
        (404, "NoSuchKey", Kind::NotFound),
        (404, "NoSuchUpload", Kind::NotFound),
        (403, "AccessDenied", Kind::Denied),
        (403, "SignatureDoesNotMatch", Kind::Denied),
        (409, "BucketAlreadyExists", Kind::Conflict),
        (409, "BucketNotEmpty", Kind::Conflict),
        (400, "InvalidBucketName", Kind::Refused),
        (503, "DownloadTrafficRateLimitExceeded", Kind::Throttled),
        (500, "InternalError", Kind::Unavailable),
    ] {
        let body = format!("<Error><Code>{code}</Code><RequestId>r-1</RequestId></Error>");
        let server = Server::start([answer(status, body)]).await;
        let client = client(server.url(), Settings::default());
        let input = value(json!({"bucket": "bkt", "key": "k", "uploadId": "u"}));
        let error = client.call("oss", "ListParts", input).await.unwrap_err();
        assert_eq!((error.code(), error.kind()), (Some(code), kind));
        assert_eq!(error.request_id(), Some("r-1"));
    }
}
