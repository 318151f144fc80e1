//! Reads archives in memory: nothing of a package is unpacked to the disk, and nothing of it runs.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Cursor, Read};

use flate2::read::GzDecoder;

use super::sources::Archive;

/// Texts by their paths in the package, without the folder that a source distribution is wrapped in.
pub(super) type Texts = BTreeMap<String, String>;

/// The texts of an archive that an importer may want: Python's and JSON's, without tests.
pub(super) fn texts(archive: Archive, bytes: &[u8]) -> Result<Texts, Box<dyn Error>> {
    match archive {
        Archive::Sdist => sdist(bytes),
        Archive::Wheel => wheel(bytes),
    }
}

fn is_wanted(path: &str) -> bool {
    (path.ends_with(".json") || path.ends_with(".py"))
        && !path.starts_with("tests/")
        && !path.ends_with("/examples-1.json")
}

fn sdist(bytes: &[u8]) -> Result<Texts, Box<dyn Error>> {
    let mut texts = Texts::new();
    let mut archive = tar::Archive::new(GzDecoder::new(bytes));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let Some((_, path)) = path.split_once('/') else { continue };
        if is_wanted(path) && entry.header().entry_type().is_file() {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            texts.insert(path.to_owned(), text);
        }
    }
    Ok(texts)
}

fn wheel(bytes: &[u8]) -> Result<Texts, Box<dyn Error>> {
    let mut texts = Texts::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        let path = file.name().to_owned();
        if is_wanted(&path) && file.is_file() {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            texts.insert(path, text);
        }
    }
    Ok(texts)
}
