//! State that is kept whole, found by its indexes, and outlives the process.

use std::path::PathBuf;

use isobar_kernel::store::{Aborted, Error, Record, Schema, Store};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Server {
    id: String,
    network: String,
}

impl Record for Server {
    const KIND: &'static str = "test.server";

    fn key(&self) -> String {
        self.id.clone()
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![("network", self.network.clone())]
    }
}

#[derive(Serialize, Deserialize)]
struct Stranger {
    id: String,
}

impl Record for Stranger {
    const KIND: &'static str = "test.stranger";

    fn key(&self) -> String {
        self.id.clone()
    }
}

fn schema() -> Schema {
    let mut schema = Schema::default();
    schema.add::<Server>();
    schema
}

fn server(id: &str, network: &str) -> Server {
    Server { id: id.to_owned(), network: network.to_owned() }
}

fn ids<'a>(rows: impl Iterator<Item = &'a std::sync::Arc<Server>>) -> Vec<String> {
    rows.map(|row| row.id.clone()).collect()
}

/// A directory of the test's own, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn indexes_follow_their_rows() {
    let store = Store::ephemeral(schema());
    store
        .update(|tx| {
            tx.put(server("a/1", "red"));
            tx.put(server("a/2", "blue"));
            tx.put(server("b/1", "red"));
        })
        .unwrap();
    store.read(|tables| {
        assert_eq!(ids(tables.by::<Server>("network", "red")), ["a/1", "b/1"]);
        assert_eq!(ids(tables.list::<Server>("a/")), ["a/1", "a/2"]);
    });
    store.update(|tx| tx.modify::<Server>("a/1", |row| row.network = "blue".to_owned())).unwrap();
    store.update(|tx| tx.remove::<Server>("b/1")).unwrap();
    store.read(|tables| {
        assert_eq!(ids(tables.by::<Server>("network", "red")), Vec::<String>::new());
        assert_eq!(ids(tables.by::<Server>("network", "blue")), ["a/1", "a/2"]);
        assert_eq!(tables.count::<Server>(), 2);
    });
}

#[test]
fn a_write_that_fails_changes_nothing() {
    let store = Store::ephemeral(schema());
    store.update(|tx| tx.put(server("1", "red"))).unwrap();
    let watched = store.watch::<Server>();
    let result = store.write(|tx| {
        tx.put(server("1", "blue"));
        tx.put(server("2", "blue"));
        tx.remove::<Server>("1");
        tx.put(server("1", "green"));
        Err::<(), _>("no")
    });
    assert!(matches!(result, Err(Aborted::By("no"))));
    store.read(|tables| {
        assert_eq!(tables.get::<Server>("1").map(|row| row.network.as_str()), Some("red"));
        assert_eq!(tables.count::<Server>(), 1);
        assert_eq!(ids(tables.by::<Server>("network", "red")), ["1"]);
        assert_eq!(tables.by::<Server>("network", "blue").count(), 0);
    });
    assert!(!watched.has_changed().unwrap(), "nobody is told of what did not happen");
}

#[test]
fn a_write_that_panics_changes_nothing() {
    let store = Store::ephemeral(schema());
    store.update(|tx| tx.put(server("1", "red"))).unwrap();
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.update(|tx| {
            tx.put(server("1", "blue"));
            tx.put(server("2", "blue"));
            panic!("a handler's mistake");
        })
    }));
    assert!(broken.is_err());
    store.read(|tables| {
        assert_eq!(ids(tables.by::<Server>("network", "red")), ["1"]);
        assert_eq!(tables.count::<Server>(), 1);
    });
    store.update(|tx| tx.put(server("3", "red"))).unwrap();
}

#[test]
fn a_key_that_the_log_cannot_take_is_an_error() {
    let directory = Directory::new("long-key");
    let store = Store::open(&directory.0, schema()).unwrap();
    let error = store.update(|tx| tx.put(server(&"x".repeat(70_000), "red"))).unwrap_err();
    assert!(matches!(error, Error::LongKey { kind: "test.server", length: 70_012 }), "{error}");
    store.read(|tables| assert_eq!(tables.count::<Server>(), 0));
}

#[test]
fn a_write_is_announced_to_those_who_wait() {
    let store = Store::ephemeral(schema());
    let watched = store.watch::<Server>();
    store.update(|tx| tx.put(server("1", "red"))).unwrap();
    assert!(watched.has_changed().unwrap());
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let directory = Directory::new("restart");
    let store = Store::open(&directory.0, schema()).unwrap();
    store.update(|tx| tx.put(server("1", "red"))).unwrap();
    store.update(|tx| tx.put(server("2", "red"))).unwrap();
    store.update(|tx| tx.remove::<Server>("1")).unwrap();
    drop(store);
    let store = Store::open(&directory.0, schema()).unwrap();
    store.read(|tables| assert_eq!(ids(tables.by::<Server>("network", "red")), ["2"]));
}

