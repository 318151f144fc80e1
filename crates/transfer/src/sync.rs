//! Many files and objects: folders and prefixes, copied, kept alike, removed.

use std::cmp::Ordering;
use std::mem::replace;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use isobar_client::checksum::{Algorithm, Checksum};
use tokio::task::JoinSet;

use crate::engine::{Done, Engine, joined};
use crate::error::Error;
use crate::filter::Filters;
use crate::names::local_path;
use crate::store::Remote;
use crate::tree::{Entries, Entry, Found};

/// One end of a transfer of many.
#[derive(Clone, Debug)]
pub enum End {
    /// A folder.
    Local(PathBuf),
    /// What begins with the key.
    Remote(Remote),
}

/// How two of a name are found to differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// By size, and by time as aws-cli does: what is uploaded or copied is when the source is newer,
    /// what is downloaded is when the file is newer than the object, since a download gives a file
    /// the object's time.
    #[default]
    Time,
    /// By size alone.
    Size,
    /// By size and by content: checksums, or MD5s where tags are those. What has neither differs.
    Content,
}

/// What shall be done with many.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Only what differs or is missing is transferred; `None` transfers all.
    pub compare: Option<Compare>,
    /// What the source lacks is removed from the target.
    pub delete: bool,
    /// What was transferred is removed from the source, one by one as each has arrived.
    pub moves: bool,
    /// Nothing is done; events say what would be.
    pub dry_run: bool,
    /// Which names take part. What takes no part is not removed either.
    pub filters: Filters,
}

/// What is done with one file or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// From disk to a store.
    Upload,
    /// From a store to disk.
    Download,
    /// From store to store.
    Copy,
    /// From anywhere to anywhere, and removed there.
    Move,
    /// Removed from the target.
    Delete,
}

/// What happened to one file or object.
#[derive(Debug)]
pub enum Event {
    /// It is done, or in a dry run, would be.
    Done {
        /// What.
        action: Action,
        /// From where; for a removal, what.
        from: String,
        /// To where; empty for a removal.
        to: String,
    },
    /// It failed; the others go on.
    Failed {
        /// What.
        action: Action,
        /// Of what.
        name: String,
        /// Why.
        error: Error,
    },
    /// It takes no part, and why.
    Skipped(String),
}

/// Whoever is told.
pub type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// What is to be done about one name.
enum Step {
    Put { entry: Entry, other: Option<Entry> },
    Delete(String),
}

impl End {
    /// The same as the beginning of names: a prefix ends with a slash.
    fn as_folder(&self) -> Self {
        match self {
            Self::Remote(remote) if !remote.key.is_empty() && !remote.key.ends_with('/') => {
                Self::Remote(remote.with_key(format!("{}/", remote.key)))
            }
            other => other.clone(),
        }
    }

    fn entries(&self, optional: bool) -> Entries {
        match self {
            Self::Local(path) => Entries::local(path, optional),
            Self::Remote(remote) => Entries::remote(remote, false),
        }
    }

    fn name(&self, name: &str) -> String {
        match self {
            Self::Local(path) => path.join(name).display().to_string(),
            Self::Remote(remote) => format!("{remote}{name}"),
        }
    }
}

/// A list whose names that take no part are left out.
struct Side<'a> {
    entries: Option<Entries>,
    filters: &'a Filters,
    tell: &'a Tell,
    /// The last name, where the names must be in order.
    last: Option<String>,
}

