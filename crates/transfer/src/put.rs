//! A file, or an object of another store, into a store: whole or in parts.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use isobar_client::checksum::{Algorithm, Checksum, Hasher};
use isobar_client::{Chunks, Kind, Source, Upload};
use parking_lot::Mutex;

use crate::engine::{Done, Engine, Options};
use crate::error::Error;
use crate::local;
use crate::properties::Properties;
use crate::state::{Begun, State};
use crate::store::{Head, Part, Remote};

/// Where the bytes come from.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are few, and each lives as long as its transfer"
)]
enum Origin {
    File {
        path: PathBuf,
        file: Arc<File>,
        size: u64,
        modified: Option<SystemTime>,
        id: u64,
    },
    /// The store may turn out to give all of the object for each range.
    Object {
        remote: Remote,
        head: Head,
        has_whole: Arc<AtomicBool>,
    },
}

/// What the source's own checksum is of, part by part.
type Tapped = Arc<Mutex<Option<Checksum>>>;

impl Origin {
    fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::read(path))?;
        let data = file.metadata().map_err(Error::read(path))?;
        if data.is_dir() {
            return Err(Error::Usage(format!("{} is a folder", path.display())));
        }
        if !data.is_file() {
            return Err(Error::Usage(format!("{} is no file", path.display())));
        }
        let modified = data.modified().ok();
        let path = path.to_owned();
        Ok(Self::File { path, file: Arc::new(file), size: data.len(), modified, id: data.ino() })
    }

    fn size(&self) -> u64 {
        match self {
            Self::File { size, .. } => *size,
            Self::Object { head, .. } => head.size,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Object { remote, .. } => remote.to_string(),
        }
    }

    /// Name and version.
    fn version(&self) -> String {
        match self {
            Self::File { path, size, modified, .. } => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                format!("{} {size} {modified:?}", path.display())
            }
            Self::Object { remote, head, .. } => format!("{remote} {} {}", head.size, head.etag),
        }
    }

    /// Fails if the file is not what it was. Of an object, each range is of one version.
    fn check_unchanged(&self) -> Result<(), Error> {
        let Self::File { path, size, modified, id, .. } = self else { return Ok(()) };
        let data = std::fs::metadata(path).map_err(Error::read(path))?;
        if data.len() == *size && data.modified().ok() == *modified && data.ino() == *id {
            Ok(())
        } else {
            Err(Error::Changed(self.name()))
        }
    }

    /// The checksum that the source keeps of itself.
    fn known(&self) -> Option<&Checksum> {
        match self {
            Self::File { .. } => None,
            Self::Object { head, .. } => head.checksum.as_ref(),
        }
    }

    /// A range of the bytes, and where its checksum of an algorithm will be, if one is wanted.
    fn range(&self, offset: u64, length: u64, tap: Option<Algorithm>) -> (Source, Tapped) {
        let tapped = Tapped::default();
        let source = match self {
            Self::File { file, .. } => Source::file(file.clone(), offset, length),
            Self::Object { .. } if length == 0 => Source::bytes(Bytes::new()),
            Self::Object { remote, head, has_whole } => {
                let (remote, head, tapped) = (remote.clone(), head.clone(), tapped.clone());
                let has_whole = has_whole.clone();
                Source::again(length, move || {
                    let (remote, has_whole) = (remote.clone(), has_whole.clone());
                    let chunks = ranged(remote, head.clone(), (offset, length), has_whole);
                    match tap {
                        Some(algorithm) => {
                            tap_into(chunks, algorithm.hasher(), length, tapped.clone())
                        }
                        None => chunks,
                    }
                })
            }
        };
        (source, tapped)
    }
}

