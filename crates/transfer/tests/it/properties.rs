//! What objects say of themselves, wherever they go.

use std::fs;

use futures_util::TryStreamExt;
use isobar_transfer::api::Api;
use isobar_transfer::{Engine, Error, Properties};

use crate::server::Server;
use crate::world::{content, engine, folder, options, remote};

/// More than one part of any store.
const PARTS: usize = 6 << 20;

fn given(values: &[(&str, &str)], metadata: &[(&str, &str)]) -> Properties {
    let mut properties = Properties::default();
    for (name, value) in values {
        properties.set(name, value).unwrap();
    }
    for (name, value) in metadata {
        properties.set_metadata(name, value).unwrap();
    }
    properties
}

fn with(properties: Properties) -> Engine {
    let mut options = options(None);
    options.properties = properties;
    Engine::new(options)
}

/// What an object of the server says of itself, as lines.
fn said(server: &Server, name: &str) -> Vec<String> {
    let said = server.object(name).unwrap().said;
    said.into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

#[tokio::test]
async fn what_is_uploaded_says_what_was_given_and_its_type_by_its_name() {
    let server = Server::start().await;
    let folder = folder("properties");
    let page = folder.join("page.html");
    let meta = given(
        &[("cache-control", "max-age=60"), ("expires", "2030-01-31T12:00:00Z")],
        &[("Owner", "me")],
    );
    for (scheme, prefix) in [("s3", "x-amz"), ("spaces", "x-amz"), ("oss", "x-oss")] {
        for size in [5, PARTS] {
            fs::write(&page, content(size)).unwrap();
            let object = remote(&server, scheme, "b", "page");
            engine(None).upload(&page, &object).await.unwrap();
            assert_eq!(said(&server, "b/page"), ["content-type: text/html"], "{scheme} {size}");
            with(meta.clone()).upload(&page, &object).await.unwrap();
            let expected = [
                "cache-control: max-age=60".to_owned(),
                "content-type: text/html".to_owned(),
                "expires: Thu, 31 Jan 2030 12:00:00 GMT".to_owned(),
                format!("{prefix}-meta-owner: me"),
            ];
            assert_eq!(said(&server, "b/page"), expected, "{scheme} {size}");
        }
        // A stream has no name of its own; its key has.
        let object = remote(&server, scheme, "b", "k.json");
        engine(None).read_from(&mut &b"{}"[..], &object, None).await.unwrap();
        assert_eq!(said(&server, "b/k.json"), ["content-type: application/json"], "{scheme}");
    }
    let mut options = options(None);
    options.guess = false;
    let object = remote(&server, "s3", "b", "page");
    Engine::new(options).upload(&page, &object).await.unwrap();
    assert!(!said(&server, "b/page").contains(&"content-type: text/html".to_owned()));
    let error = with(given(&[("content-language", "de")], &[]))
        .upload(&page, &remote(&server, "oss", "b", "x"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error:?}");
    assert!(server.object("b/x").is_none());
}

#[tokio::test]
async fn copies_say_what_their_source_says_and_what_is_given_goes_before() {
    let server = Server::start().await;
    let there = [("content-type", "text/css"), ("cache-control", "no-store")];
    let there = given(&there, &[("a", "1"), ("b", "2")]);
    for size in [5, PARTS] {
        for (from, to) in [("s3", "s3"), ("s3", "oss"), ("oss", "spaces"), ("oss", "oss")] {
            let source = remote(&server, from, "b", "from.html");
            let bytes = content(size);
            with(there.clone()).read_from(&mut &bytes[..], &source, None).await.unwrap();
            let target = remote(&server, to, "c", "to.html");
            let prefix = if to == "oss" { "x-oss" } else { "x-amz" };
            engine(None).copy(&source, &target).await.unwrap();
            let mut expected = vec![
                "cache-control: no-store".to_owned(),
                "content-type: text/css".to_owned(),
                format!("{prefix}-meta-a: 1"),
                format!("{prefix}-meta-b: 2"),
            ];
            assert_eq!(said(&server, "c/to.html"), expected, "{from} {to} {size}");
            let new = given(&[("content-type", "text/html")], &[("b", "3")]);
            with(new).copy(&source, &target).await.unwrap();
            expected[1] = "content-type: text/html".to_owned();
            expected[3] = format!("{prefix}-meta-b: 3");
            assert_eq!(said(&server, "c/to.html"), expected, "{from} {to} {size}");
            assert!(server.object("c/to.html").unwrap().content == bytes);
        }
    }
    // What the store copies in parts by itself is a new object to it.
    for scheme in ["s3", "spaces", "oss"] {
        let source = remote(&server, scheme, "b", "large");
        let bytes = content(PARTS);
        with(there.clone()).read_from(&mut &bytes[..], &source, None).await.unwrap();
        let mut target = remote(&server, scheme, "c", "large");
        let api = Api { largest_copy: 1 << 20, ..target.store.api.clone() };
        target.store.api = Box::leak(Box::new(api));
        server.seen("");
        with(given(&[("content-type", "text/html")], &[])).copy(&source, &target).await.unwrap();
        assert_eq!(server.seen("partNumber=1"), 1, "{scheme}");
        let said = said(&server, "c/large");
        assert!(said.contains(&"content-type: text/html".to_owned()), "{scheme} {said:?}");
        assert!(said.contains(&"cache-control: no-store".to_owned()), "{scheme} {said:?}");
        assert!(server.object("c/large").unwrap().content == bytes, "{scheme}");
    }
    // The source's checksum may be of another kind than the target's.
    server.keep("b/sum", Server::object_of("large", &[("x-amz-checksum-crc32", "AAAAAA==")]));
    let (source, mut target) =
        (remote(&server, "s3", "b", "sum"), remote(&server, "s3", "c", "sum"));
    let api = Api { largest_copy: 1, ..target.store.api.clone() };
    target.store.api = Box::leak(Box::new(api));
    engine(None).copy(&source, &target).await.unwrap();
    assert_eq!(server.object("c/sum").unwrap().content, "large");
    // How it is kept is no reason to lose what it says.
    let (source, target) =
        (remote(&server, "s3", "b", "from.html"), remote(&server, "s3", "c", "k"));
    let kept = given(&[("storage-class", "STANDARD_IA")], &[]);
    with(there).read_from(&mut &b"x"[..], &source, None).await.unwrap();
    with(kept).copy(&source, &target).await.unwrap();
    assert!(said(&server, "c/k").contains(&"x-amz-meta-a: 1".to_owned()));
}

#[tokio::test]
async fn what_cannot_travel_is_not_lost() {
    let server = Server::start().await;
    let mut object = Server::object_of("x", &[("x-amz-meta-n", "caf\u{e9}")]);
    server.keep("b/from", object);
    let (source, target) = (remote(&server, "s3", "b", "from"), remote(&server, "oss", "c", "to"));
    let error = engine(None).copy(&source, &target).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error:?}");
    assert!(server.object("c/to").is_none());
    // What is no time has passed, and how it was sent is no property.
    object = Server::object_of(
        "x",
        &[("expires", "0"), ("content-encoding", "gzip,aws-chunked"), ("content-type", "a/b")],
    );
    server.keep("b/from", object);
    engine(None).copy(&source, &target).await.unwrap();
    let expected =
        ["content-encoding: gzip", "content-type: a/b", "expires: Thu, 01 Jan 1970 00:00:00 GMT"];
    assert_eq!(said(&server, "c/to"), expected);
}

#[tokio::test]
async fn an_object_is_copied_onto_itself_to_say_something_new() {
    let server = Server::start().await;
    let object = remote(&server, "s3", "b", "k");
    with(given(&[("content-type", "a/b")], &[("a", "1")]))
        .read_from(&mut &b"x"[..], &object, None)
        .await
        .unwrap();
    let error = engine(None).copy(&object, &object).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error:?}");
    with(given(&[("cache-control", "no-store")], &[])).copy(&object, &object).await.unwrap();
    let expected = ["cache-control: no-store", "content-type: a/b", "x-amz-meta-a: 1"];
    assert_eq!(said(&server, "b/k"), expected);
    with(given(&[("storage-class", "STANDARD_IA")], &[])).copy(&object, &object).await.unwrap();
    assert_eq!(said(&server, "b/k").len(), 3, "the store takes the class and keeps the rest");
}

#[tokio::test]
async fn buckets_are_listed() {
    let server = Server::start().await;
    for name in ["b/1", "b/2", "c/1"] {
        server.put(name, "x");
    }
    for scheme in ["s3", "spaces", "oss"] {
        let store = remote(&server, scheme, "b", "").store;
        let buckets: Vec<_> = store.buckets(None, None).unwrap().try_collect().await.unwrap();
        let names: Vec<_> = buckets.iter().map(|bucket| bucket.name.as_str()).collect();
        assert_eq!(names, ["b", "c"], "{scheme}");
        assert!(buckets[0].created.is_some(), "{scheme}");
    }
}
