//! Finding VPCs.

use crate::records::vpcs::Vpc;
use crate::world::Scene;

/// The region's default VPC.
pub fn default_of<'a>(scene: Scene<'a>, region: &str) -> Option<&'a Vpc> {
    scene.list::<Vpc>().find(|vpc| vpc.is_default && vpc.region == region).map(AsRef::as_ref)
}
