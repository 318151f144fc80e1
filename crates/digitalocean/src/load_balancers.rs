//! Load balancers: each is a balancer of the engines.

mod change;
mod create;
mod engine;
mod errors;
mod list;
mod members;
pub(crate) mod records;
mod request;
mod rules;
mod view;

pub(crate) use engine::{follow, forget_droplet, forget_tag};

use std::sync::Arc;

use isobar_kernel::Fault;

use crate::world::{Scene, Served};
use records::LoadBalancer;

pub(crate) const SERVICE: Served = Served {
    name: "load_balancers",
    operations: &[
        create::OPERATIONS,
        list::OPERATIONS,
        change::OPERATIONS,
        members::OPERATIONS,
        rules::OPERATIONS,
    ],
};

/// The load balancer of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<LoadBalancer>, Fault> {
    scene.find::<LoadBalancer>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}
