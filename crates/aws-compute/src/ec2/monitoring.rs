//! Detailed monitoring, which is kept and shown.

use isobar_kernel::{Fault, Handler, command};
use isobar_wire::{Input, Output};

use super::Command;
use super::instance_states as states;
use super::records::Instance;
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(monitor_instances, on "instance/{InstanceIds}"),
    command!(unmonitor_instances, on "instance/{InstanceIds}"),
];

#[derive(Debug, Input)]
struct Asked {
    #[wire(default)]
    instance_ids: Vec<String>,
}

#[derive(Debug, Output)]
struct Changed {
    instance_monitorings: Vec<Of>,
}

#[derive(Debug, Output)]
struct Of {
    instance_id: String,
    monitoring: Monitoring,
}

#[derive(Debug, Output)]
struct Monitoring {
    state: &'static str,
}

fn monitor_instances(cx: &mut Command<'_, '_>, input: Asked) -> Result<Changed, Fault> {
    set(cx, &input.instance_ids, true, "pending")
}

fn unmonitor_instances(cx: &mut Command<'_, '_>, input: Asked) -> Result<Changed, Fault> {
    set(cx, &input.instance_ids, false, "disabling")
}

/// Turns it on or off; the answer has the state on the way there.
fn set(
    cx: &mut Command<'_, '_>,
    ids: &[String],
    on: bool,
    state: &'static str,
) -> Result<Changed, Fault> {
    let found = states::existing(cx.store, &cx.scope(), ids, cx.now)?;
    let mut instance_monitorings = Vec::new();
    for (instance_id, _) in found {
        let key = cx.key(&instance_id);
        cx.store.modify::<Instance>(&key, |instance| instance.monitoring = on);
        instance_monitorings.push(Of { instance_id, monitoring: Monitoring { state } });
    }
    Ok(Changed { instance_monitorings })
}
