//! The states of instances, which are their machines', and what changes them.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use isobar_engines::machines::{self, Exit, Machine, Phase};
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Row, Tables, command};
use isobar_wire::{Input, Output};
use jiff::Timestamp;

use super::ids::INSTANCE;
use super::records::{self, FreeInterface, FreeVolume, Instance};
use super::{Command, errors, tags};
use crate::World;
pub(super) use isobar_aws_core::records::{State, ended_itself};

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(start_instances, on "instance/{InstanceIds}"),
    command!(stop_instances, on "instance/{InstanceIds}"),
    command!(reboot_instances, on "instance/{InstanceIds}"),
    command!(terminate_instances, on "instance/{InstanceIds}"),
];

/// A state as it is shown.
#[derive(Clone, Copy, Debug, Output)]
pub(super) struct StateView {
    code: i64,
    name: &'static str,
}

impl From<State> for StateView {
    fn from(state: State) -> Self {
        Self { code: state.code(), name: state.name() }
    }
}

/// Why an instance is as it is: code and message.
pub(super) fn reason<'a>(
    instance: &'a Instance,
    machine: Option<&Machine>,
    state: State,
) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    const ITSELF: (&str, &str) = (
        "Client.InstanceInitiatedShutdown",
        "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
    );
    let borrowed = |(code, message): (&'a str, &'a str)| (code.into(), message.into());
    const FAILED: (&str, &str) =
        ("Server.InternalError", "Server.InternalError: Internal error on launch");
    let exit = machine.and_then(|machine| machine.exit.as_ref());
    match (&instance.reason, state) {
        (Some((code, message)), _) => Some(borrowed((code, message))),
        (None, State::Pending) => Some(borrowed(("pending", "pending"))),
        (None, State::Stopped | State::Terminated) => match exit {
            Some(Exit::Failed(_)) => Some(borrowed(FAILED)),
            Some(_) => Some(borrowed(ITSELF)),
            None => None,
        },
        (None, _) => None,
    }
}

/// Ends what ended itself, and forgets what has been gone for long enough.
pub(super) fn sweep(cx: &mut Command<'_, '_>) {
    let now = cx.now;
    let scope = cx.scope();
    let (mut ended, mut old) = (Vec::new(), Vec::new());
    for instance in cx.store.list::<Instance>(&scope) {
        if !instance.is_shown(now) {
            old.push(instance.id.clone());
        } else if instance.is_live()
            && machines::find(cx.store, &instance.id).is_none_or(|machine| {
                machine.phase == Phase::Stopped && ended_itself(instance, machine)
            })
        {
            ended.push(instance.id.clone());
        }
    }
    for id in ended {
        end(cx, &id, None);
    }
    for id in old {
        machines::forget(cx.store, &id, now);
        tags::clear(cx, &id);
        let key = cx.key(&id);
        cx.store.remove::<Instance>(&key);
    }
}

/// Ends an instance: its machine goes, and it holds on to nothing any more.
fn end(cx: &mut Command<'_, '_>, id: &str, by: Option<(&str, &str)>) {
    let now = cx.now;
    let key = cx.key(id);
    let address = machines::find(cx.store, id).map(|machine| machine.address);
    machines::remove(cx.store, id, now);
    let Some(instance) = cx.store.get::<Instance>(&key).cloned() else { return };
    release(cx, &instance, address);
    cx.store.modify::<Instance>(&key, |instance| {
        instance.terminated_at = Some(now);
        instance.reason = by.map(|(code, message)| (code.to_owned(), message.to_owned()));
        instance.transition = if by.is_some() { by_user(now) } else { String::new() };
    });
}

