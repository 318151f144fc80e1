//! One operation, carried out.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::target::TargetRun;
use super::tools::Tools;
use super::undo::Before;
use crate::clouds::failure::{Failure, Stop};
use crate::error::Error;
use crate::faults::When;
use crate::model::action::Stage;
use crate::model::deployment::{Deployment, Status};
use crate::model::manifest::TargetSpec;
use crate::model::operation::{self, EventKind, FailureCode};
use crate::report::{Reporter, Told};
use crate::store::actions::{Logged, State};
use crate::store::operations::{Phase, Work};

/// One operation at work in this process.
pub(crate) struct Run {
    tools: Arc<Tools>,
    work: Work,
    deployment: Deployment,
    previous: Option<Deployment>,
    reporter: Arc<Reporter>,
    deadline: Timestamp,
    stop: Arc<Stop>,
}

impl Run {
    /// Takes an operation up where it is.
    pub(crate) async fn take_up(
        tools: Arc<Tools>,
        work: Work,
        stop: Arc<Stop>,
    ) -> Result<Self, Error> {
        let mut work = work;
        let id = &work.operation.deployment_id;
        let mut deployment = tools
            .store
            .deployment(id)
            .await?
            .ok_or_else(|| Error::NotFound { kind: "deployment", id: id.clone() })?;
        let now = tools.clock.now();
        let deadline = match work.deadline_at {
            // Time in which nobody worked does not count.
            Some(deadline) => {
                let moved = deadline + now.duration_since(work.heartbeat_at);
                tools.store.set_deadline(&work.operation.id, moved).await?;
                moved
            }
            None => {
                let seconds = u64::from(deployment.health.deadline_seconds);
                now + Duration::from_secs(seconds)
            }
        };
        if work.deadline_at.is_none() {
            work.operation.started_at = Some(now);
            deployment.started_at = Some(now);
            deployment.status = Status::InProgress;
            for target in &mut deployment.targets {
                target.status = Status::InProgress;
            }
            tools.store.start_operation(&work.operation, deadline).await?;
            tools.store.update_deployment(&deployment).await?;
        }
        if work.cancel_requested {
            stop.cancel();
        }
        let previous = match &deployment.previous_deployment {
            Some(id) => tools.store.deployment(id).await?,
            None => None,
        };
        let (store, hub, clock) =
            (tools.store.clone(), tools.hub.clone(), Arc::clone(&tools.clock));
        let (operation, told) = (work.operation.clone(), deployment.clone());
        let reporter = Arc::new(Reporter::new(store, hub, clock, operation, told).await?);
        Ok(Self { tools, work, deployment, previous, reporter, deadline, stop })
    }

    /// Carries the operation to its end.
    pub(crate) async fn carry_out(&mut self) -> Result<(), Error> {
        let word =
            if self.work.phase == Phase::Planning { "started" } else { "resumed after a restart" };
        self.tell(EventKind::Started, format!("{} {word}", self.what())).await?;
        let mut phase = self.work.phase;
        if phase == Phase::Planning {
            phase = match self.lay().await {
                Ok(()) => Phase::Shifting,
                Err(failure) => self.give_up(failure).await?,
            };
        }
        if phase == Phase::Shifting {
            phase = match self.run_stage(Stage::Shift).await {
                Ok(()) if self.commit().await? => Phase::Retiring,
                Ok(()) => self.give_up(Failure::Stopped).await?,
                Err(failure) => self.give_up(failure).await?,
            };
        }
        match phase {
            Phase::Retiring => self.retire().await,
            Phase::Undoing => self.undo().await,
            Phase::Planning | Phase::Shifting | Phase::Finished => Ok(()),
        }
    }

    fn what(&self) -> String {
        let Deployment { service, version, environment, .. } = &self.deployment;
        format!("{} of {service} {version} to {environment}", self.work.operation.kind.name())
    }

    async fn tell(&self, kind: EventKind, message: String) -> Result<(), Error> {
        self.reporter.tell(Told { kind, target: None, step: None, message }).await
    }

