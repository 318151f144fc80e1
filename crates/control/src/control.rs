//! The control plane: everything that a surface may ask of it.

use std::sync::Arc;
use std::time::Duration;

use crate::clouds::failure::Failure;
use crate::clouds::gateway::Gateway;
use crate::config::Config;
use crate::error::{Context, Error};
use crate::hub::Hub;
use crate::ids::{Ids, hash};
use crate::model::access::{
    Idempotency, Keep, NewKey, Principal, Readiness, ReadinessCheck, RollbackRequest, Started,
    StoredResponse,
};
use crate::model::action::fault_names;
use crate::model::deployment::{Deployment, Environment, Service, Status, Target};
use crate::model::manifest::{Manifest, Strategy};
use crate::model::operation::{self, Event, Operation};
use crate::model::page::{DeploymentFilter, OperationFilter, Page, PageRequest, ResourceFilter};
use crate::model::plan::Plan;
use crate::model::resource::{Resource, State};
use crate::saga::runner::Runner;
use crate::saga::sweep;
use crate::saga::tools::Tools;
use crate::store::Store;
use crate::store::access::{Held, Kept};
use crate::store::deployments::conflict;

/// The control plane. Clones share it.
#[derive(Clone)]
pub struct Control {
    tools: Arc<Tools>,
    runner: Arc<Runner>,
    ids: Ids,
    /// This process, in claims.
    owner: Arc<str>,
    /// This state, in names.
    installation: Arc<str>,
}

impl Control {
    /// Opens the state and brings its schema up to date. Nothing runs until [`Control::resume`].
    ///
    /// # Errors
    /// [`Error::NewerSchema`] if the state is of a newer version; [`Error::Truncated`] if it ends before
    /// what was acknowledged; [`Error::Internal`] if it cannot
    /// be opened.
    pub async fn open(config: Config) -> Result<Self, Error> {
        let Config { database, clouds, prober, clock, random, faults, timings } = config;
        let store = Store::open(&database).await?;
        let ids = Ids(random);
        let installation: Arc<str> = store.installation(&ids.make("")).await?.into();
        let gateway = Gateway {
            clouds,
            store: store.clone(),
            ids: ids.clone(),
            clock: Arc::clone(&clock),
            timings: timings.clone(),
            installation: Arc::clone(&installation),
        };
        let hub = Hub::default();
        let tools = Arc::new(Tools { store, hub, gateway, prober, faults, clock, timings });
        let owner: Arc<str> = ids.make("run_").into();
        let runner = Arc::new(Runner::new(Arc::clone(&tools), Arc::clone(&owner)));
        Ok(Self { tools, runner, ids, owner, installation })
    }

    /// Takes up what was left unfinished, and starts the runner and the sweeper. They run on the
    /// current tokio runtime until [`Control::shutdown`].
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn resume(&self) -> Result<(), Error> {
        // Nobody else can be at work on a state that one process holds.
        self.tools.store.release_all().await?;
        self.runner.start();
        Ok(())
    }

    /// Stops the runner and the sweeper, and closes the state. Unfinished operations go on at the
    /// next start from the step at hand.
    pub async fn shutdown(&self) {
        self.runner.shutdown().await;
        self.tools.store.close().await;
    }

    /// The names of all fault points; see [`FaultPoints`](crate::faults::FaultPoints).
    #[must_use]
    pub fn fault_points() -> Vec<String> {
        fault_names()
    }

