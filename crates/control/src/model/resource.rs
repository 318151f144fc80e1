//! What deployments created in the clouds.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::CLOUDS;

/// Something in a cloud that a deployment created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// `res_…`
    pub id: String,
    /// The cloud.
    #[schemars(extend("enum" = CLOUDS))]
    pub cloud: String,
    /// The region.
    pub region: String,
    /// What it is.
    pub kind: Kind,
    /// The cloud's id or ARN; nothing until the cloud gave one.
    pub cloud_id: Option<String>,
    /// Its name in the cloud.
    pub name: String,
    /// Whether it is there.
    pub state: State,
    /// The service that it serves.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// The deployment that created it.
    pub created_by: String,
    /// The deployment that it belongs to now.
    pub owner: String,
    /// Its address, where it has one.
    pub address: Option<String>,
    /// When its creation began.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was removed.
    pub deleted_at: Option<Timestamp>,
}

/// What a resource is, in words that the three clouds share.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ResourceKind")]
pub enum Kind {
    /// A private network (VPC).
    Network,
    /// A part of it in one zone (subnet, vSwitch).
    Subnet,
    /// A firewall (security group).
    Firewall,
    /// A load balancer.
    LoadBalancer,
    /// The instances behind a load balancer (target group).
    TargetGroup,
    /// A port of a load balancer.
    Listener,
    /// A machine.
    Instance,
}

impl Kind {
    /// All of them, in the order in which they are created.
    pub const ALL: [Self; 7] = [
        Self::Network,
        Self::Subnet,
        Self::Firewall,
        Self::LoadBalancer,
        Self::TargetGroup,
        Self::Listener,
        Self::Instance,
    ];

    /// The name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::Firewall => "firewall",
            Self::LoadBalancer => "load_balancer",
            Self::TargetGroup => "target_group",
            Self::Listener => "listener",
            Self::Instance => "instance",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whether a resource is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ResourceState")]
pub enum State {
    /// Its creation was begun; whether the cloud has it is not known yet.
    Creating,
    /// It is there.
    Live,
    /// It should be gone and its removal is being tried.
    Deleting,
    /// It is gone.
    Deleted,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Creating, Self::Live, Self::Deleting, Self::Deleted];

    /// The name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Live => "live",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
