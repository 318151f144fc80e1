//! Targets and their health.

use std::net::Ipv4Addr;

use isobar_engines::balancers::{Cause, State};
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Tables, command, query};
use isobar_wire::{Input, Output};

use super::records::{Check, Listener, LoadBalancer, Target, TargetGroup};
use super::{Command, Query, balance, errors, target_groups};
use crate::World;
use isobar_aws_core::records::{Instance, Vpc};
use isobar_aws_core::records::{State as InstanceState, state_of};
use isobar_forms::Cidr;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(register_targets, on "{TargetGroupArn}"),
    command!(deregister_targets, on "{TargetGroupArn}"),
    query!(describe_target_health),
];

/// How many targets a group may have.
const MOST: usize = 1000;

/// A target as it is sent and shown.
#[derive(Clone, Debug, Input, Output)]
struct Description {
    id: String,
    port: Option<u16>,
    availability_zone: Option<String>,
}

#[derive(Debug, Input)]
struct RegisterTargets {
    target_group_arn: String,
    targets: Vec<Description>,
}

fn register_targets(cx: &mut Command<'_, '_>, input: RegisterTargets) -> Result<Empty, Fault> {
    let (scope, arn) = (cx.scope(), input.target_group_arn);
    let group = target_groups::find(cx.store, &scope, &arn)?;
    if input.targets.is_empty() {
        return Err(errors::NO_TARGETS.fault());
    }
    check(cx.store, group, &input.targets)?;
    let mut targets = group.targets.clone();
    for asked in input.targets {
        let port = asked.port.unwrap_or(group.port);
        match targets.iter_mut().find(|target| target.id == asked.id && target.port == port) {
            // One that was leaving stays.
            Some(target) => target.leaves_at = None,
            None => targets.push(Target {
                id: asked.id,
                port,
                zone: asked.availability_zone,
                leaves_at: None,
            }),
        }
    }
    if targets.len() > MOST {
        return Err(errors::TARGET_LIMIT.with(&[&arn]));
    }
    cx.store.modify::<TargetGroup>(&format!("{scope}{arn}"), |row| row.targets = targets);
    sweep(cx, &arn);
    balance::group(cx, &arn);
    Ok(Empty {})
}

/// Refuses targets that the group cannot have.
fn check(store: &Tables, group: &TargetGroup, targets: &[Description]) -> Result<(), Fault> {
    if group.target_type == "ip" {
        return targets.iter().try_for_each(|target| check_address(store, group, &target.id));
    }
    let (mut foreign, mut down) = (Vec::new(), Vec::new());
    for target in targets {
        let instance = store.get::<Instance>(&format!("{}{}", group.scope, target.id));
        let state = state_of(store, &group.scope, &target.id);
        match (instance, state) {
            (Some(instance), _) if instance.vpc_id != group.vpc_id => {
                foreign.push(target.id.as_str());
            }
            (Some(_), Some(InstanceState::Running)) => {}
            (Some(_), _) => down.push(target.id.as_str()),
            (None, _) => return Err(errors::TARGET_INVALID.with(&[&target.id])),
        }
    }
    if !foreign.is_empty() {
        return Err(errors::TARGET_VPC.with(&[&group.vpc_id, &foreign.join(", ")]));
    }
    if !down.is_empty() {
        return Err(errors::TARGET_STATE.with(&[&down.join(", ")]));
    }
    Ok(())
}

/// The blocks from which any network's targets may be, and where machines are here.
const PRIVATE: [Cidr; 5] = [
    Cidr::new(0x0a00_0000, 8),
    Cidr::new(0x6440_0000, 10),
    Cidr::new(0xac10_0000, 12),
    Cidr::new(0xc0a8_0000, 16),
    Cidr::new(0x7f00_0000, 8),
];

fn check_address(store: &Tables, group: &TargetGroup, text: &str) -> Result<(), Fault> {
    let address: Ipv4Addr = text.parse().map_err(|_| errors::TARGET_NOT_ADDRESS.with(&[&text]))?;
    let block = Cidr::new(address.to_bits(), 32);
    let vpc = store.get::<Vpc>(&format!("{}{}", group.scope, group.vpc_id));
    let is_near = PRIVATE.iter().any(|private| private.contains(block))
        || vpc.is_some_and(|vpc| vpc.cidr.contains(block));
    if is_near { Ok(()) } else { Err(errors::TARGET_ADDRESS.with(&[&text])) }
}

