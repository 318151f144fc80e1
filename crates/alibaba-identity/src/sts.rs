//! STS: who calls.

mod caller_identity;

use isobar_kernel::Served;

use crate::World;

/// The service.
pub const SERVICE: Served<World> =
    Served { name: "sts", operations: &[caller_identity::OPERATIONS], followers: &[] };
