//! How a load balancer looks.

use isobar_engines::balancers;

use super::engine;
use super::records::{Algorithm, HealthCheck, LoadBalancer, Rule};
use crate::show::place::{RegionView, region};
use crate::show::time;
use crate::world::Scene;
use crate::{Output, projects};

/// A load balancer, as it is shown.
#[derive(Debug, Output)]
pub(super) struct LoadBalancerView {
    id: String,
    name: String,
    ip: String,
    ipv6: &'static str,
    #[wire(unless = "Option::is_none")]
    size: Option<String>,
    size_unit: i64,
    algorithm: Algorithm,
    status: &'static str,
    created_at: String,
    forwarding_rules: Vec<Rule>,
    health_check: HealthCheck,
    sticky_sessions: Sticky,
    region: RegionView,
    tag: String,
    droplet_ids: Vec<u64>,
    redirect_http_to_https: bool,
    enable_proxy_protocol: bool,
    enable_backend_keepalive: bool,
    vpc_uuid: String,
    disable_lets_encrypt_dns_records: bool,
    project_id: String,
    http_idle_timeout_seconds: i64,
    firewall: Firewall,
    network: &'static str,
    network_stack: &'static str,
    #[wire(name = "type")]
    kind: &'static str,
    tls_cipher_policy: String,
}

#[derive(Debug, Output)]
struct Sticky {
    #[wire(name = "type")]
    kind: &'static str,
}

#[derive(Debug, Output)]
struct Firewall {
    allow: [String; 0],
    deny: [String; 0],
}

/// The load balancer as it stands. It has an address once its listeners are bound.
pub(super) fn view(scene: Scene<'_>, balancer: &LoadBalancer) -> LoadBalancerView {
    let engine = balancers::find(scene.tables, &balancer.balancer()).filter(|row| row.is_ready());
    let status = match engine {
        None => "new",
        Some(row) if row.listeners.iter().any(|one| one.bound_port.is_some()) => "active",
        Some(_) => "errored",
    };
    LoadBalancerView {
        id: balancer.id.clone(),
        name: balancer.name.clone(),
        ip: engine.map(|row| row.shown_address()).unwrap_or_default(),
        ipv6: "",
        size: balancer.size.clone(),
        size_unit: balancer.size_unit,
        algorithm: balancer.algorithm,
        status,
        created_at: time(balancer.created_at),
        forwarding_rules: balancer.rules.clone(),
        health_check: health_check(&balancer.health_check),
        sticky_sessions: Sticky { kind: "none" },
        region: region(&balancer.region),
        tag: balancer.tag.clone().unwrap_or_default(),
        droplet_ids: engine::droplet_ids(scene, balancer),
        redirect_http_to_https: false,
        enable_proxy_protocol: false,
        enable_backend_keepalive: balancer.enable_backend_keepalive,
        vpc_uuid: balancer.vpc_uuid.clone(),
        disable_lets_encrypt_dns_records: balancer.disable_lets_encrypt_dns_records,
        project_id: projects::holder(scene, &balancer.urn()),
        http_idle_timeout_seconds: balancer.http_idle_timeout_seconds,
        firewall: Firewall { allow: [], deny: [] },
        network: "EXTERNAL",
        network_stack: "IPV4",
        kind: "REGIONAL",
        tls_cipher_policy: balancer.tls_cipher_policy.clone(),
    }
}

/// The check as it is shown. Rows of before may have a path that a check by TCP has no use for.
fn health_check(check: &HealthCheck) -> HealthCheck {
    let path = if check.protocol == "tcp" { String::new() } else { check.path.clone() };
    HealthCheck { path, ..check.clone() }
}
