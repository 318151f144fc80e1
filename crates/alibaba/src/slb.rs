//! SLB: load balancers.

pub(crate) mod records;

use isobar_kernel::face::Served;

use crate::{Command, World};

/// The service.
pub(crate) const SERVICE: Served<World> = Served { name: "slb", operations: &[] };

/// Takes a server that is no more from the load balancers of its region.
pub(crate) fn forget_server(_: &mut Command<'_, '_>, _: &str, _: &str) {}