    /// Lays the plan, again and again until the clouds can be read or the deadline has passed.
    async fn lay(&self) -> Result<(), Failure> {
        let manifest = self.deployment.manifest();
        let mut pause = self.tools.timings.retry_first;
        let laid = loop {
            if self.stop.is_set() {
                return Err(Failure::Stopped);
            }
            let failure = match self.tools.draft(&manifest, &self.deployment.id).await {
                Ok(laid) => break laid,
                Err(failure) if failure.retryable() => failure,
                Err(failure) => return Err(failure),
            };
            if self.tools.clock.now() >= self.deadline {
                return Err(Failure::Deadline(format!("the plan could not be laid: {failure}")));
            }
            self.tell(EventKind::Retrying, format!("planning again: {failure}")).await?;
            self.tools.clock.sleep(pause).await;
            pause = (pause * 2).min(self.tools.timings.retry_longest);
        };
        self.tools.store.lay_plan(&self.work.operation.id, &laid.plan, &laid.actions).await?;
        let summary = laid.plan.summary;
        let message = format!(
            "the plan creates {}, changes {}, removes {} and keeps {}",
            summary.create, summary.change, summary.remove, summary.keep
        );
        Ok(self.tell(EventKind::Planned, message).await?)
    }

    /// Runs the actions of a stage on all targets side by side. Gives the first failure.
    async fn run_stage(&self, stage: Stage) -> Result<(), Failure> {
        let log = self.tools.store.actions(&self.work.operation.id).await?;
        let groups = by_target(&log);
        for (target, actions) in &groups {
            let done = actions.iter().filter(|logged| logged.state == State::Done).count();
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            self.reporter.set_steps(target, count(done), count(actions.len())).await;
        }
        let runs = groups.iter().map(|(target, actions)| async {
            let result = self.run_target(target, actions, stage).await;
            if let Err(failure) = &result
                && stage == Stage::Shift
            {
                self.stop.fail();
                let message = failure.to_string();
                self.reporter
                    .change_target(target, |target| target.message = Some(message))
                    .await?;
            }
            result
        });
        let mut results: Vec<_> =
            join_all(runs).await.into_iter().filter_map(Result::err).collect();
        // The reason is the failure, not that the other targets were stopped for it.
        let first = results.iter().position(|failure| !matches!(failure, Failure::Stopped));
        match (first, results.is_empty()) {
            (_, true) => Ok(()),
            (Some(first), false) => Err(results.swap_remove(first)),
            (None, false) => Err(Failure::Stopped),
        }
    }

    async fn run_target(
        &self,
        target: &str,
        actions: &[&Logged],
        stage: Stage,
    ) -> Result<(), Failure> {
        let (deadline, stop) = match stage {
            Stage::Shift => (self.deadline, Arc::clone(&self.stop)),
            Stage::Retire => (self.undo_deadline(), Arc::default()),
        };
        let mut run = self.target(&self.deployment, target, deadline, stop)?;
        for logged in actions {
            if logged.state == State::Done {
                run.keep(&logged.action, logged.output.clone())?;
            } else if logged.stage == stage {
                self.run_action(&mut run, logged).await?;
            }
        }
        if stage == Stage::Shift && actions.iter().any(|logged| logged.stage == Stage::Shift) {
            run.settle_address().await?;
            let message = "in service".to_owned();
            self.reporter
                .change_target(target, |target| target.message = Some(message.clone()))
                .await?;
            let told = Told {
                kind: EventKind::TargetFinished,
                target: Some(target),
                step: None,
                message: format!("{target} is in service"),
            };
            self.reporter.tell(told).await?;
        }
        Ok(())
    }

    /// Runs one action: logged before, again and again while its failures may pass, logged after.
    async fn run_action(&self, run: &mut TargetRun, logged: &Logged) -> Result<(), Failure> {
        let (name, action) = (&logged.name, &logged.action);
        let operation = &self.work.operation.id;
        run.session.check(|| self.too_late(name, "it was not begun"))?;
        self.tools.store.begin_action(operation, logged, run.session.clock.now()).await?;
        run.tell(EventKind::StepStarted, name, action.description()).await?;
        run.fault(When::Before, action.name(), name);
        let mut pause = run.session.timings.retry_first;
        let mut last = None;
        let output = loop {
            match run.perform(name, action).await {
                Ok(output) => break output,
                Err(Failure::Deadline(seen)) => {
                    // An earlier failure says more than where the time ran out.
                    let seen = last.unwrap_or(seen);
                    return Err(Failure::Deadline(self.too_late(name, &seen)));
                }
                Err(failure) if failure.retryable() => {
                    let seen = failure.to_string();
                    let words = run.session.again(&failure, pause);
                    run.tell(EventKind::Retrying, name, words).await?;
                    run.session.pause(failure.rest(pause), || self.too_late(name, &seen)).await?;
                    last = Some(seen);
                    pause = (pause * 2).min(run.session.timings.retry_longest);
                }
                Err(failure) => {
                    if !matches!(failure, Failure::Stopped) {
                        run.tell(EventKind::StepFailed, name, failure.to_string()).await?;
                    }
                    return Err(failure);
                }
            }
        };
        run.fault(When::After, action.name(), name);
        let now = run.session.clock.now();
        self.tools.store.end_action(operation, logged, State::Done, &output, now).await?;
        self.reporter.step_done(&run.place.key()).await;
        run.tell(EventKind::StepFinished, name, format!("done: {}", action.description())).await
    }

