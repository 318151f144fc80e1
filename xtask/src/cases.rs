//! `cargo xtask cases`: unpacks the vendor's own test cases, which the tests of `wire`, `auth` and
//! `client` run, from the source distribution that the catalogue is made from. They are never committed.

use std::error::Error;
use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use crate::catalogue;

/// The package with the cases.
const PACKAGE: &str = "botocore";

/// The folders that are unpacked, from the package's own.
const FOLDERS: [&str; 4] = [
    "tests/unit/protocols",
    "tests/unit/auth/aws4_testsuite",
    "tests/unit/data/endpoints",
    "tests/functional/endpoint-rules",
];

/// Fetches the cases. What is there as a whole stays: the folder's name has the version in it.
pub(crate) fn fetch() -> Result<(), Box<dyn Error>> {
    let package = catalogue::pinned(PACKAGE)?;
    let folder = package.root.join("target/cases");
    let done = folder.join(format!("{PACKAGE}-{}", package.version));
    if !FOLDERS.iter().all(|folder| done.join(folder).is_dir()) {
        // Unpacked aside and then renamed: an interrupted run leaves no half of the cases behind.
        let aside = folder.join(format!("unpacking-{}", std::process::id()));
        let count = unpack(&package.bytes, &aside)?;
        if done.exists() {
            fs::remove_dir_all(&done)?;
        }
        fs::rename(&aside, &done)?;
        eprintln!("{count} files of cases in {}", done.display());
    }
    Ok(())
}

/// Unpacks the folders' files; how many there are.
fn unpack(archive: &[u8], folder: &Path) -> Result<usize, Box<dyn Error>> {
    let mut count = 0;
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Some(path) = wanted(&path) else { continue };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        fs::write(path, bytes)?;
        count += 1;
    }
    if count == 0 {
        return Err(format!("{PACKAGE} has no cases in {}", FOLDERS.join(" and ")).into());
    }
    Ok(count)
}

/// The path without the folder that the distribution is wrapped in, if it is one of the folders'.
fn wanted(path: &Path) -> Option<PathBuf> {
    let inner: PathBuf = path.components().skip(1).collect();
    let plain = inner.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && FOLDERS.iter().any(|folder| inner.starts_with(folder))).then_some(inner)
}
