//! Load balancers: each is a balancer of the engines.

mod change;
mod create;
mod engine;
mod errors;
mod list;
mod members;
mod request;
mod rules;
mod view;

use isobar_digitalocean_core::records::load_balancers as records;
use std::sync::Arc;

use isobar_engines::balancers;
use isobar_kernel::{Fault, follow};

use crate::world::{Scene, Served, is_settling};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::tags::Tag;
use records::LoadBalancer;

/// The group.
pub const SERVICE: Served = Served {
    name: "load_balancers",
    operations: &[
        create::OPERATIONS,
        list::OPERATIONS,
        change::OPERATIONS,
        members::OPERATIONS,
        rules::OPERATIONS,
    ],
    followers: &[follow!(Changed Droplet, engine::follow), follow!(Ended Tag, engine::forget_tag)],
};

/// The load balancer of the id, to be changed: what it was asked for before must be done.
fn find_idle<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<LoadBalancer>, Fault> {
    let balancer = find(scene, id)?;
    let is_ready =
        balancers::find(scene.tables, &balancer.balancer()).is_some_and(|engine| engine.is_ready());
    if !is_ready || is_settling(balancer.changed_at, scene.now) {
        return Err(errors::BUSY.fault());
    }
    Ok(balancer)
}

/// The load balancer of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<LoadBalancer>, Fault> {
    scene.find::<LoadBalancer>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}
