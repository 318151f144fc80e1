//! Many files and objects: folders and prefixes, copied, kept alike, removed.

mod bound;
mod compare;
mod pool;
mod side;

use std::cmp::Ordering;
use std::mem::replace;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use isobar_client::checksum::{Algorithm, Checksum};

use crate::engine::{Done, Engine, joined};
use crate::error::Error;
use crate::filter::Filters;
use crate::local::within;
use crate::store::Remote;
use crate::tree::{Entries, Entry, Links};
pub use bound::{Ask, MostRemoved};
pub use compare::Compare;
use pool::Pool;
use side::Side;

/// One end of a transfer of many.
#[derive(Clone, Debug)]
pub enum End {
    /// A folder.
    Local(PathBuf),
    /// What begins with the key.
    Remote(Remote),
}

/// What shall be done with many.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Only what differs or is missing is transferred; `None` transfers all.
    pub compare: Option<Compare>,
    /// What is newer in the target is left as it is.
    pub update: bool,
    /// What the source lacks is removed from the target, once all else has succeeded.
    pub delete: bool,
    /// How much of the target that may be at most.
    pub most_removed: MostRemoved,
    /// Whoever is asked whether it may be more; without anybody it may not.
    pub ask: Option<Ask>,
    /// What was transferred is removed from the source, one by one as each has arrived.
    pub moves: bool,
    /// Nothing is done; events say what would be.
    pub dry_run: bool,
    /// Which names take part. What takes no part is not removed either.
    pub filters: Filters,
    /// Which links of a source folder are followed.
    pub source_links: Links,
    /// Which links of a target folder are followed; nothing is written or removed through others.
    pub target_links: Links,
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
    /// It takes no part though it would have to, and why.
    Skipped(String),
    /// Something else that is good to know.
    Noted(String),
}

/// Whoever is told.
pub type Tell = Arc<dyn Fn(Event) + Send + Sync>;

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

    fn is_local(&self) -> bool {
        matches!(self, Self::Local(_))
    }

    fn entries(&self, links: Links, filters: &Filters, optional: bool) -> Entries {
        match self {
            Self::Local(path) => Entries::local(path, links, filters, optional),
            Self::Remote(remote) => Entries::remote(remote),
        }
    }

    fn name(&self, name: &str) -> String {
        match self {
            Self::Local(path) => path.join(name).display().to_string(),
            Self::Remote(remote) => format!("{remote}{name}"),
        }
    }
}

fn below(remote: &Remote, name: &str) -> Remote {
    remote.with_key(format!("{}{name}", remote.key))
}

impl Engine {
    /// Transfers what is in a folder or under a prefix, as the plan says. What fails alone is told
    /// and counted, and the rest goes on.
    ///
    /// # Errors
    /// [`Error::Some`] if any failed, and [`Error::TooMany`] if more than may be were to be removed;
    /// others if the lists cannot be read.
    pub async fn transfer_all(
        &self,
        from: &End,
        to: &End,
        plan: &Plan,
        tell: &Tell,
    ) -> Result<u64, Error> {
        if from.is_local() && to.is_local() {
            return Err(Error::Usage("one of the two must be in a store".to_owned()));
        }
        let (from, to) = (from.as_folder(), to.as_folder());
        if let (true, End::Remote(source), End::Remote(target)) = (plan.moves, &from, &to)
            && target.is_beside(source)?
            && target.key.starts_with(&source.key)
        {
            return Err(Error::Usage(format!("{source} cannot be moved into itself")));
        }
        let many = Many { engine: self, from, to, plan, tell };
        self.unless_cancelled(many.all()).await
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
        let many = Many { engine: self, from: at.clone(), to: at, plan, tell };
        let walk = async {
            let entries = many.to.entries(Links::None, &plan.filters, false);
            let mut side = Side::new(Some(entries), &plan.filters, tell);
            let mut pool = Pool::new(self, tell);
            while let Some(entry) = side.next().await? {
                many.remove(entry.name, &mut pool).await?;
            }
            pool.finish().await
        };
        self.unless_cancelled(walk).await
    }
}

/// A transfer of many.
struct Many<'a> {
    engine: &'a Engine,
    from: End,
    to: End,
    plan: &'a Plan,
    tell: &'a Tell,
}

/// What the target has and the source lacks.
#[derive(Default)]
struct Missing {
    names: Vec<String>,
    /// How many the target has in all.
    of: u64,
}

