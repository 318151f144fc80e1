//! The control plane: everything that a surface may ask of it.

use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::error::Error;
use crate::model::access::{
    Idempotency, NewKey, Principal, Readiness, RollbackRequest, Started, StoredResponse,
};
use crate::model::deployment::{Deployment, Environment, Service};
use crate::model::manifest::Manifest;
use crate::model::operation::{Event, Operation};
use crate::model::page::{DeploymentFilter, OperationFilter, Page, PageRequest, ResourceFilter};
use crate::model::plan::Plan;
use crate::model::resource::Resource;

/// The control plane. Clones share it.
#[derive(Clone)]
pub struct Control {
    config: Arc<Config>,
}

impl Control {
    /// Opens the state and brings its schema up to date. Nothing runs until [`Control::resume`].
    ///
    /// # Errors
    /// [`Error::NewerSchema`] if the state is of a newer version; [`Error::Internal`] if it cannot
    /// be opened.
    pub async fn open(config: Config) -> Result<Self, Error> {
        Ok(Self { config: Arc::new(config) })
    }

    /// Takes up what was left unfinished, and starts the runner and the sweeper. They run on the
    /// current tokio runtime until [`Control::shutdown`].
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn resume(&self) -> Result<(), Error> {
        self.not_yet()
    }

    /// Stops the runner and the sweeper after the step at hand. Unfinished operations go on at the
    /// next start.
    pub async fn shutdown(&self) {}

    /// Whether requests can be served.
    pub async fn readiness(&self) -> Readiness {
        Readiness { ready: false, checks: Vec::new(), at: self.config.clock.now() }
    }

    /// Accepts a deployment and starts it.
    ///
    /// # Errors
    /// [`Error::Validation`] for a region or size that the cloud does not have;
    /// [`Error::Conflict`] while another deployment of the same service and environment runs.
    pub async fn create(&self, caller: &Principal, manifest: Manifest) -> Result<Started, Error> {
        let _ = (caller, manifest);
        self.not_yet()
    }

    /// What [`Control::create`] would do, with the same errors. Reads the clouds, and writes
    /// nothing anywhere.
    ///
    /// # Errors
    /// As [`Control::create`], and [`Error::Cloud`] where a cloud cannot be read.
    pub async fn plan(&self, manifest: Manifest) -> Result<Plan, Error> {
        let _ = manifest;
        self.not_yet()
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
        let _ = (filter, page);
        self.not_yet()
    }

    /// One deployment.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn deployment(&self, id: &str) -> Result<Deployment, Error> {
        let _ = id;
        self.not_yet()
    }

    /// What a deployment does or did: its plan as it was laid when it started; before that, as it
    /// would be laid now.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Cloud`] where a cloud cannot be read.
    pub async fn deployment_plan(&self, id: &str) -> Result<Plan, Error> {
        let _ = id;
        self.not_yet()
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
    ) -> Result<Started, Error> {
        let _ = (caller, id, request);
        self.not_yet()
    }

    /// What [`Control::rollback`] would do. Writes nothing.
    ///
    /// # Errors
    /// As [`Control::rollback`], and [`Error::Cloud`] where a cloud cannot be read.
    pub async fn plan_rollback(&self, id: &str) -> Result<Plan, Error> {
        let _ = id;
        self.not_yet()
    }

    /// Asks a running deployment to stop and undo everything. The operation is `cancelling` until
    /// that is done.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if it is over already, or serves already and only
    /// removes the old.
    pub async fn cancel(&self, caller: &Principal, id: &str) -> Result<Operation, Error> {
        let _ = (caller, id);
        self.not_yet()
    }

    /// What [`Control::cancel`] would answer, with the same errors. Writes nothing.
    ///
    /// # Errors
    /// As [`Control::cancel`].
    pub async fn check_cancel(&self, id: &str) -> Result<Operation, Error> {
        let _ = id;
        self.not_yet()
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
        let _ = (filter, page);
        self.not_yet()
    }

    /// One operation.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn operation(&self, id: &str) -> Result<Operation, Error> {
        let _ = id;
        self.not_yet()
    }

    /// One operation, once it is over or the time has passed.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn wait_operation(&self, id: &str, at_most: Duration) -> Result<Operation, Error> {
        let _ = (id, at_most);
        self.not_yet()
    }

    /// An operation's events after a sequence number (0 for all), at most `limit`.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn events(&self, id: &str, after: u64, limit: u32) -> Result<Vec<Event>, Error> {
        let _ = (id, after, limit);
        self.not_yet()
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
        let _ = (id, after, limit, at_most);
        self.not_yet()
    }

    /// Cancels an operation: what [`Control::cancel`] does for its deployment.
    ///
    /// # Errors
    /// As [`Control::cancel`].
    pub async fn cancel_operation(&self, caller: &Principal, id: &str) -> Result<Operation, Error> {
        let _ = (caller, id);
        self.not_yet()
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
        let _ = (filter, page);
        self.not_yet()
    }

    /// One resource.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn resource(&self, id: &str) -> Result<Resource, Error> {
        let _ = id;
        self.not_yet()
    }

    /// Environments, by the time of their first deployment.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be read.
    pub async fn environments(&self, page: &PageRequest) -> Result<Page<Environment>, Error> {
        let _ = page;
        self.not_yet()
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
        let _ = (environment, page);
        self.not_yet()
    }

    /// Makes a key. The secret is shown this once.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn create_key(&self, name: &str) -> Result<NewKey, Error> {
        let _ = name;
        self.not_yet()
    }

    /// Accepts this secret from now on under a name, in place of the key of that name if there is
    /// one; for a key that is kept in a file beside the state.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn adopt_key(&self, name: &str, secret: &str) -> Result<Principal, Error> {
        let _ = (name, secret);
        self.not_yet()
    }

    /// Whose key it is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]
    pub async fn authenticate(&self, secret: &str) -> Result<Principal, Error> {
        let _ = secret;
        self.not_yet()
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
        let _ = (caller, key, request_hash);
        self.not_yet()
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
        let _ = (caller, key, response);
        self.not_yet()
    }

    /// Lets go of an idempotency key whose request had no effect, so that it may be tried again.
    ///
    /// # Errors
    /// [`Error::Internal`] if the state cannot be written.
    pub async fn idempotency_abandon(&self, caller: &Principal, key: &str) -> Result<(), Error> {
        let _ = (caller, key);
        self.not_yet()
    }

    fn not_yet<T>(&self) -> Result<T, Error> {
        Err(Error::Unavailable(crate::error::Context {
            doing: "work that has not been laid yet".to_owned(),
            source: None,
        }))
    }
}
