//! What is not removed and not written over, and what stands for a folder.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use isobar_transfer::{Ask, Compare, End, Engine, Error, Plan, Remote};

use crate::server::{Fault, Server};
use crate::world::{Told, engine, folder, names, options, remote, sync, write};

async fn run(
    engine: &Engine,
    from: &End,
    to: &End,
    plan: &Plan,
) -> (Result<u64, Error>, Vec<String>) {
    let told = Told::default();
    let done = engine.transfer_all(from, to, plan, &told.tell()).await;
    (done, told.lines())
}

#[tokio::test]
async fn nothing_is_removed_after_a_failure() {
    let server = Server::start().await;
    let root = folder("failed-first");
    for name in ["a", "b", "c"] {
        write(&root, name, b"x");
    }
    server.put("b/old", "x");
    server.put("b/a", "x");
    server.fault("PUT /b/c", 0, Fault::Status(403));
    let (from, to) = (End::Local(root), End::Remote(remote(&server, "oss", "b", "")));
    let plan = Plan { delete: true, ..sync() };
    let (done, lines) = run(&engine(None), &from, &to, &plan).await;
    assert!(matches!(done, Err(Error::Some { failed: 1, .. })), "{done:?}");
    assert!(lines.iter().any(|line| line.starts_with("noted nothing is removed")), "{lines:?}");
    assert_eq!(server.names(), ["b/a", "b/b", "b/old"]);
    let (done, _) = run(&engine(None), &from, &to, &plan).await;
    assert!(done.unwrap() > 0);
    assert_eq!(server.names(), ["b/a", "b/b", "b/c"]);
}

#[tokio::test]
async fn no_more_is_removed_than_may_be() {
    let server = Server::start().await;
    let root = folder("bounded");
    write(&root, "a", b"x");
    let fill = || {
        for name in ["a", "b", "c", "d"] {
            server.put(&format!("b/{name}"), "x");
        }
    };
    let (from, to) = (End::Local(root), End::Remote(remote(&server, "oss", "b", "")));
    let plan = Plan { delete: true, compare: Some(Compare::Size), ..Plan::default() };
    let ask = |answer: bool| Some(Ask(Arc::new(move |count, of| (count, of) == (3, 4) && answer)));
    let most = |text: &str| Plan { most_removed: text.parse().unwrap(), ..plan.clone() };
    let rows = [
        (plan.clone(), false),
        (most("2"), false),
        (most("74%"), false),
        (Plan { ask: ask(false), ..plan.clone() }, false),
        (Plan { ask: ask(true), ..plan.clone() }, true),
        (most("3"), true),
        (most("75%"), true),
    ];
    for (plan, removes) in rows {
        fill();
        let (done, _) = run(&engine(None), &from, &to, &plan).await;
        match removes {
            true => assert_eq!(done.unwrap(), 3, "{plan:?}"),
            false => {
                assert!(matches!(done, Err(Error::TooMany { count: 3, of: 4 })), "{done:?}");
            }
        }
        assert_eq!(server.names().len(), if removes { 1 } else { 4 }, "{plan:?}");
    }
    fill();
    let (done, lines) = run(&engine(None), &from, &to, &Plan { dry_run: true, ..plan }).await;
    assert_eq!((done.unwrap(), server.names().len()), (3, 4));
    assert_eq!(lines.iter().filter(|line| *line == "Delete").count(), 3);
    assert!(lines.iter().any(|line| line.starts_with("noted in earnest")), "{lines:?}");
}

#[tokio::test]
async fn times_decide_in_both_directions() {
    let server = Server::start().await;
    server.put("b/f", "new");
    let root = folder("stale");
    let (file, there) = (root.join("f"), End::Remote(remote(&server, "oss", "b", "")));
    let here = End::Local(root);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let write = |time: SystemTime| {
        fs::write(&file, "old").unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    };
    let later = old + Duration::from_secs(700_000_000);
    let size = Plan { compare: Some(Compare::Size), ..Plan::default() };
    let content = Plan { compare: Some(Compare::Content), ..Plan::default() };
    let update = Plan { update: true, ..sync() };
    // The object was written in 2012: between the two times.
    let rows = [
        (old, sync(), true),
        (later, sync(), true),
        (old, size.clone(), false),
        (old, content, true),
        (old, update.clone(), true),
        (later, update, false),
    ];
    for (time, plan, taken) in rows {
        write(time);
        let (done, _) = run(&engine(None), &there, &here, &plan).await;
        assert_eq!(done.unwrap(), u64::from(taken), "{time:?} {plan:?}");
        assert_eq!(fs::read(&file).unwrap() == b"new", taken, "{time:?} {plan:?}");
        // What was taken has the object's time.
        let (done, _) = run(&engine(None), &there, &here, &plan).await;
        assert_eq!(done.unwrap(), 0, "{time:?} {plan:?}");
    }
    write(old);
    assert_eq!(run(&engine(None), &here, &there, &sync()).await.0.unwrap(), 0);
    write(later);
    assert_eq!(run(&engine(None), &here, &there, &sync()).await.0.unwrap(), 1);
}

