//! The local DigitalOcean's droplets, images and what belongs to them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler owns its input, whatever it does with it: all have one form"
)]

mod actions;
mod droplet_actions;
mod droplets;
mod images;
mod regions;
mod sizes;
mod snapshots;
mod ssh_keys;

use isobar_digitalocean_core::{
    Input, Output, errors, input, offer, page, projects, show, tags, vpcs, world,
};

pub use actions::SERVICE as ACTIONS;
pub use droplet_actions::SERVICE as DROPLET_ACTIONS;
pub use droplets::SERVICE as DROPLETS;
pub use images::SERVICE as IMAGES;
pub use regions::SERVICE as REGIONS;
pub use sizes::SERVICE as SIZES;
pub use snapshots::SERVICE as SNAPSHOTS;
pub use ssh_keys::SERVICE as SSH_KEYS;
