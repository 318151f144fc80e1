//! Folders and prefixes.

use std::fs;
use std::os::unix::fs::symlink;

use isobar_transfer::{Compare, End, Error, Filters, Plan};

use crate::server::{Fault, Server};
use crate::world::{Told, content, engine, folder, names, remote, sync, write};

#[tokio::test]
async fn a_folder_and_a_prefix_become_alike() {
    let server = Server::start().await;
    let root = folder("alike");
    // A folder's content sorts as its keys do: `a-b` comes before `a/c`, `a.txt` between them.
    let names = ["a-b", "a.txt", "a/c", "a/d/e", "b", "z/ü"];
    for name in names {
        write(&root, name, name.as_bytes());
    }
    symlink(root.join("b"), root.join("link")).unwrap();
    symlink(&root, root.join("a/loop")).unwrap();
    symlink("nowhere", root.join("broken")).unwrap();
    write(&root, ".x.isobar-0123456789abcdef.part", b"half");
    let (local, told) = (End::Local(root.clone()), Told::default());
    let remote = End::Remote(remote(&server, "oss", "b", "site"));
    let done = engine(None).transfer_all(&local, &remote, &sync(), &told.tell()).await.unwrap();
    assert_eq!(done, 7);
    let lines = told.lines();
    assert_eq!(lines.iter().filter(|line| *line == "Upload").count(), 7);
    assert_eq!(lines.iter().filter(|line| line.starts_with("skipped")).count(), 2, "{lines:?}");
    let mut expected: Vec<_> = names.iter().map(|name| format!("b/site/{name}")).collect();
    expected.push("b/site/link".to_owned());
    expected.sort();
    assert_eq!(server.names(), expected);
    assert_eq!(server.object("b/site/a/d/e").unwrap().content, "a/d/e");

    // The objects are older than the files by their stamps; by size or content nothing differs.
    for compare in [Compare::Size, Compare::Content] {
        let plan = Plan { compare: Some(compare), ..Plan::default() };
        let done = engine(None).transfer_all(&local, &remote, &plan, &told.tell()).await.unwrap();
        assert_eq!(done, 0, "{compare:?}");
    }
    write(&root, "b", b"B");
    let plan = Plan { compare: Some(Compare::Content), ..Plan::default() };
    // `b` and the link to it.
    assert_eq!(engine(None).transfer_all(&local, &remote, &plan, &told.tell()).await.unwrap(), 2);

    // And back, to another folder; a second time there is nothing to do, since a file has its
    // object's time.
    let other = folder("alike-back");
    let back = End::Local(other.clone());
    assert_eq!(engine(None).transfer_all(&remote, &back, &sync(), &told.tell()).await.unwrap(), 7);
    assert_eq!(fs::read(other.join("z/ü")).unwrap(), "z/ü".as_bytes());
    assert_eq!(engine(None).transfer_all(&remote, &back, &sync(), &told.tell()).await.unwrap(), 0);
    told.lines();

    // What the source lacks is removed only where that is asked for, and not where it takes no part.
    write(&other, "extra", b"");
    write(&other, "keep.log", b"");
    assert_eq!(engine(None).transfer_all(&remote, &back, &sync(), &told.tell()).await.unwrap(), 0);
    let mut filters = Filters::default();
    filters.add(false, "*.log").unwrap();
    let dry = Plan { delete: true, dry_run: true, filters, ..sync() };
    assert_eq!(engine(None).transfer_all(&remote, &back, &dry, &told.tell()).await.unwrap(), 1);
    assert!(other.join("extra").exists());
    let plan = Plan { dry_run: false, ..dry };
    assert_eq!(engine(None).transfer_all(&remote, &back, &plan, &told.tell()).await.unwrap(), 1);
    assert_eq!(told.lines(), ["Delete", "Delete"]);
    assert!(!other.join("extra").exists() && other.join("keep.log").exists());
}

#[tokio::test]
async fn keys_that_lead_elsewhere_fail_alone() {
    let server = Server::start().await;
    for key in ["p/../../out", "p//etc/x", "p/ok", "p/file", "p/file/below", "p/dir/"] {
        server.put(&format!("b/{key}"), "x");
    }
    let root = folder("elsewhere/in");
    let from = End::Remote(remote(&server, "oss", "b", "p/"));
    let told = Told::default();
    let to = End::Local(root.clone());
    let error =
        engine(None).transfer_all(&from, &to, &Plan::default(), &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Some { failed: 4, total: 6 }), "{error:?}");
    assert!(root.join("ok").exists());
    assert_eq!(names(root.parent().unwrap()), ["in"]);
}

#[tokio::test]
async fn one_failure_does_not_stop_the_others_and_a_broken_list_does() {
    let server = Server::start().await;
    let root = folder("failures");
    for name in ["a", "b", "c", "d"] {
        write(&root, name, &content(10));
    }
    let local = End::Local(root.clone());
    let to = End::Remote(remote(&server, "oss", "b", ""));
    server.fault("PUT /b/b", 0, Fault::Status(403));
    let told = Told::default();
    let error =
        engine(None).transfer_all(&local, &to, &Plan::default(), &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Some { failed: 1, total: 4 }), "{error:?}");
    assert_eq!(server.names(), ["b/a", "b/c", "b/d"]);
    // Nothing is removed because a list could not be read.
    let plan = Plan { delete: true, ..sync() };
    let gone = End::Local(root.join("gone"));
    let error = engine(None).transfer_all(&gone, &to, &plan, &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Read { .. }), "{error:?}");
    assert_eq!(server.names().len(), 3);
}