#[tokio::test]
async fn what_is_there_is_kept_where_it_is_not_to_be_written_over() {
    let server = Server::start().await;
    let root = folder("not-over");
    for name in ["a", "b"] {
        write(&root, name, b"file");
    }
    server.put("b/a", "object");
    let mut options = options(None);
    options.overwrite = false;
    let engine = Engine::new(options);
    let (here, there) = (End::Local(root.clone()), End::Remote(remote(&server, "oss", "b", "")));
    assert_eq!(run(&engine, &here, &there, &Plan::default()).await.0.unwrap(), 1);
    assert_eq!(server.object("b/a").unwrap().content, "object");
    server.put("b/c", "object");
    assert_eq!(run(&engine, &there, &here, &sync()).await.0.unwrap(), 1);
    assert_eq!(fs::read(root.join("a")).unwrap(), b"file");
    assert_eq!(fs::read(root.join("c")).unwrap(), b"object");
    let object = |key| remote(&server, "oss", "b", key);
    let one = engine.upload(&root.join("b"), &object("a")).await;
    assert!(matches!(one, Err(Error::Exists(_))), "{one:?}");
    let one = engine.download(&object("a"), &root.join("b")).await;
    assert!(matches!(one, Err(Error::Exists(_))), "{one:?}");
    let one = engine.copy(&object("b"), &object("a")).await;
    assert!(matches!(one, Err(Error::Exists(_))), "{one:?}");
    // What came meanwhile is found by the store.
    for (scheme, line) in [("s3", "if-none-match: *"), ("oss", "x-oss-forbid-overwrite: true")] {
        engine.upload(&root.join("b"), &remote(&server, scheme, "b", "new")).await.unwrap();
        assert!(server.conditions().contains(&line.to_owned()), "{scheme}");
        engine.remove(&object("new")).await.unwrap();
    }
}

#[tokio::test]
async fn objects_whose_keys_end_with_a_slash_are_objects() {
    let server = Server::start().await;
    let fill = || {
        server.put("b/p/", "");
        server.put("b/p/d/", "");
        server.put("b/p/full/", "content");
        server.put("b/p/x", "x");
    };
    fill();
    let at = |key| remote(&server, "oss", "b", key);
    let end = |remote: Remote| End::Remote(remote);
    let (from, to) = (end(at("p")), end(at("q")));
    assert_eq!(run(&engine(None), &from, &to, &Plan::default()).await.0.unwrap(), 4);
    let copied = ["b/q/", "b/q/d/", "b/q/full/", "b/q/x"];
    assert_eq!(server.names()[4..], copied);
    assert_eq!(run(&engine(None), &from, &to, &sync()).await.0.unwrap(), 0);
    // To a disk: one without content is a folder, one with content is no file's name.
    let root = folder("slashes/root");
    let local = End::Local(root.clone());
    let (done, _) = run(&engine(None), &from, &local, &sync()).await;
    assert!(matches!(done, Err(Error::Some { failed: 1, .. })), "{done:?}");
    assert_eq!(names(&root), ["d", "x"]);
    assert!(root.join("d").is_dir());
    engine(None).remove(&at("p/full/")).await.unwrap();
    assert_eq!(run(&engine(None), &from, &local, &sync()).await.0.unwrap(), 0);
    // A folder that is there keeps what stands for it; one that is gone does not.
    let delete = Plan { delete: true, compare: Some(Compare::Size), ..Plan::default() };
    assert_eq!(run(&engine(None), &local, &from, &delete).await.0.unwrap(), 0);
    fs::remove_dir(root.join("d")).unwrap();
    assert_eq!(run(&engine(None), &local, &from, &delete).await.0.unwrap(), 1);
    assert!(server.object("b/p/d/").is_none() && server.object("b/p/").is_some());
    // Moved, and into a whole bucket, which nothing stands for.
    fill();
    let moves = Plan { moves: true, ..Plan::default() };
    let bucket = end(remote(&server, "oss", "c", ""));
    assert_eq!(run(&engine(None), &from, &bucket, &moves).await.0.unwrap(), 4);
    assert_eq!(server.names()[4..], ["c/d/", "c/full/", "c/x"]);
    assert_eq!(
        engine(None).remove_all(&at("q"), &Plan::default(), &Told::default().tell()).await.unwrap(),
        4
    );
    let other = folder("slashes/other");
    server.put("b/p/", "");
    server.put("b/p/d/", "");
    let (done, _) = run(&engine(None), &from, &End::Local(other.clone()), &moves).await;
    assert_eq!(done.unwrap(), 2);
    assert!(other.join("d").is_dir() && server.object("b/p/d/").is_none());
}

#[tokio::test]
async fn leftovers_of_uploads_are_found_and_given_up() {
    let server = Server::start().await;
    let root = folder("leftovers");
    let (file, state) = (root.join("f"), root.join("state"));
    fs::write(&file, vec![7; 600 << 10]).unwrap();
    for key in ["p/1", "p/2", "q/3"] {
        // Whoever is refused may be let in later.
        server.fault("partNumber=5", 0, Fault::Status(403));
        let object = remote(&server, "oss", "b", key);
        engine(Some(&state)).upload(&file, &object).await.unwrap_err();
    }
    assert_eq!(server.uploads(), 3);
    for (scheme, prefix, expected) in [("oss", "p/", 2), ("s3", "", 3), ("spaces", "x", 0)] {
        let listed = remote(&server, scheme, "b", prefix).uploads();
        let found: Vec<_> = listed.try_collect().await.unwrap();
        assert_eq!(found.len(), expected, "{scheme}");
        if scheme == "oss" {
            assert_eq!(found[1].key, "p/2");
            assert!(found[1].begun.is_some());
        }
    }
    let at = remote(&server, "oss", "b", "p/1");
    let found: Vec<_> = at.uploads().try_collect().await.unwrap();
    at.with_key(&found[0].key).abort(&found[0].upload).await.unwrap();
    assert_eq!(server.uploads(), 2);
}
