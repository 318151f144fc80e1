//! An object into a file, in ranges at once; or into a stream, in order.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use isobar_client::Source;
use isobar_client::checksum::{Algorithm, Checksum, Hasher};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::engine::{Done, Engine};
use crate::error::Error;
use crate::local;
use crate::names::part_path;
use crate::state::{Journal, name_of};
use crate::store::{Head, Remote};

/// How much is gathered before it is written: what a running range holds.
const BLOCK: usize = 1 << 20;

/// The least bytes of a range.
const LEAST_RANGE: u64 = 64 << 10;

/// The most ranges that an object is fetched in.
const MOST_RANGES: u64 = 10_000;

/// A file on its way.
#[derive(Clone)]
struct Target {
    path: PathBuf,
    file: Arc<File>,
    remote: Remote,
    etag: String,
    size: u64,
    algorithm: Algorithm,
    journal: Option<Journal>,
    /// The store gave all of the object where a range was asked for.
    has_whole: Arc<AtomicBool>,
}

/// A range that is there: its number, its checksum, its length.
type Sum = (u64, Checksum, u64);

/// A range, and what is known of it from an earlier time.
struct Range {
    number: u64,
    offset: u64,
    length: u64,
    before: Option<Checksum>,
}

impl Engine {
    /// Downloads an object to a path. The file's time becomes the object's; a file that was there
    /// keeps its mode. What is no regular file (a device, a pipe, `/dev/stdout`) is written into.
    ///
    /// # Errors
    /// Of every kind. Under a file's final name, there is what was there before, or the whole object.
    pub async fn download(&self, from: &Remote, to: &Path) -> Result<Done, Error> {
        let head = self.unless_cancelled(from.head()).await?;
        self.check_readable(from, &head)?;
        self.progress().expect(head.size);
        let asked = to.to_owned();
        match self.blocking(move || local::target(&asked)).await? {
            local::Target::File(path) => self.download_file(from, &head, &path).await,
            local::Target::Stream(file) => {
                let mut stream = tokio::fs::File::from_std(file);
                self.unless_cancelled(self.pour(from, &head, &mut stream, to)).await
            }
        }
    }

