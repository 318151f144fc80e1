//! What the caller's token is good for.

use isobar_kernel::{Fault, Rights, query};

use crate::input::Nothing;
use crate::world::{Handler, Look, Query};
use crate::{Output, projects};

pub(super) const OPERATIONS: &[Handler] = &[query!(get_token_info)];

#[derive(Debug, Output)]
struct TokenInfo {
    resource_owner_id: u64,
    scopes: &'static [&'static str],
    /// Nothing: tokens of this cloud do not expire.
    expires_in_seconds: Option<i64>,
    application: Application,
    created_at: i64,
}

#[derive(Debug, Output)]
struct Application {
    /// Nothing: the token was made for no application.
    uid: Option<String>,
}

fn get_token_info(cx: &Query<'_>, _: Nothing) -> Result<TokenInfo, Fault> {
    let scene = cx.scene();
    Ok(TokenInfo {
        resource_owner_id: projects::owner_id(scene),
        scopes: match cx.caller.rights {
            Rights::All => &["read", "write"],
            Rights::Reading => &["read"],
        },
        expires_in_seconds: None,
        application: Application { uid: None },
        // Tokens are made with the account, as the default project is.
        created_at: projects::default(scene)?.created_at.as_second(),
    })
}
