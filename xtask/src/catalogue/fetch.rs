//! Fetches packages with the registry's ordinary client and keeps them.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{fmt, fs};

use sha2::{Digest, Sha256};

use super::sources::{Archive, Source};

/// The bytes of a package's file, from the folder or else from the registry.
pub(super) fn package(source: &Source, folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let path = folder.join(file_name(source));
    if !path.exists() {
        download(source, folder)?;
    }
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let found = hash(&bytes);
    if found != source.sha256 {
        let (package, version, wanted) = (&source.package, &source.version, &source.sha256);
        return Err(format!("{package} {version} has the hash {found}, not {wanted}").into());
    }
    Ok(bytes)
}

/// The name that the registry gives the file of a pure package.
fn file_name(source: &Source) -> String {
    let (package, version) = (&source.package, &source.version);
    match source.archive {
        Archive::Sdist => format!("{package}-{version}.tar.gz"),
        Archive::Wheel => format!("{package}-{version}-py3-none-any.whl"),
    }
}

/// The newest version of a package that the registry has, and its file's hash. The version that is
/// pinned plays no part.
pub(super) fn newest(source: &Source, folder: &Path) -> Result<(String, String), Box<dyn Error>> {
    let empty = folder.join("newest").join(&source.package);
    if empty.exists() {
        fs::remove_dir_all(&empty)?;
    }
    get(&source.package, source.archive, &empty)?;
    let entry = fs::read_dir(&empty)?.next().ok_or("pip said it would download")??;
    let name = entry.file_name().to_string_lossy().into_owned();
    let version = name
        .strip_prefix(source.package.as_str())
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| match source.archive {
            Archive::Sdist => rest.strip_suffix(".tar.gz"),
            Archive::Wheel => rest.strip_suffix("-py3-none-any.whl"),
        })
        .ok_or_else(|| format!("{name} is not called as the others are"))?
        .to_owned();
    let bytes = fs::read(entry.path())?;
    fs::rename(entry.path(), folder.join(&name))?;
    fs::remove_dir_all(&empty)?;
    Ok((version, hash(&bytes)))
}

fn download(source: &Source, folder: &Path) -> Result<(), Box<dyn Error>> {
    get(&format!("{}=={}", source.package, source.version), source.archive, folder)
}

/// Has pip put the file of what is wanted into a folder.
fn get(wanted: &str, archive: Archive, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let form = match archive {
        Archive::Sdist => "--no-binary=:all:",
        Archive::Wheel => "--only-binary=:all:",
    };
    let status = Command::new("python3")
        .args([
            "-m",
            "pip",
            "--disable-pip-version-check",
            "download",
            "--quiet",
            "--no-deps",
            form,
        ])
        .arg("--dest")
        .arg(folder)
        .arg(wanted)
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("pip cannot download {wanted}").into()) }
}

/// SHA-256 in hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    struct Hexadecimal<'a>(&'a [u8]);
    impl fmt::Display for Hexadecimal<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }
    }
    Hexadecimal(&Sha256::digest(bytes)).to_string()
}
