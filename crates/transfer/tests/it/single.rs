//! One file or object at a time.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use isobar_auth::Credentials;
use isobar_client::checksum::Algorithm;
use isobar_client::{Checksums, Client};
use isobar_transfer::{Engine, Error, Extras, Remote, Store};

use crate::server::{Fault, Server};
use crate::world::{content, engine, folder, names, options, remote, remote_at};

const KIB: usize = 1 << 10;

/// More than four parts of OSS, and no whole number of them.
const SIZE: usize = 600 * KIB;

#[tokio::test]
async fn files_arrive_whole_and_in_parts_in_every_store_and_come_back() {
    let server = Server::start().await;
    let folder = folder("round");
    let mib = 1 << 20;
    let rows = [
        ("oss", 0, Algorithm::Crc64Ecma),
        ("oss", 5, Algorithm::Crc64Ecma),
        ("oss", SIZE, Algorithm::Crc64Ecma),
        ("s3", 5, Algorithm::Crc64Nvme),
        ("s3", 6 * mib, Algorithm::Crc64Nvme),
        ("spaces", 5, Algorithm::Md5),
        ("spaces", 6 * mib, Algorithm::Md5),
    ];
    for (scheme, size, algorithm) in rows {
        let bytes = content(size);
        let (there, back) = (folder.join("there"), folder.join("back"));
        fs::write(&there, &bytes).unwrap();
        let object = remote(&server, scheme, "b", "k ü/+");
        let done = engine(None).upload(&there, &object).await.unwrap();
        assert_eq!((done.size, done.verified), (size as u64, Some(algorithm)), "{scheme} {size}");
        assert!(server.object("b/k ü/+").unwrap().content == bytes, "{scheme} {size}");
        let engine = engine(None);
        let done = engine.download(&object, &back).await.unwrap();
        assert_eq!(done.size, size as u64);
        assert!(done.verified.is_some(), "{scheme} {size}");
        assert!(fs::read(&back).unwrap() == bytes, "{scheme} {size}");
        assert_eq!(names(&folder), ["back", "there"]);
        let mut out = Vec::new();
        engine.write_to(&object, &mut out).await.unwrap();
        assert!(out == bytes, "{scheme} {size}");
        assert_eq!(server.uploads(), 0);
    }
}

#[tokio::test]
async fn an_upload_overcomes_what_passes() {
    let server = Server::start().await;
    let folder = folder("overcome");
    let file = folder.join("f");
    fs::write(&file, content(SIZE)).unwrap();
    let object = remote(&server, "oss", "b", "k");
    for fault in [Fault::Status(503), Fault::Status(500), Fault::Lost, Fault::Lie] {
        for line in ["partNumber=2", "POST /b/k?encoding-type=url&uploadId"] {
            if line.starts_with("POST") && matches!(fault, Fault::Lie) {
                continue;
            }
            server.fault(line, 0, fault.clone());
            let engine = engine(None);
            engine
                .upload(&file, &object)
                .await
                .unwrap_or_else(|e| panic!("{line} {fault:?} {e:?}"));
            assert!(server.object("b/k").unwrap().content == content(SIZE));
            assert_eq!(server.uploads(), 0, "{line} {fault:?}");
        }
    }
}

#[tokio::test]
async fn objects_move_between_stores_of_one_kind() {
    let (here, there) = (Server::start().await, Server::start().await);
    for scheme in ["s3", "spaces", "oss"] {
        here.put("b/k", "new");
        there.put("b/k", "old");
        let (from, to) = (remote(&here, scheme, "b", "k"), remote(&there, scheme, "b", "k"));
        let engine = engine(None);
        engine.and_remove(&from, Some(&to), engine.copy(&from, &to)).await.unwrap();
        assert_eq!(there.object("b/k").unwrap().content, "new", "{scheme}");
        assert!(here.object("b/k").is_none(), "{scheme}");
    }
}

#[tokio::test]
async fn what_is_one_object_under_two_names_is_not_moved() {
    let server = Server::start().await;
    let local = server.url.replace("127.0.0.1", "LOCALHOST");
    let other = server.alias().await.url;
    server.put("b/k", "x");
    let from = remote(&server, "s3", "b", "k");
    for (url, scheme) in [
        (&server.url, "s3"),
        (&format!("{}/", server.url), "s3"),
        (&local, "s3"),
        (&server.url, "spaces"),
        (&other, "s3"),
    ] {
        let to = remote_at(url, scheme, "b", "k");
        let engine = engine(None);
        let moved = engine.and_remove(&from, Some(&to), engine.copy(&from, &to)).await;
        assert!(matches!(moved, Err(Error::Usage(_) | Error::Changed(_))), "{url} {moved:?}");
        assert_eq!(server.object("b/k").unwrap().content, "x", "{url}");
    }
}

