//! Projects, and which of them holds what. Everything is in one; the account's default one if none
//! was named.

mod change;
mod errors;
mod list;
mod resources;

pub(crate) use isobar_digitalocean_core::projects::{adopt, default, note_leaving, owner_id};
use isobar_digitalocean_core::records::projects as records;
use std::sync::Arc;

use isobar_kernel::{Fault, follow};

use crate::world::{Command, Scene, Served, key};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::load_balancers::LoadBalancer;
use records::{Assignment, Project};

/// The group.
pub const SERVICE: Served = Served {
    name: "projects",
    operations: &[list::OPERATIONS, change::OPERATIONS, resources::OPERATIONS],
    followers: &[
        follow!(Ended Droplet, release_droplet),
        follow!(Ended LoadBalancer, release_balancer),
    ],
};

/// The project of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<Project>, Fault> {
    // The libraries ask for the default one in an id's place too.
    if id == "default" {
        return default(scene);
    }
    scene.find::<Project>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}

fn release_droplet(cx: &mut Command<'_, '_>, droplet: &Droplet) {
    release(cx, &droplet.urn());
}

fn release_balancer(cx: &mut Command<'_, '_>, balancer: &LoadBalancer) {
    release(cx, &balancer.urn());
}

/// Takes something out of its project, because it is gone.
fn release(cx: &mut Command<'_, '_>, urn: &str) {
    note_leaving(cx, urn);
    let key = key(&cx.context.caller.account, urn);
    cx.store.remove::<Assignment>(&key);
}