    fn too_late(&self, step: &str, seen: &str) -> String {
        let seconds = self.deployment.health.deadline_seconds;
        format!("the deadline of {seconds} s passed at {step}: {seen}")
    }

    fn undo_deadline(&self) -> Timestamp {
        self.tools.clock.now() + self.tools.timings.undo_deadline
    }

    /// Passes the point of no return. `false` if a cancellation came first.
    async fn commit(&self) -> Result<bool, Error> {
        let Deployment { id, environment, service, .. } = &self.deployment;
        let mut used: Vec<String> = Vec::new();
        for record in self.tools.store.created_by(id).await? {
            used.push(record.resource.id);
        }
        for target in &self.deployment.targets {
            let kept = self.tools.used_at(&self.deployment, &target.spec()).await?;
            used.extend(kept);
        }
        let now = self.tools.clock.now();
        let (operation, _) = self.reporter.snapshot().await;
        self.tools.store.commit_shift(&operation, environment, service, &used, now).await
    }

    /// Removes the old. The deployment is successful whatever comes of it.
    async fn retire(&self) -> Result<(), Error> {
        self.reporter.settle_targets(Status::Successful).await?;
        let left = match self.run_stage(Stage::Retire).await {
            Ok(()) => None,
            Err(Failure::Store(error)) => return Err(*error),
            Err(failure) => {
                self.leave_old().await?;
                Some(failure.to_string())
            }
        };
        let deployment = self.tools.store.deployment(&self.deployment.id).await?;
        let urls: Vec<_> = deployment
            .iter()
            .flat_map(|deployment| &deployment.targets)
            .filter_map(|target| target.url.clone())
            .collect();
        let reason = left.map(|why| {
            format!("it serves; part of the old could not be removed yet and will be: {why}")
        });
        let message = reason.clone().unwrap_or_else(|| format!("{} succeeded", self.what()));
        self.reporter
            .finish(message, |operation, deployment| {
                operation.status = operation::Status::Succeeded;
                operation.result = Some(serde_json::json!({
                    "deployment_id": deployment.id,
                    "status": deployment_status(Status::Successful),
                    "urls": urls,
                }));
                deployment.status = Status::Successful;
                deployment.status_reason = reason;
            })
            .await
    }

    /// Marks what could not be retired, for the sweeper.
    async fn leave_old(&self) -> Result<(), Error> {
        use crate::model::action::Action;
        let now = self.tools.clock.now();
        for logged in self.tools.store.actions(&self.work.operation.id).await? {
            if logged.stage != Stage::Retire || logged.state == State::Done {
                continue;
            }
            let ids: Vec<&String> = match &logged.action {
                Action::TerminateInstances { machines } => {
                    machines.iter().map(|old| &old.resource).collect()
                }
                Action::Remove { resource, .. } => vec![resource],
                _ => Vec::new(),
            };
            for id in ids {
                self.tools.store.mark_deleting(id, now).await?;
            }
        }
        Ok(())
    }

    /// Decides what follows a failure, and writes it where a restart finds it.
    async fn give_up(&self, failure: Failure) -> Result<Phase, Error> {
        if let Failure::Store(error) = failure {
            return Err(*error);
        }
        let cancelled = self.stop.is_cancelled();
        let outcome = operation::Failure {
            code: if cancelled { FailureCode::Cancelled } else { code(&failure) },
            message: if cancelled {
                "cancelled on request".to_owned()
            } else {
                failure.to_string()
            },
            cloud: failure.fault().filter(|_| !cancelled).cloned(),
        };
        if !cancelled && !self.deployment.rollback.on_failure {
            self.tell_failed(&outcome).await?;
            return Ok(Phase::Finished);
        }
        let kind = if cancelled { EventKind::Cancelling } else { EventKind::UndoStarted };
        self.tools.store.start_undo(&self.work.operation.id, &outcome).await?;
        self.tell(kind, format!("undoing: {}", outcome.message)).await?;
        Ok(Phase::Undoing)
    }

