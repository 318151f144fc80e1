//! What is in a folder or under a prefix, sorted by the bytes of the names, as a stream: never the
//! whole of it is held, but for the folders that lead to the place where the walk is.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::error::Error;
use crate::filter::Filters;
use crate::local::leads_within;
use crate::store::{Listed, Remote};

/// How many entries are read ahead.
const AHEAD: usize = 1000;

/// How deep folders may lie within each other.
const DEEPEST: usize = 128;

/// Which links of a folder are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Those that lead to something within the folder.
    #[default]
    Within,
    /// All.
    All,
    /// None.
    None,
}

/// A file or object, or a folder: its name is empty or ends with a slash, and it has no bytes.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The name within the folder or prefix, with slashes.
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) modified: Option<Timestamp>,
    /// It is a file of the folder under another name: a link to a folder leads to it.
    pub(crate) is_alias: bool,
}

impl Entry {
    /// Whether it is a folder, or an object that stands for one.
    pub(crate) fn is_folder(&self) -> bool {
        self.size == 0 && (self.name.is_empty() || self.name.ends_with('/'))
    }
}

/// What a walk gives.
#[derive(Debug)]
pub(crate) enum Found {
    Entry(Entry),
    /// What is there and takes no part, with all that is below, and why; without a reason where
    /// that was asked for.
    Skipped {
        name: String,
        why: Option<String>,
    },
    /// What could not be looked into.
    Failed {
        name: String,
        error: Error,
    },
}

/// A walk on its way; it ends with its reader.
pub(crate) struct Entries(mpsc::Receiver<Result<Found, Error>>);

impl Entries {
    pub(crate) async fn next(&mut self) -> Option<Result<Found, Error>> {
        self.0.recv().await
    }

    /// A folder; one that is not there is empty where `optional`.
    pub(crate) fn local(root: &Path, links: Links, filters: &Filters, optional: bool) -> Self {
        let (send, receive) = mpsc::channel(AHEAD);
        let (root, filters) = (root.to_owned(), filters.clone());
        tokio::task::spawn_blocking(move || {
            if optional && fs::symlink_metadata(&root).is_err_and(|it| is_absent(&it)) {
                return;
            }
            let mut walk = Walk { send, root, links, filters, above: Vec::new() };
            if let Err(Stop::Failed(error)) = walk.all() {
                // A reader that has gone wants no error.
                let _ = walk.send.blocking_send(Err(error));
            }
        });
        Self(receive)
    }