#[derive(Debug, Input)]
struct DeregisterTargets {
    target_group_arn: String,
    targets: Vec<Description>,
}

fn deregister_targets(cx: &mut Command<'_, '_>, input: DeregisterTargets) -> Result<Empty, Fault> {
    let (scope, arn) = (cx.scope(), input.target_group_arn);
    let group = target_groups::find(cx.store, &scope, &arn)?;
    if input.targets.is_empty() {
        return Err(errors::NO_TARGETS.fault());
    }
    let mut targets = group.targets.clone();
    for asked in &input.targets {
        // Without a port, all of the id's leave.
        let is_meant = |target: &&mut Target| {
            target.id == asked.id && asked.port.is_none_or(|port| port == target.port)
        };
        for target in targets.iter_mut().filter(is_meant) {
            target.leaves_at = target.leaves_at.or(Some(cx.now));
        }
    }
    cx.store.modify::<TargetGroup>(&format!("{scope}{arn}"), |row| row.targets = targets);
    sweep(cx, &arn);
    balance::group(cx, &arn);
    Ok(Empty {})
}

/// Takes out the targets that have left.
fn sweep(cx: &mut Command<'_, '_>, arn: &str) {
    let key = cx.key(arn);
    let Some(group) = cx.store.get::<TargetGroup>(&key).cloned() else { return };
    let seen = Seen::new(cx.store, cx.world, &group);
    let stays = |target: &Target| !seen.has_left(target, cx.now);
    if group.targets.iter().all(stays) {
        return;
    }
    let targets = group.targets.iter().filter(|target| stays(target)).cloned().collect();
    cx.store.modify::<TargetGroup>(&key, |row| row.targets = targets);
}

/// Takes an instance that has ended out of all groups.
pub(super) fn forget(cx: &mut Command<'_, '_>, id: &str) {
    let groups: Vec<String> = cx
        .store
        .list::<TargetGroup>(&cx.scope())
        .filter(|group| group.targets.iter().any(|target| target.id == id))
        .map(|group| group.arn.clone())
        .collect();
    for arn in groups {
        let key = cx.key(&arn);
        cx.store.modify::<TargetGroup>(&key, |row| row.targets.retain(|target| target.id != id));
        balance::group(cx, &arn);
    }
}

/// A group with what its targets' health is seen from.
struct Seen<'a> {
    store: &'a Tables,
    world: &'a World,
    group: &'a TargetGroup,
    /// The first of the listeners that send to it, with its load balancer.
    listener: Option<(&'a Listener, &'a LoadBalancer)>,
}

impl<'a> Seen<'a> {
    fn new(store: &'a Tables, world: &'a World, group: &'a TargetGroup) -> Self {
        let listeners = store.by::<Listener>("target_group", &group.arn);
        let listener = listeners.min_by_key(|row| row.created_at).and_then(|listener| {
            let key = format!("{}{}", group.scope, listener.load_balancer_arn);
            Some((&**listener, &**store.get::<LoadBalancer>(&key)?))
        });
        Self { store, world, group, listener }
    }

    fn live(&self, target: &Target) -> Option<isobar_engines::balancers::Health> {
        let (listener, balancer) = self.listener?;
        let id = balance::target_id(&self.group.arn, target);
        Some(self.world.engines.balancers.health(&balancer.balancer_id, listener.port, &id))
    }

    /// Whether a target that was told to leave has left: its time is over, or nobody sends to it at
    /// all. Until then it is shown as draining, though nothing may be under way there any more.
    fn has_left(&self, target: &Target, now: jiff::Timestamp) -> bool {
        let Some(since) = target.leaves_at else { return false };
        let delay = balance::deregistration_delay(self.group);
        let waited = u64::try_from(now.duration_since(since).as_secs()).unwrap_or(0);
        self.listener.is_none() || waited >= delay
    }

    fn health(&self, target: &Target) -> Health {
        let Some((_, balancer)) = self.listener else {
            return Health::of(
                "unused",
                "Target.NotInUse",
                "Target group is not configured to receive traffic from the load balancer",
            );
        };
        if target.leaves_at.is_some() {
            return Health::of(
                "draining",
                "Target.DeregistrationInProgress",
                "Target deregistration is in progress",
            );
        }
        let state = state_of(self.store, &self.group.scope, &target.id);
        if let Some(state) = state.filter(|state| *state != InstanceState::Running) {
            let text = format!("Target is in the {} state", state.name());
            return Health::of("unused", "Target.InvalidState", text);
        }
        if !balance::is_in_zones(self.store, self.group, balancer, target) {
            return Health::of(
                "unused",
                "Target.NotInUse",
                "Target is in an Availability Zone that is not enabled for the load balancer",
            );
        }
        self.live(target).map_or_else(Health::healthy, |health| match health.state {
            State::Healthy => Health::healthy(),
            State::Initial => Health::of(
                "initial",
                "Elb.RegistrationInProgress",
                "Target registration is in progress",
            ),
            State::Unhealthy | State::Draining | State::Drained => {
                Health::unhealthy(health.cause.as_ref())
            }
        })
    }
}

