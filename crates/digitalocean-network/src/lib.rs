//! The local DigitalOcean's VPCs, load balancers and firewalls.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler owns its input, whatever it does with it: all have one form"
)]

mod firewalls;
mod load_balancers;
mod vpcs;

use isobar_digitalocean_core::{
    Input, Output, droplets, errors, input, offer, page, projects, show, tags, world,
};

pub use firewalls::SERVICE as FIREWALLS;
pub use load_balancers::SERVICE as LOAD_BALANCERS;
pub use vpcs::SERVICE as VPCS;
