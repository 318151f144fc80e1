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

fn download(source: &Source, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let form = match source.archive {
        Archive::Sdist => "--no-binary=:all:",
        Archive::Wheel => "--only-binary=:all:",
    };
    let wanted = format!("{}=={}", source.package, source.version);
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
        .arg(&wanted)
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
