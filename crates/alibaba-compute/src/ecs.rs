//! ECS: instances and what belongs to them.

mod addresses;
mod attributes;
mod available;
mod batches;
mod console;
mod create;
mod delete;
mod describe;
mod disks;
mod errors;
mod filters;
mod image_table;
mod images;
mod instance_options;
pub(crate) mod instances;
mod key_pairs;
mod launch;
mod network_interfaces;
mod networks;
mod places;
mod power;
mod rule_check;
mod rules;
pub(crate) mod security_groups;
mod status;
mod tags;
mod type_table;
mod types;
mod user_data;

pub(crate) use isobar_alibaba_core::records::ecs as records;
use isobar_kernel::Served;

use crate::World;

/// The service.
pub const SERVICE: Served<World> = Served {
    name: "ecs",
    operations: &[
        create::OPERATIONS,
        describe::OPERATIONS,
        status::OPERATIONS,
        attributes::OPERATIONS,
        power::OPERATIONS,
        batches::OPERATIONS,
        delete::OPERATIONS,
        console::OPERATIONS,
        addresses::OPERATIONS,
        user_data::OPERATIONS,
        security_groups::OPERATIONS,
        rules::OPERATIONS,
        key_pairs::OPERATIONS,
        tags::OPERATIONS,
        places::OPERATIONS,
        images::OPERATIONS,
        types::OPERATIONS,
        available::OPERATIONS,
        networks::OPERATIONS,
        disks::OPERATIONS,
        network_interfaces::OPERATIONS,
        instance_options::OPERATIONS,
    ],
    followers: &[],
};
