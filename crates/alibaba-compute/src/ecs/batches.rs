//! Starting, stopping and rebooting several instances: all of them or none, or each for itself.

use isobar_kernel::{Fault, Record as _, command};
use isobar_wire::{Input, Output};

use super::errors;
use super::instances::{Status, find};
use super::power::{Change, stop_of};
use crate::forms::Listed;
use crate::{Command, Handler, standard};

pub(super) const OPERATIONS: &[Handler] =
    &[command!(start_instances), command!(stop_instances), command!(reboot_instances)];

const MOST_IDS: usize = 100;

#[derive(Debug, Input)]
struct Batch {
    _region_id: String,
    instance_id: Option<Vec<String>>,
    batch_optimization: Option<String>,
    stopped_mode: Option<String>,
}

#[derive(Debug, Output)]
struct Responses {
    instance_responses: Listed<Response>,
}

#[derive(Debug, Output)]
struct Response {
    code: String,
    message: String,
    instance_id: String,
    current_status: Status,
    previous_status: Status,
}

fn start_instances(cx: &mut Command<'_, '_>, input: Batch) -> Result<Responses, Fault> {
    batch(cx, input, Change::Start)
}

fn stop_instances(cx: &mut Command<'_, '_>, input: Batch) -> Result<Responses, Fault> {
    let stop = stop_of(input.stopped_mode.as_deref())?;
    batch(cx, input, stop)
}

fn reboot_instances(cx: &mut Command<'_, '_>, input: Batch) -> Result<Responses, Fault> {
    batch(cx, input, Change::Reboot)
}

/// The ids of a call on several instances.
pub(super) fn checked_ids(ids: Option<Vec<String>>) -> Result<Vec<String>, Fault> {
    let ids = ids.unwrap_or_default();
    match ids.len() {
        0 => Err(errors::NO_INSTANCE_IDS.fault()),
        1..=MOST_IDS => Ok(ids),
        _ => Err(errors::TOO_MANY_INSTANCE_IDS.fault()),
    }
}

fn batch(cx: &mut Command<'_, '_>, input: Batch, change: Change) -> Result<Responses, Fault> {
    let together = match input.batch_optimization.as_deref().unwrap_or("AllTogether") {
        "AllTogether" => true,
        "SuccessFirst" => false,
        _ => return Err(standard::INVALID_PARAMETER.with(&[&"BatchOptimization"])),
    };
    let mut responses = Vec::new();
    for id in checked_ids(input.instance_id)? {
        let not_found = |_| errors::INSTANCES_NOT_FOUND.fault();
        let found = find(cx, cx.store, &id).map_err(not_found)?;
        let (key, previous_status) = (found.row.key(), found.status());
        let allowed = change.allowed(previous_status);
        if !allowed && together {
            return Err(errors::INSTANCE_STATUS.fault());
        }
        if allowed {
            change.make(cx, &key, &id);
        }
        let current_status = find(cx, cx.store, &id)?.status();
        let denied = errors::INSTANCE_STATUS;
        let (code, message) =
            if allowed { ("200", "success") } else { (denied.code, denied.message) };
        responses.push(Response {
            code: code.into(),
            message: message.into(),
            instance_id: id,
            current_status,
            previous_status,
        });
    }
    Ok(Responses { instance_responses: Listed("InstanceResponse", responses) })
}
