//! One file or object to another place.

use std::os::fd::AsFd;
use std::path::Path;

use isobar_transfer::{Action, Archived, Done, Error as TransferError, Place, Properties, Remote};

use super::Work;
use super::places::{show, with_name};
use super::report::report;
use crate::report::Error;

impl Work<'_> {
    pub(super) async fn copy(&self, from: Place, to: Place) -> Result<(), Error> {
        if let Place::Remote { key, .. } = &from
            && key.is_empty()
        {
            let text = format!("{} is no object", self.flags.places[0]);
            return Err(Error::usage("no_object", text).hint("--recursive takes all below it"));
        }
        if !self.admits(&from)? {
            return Ok(());
        }
        let to = with_name(&from, to)?;
        if self.moves() && (matches!(from, Place::Stream) || matches!(to, Place::Stream)) {
            return Err(Error::usage("usage", "`-` can be copied, not moved"));
        }
        let action = match (&from, &to) {
            _ if self.moves() => Action::Move,
            (Place::Remote { .. }, Place::Remote { .. }) => Action::Copy,
            (_, Place::Remote { .. }) => Action::Upload,
            _ => Action::Download,
        };
        self.check_properties(&to)?;
        let names = (show(&from), show(&to));
        if self.flags.dry_run {
            return self.tell_done(action, &names.0, &names.1);
        }
        let to_stdout = is_stdout(&to);
        match self.transfer(&from, &to).await? {
            // What goes to stdout is followed by nothing.
            Ok(_) if to_stdout => Ok(()),
            Ok(_) => self.tell_done(action, &names.0, &names.1),
            Err(TransferError::Exists(what)) => {
                if !self.flags.quiet {
                    let text = format!("{} is left as it is: {what} is there", names.0);
                    self.shell.note(&text);
                }
                Ok(())
            }
            Err(TransferError::Archived(_)) if self.flags.archived == Archived::Ignored => Ok(()),
            Err(error) => Err(self.failed(&error, &from)),
        }
    }

    /// Whether --exclude and --include let one file or object take part: by its name, as aws-cli goes.
    pub(super) fn admits(&self, place: &Place) -> Result<bool, Error> {
        let name = match place {
            Place::Local(path) => path.file_name().unwrap_or_default().to_string_lossy(),
            Place::Remote { key, .. } => key.rsplit('/').next().unwrap_or_default().into(),
            Place::Stream => return Ok(true),
        };
        Ok(self.filters([place])?.admits(&name))
    }

    /// Files keep no properties as objects do.
    pub(super) fn check_properties(&self, to: &Place) -> Result<(), Error> {
        let to_store = matches!(to, Place::Remote { .. });
        if !to_store && self.flags.properties != Properties::default() {
            return Err(Error::usage("usage", "files keep no such properties as objects do"));
        }
        Ok(())
    }

    /// The failure, with what was perhaps meant.
    fn failed(&self, error: &TransferError, from: &Place) -> Error {
        let is_folder = match from {
            Place::Remote { key, .. } => key.ends_with('/'),
            Place::Local(path) => path.is_dir(),
            Place::Stream => false,
        };
        let reported = report(error);
        if is_folder { reported.hint("--recursive takes all below it") } else { reported }
    }

    async fn transfer(
        &self,
        from: &Place,
        to: &Place,
    ) -> Result<Result<Done, TransferError>, Error> {
        Ok(match (from, to) {
            (Place::Local(path), Place::Remote { .. }) => {
                let to = self.remote(to, None).await?;
                match self.moves() {
                    true => self.engine.upload_and_remove(path, &to).await,
                    false => self.engine.upload(path, &to).await,
                }
            }
            (Place::Stream, Place::Remote { .. }) => {
                let to = self.remote(to, None).await?;
                let expected = self.flags.expected_size;
                self.engine.read_from(&mut stream(std::io::stdin())?, &to, expected).await
            }
            (Place::Remote { .. }, Place::Local(path)) => {
                let from = self.remote(from, None).await?;
                if self.moves() && !is_file_or_nothing(path) {
                    let text = format!("{} is no file: what goes there is not kept", show(to));
                    return Err(Error::usage("usage", text).hint("cp, and rm then"));
                }
                self.and_remove(&from, None, self.engine.download(&from, path)).await
            }
            (Place::Remote { .. }, Place::Stream) => {
                let from = self.remote(from, None).await?;
                let mut stdout = stream(std::io::stdout())?;
                self.engine.write_to(&from, &mut stdout).await
            }
            (Place::Remote { .. }, Place::Remote { .. }) => {
                let source = self.remote(from, Some(to)).await?;
                let target = self.remote(to, None).await?;
                let work = self.engine.copy(&source, &target);
                self.and_remove(&source, Some(&target), work).await
            }
            _ => return Err(Error::usage("no_store", "one of the two must be in a store")),
        })
    }

    /// Does the work, and of what is moved removes the source once that succeeded.
    async fn and_remove(
        &self,
        source: &Remote,
        target: Option<&Remote>,
        work: impl Future<Output = Result<Done, TransferError>>,
    ) -> Result<Done, TransferError> {
        match self.moves() {
            true => self.engine.and_remove(source, target, work).await,
            false => work.await,
        }
    }
}

/// Whether what is written to a place goes where lines go.
fn is_stdout(place: &Place) -> bool {
    let path = match place {
        Place::Stream => return true,
        Place::Local(path) => path,
        Place::Remote { .. } => return false,
    };
    let (Ok(there), Ok(stdout)) = (rustix::fs::stat(path), rustix::fs::fstat(std::io::stdout()))
    else {
        return false;
    };
    (there.st_dev, there.st_ino) == (stdout.st_dev, stdout.st_ino)
}

/// Whether what is written to a path is there afterwards.
fn is_file_or_nothing(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |data| data.is_file())
}

/// One of the process's own streams, past its buffer.
fn stream(of: impl AsFd) -> Result<tokio::fs::File, Error> {
    let owned = of.as_fd().try_clone_to_owned();
    owned
        .map(|owned| tokio::fs::File::from_std(std::fs::File::from(owned)))
        .map_err(|error| Error::failed("internal", "the stream cannot be taken").source(error))
}