/// What a killed process leaves is what the operating system was given: the files as they are while
/// the store is still open and unflushed.
#[test]
fn an_acknowledged_write_survives_a_kill() {
    let directory = Directory::new("kill");
    let copy = Directory::new("kill-copy");
    let store = Store::open(&directory.0, schema()).unwrap();
    for number in 0..200 {
        store.update(|tx| tx.put(server(&number.to_string(), "red"))).unwrap();
    }
    copy_directory(&directory.0, &copy.0);
    let survivor = Store::open(&copy.0, schema()).unwrap();
    survivor.read(|tables| assert_eq!(tables.count::<Server>(), 200));
}

fn copy_directory(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_store_has_one_holder() {
    let directory = Directory::new("locked");
    let _held = Store::open(&directory.0, schema()).unwrap();
    assert!(matches!(Store::open(&directory.0, schema()), Err(Error::Locked)));
}

#[test]
fn a_collection_that_is_not_known_is_not_dropped() {
    let directory = Directory::new("unknown");
    let mut larger = schema();
    larger.add::<Stranger>();
    let store = Store::open(&directory.0, larger).unwrap();
    store.update(|tx| tx.put(Stranger { id: "1".to_owned() })).unwrap();
    drop(store);
    let error = Store::open(&directory.0, schema()).unwrap_err();
    assert!(matches!(error, Error::UnknownKind(kind) if kind == "test.stranger"));
}

/// The files of the log, which fjall numbers.
fn journals(directory: &std::path::Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jnl")).collect();
    assert!(!files.is_empty());
    files
}

#[test]
fn a_damaged_log_is_refused_until_its_mark_is_forgotten() {
    type Damage = fn(&std::path::Path);
    let damages: [(&str, Damage); 4] = [
        ("removed", |file| std::fs::remove_file(file).unwrap()),
        ("emptied", |file| std::fs::write(file, "").unwrap()),
        ("garbage", |file| std::fs::write(file, "garbage".repeat(100)).unwrap()),
        ("cut", |file| {
            let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
            file.set_len(400).unwrap();
        }),
    ];
    for (name, damage) in damages {
        let directory = Directory::new(&format!("damaged-{name}"));
        let store = Store::open(&directory.0, schema()).unwrap();
        for number in 0..20 {
            store.update(|tx| tx.put(server(&number.to_string(), "red"))).unwrap();
        }
        store.flush().unwrap();
        drop(store);
        journals(&directory.0).iter().for_each(|file| damage(file));
        let content = |directory: &std::path::Path| {
            let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
            let journals = files.filter(|path| path.extension().is_some_and(|end| end == "jnl"));
            journals.map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>()
        };
        let left = content(&directory.0);
        for _ in 0..2 {
            let refused = Store::open(&directory.0, schema()).unwrap_err();
            let damaged = matches!(refused, Error::Damaged { .. } | Error::Log(_));
            assert!(damaged, "{name}: {refused:?}");
            assert!(content(&directory.0) == left, "{name}: a refused start changes nothing");
        }
        isobar_kernel::store::forget_mark(&directory.0).unwrap();
        let store = Store::open(&directory.0, schema()).unwrap();
        store.update(|tx| tx.put(server("new", "red"))).unwrap();
        drop(store);
        let store = Store::open(&directory.0, schema()).unwrap();
        assert!(store.read(|tables| tables.get::<Server>("new").is_some()), "{name}");
    }
}

#[test]
fn a_whole_log_opens_whatever_was_flushed() {
    let directory = Directory::new("whole");
    for number in 0..5 {
        let store = Store::open(&directory.0, schema()).unwrap();
        assert_eq!(store.read(isobar_kernel::Tables::count::<Server>), number);
        store.update(|tx| tx.put(server(&number.to_string(), "red"))).unwrap();
        if number % 2 == 0 {
            store.flush().unwrap();
        }
        store.check().unwrap();
    }
}

/// A start that is killed at any point of what it does with the copy of the journals loses nothing.
#[test]
fn a_start_that_was_killed_loses_nothing() {
    let directory = Directory::new("killed-start");
    let beside = |end: &str| {
        let mut name = directory.0.clone().into_os_string();
        name.push(end);
        PathBuf::from(name)
    };
    let store = Store::open(&directory.0, schema()).unwrap();
    store.update(|tx| tx.put(server("a", "red"))).unwrap();
    store.flush().unwrap();
    drop(store);
    let journals_of = |end: &str| {
        let copy = beside(end);
        std::fs::create_dir(&copy).unwrap();
        for file in journals(&directory.0) {
            std::fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
        }
    };
    // While the copy is made, while it is removed, and in between with journals that were cut.
    for (end, is_whole, is_cut) in [
        (".opening-new", false, false),
        (".opening-discarded", false, false),
        (".opening", true, true),
        (".opening", true, false),
    ] {
        if is_whole {
            journals_of(end);
        } else {
            std::fs::create_dir(beside(end)).unwrap();
        }
        if is_cut {
            journals(&directory.0).iter().for_each(|file| std::fs::write(file, "").unwrap());
        }
        let store = Store::open(&directory.0, schema()).unwrap();
        assert!(store.read(|tables| tables.get::<Server>("a").is_some()), "{end}");
        assert!(!beside(end).exists(), "{end}");
    }
}