    /// Removes what no deployment owns and should be gone, as the sweeper does by itself. Gives how
    /// many things are still to be removed.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn sweep(&self) -> Result<usize, Error> {
        sweep::sweep(&self.tools).await
    }

    /// What tells this state from others: drawn when it was begun.
    #[must_use]
    pub fn installation(&self) -> &str {
        &self.installation
    }

    /// Whether requests can be served: whether the state can be read and written, and work is done.
    pub async fn readiness(&self) -> Readiness {
        let database = self.tools.store.check().await.err().map(|error| error.to_string());
        let runner = (!self.runner.is_running()).then(|| "not running".to_owned());
        let checks = [("database", database), ("runner", runner)].map(|(name, message)| {
            ReadinessCheck { name: name.to_owned(), ok: message.is_none(), message }
        });
        Readiness {
            ready: checks.iter().all(|check| check.ok),
            checks: checks.into(),
            at: self.tools.clock.now(),
        }
    }

    /// Accepts a deployment and starts it.
    ///
    /// # Errors
    /// [`Error::Validation`] for a region or size that the cloud does not have;
    /// [`Error::Conflict`] while another deployment of the same service and environment runs.
    pub async fn create(
        &self,
        caller: &Principal,
        manifest: Manifest,
        keep: Option<Keep<'_, Started>>,
    ) -> Result<Started, Error> {
        manifest.validate()?;
        self.tools.check_offers(&manifest).await?;
        self.start(caller, &manifest, None, keep).await
    }

    /// What [`Control::create`] would do, with the same errors. Reads the clouds, and writes
    /// nothing anywhere.
    ///
    /// # Errors
    /// As [`Control::create`], and [`Error::Cloud`] where a cloud cannot be read.
    pub async fn plan(&self, manifest: Manifest) -> Result<Plan, Error> {
        manifest.validate()?;
        self.refuse_if_running(&manifest.environment, &manifest.service).await?;
        self.tools.check_offers(&manifest).await?;
        self.draft(&manifest).await
    }

    /// Deployments, by time of creation.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn deployments(
        &self,
        filter: &DeploymentFilter,
        page: &PageRequest,
    ) -> Result<Page<Deployment>, Error> {
        let mut page = self.tools.store.deployments(filter, page).await?;
        for deployment in &mut page.items {
            self.fill(deployment).await?;
        }
        Ok(page)
    }

    /// One deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn deployment(&self, id: &str) -> Result<Deployment, Error> {
        let found = self.tools.store.deployment(id).await?;
        let mut deployment = found.ok_or_else(|| not_found("deployment", id))?;
        self.fill(&mut deployment).await?;
        Ok(deployment)
    }

    /// What a deployment does or did: its plan as it was laid when it started; before that, as it
    /// would be laid now.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Cloud`] where a cloud cannot be read.
    pub async fn deployment_plan(&self, id: &str) -> Result<Plan, Error> {
        let found = self.tools.store.deployment(id).await?;
        let deployment = found.ok_or_else(|| not_found("deployment", id))?;
        let work = self.tools.store.work(&deployment.operation_id).await?;
        match work.and_then(|work| work.plan) {
            Some(plan) => Ok(plan),
            None => {
                let drafted = self.tools.draft(&deployment.manifest(), &deployment.id).await;
                Ok(drafted.map_err(surface)?.plan)
            }
        }
    }

    /// Starts a new deployment of the last version that was healthy before this deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if no version was healthy before, or while another
    /// deployment of the same service and environment runs.
    pub async fn rollback(
        &self,
        caller: &Principal,
        id: &str,
        request: RollbackRequest,
        keep: Option<Keep<'_, Started>>,
    ) -> Result<Started, Error> {
        let (deployment, manifest) = self.rollback_manifest(id).await?;
        let undone = Undone { deployment: &deployment, reason: request.reason };
        self.start(caller, &manifest, Some(undone), keep).await
    }

    /// What [`Control::rollback`] would do. Writes nothing.
    ///
    /// # Errors
    /// As [`Control::rollback`], and [`Error::Cloud`] where a cloud cannot be read.
    pub async fn plan_rollback(&self, id: &str) -> Result<Plan, Error> {
        let (_, manifest) = self.rollback_manifest(id).await?;
        self.draft(&manifest).await
    }

    /// Asks a running deployment to stop and undo everything. The operation is `cancelling` until
    /// that is done.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if it is over already, or serves already and only
    /// removes the old.
    pub async fn cancel(
        &self,
        caller: &Principal,
        id: &str,
        keep: Option<Keep<'_, Operation>>,
    ) -> Result<Operation, Error> {
        let mut operation = self.check_cancel(id).await?;
        operation.status = operation::Status::Cancelling;
        let kept = kept(caller, keep, &operation);
        if !self.tools.store.request_cancel(&operation.id, kept).await? {
            return Err(too_late(id));
        }
        self.runner.cancel(&operation.id);
        tracing::info!(deployment = id, caller = caller.id, "cancellation asked for");
        self.tools.hub.wake();
        Ok(operation)
    }

    /// What [`Control::cancel`] would answer, with the same errors. Writes nothing.
    ///
    /// # Errors
    /// As [`Control::cancel`].
    pub async fn check_cancel(&self, id: &str) -> Result<Operation, Error> {
        let found = self.tools.store.deployment(id).await?;
        let deployment = found.ok_or_else(|| not_found("deployment", id))?;
        let work = self.tools.store.work(&deployment.operation_id).await?;
        let work = work.ok_or_else(|| not_found("operation", &deployment.operation_id))?;
        if work.phase.can_be_cancelled() { Ok(work.operation) } else { Err(too_late(id)) }
    }

    /// Operations, by time of creation.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn operations(
        &self,
        filter: &OperationFilter,
        page: &PageRequest,
    ) -> Result<Page<Operation>, Error> {
        self.tools.store.operations(filter, page).await
    }

    /// One operation.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn operation(&self, id: &str) -> Result<Operation, Error> {
        let found = self.tools.store.operation(id).await?;
        found.ok_or_else(|| not_found("operation", id))
    }

    /// One operation, once it is over or the time has passed.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn wait_operation(&self, id: &str, at_most: Duration) -> Result<Operation, Error> {
        let deadline = tokio::time::Instant::now() + at_most;
        let mut changes = self.tools.hub.changes();
        loop {
            let operation = self.operation(id).await?;
            if operation.status.is_final() || !changes.wait(deadline).await {
                return Ok(operation);
            }
        }
    }

    /// An operation's events after a sequence number (0 for all), at most `limit`.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn events(&self, id: &str, after: u64, limit: u32) -> Result<Vec<Event>, Error> {
        self.operation(id).await?;
        self.tools.store.events(id, after, limit).await
    }

    /// As [`Control::events`], but waits until there is one, the operation is over, or the time has
    /// passed; empty in the last two cases. An event of kind `finished` is the last.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn wait_events(
        &self,
        id: &str,
        after: u64,
        limit: u32,
        at_most: Duration,
    ) -> Result<Vec<Event>, Error> {
        let deadline = tokio::time::Instant::now() + at_most;
        let mut changes = self.tools.hub.changes();
        loop {
            // Read before the events: if it is over, no event follows those.
            let operation = self.operation(id).await?;
            let events = self.tools.store.events(id, after, limit).await?;
            let over = operation.status.is_final();
            if !events.is_empty() || over || !changes.wait(deadline).await {
                return Ok(events);
            }
        }
    }

    /// Cancels an operation: what [`Control::cancel`] does for its deployment.
    ///
    /// # Errors
    /// As [`Control::cancel`].
    pub async fn cancel_operation(
        &self,
        caller: &Principal,
        id: &str,
        keep: Option<Keep<'_, Operation>>,
    ) -> Result<Operation, Error> {
        let operation = self.operation(id).await?;
        self.cancel(caller, &operation.deployment_id, keep).await
    }

    /// Resources, by time of creation.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn resources(
        &self,
        filter: &ResourceFilter,
        page: &PageRequest,
    ) -> Result<Page<Resource>, Error> {
        self.tools.store.resources(filter, page).await
    }

    /// One resource.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn resource(&self, id: &str) -> Result<Resource, Error> {
        let found = self.tools.store.resource(id).await?;
        found.ok_or_else(|| not_found("resource", id))
    }

    /// Environments, by the time of their first deployment.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn environments(&self, page: &PageRequest) -> Result<Page<Environment>, Error> {
        self.tools.store.environments(page).await
    }

    /// One environment.
    ///
    /// # Errors
    /// [`Error::NotFound`] where no deployment names it.
    pub async fn environment(&self, name: &str) -> Result<Environment, Error> {
        let found = self.tools.store.environment(name).await?;
        found.ok_or_else(|| not_found("environment", name))
    }

    /// One service of an environment.
    ///
    /// # Errors
    /// [`Error::NotFound`] where no deployment names it there.
    pub async fn service(&self, environment: &str, name: &str) -> Result<Service, Error> {
        let found = self.tools.store.service(environment, name).await?;
        found.ok_or_else(|| not_found("service", &format!("{environment}/{name}")))
    }

    /// Services, by the time of their first deployment to an environment.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn services(
        &self,
        environment: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Service>, Error> {
        self.tools.store.services(environment, page).await
    }

    /// Makes a key. The secret is shown this once.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn create_key(&self, name: &str) -> Result<NewKey, Error> {
        let secret = self.ids.secret("isobar_");
        let principal = self.adopt_key(name, &secret).await?;
        Ok(NewKey { principal, secret })
    }

    /// Accepts this secret from now on under a name, in place of the key of that name if there is
    /// one; for a key that is kept in a file beside the state.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn adopt_key(&self, name: &str, secret: &str) -> Result<Principal, Error> {
        let principal = Principal { id: self.ids.make("key_"), name: name.to_owned() };
        let now = self.tools.clock.now();
        self.tools.store.put_key(&principal, &hash(secret.as_bytes()), now).await
    }

    /// Whose key it is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]
    pub async fn authenticate(&self, secret: &str) -> Result<Principal, Error> {
        // The hash is looked up as a whole, so that the time it takes says nothing of the secret.
        let found = self.tools.store.find_key(&hash(secret.as_bytes())).await?;
        found.ok_or(Error::Unauthenticated)
    }

    /// Takes hold of an idempotency key for a request whose method, path and body have this hash.
    ///
    /// # Errors
    /// [`Error::IdempotencyMismatch`], [`Error::IdempotencyInProgress`]
    pub async fn idempotency_begin(
        &self,
        caller: &Principal,
        key: &str,
        request_hash: &[u8],
    ) -> Result<Idempotency, Error> {
        let now = self.tools.clock.now();
        let held = Held {
            caller: &caller.id,
            key,
            request_hash: &hash(request_hash),
            holder: &self.owner,
        };
        let forget = now - self.tools.timings.idempotency;
        self.tools.store.hold_idempotency(&held, now, forget).await
    }

    /// What [`Control::idempotency_begin`] would fail with. Writes nothing.
    ///
    /// # Errors
    /// As there.
    pub async fn idempotency_check(
        &self,
        caller: &Principal,
        key: &str,
        request_hash: &[u8],
    ) -> Result<(), Error> {
        let held = Held {
            caller: &caller.id,
            key,
            request_hash: &hash(request_hash),
            holder: &self.owner,
        };
        let forget = self.tools.clock.now() - self.tools.timings.idempotency;
        self.tools.store.look_at_idempotency(&held, forget).await
    }

    /// Keeps the answer for replays.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn idempotency_finish(
        &self,
        caller: &Principal,
        key: &str,
        response: &StoredResponse,
    ) -> Result<(), Error> {
        self.tools.store.finish_idempotency(&caller.id, key, response).await
    }

    /// Lets go of an idempotency key whose request had no effect, so that it may be tried again.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn idempotency_abandon(&self, caller: &Principal, key: &str) -> Result<(), Error> {
        self.tools.store.abandon_idempotency(&caller.id, key).await
    }

    /// Adds a deployment and wakes the runner.
    async fn start(
        &self,
        caller: &Principal,
        manifest: &Manifest,
        undone: Option<Undone<'_>>,
        keep: Option<Keep<'_, Started>>,
    ) -> Result<Started, Error> {
        let Manifest { environment, service, .. } = manifest;
        let now = self.tools.clock.now();
        let previous = self.tools.store.current_deployment(environment, service).await?;
        let kind =
            if undone.is_some() { operation::Kind::Rollback } else { operation::Kind::Deploy };
        let rollback_of = undone.as_ref().map(|undone| undone.deployment.id.clone());
        let operation = Operation {
            id: self.ids.make("op_"),
            kind,
            status: operation::Status::Pending,
            progress: operation::Progress::default(),
            deployment_id: self.ids.make("dep_"),
            rollback_of: rollback_of.clone(),
            requested_by: caller.name.clone(),
            reason: undone.and_then(|undone| undone.reason),
            created_at: now,
            started_at: None,
            finished_at: None,
            result: None,
            error: None,
        };
        let deployment = Deployment {
            id: operation.deployment_id.clone(),
            service: service.clone(),
            version: manifest.version.clone(),
            environment: environment.clone(),
            status: Status::Pending,
            status_reason: None,
            targets: manifest.targets.iter().map(Target::pending).collect(),
            run: manifest.run.clone(),
            expose: manifest.expose.clone(),
            health: manifest.health.clone(),
            strategy: manifest.strategy.clone(),
            rollback: manifest.rollback.clone(),
            created_by: caller.name.clone(),
            created_at: now,
            started_at: None,
            finished_at: None,
            duration_seconds: None,
            can_roll_back: false,
            previous_deployment: previous,
            rollback_of,
            operation_id: operation.id.clone(),
            created_resources: Vec::new(),
        };
        let started = Started { operation, deployment };
        let kept = kept(caller, keep, &started);
        self.tools.store.insert_deployment(&started.deployment, &started.operation, kept).await?;
        self.runner.wake();
        self.tools.hub.wake();
        Ok(started)
    }

    async fn draft(&self, manifest: &Manifest) -> Result<Plan, Error> {
        // The names of a plan that is never carried out are of a deployment that never is.
        let drafted = self.tools.draft(manifest, "dep_planned").await;
        Ok(drafted.map_err(surface)?.plan)
    }

    async fn refuse_if_running(&self, environment: &str, service: &str) -> Result<(), Error> {
        match self.tools.store.running_deployment(environment, service).await? {
            Some(running) => Err(conflict(environment, service, Some(&running))),
            None => Ok(()),
        }
    }

    /// What a rollback of a deployment deploys: the version that was healthy before it, at once
    /// beside the present one instead of in batches.
    async fn rollback_manifest(&self, id: &str) -> Result<(Deployment, Manifest), Error> {
        let store = &self.tools.store;
        let found = store.deployment(id).await?;
        let deployment = found.ok_or_else(|| not_found("deployment", id))?;
        let Deployment { environment, service, .. } = &deployment;
        self.refuse_if_running(environment, service).await?;
        let refuse = |message: String| Error::Conflict { message, deployment: None };
        let current = store.current_deployment(environment, service).await?;
        let failed = deployment.status == Status::Failed;
        if current.as_deref() != Some(id) && !failed {
            return Err(Error::Conflict {
                message: match &current {
                    Some(current) => format!("{id} does not serve; {current} does"),
                    None => format!("{id} does not serve"),
                },
                deployment: current,
            });
        }
        let healthy = match &deployment.previous_deployment {
            Some(previous) => store.deployment(previous).await?,
            None => None,
        };
        let healthy = healthy.filter(|healthy| healthy.status == Status::Successful);
        let Some(healthy) = healthy else {
            return Err(refuse(format!("no version of {service} was healthy before {id}")));
        };
        let manifest = Manifest { strategy: Strategy::BlueGreen {}, ..healthy.manifest() };
        Ok((deployment, manifest))
    }

    /// Adds what a deployment created, and what became of it since.
    async fn fill(&self, deployment: &mut Deployment) -> Result<(), Error> {
        let created = self.tools.store.created_by(&deployment.id).await?;
        deployment.created_resources = created.into_iter().map(|record| record.resource).collect();
        let gone: Vec<_> = deployment
            .created_resources
            .iter()
            .filter(|resource| resource.state == State::Deleted)
            .filter_map(|resource| resource.cloud_id.as_deref())
            .collect();
        let instances = deployment.targets.iter_mut().flat_map(|target| &mut target.instances);
        for instance in instances.filter(|instance| gone.contains(&instance.id.as_str())) {
            "terminated".clone_into(&mut instance.state);
        }
        deployment.can_roll_back =
            deployment.status.is_final() && self.rollback_manifest(&deployment.id).await.is_ok();
        Ok(())
    }
}

