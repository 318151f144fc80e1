//! Transfers that failed, as the command line reports them.

use std::io::ErrorKind;

use isobar_transfer::Error as TransferError;

use crate::call::failure;
use crate::report::{Class, Error};
use crate::shell;

/// A transfer that failed.
pub(super) fn report(error: &TransferError) -> Error {
    let text = error.to_string();
    match error {
        TransferError::Call { url, source } => {
            failure::report(source).source(format!("it was about {url}"))
        }
        TransferError::Usage(_) => Error::usage("usage", text),
        TransferError::Read { source, .. } => {
            Error::new(Class::Unreadable, "file_unreadable", text).source(source.to_string())
        }
        TransferError::Write { path, source }
            if path.as_os_str() == "-" && source.kind() == ErrorKind::BrokenPipe =>
        {
            Error::failed(shell::GONE, "nobody reads the output any more")
        }
        TransferError::Write { source, .. } if source.kind() == ErrorKind::StorageFull => {
            Error::new(Class::Unwritable, "disk_full", format!("{text}: the disk is full"))
                .hint("make room, or write elsewhere")
        }
        TransferError::Write { source, .. } => {
            Error::new(Class::Unwritable, "file_unwritable", text).source(source.to_string())
        }
        TransferError::Name(_) => Error::new(Class::Invalid, "unsafe_name", text),
        TransferError::TooLarge { .. } => Error::new(Class::Invalid, "too_large", text),
        TransferError::Outside(_) => Error::new(Class::Invalid, "link_outside", text)
            .hint("--follow-symlinks writes and removes through such links"),
        TransferError::TooMany { .. } => Error::failed("too_many_removals", text)
            .hint("--max-delete 100% allows it; --dry-run shows what it would be"),
        TransferError::Archived(_) => Error::new(Class::LeftOut, "archived", text)
            .hint("restore-object restores it; --force-glacier-transfer tries to read it"),
        TransferError::Exists(_) => Error::failed("exists", text),
        TransferError::Checksum { .. } => Error::failed("checksum_mismatch", text),
        TransferError::Changed(_) => Error::failed("source_changed", text),
        TransferError::Alike(..) => Error::failed("source_kept", text),
        TransferError::Busy(_) => Error::failed("busy", text),
        TransferError::Some { .. } => Error::failed("some_failed", text),
        TransferError::Cancelled => Error::new(Class::Interrupted, "interrupted", text)
            .hint("the same command goes on from where it was, unless --no-resume was given"),
        _ => Error::failed("answer_unreadable", text),
    }
}
