//! Files and objects under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

use super::{Action, Event, Tell};
use crate::engine::{Archived, Engine, joined};
use crate::error::Error;

/// Files under way, as many at once as parts may be.
pub(super) struct Pool<'a> {
    running: JoinSet<Result<(), Error>>,
    most: usize,
    archived: Archived,
    tell: &'a Tell,
    failed: u64,
    total: u64,
    done: Arc<AtomicU64>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(engine: &Engine, tell: &'a Tell) -> Self {
        let most = engine.options.parallel.max(1);
        let archived = engine.options.archived;
        Self {
            running: JoinSet::new(),
            most,
            archived,
            tell,
            failed: 0,
            total: 0,
            done: Arc::default(),
        }
    }

    /// Begins the work as soon as there is room. It says whether it did anything.
    pub(super) async fn run(
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
        let (tell, done, archived) = (self.tell.clone(), self.done.clone(), self.archived);
        self.running.spawn(async move {
            match work.await {
                Ok(true) => {
                    done.fetch_add(1, Ordering::Relaxed);
                    tell(Event::Done { action, from, to });
                    Ok(())
                }
                // What is there by now was not to be written over.
                Ok(false) | Err(Error::Exists(_)) => Ok(()),
                Err(Error::Cancelled) => Err(Error::Cancelled),
                Err(Error::Archived(_)) if archived == Archived::Ignored => Ok(()),
                Err(error @ Error::Archived(_)) => {
                    tell(Event::Skipped(error.to_string()));
                    Ok(())
                }
                Err(error) => {
                    tell(Event::Failed { action, name: from, error });
                    Err(Error::Some { failed: 1, total: 1 })
                }
            }
        });
        Ok(())
    }

    /// Counts what failed before it was begun.
    pub(super) fn add_failed(&mut self, failed: u64) {
        self.failed += failed;
        self.total += failed;
    }

    async fn settle(&mut self) -> Result<(), Error> {
        match self.running.join_next().await.map(joined) {
            Some(Err(Error::Some { .. })) => self.failed += 1,
            Some(Err(error)) => return Err(error),
            _ => {}
        }
        Ok(())
    }

    /// Waits for all that was begun, and gives how many have failed.
    pub(super) async fn settle_all(&mut self) -> Result<u64, Error> {
        while !self.running.is_empty() {
            self.settle().await?;
        }
        Ok(self.failed)
    }

    /// Waits for all, and gives how many were done.
    pub(super) async fn finish(&mut self) -> Result<u64, Error> {
        self.settle_all().await?;
        if self.failed > 0 {
            return Err(Error::Some { failed: self.failed, total: self.total });
        }
        Ok(self.done.load(Ordering::Relaxed))
    }
}