impl Many<'_> {
    fn action(&self) -> Action {
        match (&self.from, &self.to) {
            _ if self.plan.moves => Action::Move,
            (End::Local(_), _) => Action::Upload,
            (_, End::Local(_)) => Action::Download,
            _ => Action::Copy,
        }
    }

    async fn all(&self) -> Result<u64, Error> {
        let Plan { filters, source_links, target_links, delete, .. } = self.plan;
        let compares = self.plan.compare.is_some() || *delete || !self.engine.options.overwrite;
        let from = self.from.entries(*source_links, filters, false);
        let to = compares.then(|| self.to.entries(*target_links, filters, true));
        let mut source = Side::new(Some(from), filters, self.tell)
            .ordered(compares)
            .telling(Some(self.action()));
        // What is left out of the target is no matter where nothing is removed from it.
        let mut target = Side::new(to, filters, self.tell)
            .ordered(compares)
            .telling(delete.then_some(Action::Delete));
        let mut pool = Pool::new(self.engine, self.tell);
        // What seems to be missing is known to be so when both lists have come to their ends in
        // order, and no sooner.
        let mut missing = self.put_all(&mut source, &mut target, &mut pool).await?;
        self.engine.progress().all_listed();
        pool.add_failed(source.failed + target.failed);
        missing.names.retain(|name| !source.left_out.covers(name) && !target.left_out.covers(name));
        if *delete && !missing.names.is_empty() {
            self.remove_missing(missing, &mut pool).await?;
        }
        pool.finish().await
    }

    async fn put_all(
        &self,
        source: &mut Side<'_>,
        target: &mut Side<'_>,
        pool: &mut Pool<'_>,
    ) -> Result<Missing, Error> {
        let mut missing = Missing::default();
        let (mut left, mut right) = (source.next().await?, target.next().await?);
        while left.is_some() || right.is_some() {
            let order = match (&left, &right) {
                (Some(entry), Some(there)) => entry.name.cmp(&there.name),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            let entry = if order.is_le() { replace(&mut left, source.next().await?) } else { None };
            let other =
                if order.is_ge() { replace(&mut right, target.next().await?) } else { None };
            // Folders of a disk are no objects: they come with what is in them, and stay.
            let other_is_object =
                other.as_ref().is_some_and(|it| !(self.to.is_local() && it.is_folder()));
            missing.of += u64::from(other_is_object);
            match (entry, other) {
                (Some(entry), other) => self.put(entry, other, pool).await?,
                (None, Some(there)) if self.plan.delete && other_is_object => {
                    self.miss(there, &mut missing);
                }
                (None, _) => {}
            }
        }
        Ok(missing)
    }

    fn miss(&self, there: Entry, missing: &mut Missing) {
        if there.is_alias {
            let name = self.to.name(&there.name);
            let why = format!("{name} is kept: a link leads to it, and it has another name");
            (self.tell)(Event::Skipped(why));
        } else {
            missing.names.push(there.name);
        }
    }

    /// Removes what is missing from the source, unless something failed, or it is too much.
    async fn remove_missing(&self, missing: Missing, pool: &mut Pool<'_>) -> Result<(), Error> {
        let (count, of) = (missing.names.len() as u64, missing.of);
        let failed = pool.settle_all().await?;
        if failed > 0 {
            let text = format!("nothing is removed, since {failed} failed: {count} would be");
            (self.tell)(Event::Noted(text));
            return Ok(());
        }
        if !self.plan.most_removed.allows(count, of) {
            let error = Error::TooMany { count, of };
            if self.plan.dry_run {
                (self.tell)(Event::Noted(format!("in earnest it would end: {error}")));
            } else if !self.may_remove(count, of).await? {
                return Err(error);
            }
        }
        for name in missing.names {
            self.remove(name, pool).await?;
        }
        Ok(())
    }

    async fn may_remove(&self, count: u64, of: u64) -> Result<bool, Error> {
        let Some(Ask(ask)) = self.plan.ask.clone() else { return Ok(false) };
        joined(tokio::task::spawn_blocking(move || Ok(ask(count, of))).await)
    }

    /// Whether the names, sizes and times alone say that nothing is to be done.
    fn is_settled(&self, entry: &Entry, there: Option<&Entry>) -> bool {
        // An object that stands for a folder says nothing to a folder that there is.
        if entry.is_folder() && (self.from.is_local() || self.to.is_local() && there.is_some()) {
            return self.from.is_local() || there.is_some_and(Entry::is_folder);
        }
        let downloads = self.to.is_local();
        there.is_some_and(|there| {
            !self.engine.options.overwrite
                || self.plan.update && compare::is_older(entry, there)
                || self.plan.compare.is_some_and(|it| it.finds_same(downloads, entry, there))
        })
    }

    async fn put(
        &self,
        entry: Entry,
        other: Option<Entry>,
        pool: &mut Pool<'_>,
    ) -> Result<(), Error> {
        if self.is_settled(&entry, other.as_ref()) {
            return Ok(());
        }
        let same_size = other.is_some_and(|there| there.size == entry.size);
        let by_content = self.plan.compare == Some(Compare::Content) && same_size;
        let (name, target) = (self.from.name(&entry.name), self.to.name(&entry.name));
        let (one, dry_run) = (self.one(entry), self.plan.dry_run);
        let work = async move {
            if by_content && one.is_same_content().await? {
                return Ok(false);
            }
            if !dry_run {
                one.put().await?;
            }
            Ok(true)
        };
        pool.run(self.action(), name, target, work).await
    }

    async fn remove(&self, name: String, pool: &mut Pool<'_>) -> Result<(), Error> {
        let (engine, to, dry_run) = (self.engine.clone(), self.to.clone(), self.plan.dry_run);
        let follows = self.plan.target_links == Links::All;
        let shown = to.name(&name);
        let work = async move {
            match &to {
                _ if dry_run => {}
                End::Remote(remote) => {
                    let remote = below(remote, &name);
                    engine.retry(|| 0, || remote.delete()).await?;
                }
                End::Local(root) => {
                    let path = within(root, &name, follows)?;
                    std::fs::remove_file(&path).map_err(Error::write(&path))?;
                }
            }
            Ok(true)
        };
        pool.run(Action::Delete, shown, String::new(), work).await
    }

    fn one(&self, entry: Entry) -> One {
        One {
            engine: self.engine.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            entry,
            moves: self.plan.moves,
            follows: self.plan.target_links == Links::All,
        }
    }
}

