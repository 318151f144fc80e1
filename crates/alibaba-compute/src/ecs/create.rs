//! CreateInstance, which makes one stopped instance, and RunInstances, which makes several and starts
//! them.

use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command};
use isobar_wire::{Input, Output};

use super::errors;
use super::launch::{Launch, launch};
use crate::forms::Listed;
use crate::{Command, Handler};

pub(super) const OPERATIONS: &[Handler] = &[command!(create_instance), command!(run_instances)];

/// The most instances of a call.
const MOST: i64 = 100;

#[derive(Debug, Input)]
struct CreateInstance {
    _region_id: String,
}

#[derive(Debug, Output)]
struct CreatedInstance {
    instance_id: String,
    trade_price: f64,
}

/// Nothing here costs anything.
const PRICE: f64 = 0.0;

fn create_instance(
    cx: &mut Command<'_, '_>,
    Both(_, asked): Both<CreateInstance, Launch>,
) -> Result<CreatedInstance, Fault> {
    if asked.instance_type.is_none() {
        return Err(errors::TYPE_MISSING.fault());
    }
    let mut ids = launch(cx, &asked, 1, false)?;
    let instance_id = ids.pop().expect("one instance was asked for");
    Ok(CreatedInstance { instance_id, trade_price: PRICE })
}

#[derive(Debug, Input)]
struct RunInstances {
    _region_id: String,
    amount: Option<i64>,
    min_amount: Option<i64>,
}

#[derive(Debug, Output)]
struct RunningInstances {
    trade_price: f64,
    instance_id_sets: Listed<String>,
}

fn run_instances(
    cx: &mut Command<'_, '_>,
    Both(input, asked): Both<RunInstances, Launch>,
) -> Result<RunningInstances, Fault> {
    let amount = input.amount.unwrap_or(1);
    if !(1..=MOST).contains(&amount) {
        return Err(errors::AMOUNT.fault());
    }
    if input.min_amount.is_some_and(|least| !(1..=amount).contains(&least)) {
        return Err(errors::MIN_AMOUNT.fault());
    }
    let amount = usize::try_from(amount).expect("the amount was checked");
    let ids = launch(cx, &asked, amount, true)?;
    Ok(RunningInstances { instance_id_sets: Listed("InstanceIdSet", ids), trade_price: PRICE })
}