/// A range of an object as it comes.
fn ranged(
    remote: Remote,
    head: Head,
    (offset, length): (u64, u64),
    has_whole: Arc<AtomicBool>,
) -> Chunks {
    let opening = async move {
        let part = remote.get(&head.etag, offset, length).await.map_err(io::Error::other)?;
        if part.is_whole() && length < head.size {
            has_whole.store(true, Ordering::Relaxed);
            return Err(io::Error::other("the store gives no ranges"));
        }
        Ok::<_, io::Error>(part.stream().map(|chunk| chunk.map_err(io::Error::other)))
    };
    stream::once(opening)
        .map(|opened| match opened {
            Ok(body) => body.boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        })
        .flatten()
        .boxed()
}

/// The chunks, with their checksum left behind once all came.
fn tap_into(chunks: Chunks, hasher: Hasher, length: u64, tapped: Tapped) -> Chunks {
    stream::unfold(Some((chunks, hasher, length)), move |state| {
        let tapped = tapped.clone();
        async move {
            let (mut chunks, mut hasher, left) = state?;
            let chunk = chunks.next().await?;
            let Ok(bytes) = &chunk else { return Some((chunk, None)) };
            hasher.update(bytes);
            let left = left.saturating_sub(bytes.len() as u64);
            if left == 0 {
                *tapped.lock() = Some(hasher.finish());
                return Some((chunk, None));
            }
            Some((chunk, Some((chunks, hasher, left))))
        }
    })
    .boxed()
}

/// A part of an object in parts.
#[derive(Clone, Copy, Debug)]
struct Range {
    number: u64,
    offset: u64,
    length: u64,
}

fn ranges(size: u64, part: u64) -> impl Iterator<Item = Range> {
    (0..size.div_ceil(part)).map(move |at| Range {
        number: at + 1,
        offset: at * part,
        length: part.min(size - at * part),
    })
}

/// A part that arrived: what the store knows it by, and the source's own checksum of it.
type Arrived = (Part, Option<Checksum>);

impl Engine {
    /// Uploads a file. What is no regular file (a pipe, a device, `/dev/stdin`) is read to its end.
    ///
    /// # Errors
    /// Of every kind; an upload that can be continued is kept where there is a state folder.
    pub async fn upload(&self, path: &Path, to: &Remote) -> Result<Done, Error> {
        let opened = path.to_owned();
        match self.blocking(move || local::source(&opened)).await? {
            local::Source::File => self.upload_file(path, to).await,
            local::Source::Stream(file) => {
                let mut stream = tokio::fs::File::from_std(file);
                self.read_named(path, &mut stream, to, None).await
            }
        }
    }

    /// Uploads a regular file.
    pub(crate) async fn upload_file(&self, path: &Path, to: &Remote) -> Result<Done, Error> {
        let origin = Origin::open(path)?;
        self.progress().expect(origin.size());
        self.put(&origin, to).await
    }

    /// Uploads a file and removes it once the store has it, if it is then still what was sent.
    ///
    /// # Errors
    /// As those of [`Engine::upload`]; where there is one, the file is not removed.
    pub async fn upload_and_remove(&self, path: &Path, to: &Remote) -> Result<Done, Error> {
        let origin = Origin::open(path)?;
        self.progress().expect(origin.size());
        let done = self.put(&origin, to).await?;
        origin.check_unchanged()?;
        std::fs::remove_file(path).map_err(Error::write(path))?;
        Ok(done)
    }

