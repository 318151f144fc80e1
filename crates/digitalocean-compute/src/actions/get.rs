//! One action.

use isobar_kernel::{Fault, query};

use super::records::Action;
use crate::input::Number;
use crate::show::action::{self, ActionView};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output, errors};

pub(super) const OPERATIONS: &[Handler] = &[query!(get)];

#[derive(Debug, Input)]
struct Get {
    action_id: Number,
}

/// One action.
#[derive(Debug, Output)]
pub(crate) struct One {
    pub(crate) action: ActionView,
}

fn get(cx: &Query<'_>, input: Get) -> Result<One, Fault> {
    let scene = cx.scene();
    let action = scene.find::<Action>(input.action_id.0).ok_or(&errors::NOT_FOUND)?;
    Ok(One { action: action::view(scene, action) })
}
