//! Doing something with a droplet, or with all that carry a tag.

mod errors;
mod list;
mod perform;
mod post;

use crate::world::Served;

/// The group.
pub const SERVICE: Served = Served {
    name: "droplet_actions",
    operations: &[list::OPERATIONS, post::OPERATIONS],
    followers: &[],
};
