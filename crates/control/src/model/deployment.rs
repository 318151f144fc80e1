//! Deployments as they are shown.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::manifest::{Expose, Health, Manifest, RollbackPolicy, Run, Strategy, TargetSpec, key};
use super::resource::Resource;

/// A deployment of one version of a service onto its targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deployment {
    /// `dep_…`
    #[schemars(regex(pattern = "^dep_"))]
    pub id: String,
    /// The service.
    pub service: String,
    /// The version.
    pub version: String,
    /// The environment.
    pub environment: String,
    /// Where it stands.
    pub status: Status,
    /// Why, where there is something to say.
    pub status_reason: Option<String>,
    /// Its places, with what runs there.
    pub targets: Vec<Target>,
    /// What runs.
    pub run: Run,
    /// What is offered.
    pub expose: Expose,
    /// When an instance is healthy.
    pub health: Health,
    /// How the old gives way.
    pub strategy: Strategy,
    /// What happens on failure.
    pub rollback: RollbackPolicy,
    /// The caller who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Seconds from start to end, or until now.
    pub duration_seconds: Option<f64>,
    /// Whether it can be rolled back now; seen when it is read.
    #[serde(skip)]
    pub can_roll_back: bool,
    /// The deployment that served before it.
    pub previous_deployment: Option<String>,
    /// The deployment that it undoes, if it is a rollback.
    pub rollback_of: Option<String>,
    /// The operation that carries it out.
    pub operation_id: String,
    /// Everything that it created, also what is gone again.
    pub created_resources: Vec<Resource>,
}

impl Deployment {
    /// What was asked for.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        Manifest {
            service: self.service.clone(),
            version: self.version.clone(),
            environment: self.environment.clone(),
            targets: self.targets.iter().map(Target::spec).collect(),
            run: self.run.clone(),
            expose: self.expose.clone(),
            health: self.health.clone(),
            strategy: self.strategy.clone(),
            rollback: self.rollback.clone(),
        }
    }
}

/// Where a deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DeploymentStatus")]
pub enum Status {
    /// Not begun.
    Pending,
    /// At work.
    InProgress,
    /// Serves, or served until a later one took over.
    Successful,
    /// Failed; what it created stays and is recorded.
    Failed,
    /// Failed, and everything undone.
    RolledBack,
    /// Cancelled, and everything undone.
    Cancelled,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::InProgress,
        Self::Successful,
        Self::Failed,
        Self::RolledBack,
        Self::Cancelled,
    ];

    /// The name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::InProgress)
    }

    /// The status of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// One place of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The cloud.
    pub cloud: String,
    /// The region.
    pub region: String,
    /// The size as asked for.
    pub size: String,
    /// The image as asked for.
    pub image: Option<String>,
    /// How many instances were asked for.
    pub count: u32,
    /// Where clients find it, once there is a load balancer.
    pub url: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What is being done, or why it failed.
    pub message: Option<String>,
    /// Its instances.
    pub instances: Vec<Instance>,
}

impl Target {
    /// A target at which nothing has happened yet.
    pub(crate) fn pending(spec: &TargetSpec) -> Self {
        Self {
            cloud: spec.cloud.clone(),
            region: spec.region.clone(),
            size: spec.size.clone(),
            image: spec.image.clone(),
            count: spec.count,
            url: None,
            status: Status::Pending,
            message: None,
            instances: Vec::new(),
        }
    }

    /// `cloud/region`
    pub(crate) fn key(&self) -> String {
        key(&self.cloud, &self.region)
    }

    /// An instance is gone, so that nothing is known of its health.
    pub(crate) fn instance_removed(&mut self, id: &str) {
        for instance in self.instances.iter_mut().filter(|instance| instance.id == id) {
            "terminated".clone_into(&mut instance.state);
            instance.health = InstanceHealth::Unknown;
            instance.health_message = None;
        }
    }

    /// What was asked for.
    #[must_use]
    pub fn spec(&self) -> TargetSpec {
        TargetSpec {
            cloud: self.cloud.clone(),
            region: self.region.clone(),
            size: self.size.clone(),
            image: self.image.clone(),
            count: self.count,
        }
    }
}

/// One machine of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Instance {
    /// The cloud's id.
    pub id: String,
    /// Its address, once it has one.
    pub address: Option<String>,
    /// The cloud's word for its state.
    pub state: String,
    /// What the checks say: `unknown`, `healthy` or `unhealthy`.
    pub health: InstanceHealth,
    /// What the last probe saw.
    pub health_message: Option<String>,
}

/// What the checks of an instance say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstanceHealth {
    /// Nothing yet.
    #[default]
    Unknown,
    /// It passed.
    Healthy,
    /// It failed.
    Unhealthy,
}

/// An environment that deployments name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The services deployed to it.
    pub services: u64,
    /// All its deployments.
    pub deployments: u64,
    /// When its first deployment was asked for.
    pub created_at: Timestamp,
    /// When its last deployment was asked for.
    pub last_deployment_at: Timestamp,
}

/// A service that deployments name, in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The environment.
    pub environment: String,
    /// The version that serves now.
    pub version: Option<String>,
    /// The deployment that serves now.
    pub current_deployment: Option<String>,
    /// The last deployment that was asked for.
    pub latest_deployment: String,
    /// Where that stands.
    pub latest_status: Status,
    /// The URLs of the targets that serve now.
    pub urls: Vec<String>,
}
