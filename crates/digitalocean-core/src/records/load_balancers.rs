//! The stored row of a load balancer. Where its listeners are bound and how its targets fare is the
//! engine's to say.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::world::key;

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadBalancer {
    pub account: String,
    pub id: String,
    pub name: String,
    pub region: String,
    pub created_at: Timestamp,
    pub size: Option<String>,
    pub size_unit: i64,
    pub algorithm: Algorithm,
    pub rules: Vec<Rule>,
    pub health_check: HealthCheck,
    /// Empty where there is a tag.
    pub droplet_ids: Vec<u64>,
    /// Those droplets that carry it are behind the load balancer.
    pub tag: Option<String>,
    pub enable_backend_keepalive: bool,
    pub disable_lets_encrypt_dns_records: bool,
    pub http_idle_timeout_seconds: i64,
    pub vpc_uuid: String,
    pub tls_cipher_policy: String,
    /// When its size was last changed; never since its creation where there is nothing.
    #[serde(default)]
    pub resized_at: Option<Timestamp>,
    /// When it was last asked to be something else.
    #[serde(default)]
    pub changed_at: Option<Timestamp>,
}

/// How a droplet is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    RoundRobin,
    LeastConnections,
}

/// From where to where is forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
pub struct Rule {
    pub entry_protocol: String,
    pub entry_port: u16,
    pub target_protocol: String,
    pub target_port: u16,
    pub certificate_id: String,
    pub tls_passthrough: bool,
}

/// How droplets' health is checked; also how that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
pub struct HealthCheck {
    pub protocol: String,
    pub port: u16,
    /// Empty for a check by TCP, which asks for none.
    pub path: String,
    pub check_interval_seconds: u32,
    pub response_timeout_seconds: u32,
    pub unhealthy_threshold: u32,
    pub healthy_threshold: u32,
}

impl LoadBalancer {
    /// The id of its balancer.
    pub fn balancer(&self) -> String {
        format!("do-{}", self.id)
    }

    /// The name under which projects and VPCs know it.
    pub fn urn(&self) -> String {
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