    async fn download_file(&self, from: &Remote, head: &Head, to: &Path) -> Result<Done, Error> {
        let before = fs::symlink_metadata(to).ok();
        if !self.options.overwrite && before.is_some() {
            return Err(Error::Exists(to.display().to_string()));
        }
        if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(Error::write(folder))?;
        }
        let id = name_of(&format!("{from} {} {}", head.size, head.etag));
        let path = part_path(to, &id);
        let file = open_part(&path, before.as_ref())?;
        let folder = self.options.state.as_deref();
        let journal = Journal::of(folder, &format!("{} {id}", path.display()));
        let target = Target {
            algorithm: head.checksum.as_ref().map_or(Algorithm::Crc64Nvme, Checksum::algorithm),
            etag: head.etag.clone(),
            file: Arc::new(file),
            remote: from.clone(),
            size: head.size,
            has_whole: Arc::default(),
            journal,
            path,
        };
        let outcome = match self.fill(&target, head).await {
            Ok(done) => finish(&target, head, to, self.options.overwrite).map(|()| done),
            Err(error) => Err(error),
        };
        // What is whole is renamed by now; what can go on stays, where somebody may go on.
        let goes_on = matches!(&outcome, Err(error) if may_go_on(error));
        if !goes_on || target.journal.as_ref().is_none_or(|journal| journal.read().is_empty()) {
            if outcome.is_err() {
                let _ = fs::remove_file(&target.path);
            }
            if let Some(journal) = &target.journal {
                journal.remove();
            }
        }
        let done = outcome?;
        self.progress().done();
        Ok(done)
    }

    /// Fetches what is missing and verifies the whole.
    async fn fill(&self, target: &Target, head: &Head) -> Result<Done, Error> {
        reserve(target, head.size)?;
        let size = self.options.part_size.clamp(LEAST_RANGE, 1 << 30);
        let size = size.max(head.size.div_ceil(MOST_RANGES));
        let mut filled = self.fill_in(target, size).await;
        if filled.is_err() && target.has_whole.load(Ordering::Relaxed) {
            // The store gives all of the object for each range: one is enough.
            if let Some(journal) = &target.journal {
                journal.remove();
            }
            filled = self.fill_in(target, head.size).await;
        }
        let (mut sums, resumed) = filled?;
        sums.sort_by_key(|(number, ..)| *number);
        let whole = sums.into_iter().try_fold(None, |whole: Option<Checksum>, (_, sum, length)| {
            whole.map_or(Some(sum.clone()), |whole| whole.then(&sum, length)).map(Some)
        });
        let whole = whole.flatten().unwrap_or_else(|| target.algorithm.hasher().finish());
        let verified = self.verify(target, head, whole).await?;
        Ok(Done { size: head.size, resumed, verified })
    }

    /// Fetches what is missing in ranges of a size. Gives their numbers, checksums and lengths, and
    /// how many bytes were there.
    async fn fill_in(&self, target: &Target, size: u64) -> Result<(Vec<Sum>, u64), Error> {
        let mut before = std::collections::HashMap::new();
        for (number, sum) in target.journal.iter().flat_map(Journal::read) {
            before.extend(Checksum::of_hex(target.algorithm, &sum).map(|sum| (number, sum)));
        }
        let count = if target.size == 0 { 0 } else { target.size.div_ceil(size) };
        let ranges = (0..count).map(|number| Range {
            number,
            offset: number * size,
            length: size.min(target.size - number * size),
            before: before.remove(&number),
        });
        let resumed = Arc::new(AtomicU64::new(0));
        let sums = self
            .each(ranges, |range| {
                let (engine, target, resumed) = (self.clone(), target.clone(), resumed.clone());
                async move {
                    if let Some(before) = &range.before
                        && target.sum_of(range.offset, range.length).await? == *before
                    {
                        engine.progress().add(range.length);
                        resumed.fetch_add(range.length, Ordering::Relaxed);
                        return Ok((range.number, before.clone(), range.length));
                    }
                    let sum = engine.fetch(&target, &range).await?;
                    Ok((range.number, sum, range.length))
                }
            })
            .await?;
        Ok((sums, resumed.load(Ordering::Relaxed)))
    }

    /// Compares the whole with what the store says of it.
    async fn verify(
        &self,
        target: &Target,
        head: &Head,
        whole: Checksum,
    ) -> Result<Option<Algorithm>, Error> {
        let (known, found) = match (&head.checksum, &head.md5) {
            (Some(known), _) => (known, whole),
            (None, Some(known)) => {
                let mut md5 = target.clone();
                md5.algorithm = Algorithm::Md5;
                (known, self.unless_cancelled(md5.sum_of(0, head.size)).await?)
            }
            (None, None) => return Ok(None),
        };
        if *known == found {
            return Ok(Some(known.algorithm()));
        }
        // What is there is worth nothing, and no later transfer shall believe it.
        if let Some(journal) = &target.journal {
            journal.remove();
        }
        let what = target.remote.to_string();
        Err(Error::Checksum { what, expected: known.hex(), found: found.hex() })
    }

    /// Fetches a range into its place, going on from where a connection broke.
    async fn fetch(&self, target: &Target, range: &Range) -> Result<Checksum, Error> {
        let mut hasher = target.algorithm.hasher();
        let written = AtomicU64::new(0);
        let fetched = {
            let state = tokio::sync::Mutex::new(&mut hasher);
            self.retry(
                || written.load(Ordering::Relaxed),
                || async {
                    let mut hasher = state.lock().await;
                    self.fetch_rest(target, range, &written, &mut hasher).await
                },
            )
            .await
        };
        if let Err(error) = fetched {
            self.progress().remove(written.load(Ordering::Relaxed));
            return Err(error);
        }
        let sum = hasher.finish();
        if let Some(journal) = &target.journal {
            journal.add(range.number, &sum.hex()).map_err(Error::write(&target.path))?;
        }
        Ok(sum)
    }

    async fn fetch_rest(
        &self,
        target: &Target,
        range: &Range,
        written: &AtomicU64,
        hasher: &mut Hasher,
    ) -> Result<(), Error> {
        let from = written.load(Ordering::Relaxed);
        if from == range.length {
            return Ok(());
        }
        let mut body =
            target.remote.get(&target.etag, range.offset + from, range.length - from).await?;
        if body.is_whole() && range.length < target.size {
            target.has_whole.store(true, Ordering::Relaxed);
            return Err(target.short());
        }
        let (mut block, mut gathered) = (Vec::new(), 0);
        loop {
            let chunk = body.chunk().await;
            let (more, error) = match chunk {
                Some(Ok(bytes)) => {
                    gathered += bytes.len();
                    block.push(bytes);
                    (true, None)
                }
                Some(Err(error)) => (false, Some(error)),
                None => (false, None),
            };
            if gathered >= BLOCK || !more {
                let at = written.load(Ordering::Relaxed);
                if at + gathered as u64 > range.length {
                    return Err(target.short());
                }
                for bytes in &block {
                    hasher.update(bytes);
                }
                target.write(std::mem::take(&mut block), range.offset + at).await?;
                written.fetch_add(gathered as u64, Ordering::Relaxed);
                self.progress().add(gathered as u64);
                gathered = 0;
            }
            if let Some(source) = error {
                return Err(Error::Call { url: target.remote.to_string(), source });
            }
            if !more {
                break;
            }
        }
        if written.load(Ordering::Relaxed) == range.length { Ok(()) } else { Err(target.short()) }
    }

    /// Writes an object to a stream, in order, verified at the end: whoever reads it must heed the
    /// outcome.
    ///
    /// # Errors
    /// Of every kind; part of the object may be written by then.
    pub async fn write_to(
        &self,
        from: &Remote,
        to: &mut (dyn AsyncWrite + Send + Unpin),
    ) -> Result<Done, Error> {
        self.unless_cancelled(async {
            let head = from.head().await?;
            self.check_readable(from, &head)?;
            self.progress().expect(head.size);
            self.pour(from, &head, to, Path::new("-")).await
        })
        .await
    }

    /// Writes an object to a stream of a name.
    pub(crate) async fn pour(
        &self,
        from: &Remote,
        head: &Head,
        to: &mut (dyn AsyncWrite + Send + Unpin),
        name: &Path,
    ) -> Result<Done, Error> {
        let known = head.checksum.as_ref().or(head.md5.as_ref());
        let mut hasher = known.map(|known| known.algorithm().hasher());
        let (mut written, mut failures) = (0, 0);
        while written < head.size {
            let before = written;
            let copied = self.pass_on(from, head, &mut written, &mut hasher, (to, name)).await;
            failures = if written > before { 0 } else { failures + 1 };
            match copied {
                Err(error) if !error.may_pass() || failures >= self.options.attempts => {
                    return Err(error);
                }
                Err(_) => tokio::time::sleep(self.options.pause).await,
                Ok(()) => {}
            }
        }
        to.flush().await.map_err(Error::write(name))?;
        let found = hasher.map(Hasher::finish);
        if let Some((known, found)) = known.zip(found)
            && *known != found
        {
            let what = from.to_string();
            return Err(Error::Checksum { what, expected: known.hex(), found: found.hex() });
        }
        self.progress().done();
        Ok(Done { size: head.size, resumed: 0, verified: known.map(Checksum::algorithm) })
    }

    async fn pass_on(
        &self,
        from: &Remote,
        head: &Head,
        written: &mut u64,
        hasher: &mut Option<Hasher>,
        (to, name): (&mut (dyn AsyncWrite + Send + Unpin), &Path),
    ) -> Result<(), Error> {
        let lacks = || Error::Answer { url: from.to_string(), what: "whole range" };
        let mut body = from.get(&head.etag, *written, head.size - *written).await?;
        while let Some(chunk) = body.chunk().await {
            let chunk = chunk.map_err(|source| Error::Call { url: from.to_string(), source })?;
            if *written + chunk.len() as u64 > head.size {
                return Err(lacks());
            }
            to.write_all(&chunk).await.map_err(Error::write(name))?;
            if let Some(hasher) = hasher {
                hasher.update(&chunk);
            }
            *written += chunk.len() as u64;
            self.progress().add(chunk.len() as u64);
        }
        if *written == head.size { Ok(()) } else { Err(lacks()) }
    }
}