/// One of many.
struct One {
    engine: Engine,
    from: End,
    to: End,
    entry: Entry,
    moves: bool,
    follows: bool,
}

impl One {
    async fn put(&self) -> Result<Done, Error> {
        let (engine, name) = (&self.engine, self.entry.name.as_str());
        match (&self.from, &self.to) {
            (End::Local(root), End::Remote(remote)) => {
                let (path, target) = (root.join(name), below(remote, name));
                if self.moves {
                    Box::pin(engine.upload_and_remove(&path, &target)).await
                } else {
                    Box::pin(engine.upload_file(&path, &target)).await
                }
            }
            (End::Remote(remote), End::Local(root)) => {
                let source = below(remote, name);
                let work = Box::pin(self.download(&source, root));
                if self.moves { engine.and_remove(&source, None, work).await } else { work.await }
            }
            (End::Remote(source), End::Remote(target)) => Box::pin(self.copy(source, target)).await,
            (End::Local(_), End::Local(_)) => Err(Error::Usage("no store".to_owned())),
        }
    }

    async fn download(&self, source: &Remote, root: &Path) -> Result<Done, Error> {
        if !self.entry.is_folder() {
            let path = within(root, &self.entry.name, self.follows)?;
            // Into a pipe that nobody reads, one would write for ever.
            if std::fs::metadata(&path).is_ok_and(|data| !data.is_file()) {
                return Err(Error::Usage(format!("{} is no file", path.display())));
            }
            return self.engine.download(source, &path).await;
        }
        let path = match self.entry.name.strip_suffix('/') {
            Some(name) => within(root, name, self.follows)?,
            None => root.to_owned(),
        };
        std::fs::create_dir_all(&path).map_err(Error::write(&path))?;
        Ok(Done::nothing())
    }

    async fn copy(&self, source: &Remote, target: &Remote) -> Result<Done, Error> {
        let name = &self.entry.name;
        let (from, to) = (below(source, name), below(target, name));
        if to.key.is_empty() && self.entry.is_folder() {
            // It stood for what is now the whole bucket.
            if self.moves {
                self.engine.retry(|| 0, || from.delete()).await?;
            }
            return Ok(Done::nothing());
        }
        if to.key.is_empty() {
            return Err(Error::Name(from.key));
        }
        let work = Box::pin(self.engine.copy(&from, &to));
        if !self.moves {
            return work.await;
        }
        // It would be moved once more, or removed with what was there before.
        if from.is_beside(&to)? && to.key.starts_with(&source.key) {
            let text = format!("{to} is itself below what is moved");
            return Err(Error::Usage(text));
        }
        self.engine.and_remove(&from, Some(&to), work).await
    }

    /// Whether two of one size have one content.
    async fn is_same_content(&self) -> Result<bool, Error> {
        let name = &self.entry.name;
        match (&self.from, &self.to) {
            (End::Local(root), End::Remote(remote)) | (End::Remote(remote), End::Local(root)) => {
                let head = below(remote, name).head().await?;
                let Some(known) = head.checksum.or(head.md5) else { return Ok(false) };
                let path = within(root, name, true)?;
                Ok(sum_of(&path, known.algorithm()).await? == known)
            }
            (End::Remote(source), End::Remote(target)) => {
                let source = below(source, name).head().await?;
                let target = below(target, name).head().await?;
                let same = |left: Option<Checksum>, right: Option<Checksum>| {
                    left.is_some() && left == right
                };
                Ok(same(source.checksum, target.checksum) || same(source.md5, target.md5))
            }
            (End::Local(_), End::Local(_)) => Ok(false),
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