#[tokio::test]
async fn what_is_moved_is_gone_where_it_was_unless_it_failed() {
    let server = Server::start().await;
    let root = folder("moved");
    for name in ["a", "b", "c/d"] {
        write(&root, name, name.as_bytes());
    }
    let local = End::Local(root.clone());
    let inbox = End::Remote(remote(&server, "s3", "b", "in"));
    let moves = Plan { moves: true, ..Plan::default() };
    let told = Told::default();
    let dry = Plan { dry_run: true, ..moves.clone() };
    assert_eq!(engine(None).transfer_all(&local, &inbox, &dry, &told.tell()).await.unwrap(), 3);
    assert!(root.join("a").exists() && server.names().is_empty());
    told.lines();
    server.fault("PUT /b/in/b", 0, Fault::Status(403));
    let error = engine(None).transfer_all(&local, &inbox, &moves, &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Some { failed: 1, total: 3 }), "{error:?}");
    assert_eq!(server.names(), ["b/in/a", "b/in/c/d"]);
    assert!(root.join("b").exists() && !root.join("a").exists() && !root.join("c/d").exists());
    assert_eq!(told.lines().iter().filter(|line| *line == "Move").count(), 2);

    let done = End::Remote(remote(&server, "s3", "b", "done"));
    assert_eq!(engine(None).transfer_all(&inbox, &done, &moves, &told.tell()).await.unwrap(), 2);
    assert_eq!(server.names(), ["b/done/a", "b/done/c/d"]);
    let within = End::Remote(remote(&server, "spaces", "b", "done/deeper"));
    let error = engine(None).transfer_all(&done, &within, &moves, &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error:?}");
    assert_eq!(engine(None).transfer_all(&done, &local, &moves, &told.tell()).await.unwrap(), 2);
    assert!(server.names().is_empty() && root.join("c/d").exists());
}

#[tokio::test]
async fn what_is_moved_up_overwrites_nothing_that_is_to_be_moved() {
    let server = Server::start().await;
    server.put("b/a/x/foo", "first");
    server.put("b/a/x/x/foo", "second");
    let moves = Plan { moves: true, ..Plan::default() };
    let [from, to] = ["a/x/", "a/"].map(|key| End::Remote(remote(&server, "s3", "b", key)));
    let told = Told::default();
    let error = engine(None).transfer_all(&from, &to, &moves, &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Some { failed: 1, total: 2 }), "{error:?}");
    assert_eq!(server.names(), ["b/a/foo", "b/a/x/x/foo"]);
    assert_eq!(server.object("b/a/x/x/foo").unwrap().content, "second");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_order_ends_a_sync_before_anything_is_removed() {
    let server = Server::start().await;
    let root = folder("unsorted");
    for name in ["f1", "f2", "f3"] {
        write(&root, name, b"x");
        server.put(&format!("b/{name}"), "x");
    }
    server.shuffle();
    let (local, remote) = (End::Local(root.clone()), End::Remote(remote(&server, "s3", "b", "")));
    let plan = Plan { delete: true, compare: Some(Compare::Size), ..Plan::default() };
    for (from, to) in [(&local, &remote), (&remote, &local)] {
        // What seems to be missing after the first page would be gone before the second comes.
        server.fault("continuation-token", 0, Fault::Pause);
        let told = Told::default();
        let error = engine(None).transfer_all(from, to, &plan, &told.tell()).await.unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error:?}");
        assert!(!told.lines().contains(&"Delete".to_owned()));
        assert_eq!((server.names().len(), names(&root).len()), (3, 3));
    }
    // Where nothing is compared, the order does not matter.
    let to = End::Local(folder("unsorted-copy"));
    let told = Told::default();
    let done = engine(None).transfer_all(&remote, &to, &Plan::default(), &told.tell()).await;
    assert_eq!(done.unwrap(), 3);
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_not_taken_for_one() {
    let server = Server::start().await;
    let root = folder("cut-off");
    for name in ["f1", "f2", "f3", "f4"] {
        write(&root, name, b"x");
        server.put(&format!("b/{name}"), "x");
    }
    server.lose();
    let from = End::Remote(remote(&server, "s3", "b", ""));
    let plan = Plan { delete: true, compare: Some(Compare::Size), ..Plan::default() };
    let (engine, told) = (engine(None), Told::default());
    let error = engine.transfer_all(&from, &End::Local(root.clone()), &plan, &told.tell()).await;
    assert!(matches!(error, Err(Error::Answer { .. })), "{error:?}");
    assert_eq!(names(&root).len(), 4);
}

#[tokio::test]
async fn prefixes_are_removed() {
    let server = Server::start().await;
    for key in ["p/", "p/a", "p/b", "p/c.log", "p/d/", "q"] {
        server.put(&format!("b/{key}"), "x");
    }
    let mut plan = Plan::default();
    plan.filters.add(false, "*.log").unwrap();
    let at = remote(&server, "oss", "b", "p");
    let told = Told::default();
    // With what consoles made as folders.
    assert_eq!(engine(None).remove_all(&at, &plan, &told.tell()).await.unwrap(), 4);
    assert_eq!(server.names(), ["b/p/c.log", "b/q"]);
}
