//! Starting, stopping and rebooting an instance.

use isobar_engines::machines;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, command};
use isobar_wire::Input;

use super::errors;
use super::instances::{Found, Status, find};
use super::records::Instance;
use crate::{Command, Handler, standard};

pub(super) const OPERATIONS: &[Handler] =
    &[command!(start_instance), command!(stop_instance), command!(reboot_instance)];

/// A change of an instance's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Start it.
    Start,
    /// Stop it, and say what it costs then.
    Stop {
        /// It costs nothing while it is stopped, where that can be.
        economical: bool,
    },
    /// Stop it and start it again.
    Reboot,
}

impl Change {
    /// Whether an instance of the status can be changed so.
    pub(super) fn allowed(self, status: Status) -> bool {
        match self {
            Self::Start => status == Status::Stopped,
            Self::Stop { .. } | Self::Reboot => status == Status::Running,
        }
    }

    /// Makes the change to the instance of the key.
    pub(super) fn make(self, cx: &mut Command<'_, '_>, key: &str, id: &str) {
        let now = cx.context.now;
        let mode = match self {
            Self::Start => {
                machines::start(cx.store, id, now);
                "Not-applicable"
            }
            Self::Stop { economical } => {
                machines::stop(cx.store, id, now);
                if economical { "StopCharging" } else { "KeepCharging" }
            }
            Self::Reboot => {
                machines::reboot(cx.store, id, now);
                "Not-applicable"
            }
        };
        cx.store.modify::<Instance>(key, |row| {
            row.stopped_mode = mode.into();
            if !matches!(self, Self::Stop { .. }) {
                row.started_at = Some(now);
            }
        });
    }
}

/// How an instance is to be stopped. It costs nothing while it is stopped only where the caller says
/// so: economical mode is off until it is turned on.
pub(super) fn stop_of(mode: Option<&str>) -> Result<Change, Fault> {
    match mode.filter(|mode| !mode.is_empty()) {
        None | Some("KeepCharging") => Ok(Change::Stop { economical: false }),
        Some("StopCharging") => Ok(Change::Stop { economical: true }),
        Some(_) => Err(standard::INVALID_PARAMETER.with(&[&"StoppedMode"])),
    }
}

fn change(cx: &mut Command<'_, '_>, id: &str, change: Change) -> Result<Empty, Fault> {
    let found: Found<'_> = find(cx, cx.store, id)?;
    if !change.allowed(found.status()) {
        return Err(errors::INSTANCE_STATUS.fault());
    }
    let key = found.row.key();
    change.make(cx, &key, id);
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct InstanceId {
    instance_id: String,
}

fn start_instance(cx: &mut Command<'_, '_>, input: InstanceId) -> Result<Empty, Fault> {
    change(cx, &input.instance_id, Change::Start)
}

#[derive(Debug, Input)]
struct StopInstance {
    instance_id: String,
    stopped_mode: Option<String>,
}

fn stop_instance(cx: &mut Command<'_, '_>, input: StopInstance) -> Result<Empty, Fault> {
    let stop = stop_of(input.stopped_mode.as_deref())?;
    change(cx, &input.instance_id, stop)
}

fn reboot_instance(cx: &mut Command<'_, '_>, input: InstanceId) -> Result<Empty, Fault> {
    change(cx, &input.instance_id, Change::Reboot)
}
