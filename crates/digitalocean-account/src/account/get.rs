//! Who the account is and what it may have.

use isobar_kernel::{Fault, query};

use crate::Output;
use crate::input::Nothing;
use crate::world::{DROPLET_LIMIT, Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(get)];

#[derive(Debug, Output)]
struct Account {
    account: AccountView,
}

#[derive(Debug, Output)]
struct AccountView {
    droplet_limit: usize,
    floating_ip_limit: u32,
    reserved_ip_limit: u32,
    volume_limit: u32,
    email: String,
    name: String,
    uuid: String,
    email_verified: bool,
    status: &'static str,
    status_message: &'static str,
    team: Team,
}

#[derive(Debug, Output)]
struct Team {
    uuid: String,
    name: &'static str,
}

fn get(cx: &Query<'_>, _: Nothing) -> Result<Account, Fault> {
    let caller = cx.caller;
    let name = caller.name.split('@').next().unwrap_or_default();
    Ok(Account {
        account: AccountView {
            droplet_limit: DROPLET_LIMIT,
            floating_ip_limit: 3,
            reserved_ip_limit: 3,
            volume_limit: 100,
            email: caller.name.clone(),
            name: name.to_owned(),
            uuid: caller.principal.clone(),
            email_verified: true,
            status: "active",
            status_message: "",
            team: Team { uuid: caller.account.clone(), name: "My Team" },
        },
    })
}
