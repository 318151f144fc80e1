//! Paths that are no plain files: devices, pipes, links; and the modes of those that are.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use isobar_transfer::{End, Error, Plan};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::server::{Fault, Server};
use crate::world::{Told, content, engine, folder, names, remote};

const SIZE: usize = 600 << 10;

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pipes_and_devices_are_written_into_and_read_from() {
    let server = Server::start().await;
    let folder = folder("devices");
    server.put("b/k", content(SIZE));
    let object = remote(&server, "oss", "b", "k");
    let fifo = folder.join("fifo");
    pipe(&fifo);
    let reader = tokio::task::spawn_blocking({
        let fifo = fifo.clone();
        move || {
            let mut bytes = Vec::new();
            fs::File::open(fifo).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        }
    });
    let done = engine(None).download(&object, &fifo).await.unwrap();
    assert_eq!(done.size, SIZE as u64);
    assert!(reader.await.unwrap() == content(SIZE));
    assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
    // A link to a device is as good as the device.
    let null = folder.join("null");
    symlink("/dev/null", &null).unwrap();
    for path in [Path::new("/dev/null"), &null] {
        let before = fs::metadata("/dev/null").unwrap();
        engine(None).download(&object, path).await.unwrap();
        let after = fs::metadata("/dev/null").unwrap();
        assert!(after.file_type().is_char_device() && after.ino() == before.ino());
    }
    let full = engine(None).download(&object, Path::new("/dev/full")).await.unwrap_err();
    assert!(matches!(full, Error::Write { .. }), "{full:?}");
    assert_eq!(names(&folder), ["fifo", "null"]);
    // And the other way round.
    let writer = tokio::task::spawn_blocking({
        let fifo = fifo.clone();
        move || fs::write(fifo, content(SIZE)).unwrap()
    });
    let to = object.with_key("from-fifo");
    assert_eq!(engine(None).upload(&fifo, &to).await.unwrap().size, SIZE as u64);
    writer.await.unwrap();
    assert!(server.object("b/from-fifo").unwrap().content == content(SIZE));
    engine(None).upload(Path::new("/dev/null"), &object.with_key("empty")).await.unwrap();
    assert!(server.object("b/empty").unwrap().content.is_empty());
}

#[tokio::test]
async fn descriptors_are_written_where_they_are() {
    use std::os::fd::AsRawFd;
    let server = Server::start().await;
    server.put("b/k", "object");
    let path = folder("descriptors").join("f");
    fs::write(&path, "before ").unwrap();
    let file = fs::File::options().append(true).open(&path).unwrap();
    let inode = file.metadata().unwrap().ino();
    let name = format!("/dev/fd/{}", file.as_raw_fd());
    engine(None).download(&remote(&server, "oss", "b", "k"), Path::new(&name)).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"before object");
    assert_eq!(fs::metadata(&path).unwrap().ino(), inode);
}

#[tokio::test]
async fn links_and_modes_of_what_is_replaced_are_kept() {
    let server = Server::start().await;
    server.put("b/k", "object");
    let object = remote(&server, "oss", "b", "k");
    let folder = folder("modes");
    let (file, link, new) = (folder.join("d/file"), folder.join("link"), folder.join("new"));
    fs::create_dir(folder.join("d")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for before in [0o600, 0o640, 0o755, 0o444, 0o4755] {
        let _ = fs::remove_file(&file);
        fs::write(&file, "before").unwrap();
        // Where one may give files away, they stay whose they were.
        let given = std::os::unix::fs::chown(&file, Some(1234), Some(1234)).is_ok();
        fs::set_permissions(&file, fs::Permissions::from_mode(before)).unwrap();
        let _ = fs::remove_file(&link);
        symlink("d/file", &link).unwrap();
        engine(None).download(&object, &link).await.unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"object");
        assert_eq!(mode(&file), before & 0o777, "{before:o}");
        assert!(!given || fs::metadata(&file).unwrap().uid() == 1234);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(&folder.join("d")), ["file"]);
    }
    fs::write(folder.join("plain"), "").unwrap();
    engine(None).download(&object, &new).await.unwrap();
    assert_eq!(mode(&new), mode(&folder.join("plain")));
    // A link that leads nowhere yet leads to the new file.
    symlink("d/later", folder.join("dangling")).unwrap();
    engine(None).download(&object, &folder.join("dangling")).await.unwrap();
    assert_eq!(fs::read(folder.join("d/later")).unwrap(), b"object");
    symlink("round", folder.join("round")).unwrap();
    let error = engine(None).download(&object, &folder.join("round")).await.unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error:?}");
}

#[tokio::test]
async fn stores_that_ignore_ranges_are_read_all_the_same() {
    let (here, there) = (Server::start().await, Server::start().await);
    here.ignore_ranges();
    let folder = folder("no-ranges");
    let file = folder.join("f");
    for size in [0, 1, SIZE] {
        here.put("b/k", content(size));
        let object = remote(&here, "oss", "b", "k");
        engine(None).download(&object, &file).await.unwrap();
        assert!(fs::read(&file).unwrap() == content(size), "{size}");
        let mut out = Vec::new();
        // A connection that breaks in between goes on where it was.
        here.fault("GET /b/k", 0, Fault::Cut(size / 2));
        engine(None).write_to(&object, &mut out).await.unwrap();
        assert!(out == content(size), "{size}");
        here.heal();
        engine(None).copy(&object, &remote(&there, "oss", "b", "k")).await.unwrap();
        assert_eq!(there.uploads(), 0);
        assert!(there.object("b/k").unwrap().content == content(size), "{size}");
        here.fault("GET /b/k", 6, Fault::Cut(size / 2));
        engine(None).download(&object, &file).await.unwrap();
        assert!(fs::read(&file).unwrap() == content(size), "{size}");
        here.heal();
    }
    let (from, to) = (End::Remote(remote(&here, "oss", "b", "")), End::Local(folder.join("all")));
    engine(None).transfer_all(&from, &to, &Plan::default(), &Told::default().tell()).await.unwrap();
}
