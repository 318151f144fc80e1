//! Reads archives in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::sources::Form;

/// Texts by their paths in the package, without the folder that a source distribution is wrapped in.
pub(crate) type Texts = BTreeMap<String, String>;

/// The most that one file may hold: several times what the largest there is holds.
const MOST: u64 = 256 << 20;

/// The texts of an archive that an importer may want: Python's and JSON's, without tests. Where a
/// text is compressed once more, its path is without `.gz`.
pub(crate) fn texts(form: Form, bytes: &[u8]) -> Result<Texts, Error> {
    match form {
        Form::Sdist => sdist(bytes),
        Form::Wheel => wheel(bytes),
    }
}

fn is_wanted(path: &str) -> bool {
    let path = path.strip_suffix(".gz").unwrap_or(path);
    (path.ends_with(".json") || path.ends_with(".py"))
        && !path.starts_with("tests/")
        && !path.ends_with("/examples-1.json")
}

fn sdist(bytes: &[u8]) -> Result<Texts, Error> {
    let mut texts = Texts::new();
    let mut archive = tar::Archive::new(GzDecoder::new(bytes));
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let path = entry.path().map_err(damaged)?.to_string_lossy().into_owned();
        let Some((_, path)) = path.split_once('/') else { continue };
        if is_wanted(path) && entry.header().entry_type().is_file() {
            let bytes = read(path, entry)?;
            insert(&mut texts, path, &bytes)?;
        }
    }
    Ok(texts)
}

/// A wheel says of each of its files which hash it has. What differs is damaged.
fn wheel(bytes: &[u8]) -> Result<Texts, Error> {
    let mut texts = Texts::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let record = archive
        .file_names()
        .find(|name| name.ends_with(".dist-info/RECORD"))
        .ok_or_else(|| Error::Archive("there is no RECORD in it".to_owned()))?
        .to_owned();
    let listed = read(&record, archive.by_name(&record).map_err(damaged)?)?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let hashes: BTreeMap<&str, &str> = listed.lines().filter_map(recorded).collect();
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(damaged)?;
        let path = file.name().to_owned();
        if !is_wanted(&path) || !file.is_file() {
            continue;
        }
        let bytes = read(&path, file)?;
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&bytes));
        if hashes.get(path.as_str()) != Some(&hash.as_str()) {
            return Err(Error::Archive(format!("{path} is not what RECORD says")));
        }
        insert(&mut texts, &path, &bytes)?;
    }
    Ok(texts)
}

/// The path and the hash of a line of RECORD: `path,sha256=…,length`.
fn recorded(line: &str) -> Option<(&str, &str)> {
    let (rest, _) = line.rsplit_once(',')?;
    let (path, hash) = rest.rsplit_once(',')?;
    Some((path.trim_matches('"'), hash.strip_prefix("sha256=")?))
}

fn read(path: &str, file: impl Read) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = file.take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::Archive(format!("{path}: {error}")))?;
    if bytes.len() as u64 > MOST {
        return Err(Error::Archive(format!("{path} holds more than {MOST} bytes")));
    }
    Ok(bytes)
}

fn insert(texts: &mut Texts, path: &str, bytes: &[u8]) -> Result<(), Error> {
    let (path, bytes) = match path.strip_suffix(".gz") {
        Some(inner) => (inner, read(path, GzDecoder::new(bytes))?),
        None => (path, bytes.to_vec()),
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::Archive(format!("{path} is no text in UTF-8")))?;
    texts.insert(path.to_owned(), text);
    Ok(())
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::Archive(error.to_string())
}