    /// The end of a failure that is not undone.
    async fn tell_failed(&self, outcome: &operation::Failure) -> Result<(), Error> {
        self.reporter.settle_targets(Status::Failed).await?;
        self.reporter
            .finish(outcome.message.clone(), |operation, deployment| {
                operation.status = operation::Status::Failed;
                operation.error = Some(outcome.clone());
                deployment.status = Status::Failed;
                deployment.status_reason = Some(outcome.message.clone());
            })
            .await
    }

    /// Undoes everything.
    async fn undo(&self) -> Result<(), Error> {
        let work = self.tools.store.work(&self.work.operation.id).await?;
        let outcome = work.and_then(|work| work.outcome).unwrap_or_else(|| operation::Failure {
            code: FailureCode::DeploymentFailed,
            message: "the deployment failed".to_owned(),
            cloud: None,
        });
        let log = self.tools.store.actions(&self.work.operation.id).await?;
        let groups = by_target(&log);
        let undos = groups.iter().map(|(target, actions)| self.undo_target(target, actions));
        let mut left = Vec::new();
        for result in join_all(undos).await {
            match result {
                Ok(words) => left.extend(words),
                Err(Failure::Store(error)) => return Err(*error),
                Err(failure) => left.push(failure.to_string()),
            }
        }
        let status = match outcome.code {
            FailureCode::Cancelled => Status::Cancelled,
            _ => Status::RolledBack,
        };
        self.reporter.settle_targets(status).await?;
        let mut message = outcome.message.clone();
        if !left.is_empty() {
            message = format!(
                "{message}; not everything could be undone yet, and will be: {}",
                left.join("; ")
            );
        }
        self.reporter
            .finish(message.clone(), |operation, deployment| {
                operation.status = match status {
                    Status::Cancelled => operation::Status::Cancelled,
                    _ => operation::Status::Failed,
                };
                operation.error = Some(operation::Failure { message: message.clone(), ..outcome });
                deployment.status = status;
                deployment.status_reason = Some(message);
            })
            .await
    }

    async fn undo_target(&self, target: &str, log: &[&Logged]) -> Result<Vec<String>, Failure> {
        let log: Vec<Logged> = log.iter().map(|logged| (*logged).clone()).collect();
        let deadline = self.undo_deadline();
        let mut run = self.target(&self.deployment, target, deadline, Arc::default())?;
        run.take_up(&log)?;
        let mut before = Before { target: None };
        if let Some(previous) = &self.previous {
            let there = previous.targets.iter().any(|it| it.key() == target);
            if there {
                let mut old = self.target(previous, target, deadline, Arc::default())?;
                // Its instances are told of in the deployment that is undone; not so its checks.
                old.reporter = None;
                before.target = Some(old);
            }
        }
        run.undo(&self.work.operation.id, &log, &mut before).await
    }

    /// A target of a deployment, ready to work.
    fn target(
        &self,
        deployment: &Deployment,
        target: &str,
        deadline: Timestamp,
        stop: Arc<Stop>,
    ) -> Result<TargetRun, Failure> {
        let manifest = deployment.manifest();
        let (cloud, region) = target.split_once('/').unwrap_or((target, ""));
        let spec = manifest
            .targets
            .iter()
            .find(|spec| spec.cloud == cloud && spec.region == region)
            .cloned()
            .unwrap_or_else(|| TargetSpec::left(cloud, region));
        let place = self.tools.gateway.place(&manifest, &spec, &deployment.id)?;
        let mut run = TargetRun::live(&self.tools, place, deadline, stop)?;
        run.reporter = Some(Arc::clone(&self.reporter));
        run.session.teller = Some((Arc::clone(&self.reporter), target.to_owned()));
        Ok(run)
    }
}

fn deployment_status(status: Status) -> &'static str {
    status.name()
}

const fn code(failure: &Failure) -> FailureCode {
    match failure {
        Failure::Call(_) => FailureCode::CloudError,
        Failure::Refused(_) | Failure::Busy(_) => FailureCode::DeploymentFailed,
        Failure::Unhealthy(_) => FailureCode::Unhealthy,
        Failure::Deadline(_) => FailureCode::DeadlineExceeded,
        Failure::Stopped => FailureCode::Cancelled,
        Failure::Store(_) => FailureCode::InternalError,
    }
}

/// The log, by target; it is sorted by target.
fn by_target(log: &[Logged]) -> Vec<(String, Vec<&Logged>)> {
    let mut groups: Vec<(String, Vec<&Logged>)> = Vec::new();
    for logged in log {
        match groups.last_mut() {
            Some((target, actions)) if *target == logged.target => actions.push(logged),
            _ => groups.push((logged.target.clone(), vec![logged])),
        }
    }
    groups
}
