//! The location service: where the products are. Here all of them are at the local cloud's own address.

mod endpoints;
mod errors;

use isobar_kernel::Served;

use crate::World;

/// The service.
pub const SERVICE: Served<World> =
    Served { name: "location", operations: &[endpoints::OPERATIONS], followers: &[] };
