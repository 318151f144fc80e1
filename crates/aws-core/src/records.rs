//! The rows that more than one group of services reads: EC2's networks and instances.
//!
//! Each row begins its key with its scope, `account/region/`, so that a region's rows are a range.

#![expect(missing_docs, reason = "fields are named as the vendor names the members that show them")]

use isobar_engines::machines::{self, Exit, Machine, Phase};
use isobar_kernel::Tables;
use isobar_kernel::store::Schema;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use isobar_forms::Cidr;

/// Adds the collections.
pub fn schema(schema: &mut Schema) {
    schema.add::<Vpc>();
    schema.add::<Subnet>();
    schema.add::<Group>();
    schema.add::<Instance>();
}

/// The account of a scope.
pub fn account(scope: &str) -> &str {
    scope.split('/').next().unwrap_or_default()
}

/// The region of a scope.
pub fn region(scope: &str) -> &str {
    scope.split('/').nth(1).unwrap_or_default()
}

/// The moment without what answers leave out elsewhere.
pub fn whole_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

/// A row whose key is its scope and its id: its collection's name, and what it is found by.
#[macro_export]
macro_rules! record {
    ($type:ident, $kind:literal, |$row:ident| $links:expr) => {
        impl $crate::Record for $type {
            const KIND: &'static str = $kind;

            fn key(&self) -> String {
                format!("{}{}", self.scope, self.id)
            }

            fn links(&self) -> Vec<(&'static str, String)> {
                let $row = self;
                $links
            }
        }
    };
}

/// A network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    pub scope: String,
    pub id: String,
    pub cidr: Cidr,
    pub association_id: String,
    pub dhcp_options_id: String,
    pub tenancy: String,
    pub default: bool,
    pub dns_support: bool,
    pub dns_hostnames: bool,
    pub address_metrics: bool,
    pub route_table_id: String,
    pub route_association_id: String,
    pub network_acl_id: String,
    /// Only the default network begins with one.
    pub internet_gateway_id: Option<String>,
}

record!(Vpc, "ec2.vpc", |_vpc| Vec::new());

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subnet {
    pub scope: String,
    pub id: String,
    pub vpc_id: String,
    pub cidr: Cidr,
    pub zone: String,
    pub zone_id: String,
    pub default_for_zone: bool,
    pub map_public_ip: bool,
    pub network_acl_association_id: String,
}

record!(Subnet, "ec2.subnet", |subnet| vec![("vpc", subnet.vpc_id.clone())]);

/// A security group. Its rules are rows of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    pub scope: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub vpc_id: String,
}

record!(Group, "ec2.security_group", |group| vec![("vpc", group.vpc_id.clone())]);

/// An instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    pub scope: String,
    /// Also the id of its machine.
    pub id: String,
    pub reservation_id: String,
    pub launch_index: i64,
    /// When it was created; its volumes and interface are as old.
    pub created_at: Timestamp,
    /// When it was last started.
    pub launched_at: Timestamp,
    pub client_token: String,
    pub image_id: String,
    pub instance_type: String,
    pub key_name: Option<String>,
    pub vpc_id: String,
    pub subnet_id: String,
    pub zone: String,
    pub zone_id: String,
    pub tenancy: String,
    pub public: bool,
    pub group_ids: Vec<String>,
    pub interface: Interface,
    pub volumes: Vec<Volume>,
    /// As it was given: base64.
    pub user_data: Option<String>,
    pub monitoring: bool,
    pub ebs_optimized: bool,
    pub source_dest_check: bool,
    pub disable_api_termination: bool,
    pub disable_api_stop: bool,
    /// `stop` or `terminate`.
    pub shutdown_behavior: String,
    /// `standard` or `unlimited`, for types that have credits.
    pub cpu_credits: Option<String>,
    pub auto_recovery: String,
    pub metadata: MetadataOptions,
    /// Who last stopped or ended it and when, in the service's words; empty where nobody did.
    pub transition: String,
    /// Why it is as it is: code and message.
    pub reason: Option<(String, String)>,
    pub terminated_at: Option<Timestamp>,
}

record!(Instance, "ec2.instance", |instance| {
    let mut links = vec![("vpc", instance.vpc_id.clone()), ("subnet", instance.subnet_id.clone())];
    links.extend(instance.group_ids.iter().map(|id| ("group", id.clone())));
    links.push(("part", instance.interface.id.clone()));
    links.extend(instance.volumes.iter().map(|volume| ("part", volume.id.clone())));
    links
});

/// The instance that has the interface or volume, while it lives.
#[must_use]
pub fn holder<'a>(store: &'a Tables, scope: &str, part: &str) -> Option<&'a Instance> {
    let mut holders = store.by::<Instance>("part", part).map(|instance| &**instance);
    holders.find(|instance| instance.scope == scope && instance.is_live())
}

/// How long a terminated instance is still shown.
const SHOWN_AFTER_END: SignedDuration = SignedDuration::from_hours(1);

impl Instance {
    /// Whether it is shown: it has not been gone for long.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.terminated_at.is_none_or(|at| now.duration_since(at) < SHOWN_AFTER_END)
    }

    /// Whether it holds on to its subnet and groups.
    pub fn is_live(&self) -> bool {
        self.terminated_at.is_none()
    }
}

/// An instance's network interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interface {
    pub id: String,
    pub attachment_id: String,
    pub mac: String,
    pub description: String,
    pub delete_on_termination: bool,
}

/// An instance's volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Volume {
    pub id: String,
    pub device: String,
    pub size_gib: i64,
    pub kind: String,
    pub iops: Option<i64>,
    pub throughput: Option<i64>,
    pub encrypted: bool,
    pub delete_on_termination: bool,
    pub snapshot_id: String,
}

/// How an instance may ask for its metadata.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MetadataOptions {
    pub http_tokens: String,
    pub hop_limit: i64,
    pub http_endpoint: String,
    pub http_protocol_ipv6: String,
    pub instance_tags: String,
}

/// The state of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl State {
    /// The number in answers.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    /// The state of an instance whose machine this is.
    pub fn of(instance: &Instance, machine: Option<&Machine>) -> Self {
        let Some(machine) = machine else { return Self::Terminated };
        match machine.phase {
            Phase::Starting => Self::Pending,
            Phase::Running | Phase::Rebooting => Self::Running,
            Phase::Stopping => Self::Stopping,
            Phase::Stopped if ended_itself(instance, machine) => Self::Terminated,
            Phase::Stopped => Self::Stopped,
            Phase::Removing => Self::ShuttingDown,
            Phase::Removed => Self::Terminated,
        }
    }

    /// Whether the instance has its network and volumes.
    pub const fn is_attached(self) -> bool {
        !matches!(self, Self::Terminated)
    }
}

/// The state of the instance of the id, if it is one of the scope.
pub fn state_of(store: &Tables, scope: &str, id: &str) -> Option<State> {
    let instance = store.get::<Instance>(&format!("{scope}{id}"))?;
    Some(State::of(instance, machines::find(store, id).map(|machine| &**machine)))
}

/// Whether it shut itself down, and was launched to terminate then.
pub fn ended_itself(instance: &Instance, machine: &Machine) -> bool {
    instance.shutdown_behavior == "terminate" && machine.exit == Some(Exit::ShutDown)
}