#[tokio::test]
async fn what_changes_while_it_is_copied_stays() {
    let server = Server::start().await;
    for (line, what) in [("PUT /c/k", "copied"), ("HEAD /b/k", "looked at again")] {
        server.put("b/k", "old");
        // Of the heads, the third is the one after the copy.
        let (after, replaces) = if line.starts_with("HEAD") { (2, "b/k") } else { (0, "c/k") };
        let (from, to) = (remote(&server, "s3", "b", "k"), remote(&server, "s3", "c", "k"));
        if replaces == "b/k" {
            server.fault(line, after, Fault::Replace);
        } else {
            server.fault(line, after, Fault::ReplaceOther("b/k"));
        }
        let engine = engine(None);
        let moved = engine.and_remove(&from, Some(&to), engine.copy(&from, &to)).await;
        assert!(matches!(moved, Err(Error::Changed(_))), "{what} {moved:?}");
        assert_eq!(server.object("b/k").unwrap().content.len(), 1 << 20, "{what}");
        server.heal();
    }
}

#[tokio::test]
async fn a_file_that_changes_until_it_is_stored_stays() {
    let server = Server::start().await;
    let folder = folder("moved");
    let path = folder.join("f");
    let to = remote(&server, "oss", "b", "k");
    // What ends an upload in parts follows what begins it.
    for (line, after, size) in [("PUT /b/k", 0, 100), ("POST /b/k?", 1, SIZE)] {
        fs::write(&path, content(size)).unwrap();
        server.fault(line, after, Fault::ReplaceFile(path.clone()));
        let error = engine(None).upload_and_remove(&path, &to).await.unwrap_err();
        assert!(matches!(error, Error::Changed(_)), "{line} {error:?}");
        assert!(fs::read(&path).unwrap() == vec![b'r'; size], "{line}");
        engine(None).upload_and_remove(&path, &to).await.unwrap();
        assert!(server.object("b/k").unwrap().content == vec![b'r'; size], "{line}");
        assert!(!path.exists(), "{line}");
    }
}

#[tokio::test]
async fn tags_of_what_the_key_service_encrypts_are_not_compared() {
    let server = Server::start().await;
    let path = folder("encrypted").join("f");
    let plain = remote(&server, "s3", "b", "k");
    let mut config = plain.store.client.config().clone();
    config.request_checksums = Checksums::WhenRequired;
    let store = Store {
        client: Client::new(config).unwrap(),
        api: plain.store.api,
        extras: Extras::default(),
    };
    let to = Remote { store, ..plain };
    for (sse, size) in [("aws:kms", 100), ("aws:kms", 6 << 20), ("AES256", 6 << 20)] {
        fs::write(&path, content(size)).unwrap();
        let mut options = options(None);
        options.properties.set("sse", sse).unwrap();
        Engine::new(options).upload(&path, &to).await.unwrap();
        assert!(server.object("b/k").unwrap().content == content(size), "{sse} {size}");
    }
}

#[tokio::test]
async fn what_another_caller_owns_is_not_copied_by_the_store() {
    let server = Server::start().await;
    server.put("b/k", content(SIZE));
    let (from, to) = (remote(&server, "s3", "b", "k"), remote(&server, "s3", "c", "k"));
    let mut config = to.store.client.config().clone();
    config.credentials = Arc::new(Credentials::new("AKIDOTHER", "secret"));
    let store = Store {
        client: Client::new(config).unwrap(),
        api: to.store.api,
        extras: Extras::default(),
    };
    let to = Remote { store, ..to };
    engine(None).copy(&from, &to).await.unwrap();
    assert!(server.object("c/k").unwrap().content == content(SIZE));
    assert!(server.seen("GET /b/k") > 0);
}

