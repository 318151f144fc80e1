//! The registry of the packages, asked through its ordinary client, pip: which registry that is, how
//! it is reached, and that a file is the one that it names are the client's matter and the user's
//! configuration of it.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::Error;
use crate::sources::{Form, Source};

/// The arguments of `python3` that have pip put the files of packages into a folder: of the newest
/// version, or of the one that is asked for as `name==version`.
#[must_use]
pub fn download(wanted: &[&str], form: Form, folder: &Path) -> Vec<OsString> {
    // A wheel needs nothing else to be looked at; a source distribution's own code would be asked.
    let form = match form {
        Form::Sdist => "--no-binary=:all:",
        Form::Wheel => "--only-binary=:all:",
    };
    let pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "--retries=2"];
    let mut arguments: Vec<OsString> = pip.map(OsString::from).into();
    arguments.extend(["download", "--quiet", "--no-deps", form, "--dest"].map(OsString::from));
    arguments.push(folder.into());
    arguments.extend(wanted.iter().map(OsString::from));
    arguments
}

/// A file that was downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// The version in its name.
    pub version: String,
}

/// The files of a package in a folder, as the registry calls them.
///
/// # Errors
/// If the folder cannot be read.
pub fn found(source: &Source, folder: &Path) -> Result<Vec<Found>, Error> {
    let failed = |error| file_error(folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(&source.package).and_then(|rest| rest.strip_prefix('-'));
        let version = rest.and_then(|rest| match source.form {
            Form::Sdist => rest.strip_suffix(".tar.gz"),
            Form::Wheel => rest.strip_suffix("-py3-none-any.whl"),
        });
        if let Some(version) = version.map(str::to_owned) {
            found.push(Found { path, version });
        }
    }
    Ok(found)
}

/// How many packages the client is asked for at once: it takes a second to start.
pub const AT_ONCE: usize = 16;

/// Brings the files of those packages that are not in the folder, many at once. What it cannot bring
/// is left to [`pinned`], which says so of each.
///
/// # Errors
/// If the folder cannot be read or made.
pub fn prefetch(sources: &[&Source], folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    for form in [Form::Sdist, Form::Wheel] {
        let mut missing = Vec::new();
        for source in sources.iter().filter(|source| source.form == form) {
            let found = found(source, folder)?;
            if !found.iter().any(|one| one.version == source.version) {
                missing.push(format!("{}=={}", source.package, source.version));
            }
        }
        for wanted in missing.chunks(AT_ONCE) {
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
            if get(&wanted, form, folder).is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// The bytes of a package's file of the version that the list has, from the folder or else from the
/// registry.
///
/// # Errors
/// If it cannot be had, or is not the file that the list says.
pub fn pinned(source: &Source, folder: &Path) -> Result<Vec<u8>, Error> {
    let file = |found: Vec<Found>| found.into_iter().find(|one| one.version == source.version);
    std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    let present = match file(found(source, folder)?) {
        Some(present) => present,
        None => {
            let wanted = format!("{}=={}", source.package, source.version);
            get(&[&wanted], source.form, folder)?;
            file(found(source, folder)?)
                .ok_or_else(|| lacking(source, "file of that version, as pip has it"))?
        }
    };
    let bytes = std::fs::read(&present.path).map_err(|error| file_error(&present.path, error))?;
    check(source, &bytes)?;
    Ok(bytes)
}

/// Whether this is the file that the list names.
///
/// # Errors
/// If it is not.
pub fn check(source: &Source, bytes: &[u8]) -> Result<(), Error> {
    let found = hash(bytes);
    if found == source.sha256 {
        return Ok(());
    }
    Err(Error::Hash {
        package: source.package.clone(),
        version: source.version.clone(),
        found,
        wanted: source.sha256.clone(),
    })
}

/// The newest version of a package that the registry has, and its file's hash. The version that is
/// pinned plays no part.
///
/// # Errors
/// If it cannot be had.
pub fn newest(source: &Source, folder: &Path) -> Result<(String, String), Error> {
    let empty = folder.join("newest").join(&source.package);
    if empty.exists() {
        std::fs::remove_dir_all(&empty).map_err(|error| file_error(&empty, error))?;
    }
    std::fs::create_dir_all(&empty).map_err(|error| file_error(&empty, error))?;
    get(&[&source.package], source.form, &empty)?;
    let Found { path, version } =
        found(source, &empty)?.pop().ok_or_else(|| lacking(source, "file of a form known here"))?;
    let bytes = std::fs::read(&path).map_err(|error| file_error(&path, error))?;
    let kept = folder.join(path.file_name().unwrap_or_default());
    std::fs::rename(&path, kept).map_err(|error| file_error(&path, error))?;
    std::fs::remove_dir_all(&empty).map_err(|error| file_error(&empty, error))?;
    Ok((version, hash(&bytes)))
}

fn get(wanted: &[&str], form: Form, folder: &Path) -> Result<(), Error> {
    let failed = |message: String| Error::Download { wanted: wanted.join(" "), message };
    let output = Command::new("python3")
        .args(download(wanted, form, folder))
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(failed(complaint(&output.stderr))) }
}

/// What pip complained of: the last line of its messages that says something.
#[must_use]
pub fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let said = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    said.unwrap_or("it says nothing").trim_start_matches("ERROR: ").to_owned()
}

/// Whether a version is newer than another: number by number.
#[must_use]
pub fn is_newer(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let parts = text.split(|letter: char| !letter.is_ascii_digit());
        parts.filter_map(|part| part.parse().ok()).collect()
    };
    numbers(version) > numbers(than)
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    struct Hexadecimal<'a>(&'a [u8]);
    impl fmt::Display for Hexadecimal<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }
    }
    Hexadecimal(&Sha256::digest(bytes)).to_string()
}

fn lacking(source: &Source, what: &str) -> Error {
    Error::Lacking { package: source.package.clone(), what: what.to_owned() }
}

pub(crate) fn file_error(path: &Path, source: std::io::Error) -> Error {
    Error::File { path: path.display().to_string(), source }
}
