//! Releasing instances.

use isobar_engines::machines;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, command};
use isobar_wire::Input;

use super::batches::checked_ids;
use super::errors;
use super::instances::{Status, find};
use super::records::Instance;
use crate::{Command, Handler};

pub(super) const OPERATIONS: &[Handler] = &[command!(delete_instance), command!(delete_instances)];

#[derive(Debug, Input)]
struct DeleteInstance {
    instance_id: String,
    force: Option<bool>,
}

fn delete_instance(cx: &mut Command<'_, '_>, input: DeleteInstance) -> Result<Empty, Fault> {
    release(cx, &input.instance_id, input.force.unwrap_or(false))?;
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct DeleteInstances {
    _region_id: String,
    instance_id: Option<Vec<String>>,
    force: Option<bool>,
}

fn delete_instances(cx: &mut Command<'_, '_>, input: DeleteInstances) -> Result<Empty, Fault> {
    for id in checked_ids(input.instance_id)? {
        let not_found = |_| errors::INSTANCES_NOT_FOUND.fault();
        find(cx, cx.store, &id).map_err(not_found)?;
        release(cx, &id, input.force.unwrap_or(false))?;
    }
    Ok(Empty {})
}

/// Releases the instance.
fn release(cx: &mut Command<'_, '_>, id: &str, force: bool) -> Result<(), Fault> {
    let found = find(cx, cx.store, id)?;
    if found.row.deletion_protection {
        return Err(errors::DELETION_PROTECTION.fault());
    }
    match found.status() {
        Status::Stopped => {}
        Status::Pending => return Err(errors::INSTANCE_INITIALIZING.fault()),
        _ if force => {}
        _ => return Err(errors::INSTANCE_STATUS.fault()),
    }
    let key = found.row.key();
    cx.store.remove::<Instance>(&key);
    machines::forget(cx.store, id, cx.context.now);
    Ok(())
}