impl Target {
    fn short(&self) -> Error {
        Error::Answer { url: self.remote.to_string(), what: "whole range" }
    }

    /// Writes where blocking is allowed.
    async fn write(&self, block: Vec<Bytes>, at: u64) -> Result<(), Error> {
        let file = self.file.clone();
        let writing = tokio::task::spawn_blocking(move || {
            let mut at = at;
            for bytes in &block {
                file.write_all_at(bytes, at)?;
                at += bytes.len() as u64;
            }
            Ok(())
        });
        writing.await.map_err(io::Error::other).flatten().map_err(Error::write(&self.path))
    }

    /// The checksum of what is in the file.
    async fn sum_of(&self, offset: u64, length: u64) -> Result<Checksum, Error> {
        let source = Source::file(self.file.clone(), offset, length);
        let mut chunks = source.open().map_err(Error::read(&self.path))?;
        let mut hasher = self.algorithm.hasher();
        while let Some(chunk) = chunks.next().await {
            hasher.update(&chunk.map_err(Error::read(&self.path))?);
        }
        Ok(hasher.finish())
    }
}

/// The file to write to, for nobody else, with the owner and mode of what it will replace.
fn open_part(path: &Path, before: Option<&fs::Metadata>) -> Result<File, Error> {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        // Its name can be guessed: a link of that name is somebody's trap.
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .mode(before.map_or(0o666, |_| 0o600))
        .open(path)
        .map_err(Error::write(path))?;
    if let Some(before) = before {
        // Few may give files away; whoever may not has a file of their own then.
        let _ = fchown(&file, Some(before.uid()), Some(before.gid()));
        // Whose rights a program would run with is no matter of what it was before.
        let permissions = fs::Permissions::from_mode(before.permissions().mode() & 0o777);
        file.set_permissions(permissions).map_err(Error::write(path))?;
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Busy(path.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(Error::write(path)(error)),
    }
}

/// Takes the room on the disk, so that a full one is known before anything was fetched.
fn reserve(target: &Target, size: u64) -> Result<(), Error> {
    use rustix::fs::{FallocateFlags, fallocate};
    let fail = Error::write(&target.path);
    let there = match target.file.metadata() {
        Ok(data) => data.len(),
        Err(error) => return Err(fail(error)),
    };
    if there != size {
        target.file.set_len(size).map_err(Error::write(&target.path))?;
    }
    match fallocate(&*target.file, FallocateFlags::empty(), 0, size.max(1)) {
        Ok(()) if size == 0 => target.file.set_len(0).map_err(fail),
        // Not every file system can.
        Ok(()) | Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
        Err(error) => Err(fail(error.into())),
    }
}

/// Gives a file another name, unless there is something of that name.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Not every file system can; a second name replaces nothing either.
        Err(Errno::INVAL | Errno::NOSYS) => {
            fs::hard_link(from, to).and_then(|()| fs::remove_file(from))
        }
        renamed => renamed.map_err(io::Error::from),
    }
}

/// Makes the file what it shall be: on the disk, with the object's time, under its name.
fn finish(target: &Target, head: &Head, to: &Path, overwrite: bool) -> Result<(), Error> {
    let rename = || match overwrite {
        true => fs::rename(&target.path, to),
        false => rename_to_new(&target.path, to),
    };
    let finished = || {
        if let Some(modified) = head.modified {
            target.file.set_modified(modified.into())?;
        }
        target.file.sync_all()?;
        rename()?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    finished().map_err(|error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(to.display().to_string()),
        _ => Error::write(to)(error),
    })
}

fn may_go_on(error: &Error) -> bool {
    match error {
        Error::Cancelled | Error::Write { .. } => true,
        Error::Call { source, .. } => source.is_retryable(),
        _ => false,
    }
}
