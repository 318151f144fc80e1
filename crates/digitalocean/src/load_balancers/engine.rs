//! From load balancers to the engine's balancers.

use std::sync::Arc;

use isobar_engines::balancers::{
    self, Algorithm as Engine, HealthCheck, Listener, Method, Pool, Probe, Protocol, StatusRange,
    Target,
};
use isobar_engines::machines;

use super::records::{Algorithm, LoadBalancer, Rule};
use crate::droplets;
use crate::droplets::records::machine_of;
use crate::world::{Command, Look, Scene};

/// How long what is under way may go on at a droplet that leaves.
const DRAIN_MS: u64 = 30_000;

/// The droplets behind the load balancer, by their ids or by the tag as it stands.
pub(super) fn droplet_ids(scene: Scene<'_>, balancer: &LoadBalancer) -> Vec<u64> {
    match &balancer.tag {
        None => balancer.droplet_ids.clone(),
        Some(tag) => droplets::tagged(scene, tag)
            .filter(|droplet| droplet.region == balancer.region)
            .map(|droplet| droplet.id)
            .collect(),
    }
}

/// Makes the engine's balancer what the load balancer says.
pub(super) fn put(cx: &mut Command<'_, '_>, balancer: &LoadBalancer) {
    let listeners = listeners(cx.scene(), balancer);
    balancers::put(cx.store, cx.context.random, &balancer.balancer(), listeners);
}

/// Lets every load balancer with a tag follow what carries it.
pub(crate) fn follow(cx: &mut Command<'_, '_>) {
    let with_tag: Vec<_> = cx
        .scene()
        .list::<LoadBalancer>()
        .filter(|balancer| balancer.tag.is_some())
        .map(Arc::clone)
        .collect();
    for balancer in &with_tag {
        put(cx, balancer);
    }
}

/// Takes the droplet out of every load balancer that names it.
pub(crate) fn forget_droplet(cx: &mut Command<'_, '_>, droplet: u64) {
    let with_it: Vec<_> = cx
        .scene()
        .list::<LoadBalancer>()
        .filter(|balancer| balancer.droplet_ids.contains(&droplet))
        .map(|balancer| LoadBalancer::clone(balancer))
        .collect();
    for mut balancer in with_it {
        balancer.droplet_ids.retain(|id| *id != droplet);
        let balancer = cx.store.put(balancer);
        put(cx, &balancer);
    }
}

/// Takes the tag off every load balancer that follows it, which then has no droplets.
pub(crate) fn forget_tag(cx: &mut Command<'_, '_>, tag: &str) {
    let follows = |balancer: &LoadBalancer| {
        balancer.tag.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(tag))
    };
    let with_it: Vec<_> = cx
        .scene()
        .list::<LoadBalancer>()
        .filter(|balancer| follows(balancer))
        .map(|balancer| LoadBalancer::clone(balancer))
        .collect();
    for balancer in with_it {
        let balancer = cx.store.put(LoadBalancer { tag: None, ..balancer });
        put(cx, &balancer);
    }
}

fn listeners(scene: Scene<'_>, balancer: &LoadBalancer) -> Vec<Listener> {
    let targets = targets(scene, balancer);
    let idle_ms = u64::try_from(balancer.http_idle_timeout_seconds).unwrap_or(60) * 1000;
    let listener = |rule: &Rule| {
        let pool = Pool {
            health_check: Some(health_check(balancer)),
            targets: targets.iter().map(|target| at_port(target, rule.target_port)).collect(),
            drain_ms: DRAIN_MS,
            algorithm: match balancer.algorithm {
                Algorithm::RoundRobin => Engine::RoundRobin,
                Algorithm::LeastConnections => Engine::LeastConnections,
            },
            fail_open: false,
        };
        let http = rule.entry_protocol == "http";
        let protocol = if http { Protocol::Http } else { Protocol::Tcp };
        Listener {
            idle_timeout_ms: idle_ms,
            keep_alive: balancer.enable_backend_keepalive,
            ..Listener::new(rule.entry_port, protocol, pool)
        }
    };
    balancer.rules.iter().map(listener).collect()
}

fn targets(scene: Scene<'_>, balancer: &LoadBalancer) -> Vec<Target> {
    let target = |id: u64| {
        let machine = machines::find(scene.tables, &machine_of(id))?;
        Some(Target::new(id.to_string(), machine.address, 0))
    };
    droplet_ids(scene, balancer).into_iter().filter_map(target).collect()
}

fn at_port(target: &Target, port: u16) -> Target {
    Target { port, ..target.clone() }
}

fn health_check(balancer: &LoadBalancer) -> HealthCheck {
    let check = &balancer.health_check;
    let probe = match check.protocol.as_str() {
        "tcp" => Probe::Tcp,
        _ => Probe::Http {
            method: Method::Get,
            path: check.path.clone(),
            host: None,
            expect: vec![StatusRange::new(200, 399)],
        },
    };
    HealthCheck {
        probe,
        port: Some(check.port),
        interval_ms: u64::from(check.check_interval_seconds) * 1000,
        timeout_ms: u64::from(check.response_timeout_seconds) * 1000,
        healthy_threshold: check.healthy_threshold,
        unhealthy_threshold: check.unhealthy_threshold,
    }
}
