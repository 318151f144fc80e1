//! VPC: networks and their vSwitches. ECS's first version of the same operations is served by the
//! same functions.

pub(crate) mod errors;
mod places;
mod route_tables;
mod tags;
pub(crate) mod vpcs;
pub(crate) mod vswitches;

pub(crate) use isobar_alibaba_core::records::vpc as records;
use isobar_kernel::Served;

use crate::World;

/// The service.
pub const SERVICE: Served<World> = Served {
    name: "vpc",
    operations: &[
        vpcs::OPERATIONS,
        vpcs::ATTRIBUTES,
        vswitches::OPERATIONS,
        vswitches::ATTRIBUTES,
        route_tables::OPERATIONS,
        tags::OPERATIONS,
        places::OPERATIONS,
    ],
    followers: &[],
};