impl Side<'_> {
    async fn next(&mut self) -> Result<Option<Entry>, Error> {
        let Some(entries) = &mut self.entries else { return Ok(None) };
        while let Some(found) = entries.next().await {
            let entry = match found? {
                Found::Entry(entry) => entry,
                Found::Skipped(why) => {
                    (self.tell)(Event::Skipped(why));
                    continue;
                }
            };
            if let Some(last) = &mut self.last {
                // Two lists are compared as they come. One without order, as of a bucket in a zone,
                // makes what is there look missing.
                if *last >= entry.name {
                    let text = format!("`{}` is listed out of order: sync needs order", entry.name);
                    return Err(Error::Usage(text));
                }
                last.clone_from(&entry.name);
            }
            if self.filters.admits(&entry.name) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Engine {
    /// Transfers what is in a folder or under a prefix, as the plan says. What fails alone is told
    /// and counted, and the rest goes on.
    ///
    /// # Errors
    /// [`Error::Some`] if any failed; others if the lists cannot be read.
    pub async fn transfer_all(
        &self,
        from: &End,
        to: &End,
        plan: &Plan,
        tell: &Tell,
    ) -> Result<u64, Error> {
        if let (End::Local(_), End::Local(_)) = (from, to) {
            return Err(Error::Usage("one of the two must be in a store".to_owned()));
        }
        let (from, to) = (from.as_folder(), to.as_folder());
        if let (true, End::Remote(source), End::Remote(target)) = (plan.moves, &from, &to)
            && target.is_beside(source)?
            && target.key.starts_with(&source.key)
        {
            return Err(Error::Usage(format!("{source} cannot be moved into itself")));
        }
        let compares = plan.compare.is_some() || plan.delete;
        let last = compares.then(String::new);
        let side = |entries| Side { entries, filters: &plan.filters, tell, last: last.clone() };
        let mut source = side(Some(from.entries(false)));
        let mut target = side(compares.then(|| to.entries(true)));
        let mut pool = Pool::new(self, tell);
        let walk = async {
            // What seems to be missing is known to be so when both lists have come to their ends in
            // order, and no sooner.
            let mut missing = Vec::new();
            let (mut left, mut right) = (source.next().await?, target.next().await?);
            while left.is_some() || right.is_some() {
                let order = match (&left, &right) {
                    (Some(entry), Some(there)) => entry.name.cmp(&there.name),
                    (Some(_), None) => Ordering::Less,
                    (None, _) => Ordering::Greater,
                };
                let entry =
                    if order.is_le() { replace(&mut left, source.next().await?) } else { None };
                let other =
                    if order.is_ge() { replace(&mut right, target.next().await?) } else { None };
                match (entry, other) {
                    (Some(entry), other) => {
                        let step = Step::Put { entry, other };
                        self.step(step, &from, &to, plan, &mut pool).await?;
                    }
                    (None, Some(there)) if plan.delete => missing.push(there.name),
                    (None, _) => {}
                }
            }
            self.progress().all_listed();
            for name in missing {
                self.step(Step::Delete(name), &from, &to, plan, &mut pool).await?;
            }
            pool.finish().await
        };
        self.unless_cancelled(walk).await
    }

    async fn step(
        &self,
        step: Step,
        from: &End,
        to: &End,
        plan: &Plan,
        pool: &mut Pool<'_>,
    ) -> Result<(), Error> {
        let (engine, from, to) = (self.clone(), from.clone(), to.clone());
        let Plan { compare, dry_run, moves, .. } = *plan;
        match step {
            Step::Delete(name) => {
                let shown = to.name(&name);
                let work = async move {
                    if !dry_run {
                        engine.remove_one(&to, &name).await?;
                    }
                    Ok(true)
                };
                pool.run(Action::Delete, shown, String::new(), work).await
            }
            Step::Put { entry, other } => {
                let action = match (&from, &to) {
                    _ if moves => Action::Move,
                    (End::Local(_), _) => Action::Upload,
                    (_, End::Local(_)) => Action::Download,
                    _ => Action::Copy,
                };
                if let (Some(there), Some(compare)) = (&other, compare)
                    && is_known_same(action, compare, &entry, there)
                {
                    return Ok(());
                }
                let same_size = other.as_ref().is_some_and(|there| there.size == entry.size);
                let by_content = compare == Some(Compare::Content) && same_size;
                let (name, target) = (from.name(&entry.name), to.name(&entry.name));
                let work = async move {
                    if by_content && engine.is_same_content(&from, &to, &entry.name).await? {
                        return Ok(false);
                    }
                    if !dry_run {
                        engine.put_one(&from, &to, &entry.name, moves).await?;
                    }
                    Ok(true)
                };
                pool.run(action, name, target, work).await
            }
        }
    }

    async fn put_one(&self, from: &End, to: &End, name: &str, moves: bool) -> Result<Done, Error> {
        let key = |remote: &Remote| remote.with_key(format!("{}{name}", remote.key));
        match (from, to) {
            (End::Local(root), End::Remote(remote)) => {
                let (path, target) = (root.join(name), key(remote));
                if moves {
                    Box::pin(self.upload_and_remove(&path, &target)).await
                } else {
                    Box::pin(self.upload(&path, &target)).await
                }
            }
            (End::Remote(remote), End::Local(root)) => {
                let (source, path) = (key(remote), local_path(root, name)?);
                let work = Box::pin(self.download(&source, &path));
                if moves { self.and_remove(&source, None, work).await } else { work.await }
            }
            (End::Remote(source), End::Remote(target)) => {
                let (from, to) = (key(source), key(target));
                let work = Box::pin(self.copy(&from, &to));
                if !moves {
                    return work.await;
                }
                // It would be moved once more, or removed with what was there before.
                if from.is_beside(&to)? && to.key.starts_with(&source.key) {
                    let text = format!("{to} is itself below what is moved");
                    return Err(Error::Usage(text));
                }
                self.and_remove(&from, Some(&to), work).await
            }
            (End::Local(_), End::Local(_)) => Err(Error::Usage("no store".to_owned())),
        }
    }

    async fn remove_one(&self, at: &End, name: &str) -> Result<(), Error> {
        match at {
            End::Remote(remote) => {
                let remote = remote.with_key(format!("{}{name}", remote.key));
                self.retry(|| 0, || remote.delete()).await
            }
            End::Local(root) => {
                let path = root.join(name);
                std::fs::remove_file(&path).map_err(Error::write(&path))
            }
        }
    }

    /// Whether two of one size have one content.
    async fn is_same_content(&self, from: &End, to: &End, name: &str) -> Result<bool, Error> {
        let key = |remote: &Remote| remote.with_key(format!("{}{name}", remote.key));
        match (from, to) {
            (End::Local(root), End::Remote(remote)) | (End::Remote(remote), End::Local(root)) => {
                let head = key(remote).head().await?;
                let Some(known) = head.checksum.or(head.md5) else { return Ok(false) };
                Ok(sum_of(&local_path(root, name)?, known.algorithm()).await? == known)
            }
            (End::Remote(source), End::Remote(target)) => {
                let (source, target) = (key(source).head().await?, key(target).head().await?);
                let same = |left: Option<Checksum>, right: Option<Checksum>| {
                    left.is_some() && left == right
                };
                Ok(same(source.checksum, target.checksum) || same(source.md5, target.md5))
            }
            (End::Local(_), End::Local(_)) => Ok(false),
        }
    }

    /// Removes an object.
    ///
    /// # Errors
    /// Of every kind.
    pub async fn remove(&self, remote: &Remote) -> Result<(), Error> {
        self.unless_cancelled(self.retry(|| 0, || remote.delete())).await
    }

    /// Removes what begins with the remote's key, which as a prefix ends with a slash. Gives how
    /// many there were.
    ///
    /// # Errors
    /// As for [`Engine::transfer_all`].
    pub async fn remove_all(&self, at: &Remote, plan: &Plan, tell: &Tell) -> Result<u64, Error> {
        let at = End::Remote(at.clone()).as_folder();
        let entries = match &at {
            // What consoles made as folders goes too.
            End::Remote(remote) => Entries::remote(remote, true),
            End::Local(_) => at.entries(false),
        };
        let mut side = Side { entries: Some(entries), filters: &plan.filters, tell, last: None };
        let mut pool = Pool::new(self, tell);
        let walk = async {
            while let Some(entry) = side.next().await? {
                self.step(Step::Delete(entry.name), &at, &at, plan, &mut pool).await?;
            }
            pool.finish().await
        };
        self.unless_cancelled(walk).await
    }
}

/// Whether size and time say that nothing is to be done.
fn is_known_same(action: Action, compare: Compare, entry: &Entry, there: &Entry) -> bool {
    if entry.size != there.size {
        return false;
    }
    match compare {
        Compare::Size => true,
        Compare::Content => false,
        Compare::Time => {
            // Stores give whole seconds.
            let seconds = |entry: &Entry| entry.modified.map(jiff::Timestamp::as_second);
            match (seconds(entry), seconds(there)) {
                (Some(from), Some(to)) if action == Action::Download => to <= from,
                (Some(from), Some(to)) => to >= from,
                _ => false,
            }
        }
    }
}

/// The checksum of a file.
async fn sum_of(path: &Path, algorithm: Algorithm) -> Result<Checksum, Error> {
    use std::io::Read;
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(&path).map_err(Error::read(&path))?;
        let mut hasher = algorithm.hasher();
        let mut block = vec![0; 256 << 10];
        loop {
            match file.read(&mut block).map_err(Error::read(&path))? {
                0 => return Ok(hasher.finish()),
                size => hasher.update(&block[..size]),
            }
        }
    });
    joined(reading.await)
}

