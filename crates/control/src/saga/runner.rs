//! Finds work and does it: claims operations by lease, renews the lease while it works, and takes
//! over from whoever stopped renewing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use super::run::Run;
use crate::clouds::session::Stop;
use crate::control::Inner;
use crate::error::Error;

/// How many operations one process works on at the same time.
const MOST_OPERATIONS: usize = 16;

/// Looks for work whenever it is woken, and every heartbeat, for as long as the task lives.
pub(crate) async fn look_for_work(inner: Arc<Inner>) {
    loop {
        if let Err(error) = take_work(&inner).await {
            tracing::warn!(%error, context = ?error.context(), "looking for work failed");
        }
        let woken = inner.work_wanted.notified();
        let rest = inner.config.timings.heartbeat;
        // A timer of the runtime, not of the configured clock: this wait is nobody's deadline.
        let _ = tokio::time::timeout(rest, woken).await;
    }
}

async fn take_work(inner: &Arc<Inner>) -> Result<(), Error> {
    let free = MOST_OPERATIONS.saturating_sub(inner.stops.lock().len());
    let Ok(free) = u32::try_from(free) else { return Ok(()) };
    if free == 0 {
        return Ok(());
    }
    let now = inner.config.clock.now();
    for id in inner.store.claimable(now, free).await? {
        let until = now + inner.config.timings.lease;
        if inner.stops.lock().contains_key(&id)
            || !inner.store.claim(&id, &inner.owner, now, until).await?
        {
            continue;
        }
        let stop = Arc::new(Stop::default());
        inner.stops.lock().insert(id.clone(), Arc::clone(&stop));
        let place = Place { inner: Arc::clone(inner), id };
        inner.tasks.lock().spawn(async move {
            work(&place.inner, &place.id, stop).await;
        });
    }
    // Tasks that ended are dropped, so that the set does not grow.
    let mut tasks = inner.tasks.lock();
    while tasks.try_join_next().is_some() {}
    Ok(())
}

/// A place among the operations at work, which is free again however the work ends.
struct Place {
    inner: Arc<Inner>,
    id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.inner.stops.lock().remove(&self.id);
        self.inner.work_wanted.notify_one();
    }
}

/// Works on one operation until it is over, or the lease is lost.
async fn work(inner: &Arc<Inner>, id: &str, stop: Arc<Stop>) {
    let carried = carry_out(inner, id, Arc::clone(&stop)).boxed();
    let renewed = renew(inner, id, &stop).boxed();
    match select(carried, renewed).await {
        Either::Left((Ok(()), _)) => {}
        Either::Left((Err(error), _)) => {
            tracing::error!(operation = id, %error, context = ?error.context(), "work failed");
            // Somebody may take it up again, after a pause that keeps a broken state from spinning.
            tokio::time::sleep(Duration::from_secs(1)).await;
            if let Err(error) = inner.store.release(id, &inner.owner).await {
                tracing::warn!(operation = id, %error, "the claim could not be released");
            }
        }
        Either::Right(((), _)) => tracing::warn!(operation = id, "the claim was lost"),
    }
}

async fn carry_out(inner: &Arc<Inner>, id: &str, stop: Arc<Stop>) -> Result<(), Error> {
    let Some(work) = inner.store.work(id).await? else { return Ok(()) };
    let mut run = Run::take_up(Arc::clone(inner), work, stop).await?;
    run.carry_out().await
}

/// Renews the claim; returns once it is lost.
async fn renew(inner: &Arc<Inner>, id: &str, stop: &Stop) {
    loop {
        tokio::time::sleep(inner.config.timings.heartbeat).await;
        let now = inner.config.clock.now();
        let until = now + inner.config.timings.lease;
        match inner.store.heartbeat(id, &inner.owner, now, until).await {
            Ok(Some(true)) => stop.cancel(),
            Ok(Some(false)) => {}
            Ok(None) => return,
            Err(error) => tracing::warn!(operation = id, %error, "the claim was not renewed"),
        }
    }
}
