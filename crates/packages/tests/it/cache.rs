//! Packs that are kept beside the program's own.

use std::fs;
use std::path::{Path, PathBuf};

use isobar_catalogue::manifest::{Origin, Package};
use isobar_catalogue::pack::Pack;
use isobar_catalogue::{Cloud, Service};
use isobar_packages::cache::Cache;
use isobar_packages::services;

use super::{botocore, model, wheel};

/// A folder of a test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cache-{name}"));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder is there");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("it is read").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn made(operation: &str) -> (Vec<Service>, Origin) {
    let text = model(operation);
    let files = [("botocore/data/sts/2011-06-15/service-2.json", text.as_bytes())];
    let services = services(&botocore(), &wheel(&files, &files)).expect("it is a service");
    let package = Package::new("botocore", "2.0.0", "00", &services);
    (services, Origin { packages: vec![package], ..Origin::default() })
}

#[test]
fn what_is_kept_is_found_again_and_forgotten() {
    let folder = Folder::new("kept");
    let cache = Cache::new(&folder.0);
    assert!(cache.load(Cloud::Aws).is_none());
    assert!(!cache.forget(Cloud::Aws).unwrap());
    for operation in ["First", "Second"] {
        let (services, origin) = made(operation);
        cache.store(Cloud::Aws, services, origin.clone()).unwrap();
        let (bytes, kept) = cache.load(Cloud::Aws).unwrap();
        assert_eq!((kept.packages, kept.bytes), (origin.packages, bytes.len()));
        let pack = Pack::open(Cloud::Aws, bytes.leak()).unwrap();
        assert_eq!(pack.entries()[0].service().operations[0].name, operation);
        // The pack before it is gone.
        assert_eq!(folder.files().len(), 2, "{:?}", folder.files());
    }
    assert!(cache.load(Cloud::Alibaba).is_none());
    assert!(cache.forget(Cloud::Aws).unwrap());
    assert!(cache.load(Cloud::Aws).is_none());
    assert_eq!(folder.files(), [""; 0]);
}

#[test]
fn what_is_damaged_or_of_another_program_counts_for_nothing() {
    let folder = Folder::new("damaged");
    let cache = Cache::new(&folder.0);
    let (services, origin) = made("First");
    cache.store(Cloud::Aws, services, origin).unwrap();
    let names = folder.files();
    let (pack, record) = (folder.0.join(&names[0]), folder.0.join(&names[1]));
    let (bytes, text) = (fs::read(&pack).unwrap(), fs::read_to_string(&record).unwrap());

    fs::write(&pack, &bytes[..bytes.len() - 1]).unwrap();
    assert!(cache.load(Cloud::Aws).is_none());
    fs::write(&pack, &bytes).unwrap();
    assert!(cache.load(Cloud::Aws).is_some());

    let other = isobar_catalogue::embedded_origin(Cloud::Aws).sha256;
    fs::write(&record, text.replace(&other, "another")).unwrap();
    assert!(cache.load(Cloud::Aws).is_none());
    fs::write(&record, &text[..text.len() / 2]).unwrap();
    assert!(cache.load(Cloud::Aws).is_none());
}