/// What a rollback undoes, and why.
struct Undone<'a> {
    deployment: &'a Deployment,
    reason: Option<String>,
}

/// The answer to what is about to be done, to be written with it.
fn kept<'a, T>(caller: &'a Principal, keep: Option<Keep<'a, T>>, done: &T) -> Option<Kept<'a>> {
    keep.map(|keep| Kept { caller: &caller.id, key: keep.key, response: (keep.answer)(done) })
}

fn not_found(kind: &'static str, id: &str) -> Error {
    Error::NotFound { kind, id: id.to_owned() }
}

fn too_late(id: &str) -> Error {
    Error::Conflict {
        message: format!(
            "{id} can no longer be cancelled: it is over, or past the point of return"
        ),
        deployment: Some(id.to_owned()),
    }
}

/// A failure of a plan, as those see it who asked for the plan.
fn surface(failure: Failure) -> Error {
    match failure {
        Failure::Call(error) => Error::Cloud(Box::new(error.fault)),
        Failure::Store(error) => *error,
        Failure::Refused(message) | Failure::Busy(message) | Failure::Unhealthy(message) => {
            Error::Conflict { message, deployment: None }
        }
        Failure::Deadline(doing) => Error::Unavailable(Context { doing, source: None }),
        Failure::Stopped => {
            Error::Unavailable(Context { doing: "stopped while planning".to_owned(), source: None })
        }
    }
}
