//! From load balancers to the engine's balancers.

use std::sync::Arc;

use isobar_engines::balancers::{
    self, Algorithm as Engine, HealthCheck, Listener, Method, Pool, Probe, Protocol, StatusRange,
    Target,
};
use isobar_engines::machines;

use super::records::{Algorithm, LoadBalancer, Rule};
use crate::droplets;
use crate::world::{Command, Look, Scene};
use isobar_digitalocean_core::records::droplets::{Droplet, machine_of};
use isobar_digitalocean_core::records::tags::Tag;

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

/// Follows a droplet that came, went or changed its tags: the load balancers of its tags send to it or no
/// longer, and those that name one that went forget it.
pub(super) fn follow(cx: &mut Command<'_, '_>, before: Option<&Droplet>, after: Option<&Droplet>) {
    let tags = |droplet: Option<&Droplet>| droplet.map(|row| row.tags.clone()).unwrap_or_default();
    let (old, new) = (tags(before), tags(after));
    let gone = before.filter(|_| after.is_none()).map(|droplet| droplet.id);
    if gone.is_none() && old == new {
        return;
    }
    let carries = |tag: &String| old.iter().chain(&new).any(|own| own.eq_ignore_ascii_case(tag));
    let names = |balancer: &LoadBalancer| gone.is_some_and(|id| balancer.droplet_ids.contains(&id));
    let concerned: Vec<_> = cx
        .scene()
        .list::<LoadBalancer>()
        .filter(|balancer| balancer.tag.as_ref().is_some_and(carries) || names(balancer))
        .map(Arc::clone)
        .collect();
    for mut balancer in concerned {
        if names(&balancer) {
            let mut without = LoadBalancer::clone(&balancer);
            without.droplet_ids.retain(|id| Some(*id) != gone);
            balancer = cx.store.put(without);
        }
        put(cx, &balancer);
    }
}

/// Takes the tag off every load balancer that follows it, which then has no droplets.
pub(super) fn forget_tag(cx: &mut Command<'_, '_>, tag: &Tag) {
    let follows = |balancer: &LoadBalancer| {
        balancer.tag.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(&tag.name))
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