/// Files under way, as many at once as parts may be.
struct Pool<'a> {
    running: JoinSet<Result<(), Error>>,
    most: usize,
    tell: &'a Tell,
    failed: u64,
    total: u64,
    done: Arc<std::sync::atomic::AtomicU64>,
}

impl<'a> Pool<'a> {
    fn new(engine: &Engine, tell: &'a Tell) -> Self {
        let most = engine.options.parallel.max(1);
        Self { running: JoinSet::new(), most, tell, failed: 0, total: 0, done: Arc::default() }
    }

    /// Begins the work as soon as there is room. It says whether it did anything.
    async fn run(
        &mut self,
        action: Action,
        from: String,
        to: String,
        work: impl Future<Output = Result<bool, Error>> + Send + 'static,
    ) -> Result<(), Error> {
        while self.running.len() >= self.most {
            self.settle().await?;
        }
        self.total += 1;
        let (tell, done) = (self.tell.clone(), self.done.clone());
        self.running.spawn(async move {
            match work.await {
                Ok(true) => {
                    done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    tell(Event::Done { action, from, to });
                    Ok(())
                }
                Ok(false) => Ok(()),
                Err(Error::Cancelled) => Err(Error::Cancelled),
                Err(error) => {
                    tell(Event::Failed { action, name: from, error });
                    Err(Error::Some { failed: 1, total: 1 })
                }
            }
        });
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        match self.running.join_next().await.map(joined) {
            Some(Err(Error::Some { .. })) => self.failed += 1,
            Some(Err(error)) => return Err(error),
            _ => {}
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<u64, Error> {
        while !self.running.is_empty() {
            self.settle().await?;
        }
        if self.failed > 0 {
            return Err(Error::Some { failed: self.failed, total: self.total });
        }
        Ok(self.done.load(std::sync::atomic::Ordering::Relaxed))
    }
}
