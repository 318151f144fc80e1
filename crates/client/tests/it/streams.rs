//! Bodies that are streams, in both directions.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use isobar_auth::Key;
use isobar_auth::sigv4::{Expected, Style, Verifier};
use isobar_catalogue::Cloud;
use isobar_client::checksum::Algorithm;
use isobar_client::{Answer, Client, Error, Kind, Opened, Source, Upload};
use isobar_wire::{Value, to_value};
use serde_json::json;

use crate::server::{Act, Seen, Server, answer};
use crate::world::{client, with};

async fn put(client: &Client, input: serde_json::Value, upload: &Upload) -> Result<Answer, Error> {
    let (service, operation) = client.find("s3", "PutObject").unwrap();
    client.upload(service, operation, to_value(&input).unwrap(), upload).await
}

async fn get(client: &Client) -> Result<Opened, Error> {
    let (service, operation) = client.find("s3", "GetObject").unwrap();
    client.open(service, operation, to_value(&at()).unwrap()).await
}

fn at() -> serde_json::Value {
    json!({"Bucket": "b", "Key": "k"})
}

/// A file of a content.
fn file(name: &str, content: &[u8]) -> Arc<std::fs::File> {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::File::create(&path).unwrap().write_all(content).unwrap();
    Arc::new(std::fs::File::open(&path).unwrap())
}

/// The same five bytes in each form of a source that can be read again.
fn sources() -> [Source; 3] {
    let chunks = || stream::iter([Ok(Bytes::from("he")), Ok(Bytes::from("llo"))]).boxed();
    [
        Source::bytes("hello"),
        Source::file(file("client-streams-part", b"--hello--"), 2, 5),
        Source::again(5, chunks),
    ]
}

/// The request with its signature verified.
fn verified(seen: &Seen) -> isobar_wire::Request {
    let expected = Expected {
        region: Some("us-east-1"),
        service: "s3",
        style: Style::Objects,
        unsigned_payload: false,
    };
    let keys = |id: &str| (id == "AKID").then(|| Key::new("very-secret", ()));
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let (request, host) = seen.parsed();
    Verifier::default().verify(&request, &host, now, &expected, &keys).unwrap();
    request
}

#[tokio::test]
async fn an_upload_is_checked_and_signed_before_it_is_sent_over_plain_http() {
    for source in sources() {
        let server = Server::start([answer(503, ""), answer(200, "")]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let meter = Arc::new(AtomicU64::new(7));
        let upload = Upload::new(source).with_meter(meter.clone());
        put(&client, at(), &upload).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen.len(), 2, "an upload that can be read again is repeated");
        for seen in &seen {
            let request = verified(seen);
            assert_eq!(request.body, "hello");
            assert_eq!(request.header("x-amz-checksum-crc32"), Some("NhCmhg=="));
            assert_eq!(request.header("x-amz-sdk-checksum-algorithm"), Some("CRC32"));
            assert_eq!(
                request.header("x-amz-content-sha256"),
                Some("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
            );
        }
        assert_eq!(meter.load(Ordering::Relaxed), 12, "what is sent again is counted once");
        assert_eq!(upload.checksum().unwrap().base64(), "NhCmhg==");
    }
}

#[tokio::test]
async fn the_checksum_is_the_one_that_is_asked_for() {
    let server = Server::start([answer(200, "")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let hello = || Upload::new(Source::bytes("hello"));
    let named = json!({"Bucket": "b", "Key": "k", "ChecksumAlgorithm": "SHA1"});
    let given = json!({"Bucket": "b", "Key": "k", "ChecksumCRC32C": "mnG7TA=="});
    let rows = [
        (at(), hello().with_checksum(Algorithm::Crc64Nvme), "x-amz-checksum-crc64nvme"),
        (named, hello(), "x-amz-checksum-sha1"),
        (given, hello(), "x-amz-checksum-crc32c"),
        (at(), hello().with_checksum(Algorithm::Md5), ""),
        (at(), hello().without_checksum(), ""),
    ];
    for (input, upload, header) in rows {
        put(&client, input, &upload).await.unwrap();
        let request = verified(&server.seen()[0]);
        let names: Vec<_> = request
            .headers
            .keys()
            .map(http::HeaderName::as_str)
            .filter(|name| name.starts_with("x-amz-checksum-") || *name == "content-md5")
            .collect();
        assert_eq!(names.join(","), header);
    }
}

#[tokio::test]
async fn a_stream_that_is_read_once_is_sent_once() {
    let server = Server::start([answer(503, "")]).await;
    // OSS's way: the payload is not signed, so one pass will do.
    let (client, _) = client(Cloud::Aws, server.url());
    let source = || Source::once(5, stream::iter([Ok(Bytes::from("hello"))]).boxed());
    let error = put(&client, at(), &Upload::new(source())).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Input, "{error:?}");
    assert!(server.seen().is_empty(), "what cannot be signed is not sent");
}

#[tokio::test]
async fn bad_uploads_are_refused_before_anything_is_sent() {
    let server = Server::start([answer(200, "")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let hello = Upload::new(Source::bytes("hello"));
    let twice = json!({"Bucket": "b", "Key": "k", "Body": "aGVsbG8="});
    let error = put(&client, twice, &hello).await.unwrap_err();
    assert_eq!(error.message(), Some("`Body` is given twice"));
    let (service, operation) = client.find("s3", "HeadObject").unwrap();
    let input = to_value(&at()).unwrap();
    let error = client.upload(service, operation, input, &hello).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    let short = Source::file(file("client-streams-short", b"hello"), 2, 5);
    let error = put(&client, at(), &Upload::new(short)).await.unwrap_err();
    assert_eq!(error.message(), Some("the file became shorter while it was sent"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_answer_is_read_as_it_comes() {
    let found = Act::Answer(200, "etag: \"e\"\r\nx-amz-meta-a: b\r\n", "hello".to_owned());
    let server = Server::start([answer(503, ""), found]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let opened = get(&client).await.unwrap();
    let output = &opened.answer.output;
    assert_eq!(output.get("ETag").and_then(Value::as_str), Some("\"e\""));
    assert_eq!(output.get("ContentLength").and_then(Value::as_i64), Some(5));
    assert!(output.get("Body").is_none());
    let body = opened.body.unwrap();
    assert_eq!(body.length(), Some(5));
    assert_eq!(body.collect(5).await.unwrap(), "hello");
    let error = get(&client).await.unwrap().body.unwrap().collect(4).await.unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_is_told() {
    let gone = answer(404, "<Error><Code>NoSuchKey</Code><Message>No.</Message></Error>");
    let server = Server::start([gone, Act::Break, Act::Stall]).await;
    let (client, _) = with(Cloud::Aws, server.url(), |config| {
        config.timeouts.read = Duration::from_millis(50);
    });
    let error = get(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::NotFound, Some("NoSuchKey")));
    for kind in [Kind::Interrupted, Kind::Timeout] {
        let mut body = get(&client).await.unwrap().body.unwrap();
        assert_eq!(
            body.chunk().await.unwrap().unwrap().len(),
            if kind == Kind::Timeout { 4 } else { 5 }
        );
        let error = body.chunk().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, "GetObject"));
        assert!(body.chunk().await.is_none(), "a broken stream is over");
    }
}

#[tokio::test]
async fn an_output_without_a_stream_is_whole() {
    let server = Server::start([answer(200, "<ListAllMyBucketsResult/>")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let (service, operation) = client.find("s3", "ListBuckets").unwrap();
    assert!(client.open(service, operation, Value::Null).await.unwrap().body.is_none());
}
