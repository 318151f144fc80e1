//! What is in a folder or under a prefix, sorted by the bytes of the names, as a stream: never the
//! whole of it is held, but for the folders that lead to the place where the walk is.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::error::Error;
use crate::store::{Listed, Remote};

/// How many entries are read ahead.
const AHEAD: usize = 1000;

/// How deep folders may lie within each other.
const DEEPEST: usize = 128;

/// A file or object.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The name within the folder or prefix, with slashes.
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) modified: Option<Timestamp>,
}

/// What a walk gives.
#[derive(Debug)]
pub(crate) enum Found {
    Entry(Entry),
    /// What is there and takes no part, and why.
    Skipped(String),
}

/// A walk on its way; it ends with its reader.
pub(crate) struct Entries(mpsc::Receiver<Result<Found, Error>>);

impl Entries {
    pub(crate) async fn next(&mut self) -> Option<Result<Found, Error>> {
        self.0.recv().await
    }

    /// A folder; one that is not there is empty where `optional`.
    pub(crate) fn local(root: &Path, optional: bool) -> Self {
        let (send, receive) = mpsc::channel(AHEAD);
        let root = root.to_owned();
        tokio::task::spawn_blocking(move || {
            if optional && !root.exists() {
                return;
            }
            let mut walk = Walk { send, above: Vec::new() };
            if let Err(Stop::Failed(error)) = walk.folder(&root, "") {
                // A reader that has gone wants no error.
                let _ = walk.send.blocking_send(Err(error));
            }
        });
        Self(receive)
    }

    /// What begins with the remote's key, without it. Names that end with a slash, which consoles make
    /// folders of, are among it where `folders`.
    pub(crate) fn remote(remote: &Remote, folders: bool) -> Self {
        let (send, receive) = mpsc::channel(AHEAD);
        let mut list = remote.list(None);
        let skip = remote.key.len();
        tokio::spawn(async move {
            while let Some(listed) = list.next().await {
                let found = match listed {
                    Ok(Listed::Object { key, .. })
                        if !folders && (key.len() == skip || key.ends_with('/')) =>
                    {
                        continue;
                    }
                    Ok(Listed::Object { key, size, modified }) => {
                        let name = key.get(skip..).unwrap_or_default().to_owned();
                        Ok(Found::Entry(Entry { name, size, modified }))
                    }
                    Ok(Listed::Prefix(_)) => continue,
                    Err(error) => Err(error),
                };
                let failed = found.is_err();
                if send.send(found).await.is_err() || failed {
                    return;
                }
            }
        });
        Self(receive)
    }
}

enum Stop {
    Gone,
    Failed(Error),
}

struct Walk {
    send: mpsc::Sender<Result<Found, Error>>,
    /// Device and inode of the folders that lead here: links may lead back to them.
    above: Vec<(u64, u64)>,
}

impl Walk {
    fn give(&self, found: Found) -> Result<(), Stop> {
        self.send.blocking_send(Ok(found)).map_err(|_| Stop::Gone)
    }

    fn skip(&self, path: &Path, why: &str) -> Result<(), Stop> {
        self.give(Found::Skipped(format!("{} is left out: {why}", path.display())))
    }

    fn folder(&mut self, path: &Path, prefix: &str) -> Result<(), Stop> {
        let failed = |error| Stop::Failed(Error::read(path)(error));
        let data = fs::metadata(path).map_err(failed)?;
        let this = (data.dev(), data.ino());
        if self.above.contains(&this) || self.above.len() >= DEEPEST {
            return self.skip(path, "a link leads back to a folder above it");
        }
        let mut names: Vec<(String, PathBuf, fs::Metadata)> = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                self.skip(&path, "its name is no Unicode")?;
                continue;
            };
            if is_part(name) {
                continue;
            }
            // Links are followed.
            let data = match fs::metadata(&path) {
                Ok(data) => data,
                Err(error) => {
                    self.skip(&path, &error.to_string())?;
                    continue;
                }
            };
            // A folder sorts as what is in it does.
            let name = if data.is_dir() { format!("{name}/") } else { name.to_owned() };
            names.push((name, path, data));
        }
        names.sort_by(|(left, ..), (right, ..)| left.cmp(right));
        self.above.push(this);
        for (name, path, data) in names {
            let name = format!("{prefix}{name}");
            if data.is_dir() {
                self.folder(&path, &name)?;
            } else if data.is_file() {
                let modified = data.modified().ok().and_then(|it| Timestamp::try_from(it).ok());
                self.give(Found::Entry(Entry { name, size: data.len(), modified }))?;
            } else {
                self.skip(&path, "it is no file")?;
            }
        }
        self.above.pop();
        Ok(())
    }
}

/// Whether a file is one of ours that is not whole.
fn is_part(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".part") && name.contains(".isobar-")
}
