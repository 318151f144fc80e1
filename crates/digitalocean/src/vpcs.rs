//! VPCs. Each region has a default one.

mod change;
mod errors;
mod list;
mod members;
mod range;
pub(crate) mod records;

use std::sync::Arc;

use isobar_kernel::{Fault, follow};

use crate::droplets::records::Droplet;
use crate::load_balancers::records::LoadBalancer;
use crate::world::{Command, Scene, Served, key};
use records::Vpc;

pub(crate) const SERVICE: Served = Served {
    name: "vpcs",
    operations: &[list::OPERATIONS, change::OPERATIONS, members::OPERATIONS],
    followers: &[follow!(Ended Droplet, droplet_left), follow!(Ended LoadBalancer, balancer_left)],
};

/// The region's default VPC.
pub(crate) fn default_of<'a>(scene: Scene<'a>, region: &str) -> Option<&'a Vpc> {
    scene.list::<Vpc>().find(|vpc| vpc.is_default && vpc.region == region).map(AsRef::as_ref)
}

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
