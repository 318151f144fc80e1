//! Links, and folders that cannot be read: nothing is written, removed or taken for missing that only
//! seems to be in a folder.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use isobar_transfer::{Compare, End, Error, Filters, Links, Plan};

use crate::server::Server;
use crate::world::{Told, engine, folder, names, remote, sync, write};

fn delete() -> Plan {
    Plan { delete: true, compare: Some(Compare::Size), ..Plan::default() }
}

#[tokio::test]
async fn nothing_is_written_or_removed_through_a_link_that_leads_out() {
    let server = Server::start().await;
    for key in ["p/in", "p/out/x", "p/file", "p/gone"] {
        server.put(&format!("b/{key}"), "new");
    }
    let (root, outside) = (folder("led-out/in"), folder("led-out/outside"));
    write(&outside, "x", b"old");
    write(&outside, "keep", b"keep");
    symlink(&outside, root.join("out")).unwrap();
    symlink(outside.join("keep"), root.join("file")).unwrap();
    symlink(outside.join("nothing"), root.join("gone")).unwrap();
    let (from, to) = (End::Remote(remote(&server, "oss", "b", "p")), End::Local(root.clone()));
    let told = Told::default();
    for plan in [Plan::default(), sync(), delete()] {
        let error = engine(None).transfer_all(&from, &to, &plan, &told.tell()).await.unwrap_err();
        assert!(matches!(error, Error::Some { failed: 3, .. }), "{error:?}");
        assert_eq!(fs::read(outside.join("x")).unwrap(), b"old");
        assert_eq!(fs::read(outside.join("keep")).unwrap(), b"keep");
        assert_eq!(names(&outside), ["keep", "x"]);
        assert_eq!(fs::read(root.join("in")).unwrap(), b"new");
    }
    told.lines();
    // Nothing failed, and still nothing outside is removed.
    let empty = End::Remote(remote(&server, "oss", "b", "p/in/"));
    let plan = Plan { most_removed: "100%".parse().unwrap(), ..delete() };
    assert_eq!(engine(None).transfer_all(&empty, &to, &plan, &told.tell()).await.unwrap(), 1);
    assert_eq!(names(&root), ["file", "gone", "out"]);
    assert_eq!(names(&outside), ["keep", "x"]);
    let lines = told.lines();
    assert_eq!(lines.iter().filter(|line| line.contains("out of the folder")).count(), 2);
    // Whoever asks for it is followed.
    let plan = Plan { target_links: Links::All, ..sync() };
    engine(None).transfer_all(&from, &to, &plan, &told.tell()).await.unwrap();
    assert_eq!(fs::read(outside.join("x")).unwrap(), b"new");
    assert!(fs::symlink_metadata(root.join("file")).unwrap().is_symlink());
    assert_eq!(fs::read(outside.join("keep")).unwrap(), b"new");
}

#[tokio::test]
async fn a_source_is_followed_out_of_its_folder_only_where_that_is_asked_for() {
    let server = Server::start().await;
    let (root, outside) = (folder("source-links/in"), folder("source-links/outside"));
    write(&root, "a", b"a");
    write(&outside, "secret", b"secret");
    symlink(&outside, root.join("dir")).unwrap();
    symlink(outside.join("secret"), root.join("file")).unwrap();
    symlink("a", root.join("within")).unwrap();
    let from = End::Local(root);
    let rows = [
        (Links::Within, vec!["b/a", "b/within"], 2),
        (Links::None, vec!["b/a"], 0),
        (Links::All, vec!["b/a", "b/dir/secret", "b/file", "b/within"], 0),
    ];
    for (links, expected, skipped) in rows {
        let told = Told::default();
        let to = End::Remote(remote(&server, "oss", "b", ""));
        let plan = Plan { source_links: links, ..Plan::default() };
        engine(None).transfer_all(&from, &to, &plan, &told.tell()).await.unwrap();
        assert_eq!(server.names(), expected, "{links:?}");
        let lines = told.lines();
        let told = lines.iter().filter(|line| line.starts_with("skipped")).count();
        assert_eq!(told, skipped, "{lines:?}");
        engine(None)
            .remove_all(&remote(&server, "oss", "b", ""), &Plan::default(), &Told::default().tell())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_lies_below_a_place_that_cannot_be_seen_is_not_missing() {
    let server = Server::start().await;
    let root = folder("unseen");
    write(&root, "a", b"a");
    symlink("nowhere", root.join("mount")).unwrap();
    let pipe = root.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    for key in ["a", "mount/x", "mount/y/z", "mounted", "pipe", "z"] {
        server.put(&format!("b/{key}"), "a");
    }
    let (from, to) = (End::Local(root), End::Remote(remote(&server, "oss", "b", "")));
    let told = Told::default();
    engine(None).transfer_all(&from, &to, &delete(), &told.tell()).await.unwrap();
    assert_eq!(server.names(), ["b/a", "b/mount/x", "b/mount/y/z", "b/pipe"]);
    let lines = told.lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("skipped")).count(), 2, "{lines:?}");
    // What takes no part is not told of.
    let mut filters = Filters::default();
    filters.add(false, "mount/*").unwrap();
    filters.add(false, "pipe").unwrap();
    let plan = Plan { filters, ..delete() };
    engine(None).transfer_all(&from, &to, &plan, &told.tell()).await.unwrap();
    assert_eq!(told.lines(), Vec::<String>::new());
    assert_eq!(server.names().len(), 4);
}

#[tokio::test]
async fn a_file_of_two_names_is_not_removed_by_the_other_one() {
    let server = Server::start().await;
    for key in ["d1/x", "d1/y", "d1/z"] {
        server.put(&format!("b/{key}"), "x");
    }
    let root = folder("two-names");
    write(&root, "d1/x", b"x");
    symlink("d1", root.join("d2")).unwrap();
    let (from, to) = (End::Remote(remote(&server, "oss", "b", "")), End::Local(root.clone()));
    let told = Told::default();
    let plan = Plan { most_removed: "100%".parse().unwrap(), ..delete() };
    engine(None).transfer_all(&from, &to, &plan, &told.tell()).await.unwrap();
    assert_eq!(names(&root.join("d1")), ["x", "y", "z"]);
    let lines = told.lines();
    assert_eq!(lines.iter().filter(|line| line.contains("another name")).count(), 1, "{lines:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_is_one_failure_among_others() {
    let server = Server::start().await;
    let root = folder("unreadable");
    write(&root, "a", b"a");
    write(&root, "locked/b", b"b");
    write(&root, "z", b"z");
    for key in ["locked/b", "old"] {
        server.put(&format!("b/{key}"), "x");
    }
    let locked = root.join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&locked).is_ok() {
        // Whoever may read everything is shown by `tests/sdk`, as another user.
        return;
    }
    let (from, to) = (End::Local(root), End::Remote(remote(&server, "oss", "b", "")));
    let told = Told::default();
    let error = engine(None).transfer_all(&from, &to, &delete(), &told.tell()).await.unwrap_err();
    assert!(matches!(error, Error::Some { failed: 1, total: 3 }), "{error:?}");
    assert_eq!(server.names(), ["b/a", "b/locked/b", "b/old", "b/z"]);
    for pattern in ["locked", "locked/*"] {
        let mut filters = Filters::default();
        filters.add(false, pattern).unwrap();
        let plan = Plan { filters, ..sync() };
        engine(None).transfer_all(&from, &to, &plan, &told.tell()).await.unwrap();
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
}
