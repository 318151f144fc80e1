//! What an operation tells those who watch: events, progress, the state of its targets.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::config::Clock;
use crate::error::Error;
use crate::hub::Hub;
use crate::model::deployment::{Deployment, Instance, Status, Target};
use crate::model::operation::{Event, EventKind, Operation};
use crate::store::Store;

/// Tells for one operation, whose only worker this process is.
pub(crate) struct Reporter {
    store: Store,
    hub: Hub,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    operation: Operation,
    deployment: Deployment,
    sequence: u64,
    /// (done, total) by target.
    steps: HashMap<String, (u32, u32)>,
}

/// What is told of a step.
pub(crate) struct Told<'a> {
    pub(crate) kind: EventKind,
    pub(crate) target: Option<&'a str>,
    pub(crate) step: Option<&'a str>,
    pub(crate) message: String,
}

impl Reporter {
    pub(crate) async fn new(
        store: Store,
        hub: Hub,
        clock: Arc<dyn Clock>,
        operation: Operation,
        deployment: Deployment,
    ) -> Result<Self, Error> {
        let sequence = store.last_sequence(&operation.id).await?;
        let state = State { operation, deployment, sequence, steps: HashMap::new() };
        Ok(Self { store, hub, clock, state: Mutex::new(state) })
    }

    /// Appends an event.
    pub(crate) async fn tell(&self, told: Told<'_>) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        self.append(&mut state, told).await
    }

    async fn append(&self, state: &mut State, told: Told<'_>) -> Result<(), Error> {
        let event = self.event(state, told);
        self.store.append_event(&state.operation, &event).await?;
        state.sequence = event.sequence;
        self.hub.wake();
        Ok(())
    }

    /// The next event; the operation's progress follows it.
    fn event(&self, state: &mut State, told: Told<'_>) -> Event {
        let (done, total) =
            state.steps.values().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        let whole = percent(done, total);
        let progress = &mut state.operation.progress;
        progress.percent = if told.kind == EventKind::Finished { 100 } else { whole.min(99) };
        progress.steps_done = done;
        progress.steps_total = total;
        progress.message = Some(told.message.clone());
        if let Some(step) = told.step {
            progress.step = Some(step.to_owned());
        }
        let part = told.target.and_then(|target| state.steps.get(target));
        Event {
            sequence: state.sequence + 1,
            at: self.clock.now(),
            kind: told.kind,
            message: told.message,
            target: told.target.map(str::to_owned),
            step: told.step.map(str::to_owned),
            percent: part.map_or(progress.percent, |(done, total)| percent(*done, *total)),
        }
    }

    /// Sets how many of a target's steps are done.
    pub(crate) async fn set_steps(&self, target: &str, done: u32, total: u32) {
        self.state.lock().await.steps.insert(target.to_owned(), (done, total));
    }

    /// Counts a step of a target as done.
    pub(crate) async fn step_done(&self, target: &str) {
        if let Some((done, total)) = self.state.lock().await.steps.get_mut(target) {
            *done = (*done + 1).min(*total);
        }
    }

    /// Changes the deployment, and writes it if that made a difference.
    pub(crate) async fn change(&self, change: impl FnOnce(&mut Deployment)) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        let before = state.deployment.clone();
        change(&mut state.deployment);
        if state.deployment != before {
            self.store.update_deployment(&state.deployment).await?;
            self.hub.wake();
        }
        Ok(())
    }

    /// Changes one target of the deployment.
    pub(crate) async fn change_target(
        &self,
        key: &str,
        change: impl FnOnce(&mut Target),
    ) -> Result<(), Error> {
        self.change(|deployment| {
            let mut targets = deployment.targets.iter_mut();
            if let Some(target) = targets.find(|target| target.key() == key) {
                change(target);
            }
        })
        .await
    }

    /// The deployment that is at work.
    pub(crate) async fn deployment_id(&self) -> String {
        self.state.lock().await.deployment.id.clone()
    }

    /// Writes how an instance is.
    pub(crate) async fn instance(&self, key: &str, seen: Instance) -> Result<(), Error> {
        self.change_target(key, |target| {
            match target.instances.iter_mut().find(|instance| instance.id == seen.id) {
                Some(instance) => *instance = seen,
                None => target.instances.push(seen),
            }
        })
        .await
    }

    /// Writes the end: both records and the last event in one.
    pub(crate) async fn finish(
        &self,
        message: String,
        end: impl FnOnce(&mut Operation, &mut Deployment),
    ) -> Result<(), Error> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        {
            let State { operation, deployment, .. } = &mut *state;
            end(operation, deployment);
            operation.finished_at = Some(now);
            deployment.finished_at = Some(now);
            deployment.duration_seconds = deployment.started_at.map(|start| {
                // The clock may have been set back meanwhile.
                now.duration_since(start).as_secs_f64().max(0.0)
            });
        }
        let told = Told { kind: EventKind::Finished, target: None, step: None, message };
        let event = self.event(&mut state, told);
        self.store.finish(&state.operation, &state.deployment, &event).await?;
        state.sequence = event.sequence;
        self.hub.wake();
        Ok(())
    }

    /// The operation and the deployment as they stand.
    pub(crate) async fn snapshot(&self) -> (Operation, Deployment) {
        let state = self.state.lock().await;
        (state.operation.clone(), state.deployment.clone())
    }

    /// Sets the status of every target.
    pub(crate) async fn settle_targets(&self, status: Status) -> Result<(), Error> {
        self.change(|deployment| {
            for target in &mut deployment.targets {
                target.status = status;
            }
        })
        .await
    }
}

fn percent(done: u32, total: u32) -> u8 {
    match total {
        0 => 0,
        total => u8::try_from(u64::from(done) * 100 / u64::from(total)).unwrap_or(100).min(100),
    }
}
