//! Members of inputs that no handler reads, and why that is what the cloud does.

use isobar_kernel::{Ignored, Values};

/// The rows.
pub const IGNORED: &[Ignored] = &[
    everywhere("RegionId", "the request is admitted into the region that it names"),
    everywhere("OwnerId", "the vendor's gateway sets it; a caller's own is without effect"),
    everywhere("OwnerAccount", "the vendor's gateway sets it; a caller's own is without effect"),
    everywhere("ResourceOwnerId", "the vendor's gateway sets it; a caller's own is without effect"),
    everywhere(
        "ResourceOwnerAccount",
        "the vendor's gateway sets it; a caller's own is without effect",
    ),
];

const fn everywhere(member: &'static str, reason: &'static str) -> Ignored {
    Ignored { service: "*", operation: "*", member, values: Values::All, reason }
}
