//! Tells the engine what the rows say: each load balancer's listeners, with their targets.

use std::net::{IpAddr, Ipv4Addr};

use isobar_engines::balancers::{
    self, Algorithm, HealthCheck, Manner, Method, Pool, Probe, Protocol, StatusRange,
};
use isobar_engines::machines;
use isobar_kernel::Tables;

use super::records::{Check, Forward, Listener, LoadBalancer, Target, TargetGroup, Weighted};
use super::{Command, attributes, target_groups};
use isobar_aws_core::records::Instance;

/// What the weights of groups are multiplied with before they are spread over targets.
const SCALE: i64 = 1000;

/// Tells the engine what became of a load balancer.
pub(super) fn balancer(cx: &mut Command<'_, '_>, arn: &str) {
    let Some(row) = cx.store.get::<LoadBalancer>(&cx.key(arn)).cloned() else { return };
    let mut listeners: Vec<_> = cx.store.by::<Listener>("load_balancer", arn).collect();
    listeners.sort_by_key(|listener| (listener.created_at, listener.port));
    let listeners = listeners.into_iter().map(|row_| listener(cx.store, &row, row_)).collect();
    balancers::put(cx.store, cx.context.random, &row.balancer_id, listeners);
}

/// Tells the engine what became of a target group: of each load balancer that sends to it.
pub(super) fn group(cx: &mut Command<'_, '_>, arn: &str) {
    let arns: Vec<String> =
        target_groups::balancers_of(cx.store, arn).into_iter().map(str::to_owned).collect();
    for arn in arns {
        balancer(cx, &arn);
    }
}

fn listener(store: &Tables, balancer: &LoadBalancer, row: &Listener) -> balancers::Listener {
    let protocol = if row.protocol == "HTTP" { Protocol::Http } else { Protocol::Tcp };
    let pool = pool(store, balancer, &row.forward);
    let mut listener = balancers::Listener::new(row.port, protocol, pool);
    let seconds = match protocol {
        Protocol::Http => attributes::number(&balancer.attributes, attributes::IDLE_TIMEOUT, 60),
        Protocol::Tcp => attributes::number(&row.attributes, attributes::TCP_IDLE_TIMEOUT, 350),
    };
    listener.idle_timeout_ms = seconds * 1000;
    if protocol == Protocol::Http {
        let named = row.attributes.get(attributes::SERVER).is_none_or(|value| value == "true");
        listener.manner = Manner {
            server: named.then(|| "awselb/2.0".to_owned()),
            trace: Some("x-amzn-trace-id".to_owned()),
        };
    }
    listener
}

fn pool(store: &Tables, balancer: &LoadBalancer, forward: &Forward) -> Pool {
    let groups: Vec<(&TargetGroup, &Weighted)> = forward
        .groups
        .iter()
        .filter_map(|weighted| {
            let key = format!("{}{}", balancer.scope, weighted.arn);
            Some((&**store.get::<TargetGroup>(&key)?, weighted))
        })
        .collect();
    let targets =
        groups.iter().flat_map(|(group, weighted)| targets(store, balancer, group, weighted));
    let least = |group: &TargetGroup| {
        let kind = group.attributes.get(attributes::ALGORITHM);
        kind.is_some_and(|kind| kind == attributes::LEAST_OUTSTANDING)
    };
    let drain_seconds = groups.iter().map(|(group, _)| deregistration_delay(group)).max();
    Pool {
        health_check: groups.first().map(|(group, _)| health_check(&group.check)),
        targets: targets.collect(),
        drain_ms: drain_seconds.unwrap_or(300) * 1000,
        algorithm: if groups.first().is_some_and(|(group, _)| least(group)) {
            Algorithm::LeastConnections
        } else {
            Algorithm::RoundRobin
        },
        fail_open: true,
    }
}

/// The targets of a group, which share the group's weight.
fn targets(
    store: &Tables,
    balancer: &LoadBalancer,
    group: &TargetGroup,
    weighted: &Weighted,
) -> Vec<balancers::Target> {
    let targets: Vec<_> = group
        .targets
        .iter()
        .filter(|target| is_in_zones(store, group, balancer, target))
        .filter_map(|target| Some((target, address(store, target)?)))
        .collect();
    let staying = targets.iter().filter(|(target, _)| target.leaves_at.is_none()).count();
    let share = weighted.weight * SCALE / i64::try_from(staying.max(1)).unwrap_or(i64::MAX);
    let weight = match (weighted.weight, weighted.is_alone) {
        (0, _) => 0,
        (_, true) => 1,
        _ => u32::try_from(share.max(1)).unwrap_or(u32::MAX),
    };
    targets
        .into_iter()
        .map(|(target, address)| balancers::Target {
            weight,
            draining: target.leaves_at.is_some(),
            ..balancers::Target::new(target_id(&group.arn, target), address, target.port)
        })
        .collect()
}

/// The target's id in the engine.
pub(super) fn target_id(group_arn: &str, target: &Target) -> String {
    let group = group_arn.rsplit('/').next().unwrap_or_default();
    format!("{group}/{}:{}", target.id, target.port)
}

/// A target's address: its machine's, or what it says itself.
fn address(store: &Tables, target: &Target) -> Option<IpAddr> {
    if let Ok(address) = target.id.parse::<Ipv4Addr>() {
        return Some(address.into());
    }
    machines::find(store, &target.id).map(|machine| machine.address.into())
}

/// Whether a load balancer sends to the zone in which the target is.
pub(super) fn is_in_zones(
    store: &Tables,
    group: &TargetGroup,
    balancer: &LoadBalancer,
    target: &Target,
) -> bool {
    let instance = store.get::<Instance>(&format!("{}{}", group.scope, target.id));
    instance.is_none_or(|instance| balancer.zones.iter().any(|zone| zone.name == instance.zone))
}

/// How long a target may take to leave, in seconds.
pub(super) fn deregistration_delay(group: &TargetGroup) -> u64 {
    attributes::number(&group.attributes, attributes::DEREGISTRATION_DELAY, 300)
}

fn health_check(check: &Check) -> HealthCheck {
    let milliseconds = |seconds: i64| u64::try_from(seconds).unwrap_or(0) * 1000;
    let threshold = |count: i64| u32::try_from(count).unwrap_or(1);
    HealthCheck {
        probe: match &check.path {
            Some(path) => Probe::Http {
                method: Method::Get,
                path: path.clone(),
                host: None,
                expect: statuses(check),
            },
            None => Probe::Tcp,
        },
        port: check.port.parse().ok(),
        interval_ms: milliseconds(check.interval_seconds),
        timeout_ms: milliseconds(check.timeout_seconds),
        healthy_threshold: threshold(check.healthy),
        unhealthy_threshold: threshold(check.unhealthy),
    }
}

fn statuses(check: &Check) -> Vec<StatusRange> {
    let text = check.matcher.as_deref().unwrap_or("200");
    target_groups::statuses(text).unwrap_or_else(|| vec![StatusRange::new(200, 200)])
}