    /// Copies an object: by the store itself where it can, else through here, part by part, without
    /// touching the disk.
    ///
    /// # Errors
    /// Of every kind.
    pub async fn copy(&self, from: &Remote, to: &Remote) -> Result<Done, Error> {
        let given = &self.options.properties;
        given.check(to)?;
        self.check_absent(to).await?;
        // With something new to say of itself, an object may be copied onto itself.
        if given.is_empty() && from.is_same(to)? {
            return Err(Error::Usage(format!("{from} cannot be copied onto itself")));
        }
        let mut head = self.unless_cancelled(from.head()).await?;
        self.check_readable(from, &head)?;
        self.progress().expect(head.size);
        let within = from.shares_store(to)? && from.is_called_as(to).await?;
        if within && head.size <= to.api().largest_copy {
            let replaced = self.options.replaces || given.replace();
            let properties = if replaced { self.copied(&head) } else { given.clone() };
            let copy = || to.copy_from(from, &head.etag, &properties, replaced, self.options.tags);
            self.unless_cancelled(self.retry(|| 0, copy)).await?;
            self.progress().add(head.size);
            self.progress().done();
            return Ok(Done { size: head.size, resumed: 0, verified: None });
        }
        if self.options.tags && head.has_tags && to.api().has_tags && !given.has_tags() {
            self.unless_cancelled(from.add_tags(&mut head.properties)).await?;
        }
        if within {
            return self.copy_within(from, &head, to).await;
        }
        let has_whole = Arc::default();
        self.put(&Origin::Object { remote: from.clone(), head, has_whole }, to).await
    }

    /// Does something with an object, and removes it once that succeeded, if it is still what it was
    /// and is not what was made of it.
    ///
    /// # Errors
    /// Of every kind; where there is one, the object is not removed.
    pub async fn and_remove(
        &self,
        from: &Remote,
        to: Option<&Remote>,
        work: impl Future<Output = Result<Done, Error>>,
    ) -> Result<Done, Error> {
        if let Some(to) = to
            && from.is_same(to)?
        {
            return Err(Error::Usage(format!("{from} cannot be moved onto itself")));
        }
        let before = self.unless_cancelled(from.head()).await?;
        let done = work.await?;
        let check = async {
            let after = from.head().await?;
            let same = |other: &Head| other.etag == after.etag && other.modified == after.modified;
            if !same(&before) {
                return Err(Error::Changed(from.to_string()));
            }
            // Endpoints that differ may lead to one store all the same.
            if let Some(to) = to.filter(|to| to.bucket == from.bucket && to.key == from.key)
                && same(&to.head().await?)
            {
                return Err(Error::Alike(from.to_string(), to.to_string()));
            }
            self.retry(|| 0, || from.delete()).await
        };
        self.unless_cancelled(check).await?;
        Ok(done)
    }

