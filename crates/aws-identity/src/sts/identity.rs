//! The caller's identity.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, query};
use isobar_wire::Output;

use super::Query;
use crate::{World, regions};

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(get_caller_identity)];

#[derive(Debug, Output)]
struct Identity<'a> {
    user_id: &'a str,
    account: &'a str,
    arn: String,
}

fn get_caller_identity<'q>(cx: &'q Query<'_>, _: Empty) -> Result<Identity<'q>, Fault> {
    let caller = cx.caller;
    Ok(Identity {
        user_id: &caller.principal,
        account: &caller.account,
        arn: regions::name_in(cx.region, &caller.name),
    })
}
