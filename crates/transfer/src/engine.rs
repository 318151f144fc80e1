//! What all transfers share: the settings, the number of parts under way, retries, cancellation.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use isobar_client::Kind;
use isobar_client::checksum::Algorithm;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::progress::Progress;
use crate::properties::Properties;
use crate::store::{Head, Remote};

/// The settings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The size of parts in bytes, where the object's size does not force larger ones. What is not
    /// larger travels whole. Default: 16 MiB.
    pub part_size: u64,
    /// How many parts are under way at once, of all objects together. Default: 10.
    pub parallel: usize,
    /// How often a part is begun again after a failure that the client's own retries did not
    /// overcome. What moved on meanwhile begins a new count. Default: 5.
    pub attempts: u32,
    /// The pause after the first failure; it doubles with each further one, up to 30 s. Default: 1 s.
    pub pause: Duration,
    /// Where what was interrupted is kept, so that it can be continued; `None` keeps nothing and
    /// cleans up. Default: none.
    pub state: Option<PathBuf>,
    /// What the objects that are written shall say of themselves. What is not given, a copy takes
    /// from its source. Default: nothing.
    pub properties: Properties,
    /// Whether a copy leaves behind what its source says of itself. Default: no.
    pub replaces: bool,
    /// Whether a file's media type is guessed by its name. Default: yes.
    pub guess: bool,
    /// Whether what is there is written over; where not, it is [`Error::Exists`]. Default: yes.
    pub overwrite: bool,
    /// Whether a copy has its source's tags, as far as the stores know tags. Default: yes.
    pub tags: bool,
    /// What becomes of objects that lie in an archive and are not restored.
    pub archived: Archived,
    /// Counters.
    pub progress: Arc<Progress>,
    /// Ends the transfer. What can be continued is kept, and nothing is left under a final name.
    pub cancel: CancellationToken,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            part_size: 16 << 20,
            parallel: 10,
            attempts: 5,
            pause: Duration::from_secs(1),
            state: None,
            properties: Properties::default(),
            replaces: false,
            guess: true,
            overwrite: true,
            tags: true,
            archived: Archived::default(),
            progress: Arc::default(),
            cancel: CancellationToken::new(),
        }
    }
}

/// What becomes of objects that lie in an archive and are not restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Archived {
    /// Each is an [`Error::Archived`]; of many, it is left out and told of.
    #[default]
    Refused,
    /// The same, and of many nothing is told.
    Ignored,
    /// They are read all the same, which the store may refuse.
    Tried,
}

/// What a transfer that succeeded was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// Bytes of the object.
    pub size: u64,
    /// Bytes of it that an earlier transfer had left.
    pub resumed: u64,
    /// The checksum by which the whole was verified end to end; `None` where the store keeps none
    /// that can be.
    pub verified: Option<Algorithm>,
}

impl Done {
    /// What had no bytes.
    pub(crate) fn nothing() -> Self {
        Self { size: 0, resumed: 0, verified: None }
    }
}

/// Transfers. Clones share the number of parts under way.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) options: Arc<Options>,
    pub(crate) permits: Arc<Semaphore>,
}

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

impl Engine {
    /// An engine of settings.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let permits = Arc::new(Semaphore::new(options.parallel.clamp(1, 1000)));
        Self { options: Arc::new(options), permits }
    }

    /// Fails where an object cannot be read without being restored first.
    pub(crate) fn check_readable(&self, from: &Remote, head: &Head) -> Result<(), Error> {
        match head.is_archived && self.options.archived != Archived::Tried {
            true => Err(Error::Archived(from.to_string())),
            false => Ok(()),
        }
    }

    /// The properties of what comes from disk or a stream.
    pub(crate) fn properties(&self, name: &str, to: &Remote) -> Properties {
        let given = &self.options.properties;
        if self.options.guess { given.or_guessed([name, &to.key]) } else { given.clone() }
    }

    /// Fails if there is an object that is not to be written over.
    pub(crate) async fn check_absent(&self, to: &Remote) -> Result<(), Error> {
        if self.options.overwrite {
            return Ok(());
        }
        match self.unless_cancelled(to.head()).await {
            Ok(_) => Err(Error::Exists(to.to_string())),
            Err(error) if error.is_kind(Kind::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Does what waits for a disk or a pipe.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let work = tokio::task::spawn_blocking(work);
        self.unless_cancelled(async { joined(work.await) }).await
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.options.progress
    }

    /// The work, unless it is cancelled before.
    pub(crate) async fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.options.cancel.cancelled() => Err(Error::Cancelled),
            outcome = work => outcome,
        }
    }

    /// Runs a job for each part, as many at once as there may be; the first failure ends all. Gives
    /// the results in no order.
    pub(crate) async fn each<P, T, F>(
        &self,
        parts: impl IntoIterator<Item = P>,
        job: impl Fn(P) -> F,
    ) -> Result<Vec<T>, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let mut running = JoinSet::new();
        let mut results = Vec::new();
        let work = async {
            for part in parts {
                let permit = loop {
                    tokio::select! {
                        biased;
                        Some(done) = running.join_next() => results.push(joined(done)?),
                        permit = self.permits.clone().acquire_owned() => break permit,
                    }
                };
                let work = job(part);
                running.spawn(async move {
                    let outcome = work.await;
                    drop(permit);
                    outcome
                });
            }
            while let Some(done) = running.join_next().await {
                results.push(joined(done)?);
            }
            Ok(())
        };
        self.unless_cancelled(work).await?;
        Ok(results)
    }

    /// Tries again what may pass. `moved` says how far the work came, so that what moves on is not
    /// given up.
    pub(crate) async fn retry<T, F>(
        &self,
        moved: impl Fn() -> u64,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut failures = 0;
        let mut before = moved();
        // What failed last: that the endpoint is left alone after it explains nothing.
        let mut last = None;
        loop {
            let error = match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) if error.is_kind(Kind::Open) => return Err(last.unwrap_or(error)),
                Err(error) => error,
            };
            let now = moved();
            failures = if now > before { 1 } else { failures + 1 };
            before = now;
            if failures >= self.options.attempts || !error.may_pass() {
                return Err(error);
            }
            let pause = self.options.pause.saturating_mul(1 << (failures - 1).min(16));
            last = Some(error);
            tokio::time::sleep(pause.min(LONGEST)).await;
        }
    }
}

pub(crate) fn joined<T>(
    done: Result<Result<T, Error>, tokio::task::JoinError>,
) -> Result<T, Error> {
    match done {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::Cancelled),
    }
}