#[derive(Debug, Input)]
struct DescribeTargetHealth {
    target_group_arn: String,
    targets: Option<Vec<Description>>,
}

#[derive(Debug, Output)]
struct Described {
    target_health_descriptions: Vec<HealthDescription>,
}

#[derive(Debug, Output)]
struct HealthDescription {
    target: Description,
    health_check_port: String,
    target_health: Health,
    /// Only of registered targets.
    administrative_override: Option<Override>,
}

#[derive(Debug, Output)]
struct Health {
    state: &'static str,
    reason: Option<&'static str>,
    description: Option<String>,
}

/// Zonal shifts are not made here.
#[derive(Debug, Output)]
struct Override {
    state: &'static str,
    reason: &'static str,
    description: &'static str,
}

const NO_OVERRIDE: Override = Override {
    state: "no_override",
    reason: "AdministrativeOverride.NoOverride",
    description: "No override is currently active on target",
};

impl Health {
    fn of(state: &'static str, reason: &'static str, description: impl Into<String>) -> Self {
        Self { state, reason: Some(reason), description: Some(description.into()) }
    }

    const fn healthy() -> Self {
        Self { state: "healthy", reason: None, description: None }
    }

    /// What the last check saw. Where the vendor says only that it failed, what happened is added.
    fn unhealthy(cause: Option<&Cause>) -> Self {
        match cause {
            Some(Cause::Status(status) | Cause::Redirect { status, .. }) => Self::of(
                "unhealthy",
                "Target.ResponseCodeMismatch",
                format!("Health checks failed with these codes: [{status}]"),
            ),
            Some(Cause::TimedOut { .. }) => {
                Self::of("unhealthy", "Target.Timeout", "Request timed out")
            }
            Some(other) => Self::of(
                "unhealthy",
                "Target.FailedHealthChecks",
                format!("Health checks failed: {other}"),
            ),
            None => Self::of("unhealthy", "Target.FailedHealthChecks", "Health checks failed"),
        }
    }
}

fn describe_target_health(cx: &Query<'_>, input: DescribeTargetHealth) -> Result<Described, Fault> {
    let group = target_groups::find(cx.store, &cx.scope(), &input.target_group_arn)?;
    let seen = Seen::new(cx.store, cx.world, group);
    let here: Vec<&Target> =
        group.targets.iter().filter(|target| !seen.has_left(target, cx.now)).collect();
    let asked = input.targets.unwrap_or_default();
    if asked.is_empty() {
        let all = here.into_iter().map(|target| described(&seen, target)).collect();
        return Ok(Described { target_health_descriptions: all });
    }
    let mut found = Vec::new();
    for target in asked {
        let port = target.port.unwrap_or(group.port);
        match here.iter().find(|known| known.id == target.id && known.port == port) {
            Some(known) => found.push(described(&seen, known)),
            None => found.push(not_registered(&group.check, target, port)),
        }
    }
    Ok(Described { target_health_descriptions: found })
}

fn described(seen: &Seen<'_>, target: &Target) -> HealthDescription {
    HealthDescription {
        target: Description {
            id: target.id.clone(),
            port: Some(target.port),
            availability_zone: target.zone.clone(),
        },
        health_check_port: check_port(&seen.group.check, target.port),
        target_health: seen.health(target),
        administrative_override: Some(NO_OVERRIDE),
    }
}

fn not_registered(check: &Check, target: Description, port: u16) -> HealthDescription {
    HealthDescription {
        target: Description { port: Some(port), ..target },
        health_check_port: check_port(check, port),
        target_health: Health::of(
            "unused",
            "Target.NotRegistered",
            "Target is not registered to the target group",
        ),
        administrative_override: None,
    }
}

fn check_port(check: &Check, port: u16) -> String {
    if check.port == "traffic-port" { port.to_string() } else { check.port.clone() }
}