    /// What begins with the remote's key, without it.
    pub(crate) fn remote(remote: &Remote) -> Self {
        let (send, receive) = mpsc::channel(AHEAD);
        let mut list = remote.list(None);
        let skip = remote.key.len();
        tokio::spawn(async move {
            while let Some(listed) = list.next().await {
                let found = match listed {
                    Ok(Listed::Object { key, size, modified }) => {
                        let name = key.get(skip..).unwrap_or_default().to_owned();
                        Ok(Found::Entry(Entry { name, size, modified, is_alias: false }))
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

fn is_absent(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
}

enum Stop {
    Gone,
    Failed(Error),
}

struct Walk {
    send: mpsc::Sender<Result<Found, Error>>,
    root: PathBuf,
    links: Links,
    filters: Filters,
    /// Device and inode of the folders that lead here: links may lead back to them.
    above: Vec<(u64, u64)>,
}

/// Something in a folder.
struct Child {
    /// Its name; a folder's ends with a slash, since it sorts as what is in it does.
    name: String,
    path: PathBuf,
    data: fs::Metadata,
    /// A link to something within the tree.
    is_alias: bool,
}

impl Walk {
    fn give(&self, found: Found) -> Result<(), Stop> {
        self.send.blocking_send(Ok(found)).map_err(|_| Stop::Gone)
    }

    fn skip(&self, name: String, path: &Path, why: &str) -> Result<(), Stop> {
        let why = Some(format!("{} is left out: {why}", path.display()));
        self.give(Found::Skipped { name, why })
    }

    fn all(&mut self) -> Result<(), Stop> {
        let root = self.root.clone();
        // Without the root there is nothing that the rest could be among.
        let names = fs::read_dir(&root).map_err(|error| Stop::Failed(Error::read(&root)(error)))?;
        let data = fs::metadata(&root).map_err(|error| Stop::Failed(Error::read(&root)(error)))?;
        self.content(names, &data, "", false)
    }

    /// A folder below the root. One that cannot be read is a failure among others.
    fn folder(&mut self, child: &Child, name: String) -> Result<(), Stop> {
        let above = (child.data.dev(), child.data.ino());
        if self.above.contains(&above) {
            return self.skip(name, &child.path, "a link leads back to a folder above it");
        }
        if self.above.len() >= DEEPEST {
            return self.skip(name, &child.path, "there are too many folders above it");
        }
        match fs::read_dir(&child.path) {
            Ok(names) => self.content(names, &child.data, &name, child.is_alias),
            Err(_) if self.filters.name(&name) => Ok(()),
            Err(error) => {
                let error = Error::read(&child.path)(error);
                self.give(Found::Failed { name, error })
            }
        }
    }

    fn content(
        &mut self,
        names: fs::ReadDir,
        data: &fs::Metadata,
        prefix: &str,
        is_alias: bool,
    ) -> Result<(), Stop> {
        self.give(Found::Entry(Entry {
            name: prefix.to_owned(),
            size: 0,
            modified: modified(data),
            is_alias,
        }))?;
        let mut children = Vec::new();
        for entry in names {
            match entry {
                Ok(entry) => children.extend(self.child(&entry, prefix, is_alias)?),
                Err(error) => {
                    let error = Error::read(self.root.join(prefix))(error);
                    self.give(Found::Failed { name: prefix.to_owned(), error })?;
                    break;
                }
            }
        }
        children.sort_by(|one, other| one.name.cmp(&other.name));
        self.above.push((data.dev(), data.ino()));
        for child in children {
            let name = format!("{prefix}{}", child.name);
            if child.data.is_dir() {
                if !self.filters.leave_out_all_of(&name) {
                    self.folder(&child, name)?;
                }
            } else if child.data.is_file() {
                let Child { data, is_alias, .. } = child;
                let (size, modified) = (data.len(), modified(&data));
                self.give(Found::Entry(Entry { name, size, modified, is_alias }))?;
            } else {
                self.skip(name, &child.path, "it is no file")?;
            }
        }
        self.above.pop();
        Ok(())
    }

    /// What takes part of an entry of a folder.
    fn child(
        &self,
        entry: &fs::DirEntry,
        prefix: &str,
        is_alias: bool,
    ) -> Result<Option<Child>, Stop> {
        let path = entry.path();
        let bare = entry.file_name();
        let Some(name) = bare.to_str() else {
            let name = format!("{prefix}{}", bare.to_string_lossy());
            return self.skip(name, &path, "its name is no Unicode").map(|()| None);
        };
        if is_part(name) {
            return Ok(None);
        }
        let whole = format!("{prefix}{name}");
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && self.links == Links::None {
            return self.give(Found::Skipped { name: whole, why: None }).map(|()| None);
        }
        let data = match fs::metadata(&path) {
            Ok(data) => data,
            Err(error) if is_link && is_absent(&error) => {
                return self.skip(whole, &path, "it is a link that leads nowhere").map(|()| None);
            }
            Err(error) => return self.skip(whole, &path, &error.to_string()).map(|()| None),
        };
        let leads_within = is_link && leads_within(&self.root, &path);
        if is_link && !leads_within && self.links == Links::Within {
            let why = "it is a link that leads out of the folder";
            return self.skip(whole, &path, why).map(|()| None);
        }
        // A file that a link leads to goes by the link's name, and so does the link.
        let is_alias = is_alias || leads_within && data.is_dir();
        let name = if data.is_dir() { format!("{name}/") } else { name.to_owned() };
        Ok(Some(Child { name, path, data, is_alias }))
    }
}

fn modified(data: &fs::Metadata) -> Option<Timestamp> {
    data.modified().ok().and_then(|it| Timestamp::try_from(it).ok())
}

/// Whether a file is one of ours that is not whole.
fn is_part(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".part") && name.contains(".isobar-")
}