    /// An object that is too large for one copy, by the store itself, part by part.
    async fn copy_within(&self, from: &Remote, head: &Head, to: &Remote) -> Result<Done, Error> {
        /// The size of such parts: nothing of them passes through here.
        const PART: u64 = 512 << 20;
        let part = self.part_size(to, &from.to_string(), head.size, PART)?;
        let properties = self.copied(head);
        let upload = self.unless_cancelled(to.create(&properties)).await?;
        let copied = self
            .each(ranges(head.size, part), |range| {
                let (engine, from, to) = (self.clone(), from.clone(), to.clone());
                let (upload, etag) = (upload.clone(), head.etag.clone());
                async move {
                    let bytes = (range.offset, range.length);
                    let copy = || to.copy_part(&from, &etag, &upload, range.number, bytes);
                    let (etag, checksum) = engine.retry(|| 0, copy).await?;
                    engine.progress().add(range.length);
                    Ok(Part { number: range.number, size: range.length, etag, checksum })
                }
            })
            .await;
        let finished = match copied {
            Ok(mut parts) => {
                parts.sort_by_key(|part| part.number);
                let whole = joined(parts.iter().map(|part| (part.checksum.as_ref(), part.size)));
                // The store's own sums of the parts against its own sum of the whole, where that is of
                // the same kind.
                let algorithm = to.check().algorithm();
                let known = head.checksum.as_ref().filter(|known| known.algorithm() == algorithm);
                self.finish(to, &upload, &parts, known.or(whole.as_ref())).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = finished {
            to.abort(&upload).await?;
            return Err(error);
        }
        self.progress().done();
        Ok(Done { size: head.size, resumed: 0, verified: None })
    }

    fn part_size(&self, to: &Remote, what: &str, size: u64, wish: u64) -> Result<u64, Error> {
        to.api().part_size(size, wish).ok_or_else(|| Error::TooLarge {
            what: what.to_owned(),
            size,
            scheme: to.api().scheme,
        })
    }

    async fn put(&self, origin: &Origin, to: &Remote) -> Result<Done, Error> {
        let size = origin.size();
        self.options.properties.check(to)?;
        self.check_absent(to).await?;
        let part = self.part_size(to, &origin.name(), size, self.options.part_size)?;
        let done = if size <= part {
            self.put_whole(origin, to).await?
        } else {
            match (self.put_parts(origin, to, part).await, origin) {
                (Err(_), Origin::Object { remote, head, has_whole })
                    if has_whole.load(Ordering::Relaxed) =>
                {
                    self.copy_in_order(remote, head, to).await?
                }
                (outcome, _) => outcome?,
            }
        };
        self.progress().done();
        Ok(done)
    }

    fn properties_of(&self, origin: &Origin, to: &Remote) -> Properties {
        match origin {
            Origin::File { path, .. } => self.properties(&path.to_string_lossy(), to),
            Origin::Object { head, .. } => self.copied(head),
        }
    }

    /// What a copy shall say of itself.
    pub(crate) fn copied(&self, head: &Head) -> Properties {
        let given = &self.options.properties;
        if self.options.replaces { given.clone() } else { given.or(&head.properties) }
    }

    async fn put_whole(&self, origin: &Origin, to: &Remote) -> Result<Done, Error> {
        let algorithm = to.check().algorithm();
        let sent = self
            .each([()], |()| {
                let (engine, origin, to) = (self.clone(), origin.clone(), to.clone());
                async move { engine.put_range(&origin, &to, None, whole_of(&origin)).await }
            })
            .await?;
        origin.check_unchanged()?;
        let (part, own) = sent.into_iter().next().expect("one job has one result");
        let source = own.as_ref().or(part.checksum.as_ref());
        let verified = compare_with_source(origin, source)?;
        Ok(Done { size: origin.size(), resumed: 0, verified: verified.or(Some(algorithm)) })
    }

    /// Sends a range: a part of an upload, or the whole object.
    async fn put_range(
        &self,
        origin: &Origin,
        to: &Remote,
        upload: Option<&str>,
        range: Range,
    ) -> Result<Arrived, Error> {
        let algorithm = to.check().algorithm();
        let own = origin.known().map(Checksum::algorithm).filter(|own| *own != algorithm);
        let moved = AtomicU64::new(0);
        self.retry(
            || moved.load(Ordering::Relaxed),
            || async {
                let meter = self.progress().meter();
                let (source, tapped) = origin.range(range.offset, range.length, own);
                let body = Upload::new(source).with_checksum(algorithm).with_meter(meter);
                let sent = match upload {
                    Some(upload) => to.upload_part(upload, range.number, &body).await,
                    None => {
                        let properties = self.properties_of(origin, to);
                        let only_new = !self.options.overwrite;
                        to.put(&body, &properties, only_new).await.map(|()| String::new())
                    }
                };
                let etag = sent.inspect_err(|_| {
                    let sent = body.forget();
                    moved.fetch_max(sent, Ordering::Relaxed);
                });
                let etag = etag.map_err(|error| source_error(origin, error))?;
                let checksum = body.checksum();
                let own = match own {
                    Some(_) => tapped.lock().take(),
                    None => checksum.clone(),
                };
                let part = Part { number: range.number, size: range.length, etag, checksum };
                Ok((part, own))
            },
        )
        .await
    }

    async fn put_parts(&self, origin: &Origin, to: &Remote, size: u64) -> Result<Done, Error> {
        let folder = self.options.state.as_deref();
        let state = State::of(folder, &format!("{} {to}", origin.name()));
        let begun = self.unless_cancelled(self.begin(origin, to, size, state.as_ref())).await?;
        let (begun, there) = begun;
        let outcome = self.put_rest(origin, to, &begun, there).await;
        match &outcome {
            Ok(_) => {}
            // What was interrupted, or what may pass, can go on later; the rest never will.
            Err(error) if state.is_some() && can_go_on(error) => return outcome,
            Err(_) => {
                // The failure is what is told; an upload that stays is the store's to tidy up.
                let _ = to.abort(&begun.upload).await;
            }
        }
        if let Some(state) = state {
            state.remove();
        }
        outcome
    }

    /// Begins an upload, or takes up one that was interrupted, with the parts that are there.
    async fn begin(
        &self,
        origin: &Origin,
        to: &Remote,
        part_size: u64,
        state: Option<&State>,
    ) -> Result<(Begun, Vec<Part>), Error> {
        let properties = self.properties_of(origin, to);
        let wanted = Begun {
            source: format!("{} {properties:?}", origin.version()),
            target: to.to_string(),
            part_size,
            upload: String::new(),
        };
        if let Some(before) = state.and_then(State::read) {
            let upload = before.upload.clone();
            if before == (Begun { upload: upload.clone(), ..wanted.clone() }) {
                match to.parts(&upload).await {
                    Ok(parts) => return Ok((before, parts)),
                    Err(error) if error.is_kind(Kind::NotFound) => {}
                    Err(error) => return Err(error),
                }
            } else if before.target == wanted.target {
                // Of a source that has changed since.
                to.abort(&upload).await?;
            }
        }
        let begun = Begun { upload: to.create(&properties).await?, ..wanted };
        if let Some(state) = state
            && let Err(source) = state.write(&begun)
        {
            to.abort(&begun.upload).await?;
            let path = self.options.state.clone().unwrap_or_default();
            return Err(Error::Write { path, source });
        }
        Ok((begun, Vec::new()))
    }

    async fn put_rest(
        &self,
        origin: &Origin,
        to: &Remote,
        begun: &Begun,
        there: Vec<Part>,
    ) -> Result<Done, Error> {
        let size = origin.size();
        let there: std::collections::HashMap<u64, Part> =
            there.into_iter().map(|part| (part.number, part)).collect();
        let resumed = Arc::new(AtomicU64::new(0));
        let mut arrived = self
            .each(ranges(size, begun.part_size), |range| {
                let (engine, origin, to) = (self.clone(), origin.clone(), to.clone());
                let (upload, resumed) = (begun.upload.clone(), resumed.clone());
                let before = there.get(&range.number).cloned();
                async move {
                    if let Some(part) = before
                        && let Some(arrived) = taken_over(&origin, part, range).await?
                    {
                        engine.progress().add(range.length);
                        resumed.fetch_add(range.length, Ordering::Relaxed);
                        return Ok(arrived);
                    }
                    engine.put_range(&origin, &to, Some(&upload), range).await
                }
            })
            .await?;
        arrived.sort_by_key(|(part, _)| part.number);
        origin.check_unchanged()?;
        let sums = |(part, _): &Arrived| (part.checksum.clone(), part.size);
        let whole = arrived.iter().map(sums).collect::<Vec<_>>();
        let whole = joined(whole.iter().map(|(sum, size)| (sum.as_ref(), *size)));
        let own = joined(arrived.iter().map(|(part, own)| (own.as_ref(), part.size)));
        let verified = compare_with_source(origin, own.as_ref())?;
        let parts: Vec<Part> = arrived.into_iter().map(|(part, _)| part).collect();
        self.finish(to, &begun.upload, &parts, whole.as_ref()).await?;
        let resumed = resumed.load(Ordering::Relaxed);
        let verified = verified.or(Some(to.check().algorithm()));
        Ok(Done { size, resumed, verified })
    }

    /// Completes an upload. Where an answer is lost, the object itself says whether it succeeded.
    pub(crate) async fn finish(
        &self,
        to: &Remote,
        upload: &str,
        parts: &[Part],
        whole: Option<&Checksum>,
    ) -> Result<(), Error> {
        let size: u64 = parts.iter().map(|part| part.size).sum();
        let lost = AtomicU64::new(0);
        let completing = self.retry(
            || 0,
            || async {
                let Options { properties, overwrite, .. } = &*self.options;
                let completed = to.complete(upload, parts, whole, properties, !overwrite).await;
                let error = match completed {
                    Ok(()) => return Ok(()),
                    Err(error) => error,
                };
                if lost.load(Ordering::Relaxed) > 0 && error.is_kind(Kind::NotFound) {
                    let head = to.head().await?;
                    let same = head.checksum.as_ref().zip(whole).is_none_or(|(is, was)| is == was);
                    if head.size == size && same {
                        return Ok(());
                    }
                }
                lost.fetch_add(1, Ordering::Relaxed);
                Err(error)
            },
        );
        self.unless_cancelled(completing).await
    }
}

fn whole_of(origin: &Origin) -> Range {
    Range { number: 1, offset: 0, length: origin.size() }
}

/// A part that the store has from an earlier time, if it is the source's: a file's range is read
/// again for that. Of an object, it is believed where the store keeps its checksum and the source
/// has the same kind of checksum for the whole, which all parts are held to.
async fn taken_over(origin: &Origin, part: Part, range: Range) -> Result<Option<Arrived>, Error> {
    let Some(there) = part.checksum.clone().filter(|_| part.size == range.length) else {
        return Ok(None);
    };
    match origin {
        Origin::File { path, file, .. } => {
            let source = Source::file(file.clone(), range.offset, range.length);
            let mut chunks = source.open().map_err(Error::read(path))?;
            let mut hasher = there.algorithm().hasher();
            while let Some(chunk) = chunks.next().await {
                hasher.update(&chunk.map_err(Error::read(path))?);
            }
            let found = hasher.finish();
            Ok((found == there).then_some((part, Some(found))))
        }
        Origin::Object { head, .. } => {
            let same = head.checksum.as_ref().map(Checksum::algorithm) == Some(there.algorithm());
            Ok(same.then_some((part, Some(there))))
        }
    }
}

/// The checksum of the whole out of its parts', if all are there and of a kind that combines.
fn joined<'a>(parts: impl Iterator<Item = (Option<&'a Checksum>, u64)>) -> Option<Checksum> {
    let mut whole: Option<Checksum> = None;
    for (sum, size) in parts {
        let sum = sum?;
        whole = Some(match whole {
            Some(before) => before.then(sum, size)?,
            None => sum.clone(),
        });
    }
    whole
}

