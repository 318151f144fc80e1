//! What the groups of the local DigitalOcean's operations stand on: how a request is admitted and how
//! refusals read, pages, what several groups show (a droplet's JSON, an action's) in [`show`], what there
//! is to choose from (regions, sizes, images) in [`offer`], and the rows that groups keep.

pub mod actions;
pub mod droplets;
pub mod errors;
pub mod face;
pub mod input;
pub mod offer;
pub mod page;
pub mod projects;
pub mod records;
pub mod seed;
pub mod show;
pub mod tags;
pub mod vpcs;
pub mod world;

use isobar_engines::Engines;
use isobar_kernel::Keys;
// Members are spelt as the fields are.
pub use isobar_wire::{SnakeInput as Input, SnakeOutput as Output};

pub use world::World;

/// How this local cloud is set up.
#[derive(Debug)]
pub struct Settings {
    /// The account's id: what every caller's account is.
    pub account_id: String,
    /// The region of what is created without one; New York 3 where it is none of the table's.
    pub region: String,
    /// The tokens that are accepted; a key's id is the token.
    pub keys: Keys,
    /// What droplets and load balancers run on.
    pub engines: Engines,
}
