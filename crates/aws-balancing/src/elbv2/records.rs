//! The rows that Elastic Load Balancing keeps. What its balancers do is the engine's, which is told
//! in [`balance`](super::balance).

use std::collections::BTreeMap;

use isobar_kernel::store::Schema;
use isobar_kernel::{Record, Tables};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::regions;

/// Adds the service's collections.
pub fn schema(schema: &mut Schema) {
    schema.add::<LoadBalancer>();
    schema.add::<TargetGroup>();
    schema.add::<Listener>();
    schema.add::<TagRecord>();
}

macro_rules! record {
    ($type:ident, $kind:literal, |$row:ident| $links:expr) => {
        impl Record for $type {
            const KIND: &'static str = $kind;

            fn key(&self) -> String {
                format!("{}{}", self.scope, self.arn)
            }

            fn links(&self) -> Vec<(&'static str, String)> {
                let $row = self;
                $links
            }
        }
    };
}

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    pub(crate) scope: String,
    pub(crate) arn: String,
    /// The balancer's id in the engine.
    pub(crate) balancer_id: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) scheme: String,
    pub(crate) vpc_id: String,
    pub(crate) zones: Vec<Zone>,
    pub(crate) group_ids: Vec<String>,
    pub(crate) created_at: Timestamp,
    /// The attributes that were changed.
    pub(crate) attributes: BTreeMap<String, String>,
}

record!(LoadBalancer, "elbv2.load_balancer", |row| {
    vec![("name", format!("{}{}", row.scope, row.name))]
});

/// What a load balancer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// HTTP.
    Application,
    /// TCP.
    Network,
}

impl Kind {
    /// The name in requests and answers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Network => "network",
        }
    }

    /// The name in ARNs.
    pub(crate) const fn short(self) -> &'static str {
        match self {
            Self::Application => "app",
            Self::Network => "net",
        }
    }
}

/// A zone of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) subnet_id: String,
}

/// A target group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TargetGroup {
    pub(crate) scope: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) protocol: String,
    /// Only of HTTP.
    pub(crate) protocol_version: Option<String>,
    pub(crate) port: u16,
    pub(crate) vpc_id: String,
    /// `instance` or `ip`.
    pub(crate) target_type: String,
    pub(crate) check: Check,
    pub(crate) targets: Vec<Target>,
    /// The attributes that were changed.
    pub(crate) attributes: BTreeMap<String, String>,
}

record!(TargetGroup, "elbv2.target_group", |row| {
    vec![("name", format!("{}{}", row.scope, row.name))]
});

/// How a group's targets are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    /// `HTTP` or `TCP`.
    pub(crate) protocol: String,
    /// A number or `traffic-port`.
    pub(crate) port: String,
    /// Of HTTP.
    pub(crate) path: Option<String>,
    pub(crate) interval_seconds: i64,
    pub(crate) timeout_seconds: i64,
    pub(crate) healthy: i64,
    pub(crate) unhealthy: i64,
    /// The statuses that are good, of HTTP: `200,202` or `200-299`.
    pub(crate) matcher: Option<String>,
}

/// A target of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    /// An instance's id or an address.
    pub(crate) id: String,
    pub(crate) port: u16,
    pub(crate) zone: Option<String>,
    /// When it was told to leave.
    pub(crate) leaves_at: Option<Timestamp>,
}

/// A listener.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listener {
    pub(crate) scope: String,
    pub(crate) arn: String,
    pub(crate) load_balancer_arn: String,
    /// The ARN of the rule that holds where no other does.
    pub(crate) rule_arn: String,
    pub(crate) port: u16,
    pub(crate) protocol: String,
    pub(crate) forward: Forward,
    /// In which order it was created, which is the order of the balancer's addresses.
    pub(crate) created_at: Timestamp,
    /// The attributes that were changed.
    pub(crate) attributes: BTreeMap<String, String>,
}

record!(Listener, "elbv2.listener", |row| {
    let mut links = vec![("load_balancer", row.load_balancer_arn.clone())];
    let groups = row.forward.groups.iter();
    links.extend(groups.map(|group| ("target_group", group.arn.clone())));
    links
});

/// Where a listener sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Forward {
    pub(crate) groups: Vec<Weighted>,
    /// The place that the request gave the action.
    pub(crate) order: Option<i64>,
}

/// A target group with its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weighted {
    pub(crate) arn: String,
    pub(crate) weight: i64,
    /// It is the only one of its action.
    pub(crate) is_alone: bool,
}

/// A tag of any of these.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TagRecord {
    pub(crate) scope: String,
    pub(crate) arn: String,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Record for TagRecord {
    const KIND: &'static str = "elbv2.tag";

    fn key(&self) -> String {
        format!("{}{} {}", self.scope, self.arn, self.key)
    }
}

/// The load balancer of the name.
pub(super) fn named_balancer<'a>(
    store: &'a Tables,
    scope: &str,
    name: &str,
) -> Option<&'a LoadBalancer> {
    store.by::<LoadBalancer>("name", &format!("{scope}{name}")).next().map(|row| &**row)
}

/// The target group of the name.
pub(super) fn named_group<'a>(
    store: &'a Tables,
    scope: &str,
    name: &str,
) -> Option<&'a TargetGroup> {
    store.by::<TargetGroup>("name", &format!("{scope}{name}")).next().map(|row| &**row)
}

/// The ARN of one of the service's resources.
pub(super) fn arn(scope: &str, resource: &str) -> String {
    let mut parts = scope.split('/');
    let (account, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let partition = regions::partition_of(region);
    format!("arn:{partition}:elasticloadbalancing:{region}:{account}:{resource}")
}
