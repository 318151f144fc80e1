//! The local DigitalOcean's account, projects and tags.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler owns its input, whatever it does with it: all have one form"
)]

mod account;
mod oauth;
mod projects;
mod tags;

use isobar_digitalocean_core::{Input, Output, droplets, errors, input, page, show, world};

pub use account::SERVICE as ACCOUNT;
pub use oauth::SERVICE as OAUTH;
pub use projects::SERVICE as PROJECTS;
pub use tags::SERVICE as TAGS;
