//! Finding a resource by its id.
//!
//! At the vendor the host name says which region a call is for, and many calls say it nowhere else.
//! Here all regions have one host. So a call that could be for no region in particular finds what the
//! account has in any region; ids are unique over all of them.

use std::sync::Arc;

use isobar_kernel::call::Context;
use isobar_kernel::{Fault, Row, Tables};

use crate::World;
use crate::tagging::Tagged;

/// The index of resources by their ids.
pub const BY_ID: &str = "id";

/// The resource of the id.
pub fn find<'t, T: Tagged>(
    context: &Context<'_, World>,
    tables: &'t Tables,
    id: &str,
    not_found: &Row,
) -> Result<&'t Arc<T>, Fault> {
    let here = tables.get::<T>(&context.key(id));
    let anywhere = || {
        let account = format!("{}/", context.caller.account);
        let unsaid = context.region == context.world.region;
        tables.by::<T>(BY_ID, id).find(|row| unsaid && row.key().starts_with(&account))
    };
    here.or_else(anywhere).ok_or_else(|| not_found.fault())
}

/// The region of a scope, which is `account/region/`.
pub fn region_of(scope: &str) -> &str {
    scope.split('/').nth(1).unwrap_or_default()
}
