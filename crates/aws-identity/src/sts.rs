//! STS: who one is.

mod identity;

use isobar_kernel::Served;

use crate::{Query, World};

/// The service.
pub const SERVICE: Served<World> =
    Served { name: "sts", operations: &[identity::OPERATIONS], followers: &[] };
