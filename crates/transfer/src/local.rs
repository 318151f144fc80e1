//! Places on disk: what a path leads to, and whether that is still within the folder that it shall be
//! within.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::names::local_path;

/// How many links may lead to each other, as in Linux.
const MOST_LINKS: usize = 40;

/// Where something is written to.
#[derive(Debug)]
pub enum Target {
    /// A file at the end of all links, or where there is none yet, its path.
    File(PathBuf),
    /// A device, a pipe or a descriptor: what comes is written into it, in order.
    Stream(File),
}

/// Where something comes from.
pub(crate) enum Source {
    /// A file.
    File,
    /// A device, a pipe or a descriptor, which is read once.
    Stream(File),
}

/// What a path leads to for whoever writes. A pipe is opened, which waits for its reader.
///
/// # Errors
/// If it is a folder, or a device or pipe that cannot be opened.
pub fn target(path: &Path) -> Result<Target, Error> {
    let wrong = |error| Error::write(path)(error);
    let end = followed(path).map_err(wrong)?;
    let is_descriptor = in_descriptors(&end);
    if let Some(stream) = standard(&end) {
        return Ok(Target::Stream(stream.map_err(wrong)?));
    }
    let data = match fs::metadata(&end) {
        Ok(data) => data,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Target::File(end)),
        Err(error) => return Err(wrong(error)),
    };
    if data.is_dir() {
        return Err(Error::Usage(format!("{} is a folder", path.display())));
    }
    if data.is_file() && !is_descriptor {
        return Ok(Target::File(end));
    }
    let mut stream = File::options().write(true).open(&end).map_err(wrong)?;
    if data.is_file() {
        // Whoever opened the descriptor has written so far.
        stream.seek(SeekFrom::End(0)).map_err(wrong)?;
    }
    Ok(Target::Stream(stream))
}

/// What a path leads to for whoever reads. A pipe is opened, which waits for its writer.
pub(crate) fn source(path: &Path) -> Result<Source, Error> {
    let wrong = |error| Error::read(path)(error);
    let end = followed(path).map_err(wrong)?;
    if let Some(stream) = standard(&end) {
        return Ok(Source::Stream(stream.map_err(wrong)?));
    }
    let data = fs::metadata(&end).map_err(wrong)?;
    if data.is_dir() {
        return Err(Error::Usage(format!("{} is a folder", path.display())));
    }
    if data.is_file() {
        return Ok(Source::File);
    }
    Ok(Source::Stream(File::open(&end).map_err(wrong)?))
}

/// The path without links. A descriptor is no link to follow: what it leads to has perhaps no name.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        if in_descriptors(&at) {
            return Ok(at);
        }
        match fs::read_link(&at) {
            Ok(to) => at = at.parent().unwrap_or(Path::new("")).join(to),
            // It is no link, or not there.
            Err(_) => return Ok(at),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

/// Whether a path is one of a process's descriptors: `/dev/fd/3`, `/proc/self/fd/3`.
fn in_descriptors(path: &Path) -> bool {
    let Some(folder) = path.parent().filter(|folder| folder.ends_with("fd")) else { return false };
    fs::canonicalize(folder).is_ok_and(|folder| folder.starts_with("/proc"))
}

/// One of the process's own three streams, if that is what a path is: opened by its name, a file
/// would begin at its start again.
fn standard(path: &Path) -> Option<io::Result<File>> {
    if !in_descriptors(path) {
        return None;
    }
    let folder = fs::canonicalize(path.parent()?).ok()?;
    if folder != fs::canonicalize("/proc/self/fd").ok()? {
        return None;
    }
    let owned = match path.file_name()?.to_str()? {
        "0" => io::stdin().as_fd().try_clone_to_owned(),
        "1" => io::stdout().as_fd().try_clone_to_owned(),
        "2" => io::stderr().as_fd().try_clone_to_owned(),
        _ => return None,
    };
    Some(owned.map(File::from))
}

/// The path of a name within a folder.
///
/// # Errors
/// [`Error::Name`] if it is no name of a file, and unless links are followed, [`Error::Outside`] if a
/// link on the way leads out of the folder, or nowhere.
pub(crate) fn within(root: &Path, name: &str, follows: bool) -> Result<PathBuf, Error> {
    let path = local_path(root, name)?;
    if follows {
        return Ok(path);
    }
    let mut at = root.to_owned();
    for part in name.split('/') {
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(data) if data.is_symlink() => {
                if !leads_within(root, &at) {
                    return Err(Error::Outside(at));
                }
            }
            Ok(_) => {}
            // What is not there leads nowhere else.
            Err(error) if error.kind() == ErrorKind::NotFound => break,
            Err(error) => return Err(Error::write(&at)(error)),
        }
    }
    Ok(path)
}

/// Whether a link leads to something within the folder.
pub(crate) fn leads_within(root: &Path, link: &Path) -> bool {
    match (fs::canonicalize(root), fs::canonicalize(link)) {
        (Ok(root), Ok(end)) => end.starts_with(root),
        _ => false,
    }
}