/// Holds what was read to the checksum that the source keeps, and says which that was.
fn compare_with_source(
    origin: &Origin,
    read: Option<&Checksum>,
) -> Result<Option<Algorithm>, Error> {
    match origin.known().zip(read) {
        Some((known, read)) if known.algorithm() == read.algorithm() => {
            if known == read {
                Ok(Some(known.algorithm()))
            } else {
                Err(Error::Checksum {
                    what: origin.name(),
                    expected: known.hex(),
                    found: read.hex(),
                })
            }
        }
        _ => Ok(None),
    }
}

/// What failed may have been the source: its version is gone, or the file is shorter.
fn source_error(origin: &Origin, error: Error) -> Error {
    if let Err(changed @ Error::Changed(_)) = origin.check_unchanged() {
        return changed;
    }
    if let Origin::Object { remote, has_whole, .. } = origin
        && has_whole.load(Ordering::Relaxed)
    {
        return Error::Answer { url: remote.to_string(), what: "range" };
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(at) = cause {
        if let Some(Error::Changed(what)) = at.downcast_ref::<Error>() {
            return Error::Changed(what.clone());
        }
        let inner = at.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or(at.source());
    }
    error
}

/// Whether a later transfer may go on from what is there.
fn can_go_on(error: &Error) -> bool {
    match error {
        Error::Cancelled => true,
        Error::Call { source, .. } => {
            source.is_retryable() || matches!(source.kind(), Kind::Denied | Kind::Credentials)
        }
        _ => false,
    }
}
