//! VPCs. Each region has a default one.

mod change;
mod errors;
mod list;
mod members;
mod range;
pub(crate) mod records;

use std::sync::Arc;

use isobar_kernel::Fault;

use crate::world::{Scene, Served};
use records::Vpc;

pub(crate) const SERVICE: Served = Served {
    name: "vpcs",
    operations: &[list::OPERATIONS, change::OPERATIONS, members::OPERATIONS],
};

/// The region's default VPC.
pub(crate) fn default_of<'a>(scene: Scene<'a>, region: &str) -> Option<&'a Vpc> {
    scene.list::<Vpc>().find(|vpc| vpc.is_default && vpc.region == region).map(AsRef::as_ref)
}

/// The VPC of the id.
fn find<'a>(scene: Scene<'a>, id: &str) -> Result<&'a Arc<Vpc>, Fault> {
    scene.find::<Vpc>(id).ok_or_else(|| crate::errors::NOT_FOUND.fault())
}