#[tokio::test]
async fn counters_count_once() {
    let server = Server::start().await;
    let folder = folder("counters");
    let file = folder.join("f");
    fs::write(&file, content(SIZE)).unwrap();
    let object = remote(&server, "oss", "b", "k");
    server.fault("partNumber=2", 0, Fault::Status(503));
    server.fault("partNumber=3", 0, Fault::Lie);
    let options = options(None);
    let progress = options.progress.clone();
    let engine = Engine::new(options);
    engine.upload(&file, &object).await.unwrap();
    assert_eq!((progress.bytes(), progress.total()), (SIZE as u64, SIZE as u64));
    server.fault("GET /b/k", 1, Fault::Cut(1000));
    engine.download(&object, &folder.join("g")).await.unwrap();
    assert_eq!((progress.bytes(), progress.total()), (2 * SIZE as u64, 2 * SIZE as u64));
    assert_eq!((progress.objects(), progress.objects_total()), (2, 2));
}

#[tokio::test]
async fn an_interrupted_upload_goes_on_where_it_was() {
    let server = Server::start().await;
    let folder = folder("resume-upload");
    let (file, state) = (folder.join("f"), folder.join("state"));
    fs::write(&file, content(SIZE)).unwrap();
    let object = remote(&server, "oss", "b", "k");
    let broken = || {
        for _ in 0..40 {
            server.fault("partNumber=5", 0, Fault::Status(503));
        }
    };
    broken();
    let error = engine(Some(&state)).upload(&file, &object).await.unwrap_err();
    assert_eq!(error.call().unwrap().status().unwrap().as_u16(), 503);
    assert_eq!(server.uploads(), 1, "what can go on stays");
    assert!(server.object("b/k").is_none());
    server.heal();
    server.seen("partNumber");
    let done = engine(Some(&state)).upload(&file, &object).await.unwrap();
    assert!(done.resumed >= 128 * KIB as u64, "{done:?}");
    assert!(server.seen("partNumber") < 5);
    assert!(server.object("b/k").unwrap().content == content(SIZE));
    assert!(names(&state).is_empty());
    // Of a file that has changed, nothing is taken over.
    broken();
    engine(Some(&state)).upload(&file, &object).await.unwrap_err();
    server.heal();
    let other: Vec<u8> = content(SIZE).into_iter().rev().collect();
    fs::write(&file, &other).unwrap();
    let done = engine(Some(&state)).upload(&file, &object).await.unwrap();
    assert_eq!(done.resumed, 0);
    assert!(server.object("b/k").unwrap().content == other);
    assert_eq!(server.uploads(), 0, "what is of no use is given up");
    // Where nothing is kept, nothing stays.
    broken();
    engine(None).upload(&file, &object).await.unwrap_err();
    assert_eq!(server.uploads(), 0);
}

#[tokio::test]
async fn a_download_goes_on_within_a_range_and_after_an_interruption() {
    let server = Server::start().await;
    let folder = folder("resume-download");
    let (target, state) = (folder.join("d/f"), folder.join("state"));
    server.put("b/k", content(SIZE));
    let object = remote(&server, "oss", "b", "k");
    for _ in 0..3 {
        server.fault("GET /b/k", 1, Fault::Cut(1000));
    }
    engine(None).download(&object, &target).await.unwrap();
    assert!(fs::read(&target).unwrap() == content(SIZE));
    fs::remove_file(&target).unwrap();
    let mut one = options(Some(&state));
    one.parallel = 1;
    let cut = Engine::new(one);
    for _ in 0..60 {
        server.fault("GET /b/k", if server.faults() == 0 { 3 } else { 0 }, Fault::Status(503));
    }
    cut.download(&object, &target).await.unwrap_err();
    assert!(!target.exists(), "there is no part under the final name");
    assert_eq!(names(&folder.join("d")).len(), 1);
    server.heal();
    server.sent.store(0, Ordering::Relaxed);
    let done = cut.download(&object, &target).await.unwrap();
    assert_eq!(done.resumed, 3 * 128 * KIB as u64);
    assert_eq!(server.sent.load(Ordering::Relaxed), SIZE as u64 - done.resumed);
    assert!(fs::read(&target).unwrap() == content(SIZE));
    assert_eq!(names(&folder.join("d")), ["f"]);
    assert!(names(&state).is_empty());
}

#[tokio::test]
async fn damage_and_change_are_found_and_leave_nothing() {
    let server = Server::start().await;
    let folder = folder("damage");
    let target = folder.join("f");
    fs::write(&target, "before").unwrap();
    let object = remote(&server, "oss", "b", "k");
    let state = folder.join("state");
    for fault in [Fault::Flip, Fault::Replace] {
        server.put("b/k", content(SIZE));
        server.fault("GET /b/k", 1, fault.clone());
        let error = engine(Some(&state)).download(&object, &target).await.unwrap_err();
        match fault {
            Fault::Flip => assert!(matches!(error, Error::Checksum { .. }), "{error:?}"),
            _ => assert!(matches!(error, Error::Changed(_)), "{error:?}"),
        }
        assert_eq!(fs::read(&target).unwrap(), b"before");
        assert_eq!(names(&folder).iter().filter(|name| name.ends_with(".part")).count(), 0);
    }
}

