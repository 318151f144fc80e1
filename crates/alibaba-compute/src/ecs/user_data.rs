//! DescribeUserData.

use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::instances::find;
use crate::lookup::region_of;
use crate::{Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_user_data)];

#[derive(Debug, Input)]
struct DescribeUserData {
    _region_id: String,
    instance_id: String,
}

#[derive(Debug, Output)]
struct UserData {
    instance_id: String,
    user_data: String,
    region_id: String,
}

fn describe_user_data(cx: &Query<'_>, input: DescribeUserData) -> Result<UserData, Fault> {
    let row = find(cx, cx.store, &input.instance_id)?.row;
    Ok(UserData {
        instance_id: row.id.clone(),
        region_id: region_of(&row.scope).into(),
        user_data: row.user_data.clone(),
    })
}
