//! Files that nobody else may have had a hand in. Whoever may write the state directory could plant
//! keys, and whoever may read the keys can run scripts as the user; so owners and modes are looked at,
//! and no link is followed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use isobar_cli::report::Error;
use rustix::fs::OFlags;

/// Nobody but the owner reads or writes.
const OTHERS: u32 = 0o077;
/// Nobody but the owner writes.
const OTHERS_WRITE: u32 = 0o022;

/// Refuses a state directory that somebody else has, or that others may write.
pub(super) fn check_directory(directory: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(directory).map_err(|error| unreadable(directory, error))?;
    check(directory, &metadata, OTHERS_WRITE, "go-w")
}

/// Refuses an entry of the state directory that is a link, or that others have or may write. One that
/// is not there is well.
pub(super) fn check_entry(path: &Path) -> Result<(), Error> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(path, error)),
    };
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(Error::failed(
            "state_not_trusted",
            format!("{} is neither a file nor a directory", path.display()),
        )
        .hint(
            "put what it stands for in its place, or name another state directory with --state",
        ));
    }
    check(path, &metadata, OTHERS_WRITE, "go-w")
}

fn check(path: &Path, metadata: &Metadata, refused: u32, change: &str) -> Result<(), Error> {
    let own = rustix::process::geteuid().as_raw();
    if metadata.uid() != own {
        return Err(Error::failed(
            "state_not_trusted",
            format!(
                "{} belongs to the user {}, not to you ({own})",
                path.display(),
                metadata.uid()
            ),
        )
        .hint("name a state directory of your own with --state"));
    }
    if metadata.mode() & refused != 0 {
        let mode = metadata.mode() & 0o777;
        let verb = if refused == OTHERS { "read or written" } else { "written" };
        return Err(Error::failed(
            "state_not_trusted",
            format!("{} can be {verb} by others (mode {mode:04o})", path.display()),
        )
        .hint(format!("if nobody has: chmod {change} {}", path.display())));
    }
    Ok(())
}

/// Opens a file of the owner's alone, without following a link.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK).bits();
    options.mode(0o600).custom_flags(i32::try_from(flags).unwrap_or_default()).open(path)
}

/// What a file says that only its owner may read. `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    read_checked(path, OTHERS, "go=")
}

/// What a file says that only its owner may write. `None` where there is none.
pub(super) fn read_public(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    read_checked(path, OTHERS_WRITE, "go-w")
}

fn read_checked(path: &Path, refused: u32, change: &str) -> Result<Option<Vec<u8>>, Error> {
    let mut file = match open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let metadata = file.metadata().map_err(|error| unreadable(path, error))?;
    if !metadata.is_file() {
        return Err(unreadable(path, io::Error::other("it is no regular file")));
    }
    check(path, &metadata, refused, change)?;
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(|error| unreadable(path, error))?;
    Ok(Some(content))
}

/// Writes a file that its owner alone can read, whole or not at all.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    let temporary = path.with_extension("new");
    let write = || {
        // What a killed process left, or somebody planted, is not written through.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = open(&temporary, OpenOptions::new().create_new(true).write(true))?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        Error::failed("state_unusable", format!("{} cannot be written", path.display()))
            .source(error)
    })
}

/// The error for a file that cannot be read.
pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::failed("state_unusable", format!("{} cannot be read", path.display()))
        .source(error)
        .hint("restore the file, or name another state directory with --state")
}
