//! GetCallerIdentity.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, query};
use isobar_wire::Output;

use crate::{Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(get_caller_identity)];

#[derive(Debug, Output)]
struct CallerIdentity {
    identity_type: &'static str,
    account_id: String,
    principal_id: String,
    user_id: String,
    arn: String,
}

fn get_caller_identity(cx: &Query<'_>, _: Empty) -> Result<CallerIdentity, Fault> {
    let caller = cx.caller;
    Ok(CallerIdentity {
        identity_type: if caller.name.contains(":user/") { "RAMUser" } else { "Account" },
        account_id: caller.account.clone(),
        principal_id: caller.principal.clone(),
        user_id: caller.principal.clone(),
        arn: caller.name.clone(),
    })
}
