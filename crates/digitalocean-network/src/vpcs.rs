//! VPCs. Each region has a default one.

mod change;
mod errors;
mod list;
mod members;
mod range;

use isobar_digitalocean_core::records::vpcs as records;
pub(crate) use isobar_digitalocean_core::vpcs::default_of;
use std::sync::Arc;

use isobar_kernel::{Fault, follow};

use crate::world::{Command, Scene, Served, key};
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::load_balancers::LoadBalancer;
use records::Vpc;

/// The group.
pub const SERVICE: Served = Served {
    name: "vpcs",
    operations: &[list::OPERATIONS, change::OPERATIONS, members::OPERATIONS],
    followers: &[follow!(Ended Droplet, droplet_left), follow!(Ended LoadBalancer, balancer_left)],
};

fn droplet_left(cx: &mut Command<'_, '_>, droplet: &Droplet) {
    note_leaving(cx, &droplet.vpc_uuid);
}

fn balancer_left(cx: &mut Command<'_, '_>, balancer: &LoadBalancer) {
    note_leaving(cx, &balancer.vpc_uuid);
}

/// Notes at the VPC that something in it is gone.
fn note_leaving(cx: &mut Command<'_, '_>, vpc: &str) {
    let (vpc, now) = (key(&cx.context.caller.account, vpc), cx.context.now);
    cx.store.modify::<Vpc>(&vpc, |vpc| vpc.left_at = Some(now));
}

/// The VPC of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<Vpc>, Fault> {
    scene.find::<Vpc>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}
