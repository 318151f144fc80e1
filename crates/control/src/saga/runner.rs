//! Finds work and does it: claims operations by lease, renews the lease while it works, and takes
//! over from whoever stopped renewing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::run::Run;
use super::sweep::keep_sweeping;
use super::tools::Tools;
use crate::clouds::failure::Stop;
use crate::error::Error;

/// How many operations one process works on at the same time.
const MOST_OPERATIONS: usize = 16;

/// What works on operations in this process.
pub(crate) struct Runner {
    tools: Arc<Tools>,
    /// This process, in claims.
    owner: Arc<str>,
    /// There may be work.
    work_wanted: Notify,
    /// The operations at work here, and how to stop them.
    stops: Mutex<HashMap<String, Arc<Stop>>>,
    tasks: Mutex<JoinSet<()>>,
}

impl Runner {
    pub(crate) fn new(tools: Arc<Tools>, owner: Arc<str>) -> Self {
        let (work_wanted, stops, tasks) = (Notify::new(), Mutex::default(), Mutex::default());
        Self { tools, owner, work_wanted, stops, tasks }
    }

    /// Starts looking for work, and sweeping.
    pub(crate) fn start(self: &Arc<Self>) {
        let mut tasks = self.tasks.lock();
        tasks.spawn(Arc::clone(self).look_for_work());
        tasks.spawn(keep_sweeping(Arc::clone(&self.tools)));
    }

    /// Ends all work at once; it goes on elsewhere, or at the next start.
    pub(crate) async fn shutdown(&self) {
        loop {
            let mut tasks = std::mem::take(&mut *self.tasks.lock());
            if tasks.is_empty() {
                break;
            }
            // Another task may have been begun just before the one that began it ended.
            tasks.shutdown().await;
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.tasks.lock().is_empty()
    }

    /// Says that there may be work.
    pub(crate) fn wake(&self) {
        self.work_wanted.notify_one();
    }

    /// Stops an operation, if it is at work here, for a cancellation.
    pub(crate) fn cancel(&self, id: &str) {
        if let Some(stop) = self.stops.lock().get(id) {
            stop.cancel();
        }
    }

    /// Looks for work whenever it is woken, and every heartbeat, for as long as the task lives.
    async fn look_for_work(self: Arc<Self>) {
        loop {
            if let Err(error) = self.take_work().await {
                tracing::warn!(%error, context = ?error.context(), "looking for work failed");
            }
            let woken = self.work_wanted.notified();
            let rest = self.tools.timings.heartbeat;
            // A timer of the runtime, not of the configured clock: this wait is nobody's deadline.
            let _ = tokio::time::timeout(rest, woken).await;
        }
    }

    async fn take_work(self: &Arc<Self>) -> Result<(), Error> {
        let free = MOST_OPERATIONS.saturating_sub(self.stops.lock().len());
        let Ok(free) = u32::try_from(free) else { return Ok(()) };
        if free == 0 {
            return Ok(());
        }
        let Tools { store, clock, timings, .. } = &*self.tools;
        let now = clock.now();
        for id in store.claimable(now, free).await? {
            let until = now + timings.lease;
            if self.stops.lock().contains_key(&id)
                || !store.claim(&id, &self.owner, now, until).await?
            {
                continue;
            }
            let stop = Arc::new(Stop::default());
            self.stops.lock().insert(id.clone(), Arc::clone(&stop));
            let place = Place { runner: Arc::clone(self), id };
            self.tasks.lock().spawn(async move { place.runner.work(&place.id, stop).await });
        }
        // Tasks that ended are dropped, so that the set does not grow.
        let mut tasks = self.tasks.lock();
        while tasks.try_join_next().is_some() {}
        Ok(())
    }

    /// Works on one operation until it is over, or the lease is lost.
    async fn work(&self, id: &str, stop: Arc<Stop>) {
        let carried = self.carry_out(id, Arc::clone(&stop)).boxed();
        let renewed = self.renew(id, &stop).boxed();
        match select(carried, renewed).await {
            Either::Left((Ok(()), _)) => {}
            Either::Left((Err(error), _)) => {
                tracing::error!(operation = id, %error, context = ?error.context(), "work failed");
                // Somebody may take it up again, after a pause that keeps a broken state from
                // spinning.
                tokio::time::sleep(Duration::from_secs(1)).await;
                if let Err(error) = self.tools.store.release(id, &self.owner).await {
                    tracing::warn!(operation = id, %error, "the claim could not be released");
                }
            }
            Either::Right(((), _)) => tracing::warn!(operation = id, "the claim was lost"),
        }
    }

    async fn carry_out(&self, id: &str, stop: Arc<Stop>) -> Result<(), Error> {
        let Some(work) = self.tools.store.work(id).await? else { return Ok(()) };
        let mut run = Run::take_up(Arc::clone(&self.tools), work, stop).await?;
        run.carry_out().await
    }

    /// Renews the claim; returns once it is lost.
    async fn renew(&self, id: &str, stop: &Stop) {
        let Tools { store, clock, timings, .. } = &*self.tools;
        loop {
            tokio::time::sleep(timings.heartbeat).await;
            let now = clock.now();
            match store.heartbeat(id, &self.owner, now, now + timings.lease).await {
                Ok(Some(true)) => stop.cancel(),
                Ok(Some(false)) => {}
                Ok(None) => return,
                Err(error) => tracing::warn!(operation = id, %error, "the claim was not renewed"),
            }
        }
    }
}

/// A place among the operations at work, which is free again however the work ends.
struct Place {
    runner: Arc<Runner>,
    id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.runner.stops.lock().remove(&self.id);
        self.runner.wake();
    }
}