#[tokio::test]
async fn objects_go_from_cloud_to_cloud_and_within_one() {
    let (oss, s3) = (Server::start().await, Server::start().await);
    oss.put("b/k", content(SIZE));
    let from = remote(&oss, "oss", "b", "k");
    let to = remote(&s3, "spaces", "c", "k");
    let done = engine(None).copy(&from, &to).await.unwrap();
    assert!(s3.object("c/k").unwrap().content == content(SIZE));
    assert_eq!(done.verified, Some(Algorithm::Crc64Ecma), "held to the source's own checksum");
    let back = remote(&oss, "oss", "b", "back");
    s3.fault("GET /c/k", 1, Fault::Cut(70_000));
    let done = engine(None).copy(&to, &back).await.unwrap();
    assert!(oss.object("b/back").unwrap().content == content(SIZE));
    assert_eq!(done.verified, Some(Algorithm::Crc64Nvme));
    // What the source gives is not what it says that it has.
    s3.fault("GET /c/k", 1, Fault::Flip);
    let error = engine(None).copy(&to, &back.with_key("bad")).await.unwrap_err();
    assert!(matches!(error, Error::Checksum { .. }), "{error:?}");
    assert!(oss.object("b/bad").is_none());
    assert_eq!(oss.uploads(), 0);
    oss.sent.store(0, Ordering::Relaxed);
    engine(None).copy(&from, &from.with_key("copy ü")).await.unwrap();
    assert!(oss.object("b/copy ü").unwrap().content == content(SIZE));
    assert_eq!(oss.sent.load(Ordering::Relaxed), 0, "the store copies by itself");
    assert!(matches!(engine(None).copy(&from, &from).await, Err(Error::Usage(_))));
}

#[tokio::test]
async fn streams_of_unknown_length_are_stored() {
    let server = Server::start().await;
    let object = remote(&server, "oss", "b", "k");
    for size in [0, 5, 128 * KIB, 128 * KIB + 1, SIZE] {
        let bytes = content(size);
        let mut from = bytes.as_slice();
        server.fault("partNumber=2", 0, Fault::Lie);
        let done = engine(None).read_from(&mut from, &object, None).await.unwrap();
        assert_eq!(done.size, size as u64);
        assert!(server.object("b/k").unwrap().content == bytes, "{size}");
        server.heal();
    }
}

#[tokio::test]
async fn cancelled_transfers_leave_what_can_go_on() {
    let server = Server::start().await;
    let folder = folder("cancel");
    server.put("b/k", content(SIZE));
    let object = remote(&server, "oss", "b", "k");
    let options = options(None);
    options.cancel.cancel();
    let engine = Engine::new(options);
    let error = engine.download(&object, &folder.join("f")).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled));
    assert!(names(&folder).is_empty());
    fs::write(folder.join("g"), content(SIZE)).unwrap();
    let error = engine.upload(&folder.join("g"), &object.with_key("g")).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled));
    assert_eq!((server.uploads(), server.object("b/g").is_none()), (0, true));
}

#[tokio::test]
async fn what_cannot_be_is_said_before_anything_is_done() {
    let server = Server::start().await;
    let folder = folder("bad");
    let object = remote(&server, "oss", "b", "k");
    let engine = engine(None);
    let missing = engine.upload(&folder.join("missing"), &object).await.unwrap_err();
    assert!(matches!(missing, Error::Read { .. }), "{missing:?}");
    let directory = engine.upload(&folder, &object).await.unwrap_err();
    assert!(matches!(directory, Error::Usage(_)), "{directory:?}");
    let absent = engine.download(&object, &folder.join("f")).await.unwrap_err();
    assert_eq!(absent.call().unwrap().kind(), isobar_client::Kind::NotFound);
    server.put("b/k", content(10));
    fs::write(folder.join("file"), "").unwrap();
    let below = engine.download(&object, &folder.join("file/f")).await.unwrap_err();
    assert!(matches!(below, Error::Write { .. }), "{below:?}");
    assert_eq!(names(&folder), ["file"]);
    let full = engine.download(&object, std::path::Path::new("/dev/full/f")).await.unwrap_err();
    assert!(matches!(full, Error::Write { .. }), "{full:?}");
}
