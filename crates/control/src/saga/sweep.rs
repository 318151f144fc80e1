//! The sweeper: removes what should be gone and is not. It takes no input, may run at any time, and
//! may run twice.

use std::sync::Arc;
use std::time::Duration;

use super::target::TargetRun;
use super::tools::Tools;
use crate::clouds::failure::Failure;
use crate::error::Error;
use crate::model::manifest::{Manifest, TargetSpec};
use crate::store::resources::Record;

/// How long the removal of one thing may take.
const DEADLINE: Duration = Duration::from_mins(2);

/// Sweeps now and then, for as long as the task lives.
pub(crate) async fn keep_sweeping(tools: Arc<Tools>) {
    loop {
        if let Err(error) = sweep(&tools).await {
            tracing::warn!(%error, context = ?error.context(), "sweeping failed");
        }
        tokio::time::sleep(tools.timings.sweep).await;
    }
}

/// Sweeps once. Gives how many things are still to be removed.
pub(crate) async fn sweep(tools: &Arc<Tools>) -> Result<usize, Error> {
    let mut left = 0;
    for record in tools.store.leftovers(tools.clock.now()).await? {
        let id = &record.resource.id;
        match remove(tools, &record).await {
            Ok(true) => tracing::info!(resource = id, "a leftover was removed"),
            Ok(false) => left += 1,
            Err(Failure::Store(error)) => return Err(*error),
            Err(failure) => {
                left += 1;
                tracing::warn!(resource = id, %failure, "a leftover could not be removed yet");
            }
        }
    }
    Ok(left)
}

async fn remove(tools: &Arc<Tools>, record: &Record) -> Result<bool, Failure> {
    let resource = &record.resource;
    let manifest = Manifest::left(&resource.service, &resource.environment);
    let spec = TargetSpec::left(&resource.cloud, &resource.region);
    let deadline = tools.clock.now() + DEADLINE;
    let place = tools.gateway.place(&manifest, &spec, &resource.created_by)?;
    let run = TargetRun::live(tools, place, deadline, Arc::default())?;
    run.remove(record).await
}