/// What an ended instance had goes with it, or stays by itself where that was asked for.
fn release(cx: &mut Command<'_, '_>, instance: &Instance, address: Option<Ipv4Addr>) {
    let (interface, scope) = (&instance.interface, &instance.scope);
    match address.filter(|_| !interface.delete_on_termination) {
        None => tags::clear(cx, &interface.id),
        Some(address) => {
            cx.store.put(FreeInterface {
                scope: scope.clone(),
                id: interface.id.clone(),
                vpc_id: instance.vpc_id.clone(),
                subnet_id: instance.subnet_id.clone(),
                zone: instance.zone.clone(),
                zone_id: instance.zone_id.clone(),
                group_ids: instance.group_ids.clone(),
                source_dest_check: instance.source_dest_check,
                address,
                interface: interface.clone(),
            });
        }
    }
    for volume in &instance.volumes {
        if volume.delete_on_termination {
            tags::clear(cx, &volume.id);
            continue;
        }
        cx.store.put(FreeVolume {
            scope: scope.clone(),
            id: volume.id.clone(),
            zone: instance.zone.clone(),
            zone_id: instance.zone_id.clone(),
            created_at: instance.created_at,
            volume: volume.clone(),
        });
    }
}

fn by_user(now: Timestamp) -> String {
    format!("User initiated ({} GMT)", now.strftime("%Y-%m-%d %H:%M:%S"))
}

const BY_USER: (&str, &str) =
    ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");

/// The instances of the ids with their states, each once, or the error for those that do not exist.
pub(super) fn existing(
    store: &Tables,
    scope: &str,
    ids: &[String],
    now: Timestamp,
) -> Result<Vec<(String, State)>, Fault> {
    if ids.is_empty() {
        return Err(errors::NO_INSTANCES.fault());
    }
    INSTANCE.check_all(ids)?;
    let mut found: Vec<(String, State)> = Vec::new();
    let mut missing: Vec<&str> = Vec::new();
    for id in ids {
        let instance = store.get::<Instance>(&format!("{scope}{id}"));
        match instance.filter(|instance| instance.is_shown(now)) {
            None => missing.push(id),
            Some(_) if found.iter().any(|(known, _)| known == id) => {}
            Some(instance) => {
                let machine = machines::find(store, id).map(|machine| &**machine);
                found.push((id.clone(), State::of(instance, machine)));
            }
        }
    }
    match missing.as_slice() {
        [] => Ok(found),
        [id] => Err(INSTANCE.missing(id)),
        ids => Err(errors::INSTANCES_MISSING.with(&[&ids.join(", ")])),
    }
}

/// An instance's state before and after.
#[derive(Debug, Output)]
struct Changed {
    instance_id: String,
    current_state: StateView,
    previous_state: StateView,
}

impl Changed {
    fn new(id: String, before: State, after: State) -> Self {
        Self { instance_id: id, current_state: after.into(), previous_state: before.into() }
    }
}

/// Refuses instances in states that the operation does not take.
fn check_states(instances: &[(String, State)], refused: &[State], row: &Row) -> Result<(), Fault> {
    match instances.iter().find(|(_, state)| refused.contains(state)) {
        Some((id, _)) => Err(row.with(&[id])),
        None => Ok(()),
    }
}

#[derive(Debug, Input)]
struct StartInstances {
    #[wire(default)]
    instance_ids: Vec<String>,
}

#[derive(Debug, Output)]
struct Starting {
    starting_instances: Vec<Changed>,
}

fn start_instances(cx: &mut Command<'_, '_>, input: StartInstances) -> Result<Starting, Fault> {
    sweep(cx);
    let (now, scope) = (cx.now, cx.scope());
    let instances = existing(cx.store, &scope, &input.instance_ids, now)?;
    let refused = [State::Stopping, State::ShuttingDown, State::Terminated];
    check_states(&instances, &refused, &errors::CANNOT_START)?;
    let mut starting_instances = Vec::new();
    for (id, before) in instances {
        let mut after = before;
        if before == State::Stopped {
            machines::start(cx.store, &id, now);
            cx.store.modify::<Instance>(&format!("{scope}{id}"), |instance| {
                instance.launched_at = records::whole_second(now);
                instance.reason = None;
                instance.transition.clear();
            });
            after = State::Pending;
        }
        starting_instances.push(Changed::new(id, before, after));
    }
    Ok(Starting { starting_instances })
}

#[derive(Debug, Input)]
struct StopInstances {
    #[wire(default)]
    instance_ids: Vec<String>,
    hibernate: Option<bool>,
}

