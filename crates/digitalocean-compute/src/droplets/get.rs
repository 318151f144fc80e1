//! One droplet.

use isobar_kernel::{Fault, query};

use super::find;
use crate::input::Number;
use crate::show::droplet::{self, DropletView};
use crate::world::{Handler, Look, Query};
use crate::{Input, Output};

pub(super) const OPERATIONS: &[Handler] = &[query!(get)];

/// The input of an operation on one droplet.
#[derive(Debug, Input)]
pub(crate) struct OfDroplet {
    pub(crate) droplet_id: Number,
}

#[derive(Debug, Output)]
struct One {
    droplet: DropletView,
}

fn get(cx: &Query<'_>, input: OfDroplet) -> Result<One, Fault> {
    let scene = cx.scene();
    Ok(One { droplet: droplet::view(scene, find(scene, input.droplet_id.0)?) })
}
