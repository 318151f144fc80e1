//! DescribeHealthStatus.

use isobar_engines::balancers::State;
use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::records::{Listener, LoadBalancer, Server};
use crate::forms::Listed;
use crate::lookup::find;
use crate::{Handler, Query};
use isobar_alibaba_core::records::address_of;

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_health_status)];

#[derive(Debug, Input)]
struct DescribeHealthStatus {
    load_balancer_id: String,
    listener_port: Option<i64>,
    listener_protocol: Option<String>,
}

#[derive(Debug, Output)]
struct HealthStatus {
    backend_servers: Listed<ServerHealth>,
}

#[derive(Debug, Output)]
struct ServerHealth {
    protocol: &'static str,
    server_health_status: &'static str,
    listener_port: u16,
    server_ip: String,
    port: u16,
    server_id: String,
}

fn describe_health_status(
    cx: &Query<'_>,
    input: DescribeHealthStatus,
) -> Result<HealthStatus, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let protocol = input.listener_protocol.as_deref().filter(|name| !name.is_empty());
    let asked = |listener: &&Listener| {
        input.listener_port.is_none_or(|port| port == i64::from(listener.port))
            && protocol.is_none_or(|name| name == listener.protocol.name())
    };
    let listeners: Vec<&Listener> = row.listeners.iter().filter(asked).collect();
    if listeners.is_empty() && input.listener_port.is_some() {
        return Err(errors::LISTENER_NOT_FOUND.fault());
    }
    let view = |listener: &Listener, server: &Server| ServerHealth {
        listener_port: listener.port,
        protocol: listener.protocol.name(),
        server_id: server.named.clone(),
        server_ip: address_of(cx.store, &server.id),
        port: listener.backend_port,
        server_health_status: health(cx, row, listener, server),
    };
    let servers = listeners
        .into_iter()
        .flat_map(|listener| row.servers.iter().map(move |server| view(listener, server)));
    Ok(HealthStatus { backend_servers: Listed("BackendServer", servers.collect()) })
}

/// `unavailable` says that nobody looks, or that nobody has seen yet.
fn health(
    cx: &Query<'_>,
    row: &LoadBalancer,
    listener: &Listener,
    server: &Server,
) -> &'static str {
    if !row.active || !listener.running || !listener.health.on || server.weight == 0 {
        return "unavailable";
    }
    match cx.world.engines.balancers.health(&row.id, listener.port, &server.id).state {
        State::Healthy => "normal",
        State::Unhealthy => "abnormal",
        State::Initial | State::Draining | State::Drained => "unavailable",
    }
}
