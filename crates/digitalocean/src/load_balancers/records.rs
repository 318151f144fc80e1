//! The stored row of a load balancer. Where its listeners are bound and how its targets fare is the
//! engine's to say.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::world::key;

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) created_at: Timestamp,
    pub(crate) size: Option<String>,
    pub(crate) size_unit: i64,
    pub(crate) algorithm: Algorithm,
    pub(crate) rules: Vec<Rule>,
    pub(crate) health_check: HealthCheck,
    /// Empty where there is a tag.
    pub(crate) droplet_ids: Vec<u64>,
    /// Those droplets that carry it are behind the load balancer.
    pub(crate) tag: Option<String>,
    pub(crate) enable_backend_keepalive: bool,
    pub(crate) disable_lets_encrypt_dns_records: bool,
    pub(crate) http_idle_timeout_seconds: i64,
    pub(crate) vpc_uuid: String,
    pub(crate) tls_cipher_policy: String,
    /// When its size was last changed; never since its creation where there is nothing.
    #[serde(default)]
    pub(crate) resized_at: Option<Timestamp>,
    /// When it was last asked to be something else.
    #[serde(default)]
    pub(crate) changed_at: Option<Timestamp>,
}

/// How a droplet is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Algorithm {
    RoundRobin,
    LeastConnections,
}

/// From where to where is forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
pub(crate) struct Rule {
    pub(crate) entry_protocol: String,
    pub(crate) entry_port: u16,
    pub(crate) target_protocol: String,
    pub(crate) target_port: u16,
    pub(crate) certificate_id: String,
    pub(crate) tls_passthrough: bool,
}

/// How droplets' health is checked; also how that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
pub(crate) struct HealthCheck {
    pub(crate) protocol: String,
    pub(crate) port: u16,
    /// Empty for a check by TCP, which asks for none.
    pub(crate) path: String,
    pub(crate) check_interval_seconds: u32,
    pub(crate) response_timeout_seconds: u32,
    pub(crate) unhealthy_threshold: u32,
    pub(crate) healthy_threshold: u32,
}

impl LoadBalancer {
    /// The id of its balancer.
    pub(crate) fn balancer(&self) -> String {
        format!("do-{}", self.id)
    }

    /// The name under which projects and VPCs know it.
    pub(crate) fn urn(&self) -> String {
        format!("do:loadbalancer:{}", self.id)
    }
}

impl Record for LoadBalancer {
    const KIND: &'static str = "do.load_balancer";

    fn key(&self) -> String {
        key(&self.account, &self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![
            ("name", key(&self.account, self.name.to_lowercase())),
            ("vpc", key(&self.account, &self.vpc_uuid)),
        ]
    }
}