#[derive(Debug, Output)]
struct Stopping {
    stopping_instances: Vec<Changed>,
}

fn stop_instances(cx: &mut Command<'_, '_>, input: StopInstances) -> Result<Stopping, Fault> {
    sweep(cx);
    let (now, scope) = (cx.now, cx.scope());
    let instances = existing(cx.store, &scope, &input.instance_ids, now)?;
    let refused = [State::Pending, State::ShuttingDown, State::Terminated];
    check_states(&instances, &refused, &errors::CANNOT_STOP)?;
    for (id, _) in &instances {
        let instance = cx.store.get::<Instance>(&format!("{scope}{id}"));
        if instance.is_some_and(|instance| instance.disable_api_stop) {
            return Err(errors::STOP_PROTECTED.with(&[id]));
        }
        if input.hibernate == Some(true) {
            return Err(errors::HIBERNATE.with(&[id]));
        }
    }
    let mut stopping_instances = Vec::new();
    for (id, before) in instances {
        let mut after = before;
        if before == State::Running {
            machines::stop(cx.store, &id, now);
            cx.store.modify::<Instance>(&format!("{scope}{id}"), |instance| {
                instance.reason = Some((BY_USER.0.to_owned(), BY_USER.1.to_owned()));
                instance.transition = by_user(now);
            });
            after = State::Stopping;
        }
        stopping_instances.push(Changed::new(id, before, after));
    }
    Ok(Stopping { stopping_instances })
}

#[derive(Debug, Input)]
struct RebootInstances {
    #[wire(default)]
    instance_ids: Vec<String>,
}

fn reboot_instances(cx: &mut Command<'_, '_>, input: RebootInstances) -> Result<Empty, Fault> {
    sweep(cx);
    let instances = existing(cx.store, &cx.scope(), &input.instance_ids, cx.now)?;
    let refused = [State::Stopping, State::Stopped, State::ShuttingDown, State::Terminated];
    check_states(&instances, &refused, &errors::CANNOT_REBOOT)?;
    for (id, _) in &instances {
        machines::reboot(cx.store, id, cx.context.now);
    }
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct TerminateInstances {
    #[wire(default)]
    instance_ids: Vec<String>,
}

#[derive(Debug, Output)]
struct Terminating {
    terminating_instances: Vec<Changed>,
}

fn terminate_instances(
    cx: &mut Command<'_, '_>,
    input: TerminateInstances,
) -> Result<Terminating, Fault> {
    sweep(cx);
    let scope = cx.scope();
    let mut instances = existing(cx.store, &scope, &input.instance_ids, cx.now)?;
    let protected = protected(cx.store, &scope, &instances);
    instances.retain(|(id, _)| {
        let zone = zone(cx.store, &scope, id);
        !protected.iter().any(|(_, kept)| Some(kept.as_str()) == zone)
    });
    let mut terminating_instances = Vec::new();
    for (id, before) in instances {
        let mut after = before;
        if !matches!(before, State::ShuttingDown | State::Terminated) {
            end(cx, &id, Some(BY_USER));
            after = State::ShuttingDown;
        }
        terminating_instances.push(Changed::new(id, before, after));
    }
    match protected.first() {
        Some((id, _)) => Err(errors::TERMINATION_PROTECTED.with(&[id]).keeping()),
        None => Ok(Terminating { terminating_instances }),
    }
}

/// Which instances may not be terminated, each with its zone: none of the zone ends with the call, and
/// those of other zones do though the call fails.
fn protected(store: &Tables, scope: &str, instances: &[(String, State)]) -> Vec<(String, String)> {
    let attached = instances.iter().filter(|(_, state)| state.is_attached());
    let rows = attached.filter_map(|(id, _)| store.get::<Instance>(&format!("{scope}{id}")));
    rows.filter(|instance| instance.disable_api_termination)
        .map(|instance| (instance.id.clone(), instance.zone.clone()))
        .collect()
}

fn zone<'a>(store: &'a Tables, scope: &str, id: &str) -> Option<&'a str> {
    store.get::<Instance>(&format!("{scope}{id}")).map(|instance| instance.zone.as_str())
}
