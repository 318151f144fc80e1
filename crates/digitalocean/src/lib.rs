//! DigitalOcean's API over the kernel and the engines: droplets are machines, load balancers are
//! proxies, and what a deployment needs around them.
//!
//! Each group of operations is a folder, named as in the vendor's own SDK: [`droplets`],
//! [`load_balancers`] and so on; [`SERVICES`] lists them. What several groups show (a droplet's JSON,
//! an action's) is in [`show`], and what there is to choose from (regions, sizes, images) in
//! [`offer`].
//!
//! What a user of the vendor should know:
//!
//! * A droplet's public and private addresses are the same address of 127.0.0.0/8. With IPv6 it also
//!   has that address in its IPv4-mapped form, which reaches the same machine.
//! * `user_data` that begins with `#!` runs as the machine's script.
//! * Firewalls are checked, kept and shown as the vendor does, and not enforced: local processes all
//!   share one loopback interface.
//! * `rebuild` and `restore` change the droplet's image and boot it; the files in the machine's
//!   directory stay, as no image has a disk here. Backups can be switched on and have a window; none
//!   is taken.
//! * Load balancers forward HTTP and TCP, and HTTPS as TCP (`tls_passthrough`). Forwarding that needs
//!   a certificate, sticky sessions by cookie, the PROXY protocol and the balancer's own firewall are
//!   refused with a 501 that says so.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler owns its input, whatever it does with it: all have one form"
)]

mod account;
mod actions;
mod droplet_actions;
mod droplets;
mod errors;
mod face;
mod firewalls;
mod images;
mod input;
mod load_balancers;
mod oauth;
mod offer;
mod page;
mod projects;
mod regions;
mod seed;
mod show;
mod sizes;
mod snapshots;
mod ssh_keys;
mod tags;
mod vpcs;
mod world;

use isobar_engines::Engines;
use isobar_kernel::Keys;
use isobar_kernel::store::Schema;
use isobar_kernel::{Local, Shared};
// Members are spelt as the fields are.
use isobar_wire::{SnakeInput as Input, SnakeOutput as Output};

pub use face::{DigitalOcean, IGNORED};
use world::Served;
pub use world::World;

/// The groups of operations.
pub const SERVICES: &[Served] = &[
    account::SERVICE,
    actions::SERVICE,
    droplet_actions::SERVICE,
    droplets::SERVICE,
    firewalls::SERVICE,
    images::SERVICE,
    load_balancers::SERVICE,
    oauth::SERVICE,
    projects::SERVICE,
    regions::SERVICE,
    sizes::SERVICE,
    snapshots::SERVICE,
    ssh_keys::SERVICE,
    tags::SERVICE,
    vpcs::SERVICE,
];

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

/// Adds this cloud's collections.
pub fn schema(schema: &mut Schema) {
    schema.add::<world::Counter>();
    schema.add::<actions::records::Action>();
    schema.add::<droplets::records::Droplet>();
    schema.add::<firewalls::records::Firewall>();
    schema.add::<images::records::Image>();
    schema.add::<load_balancers::records::LoadBalancer>();
    schema.add::<projects::records::Assignment>();
    schema.add::<projects::records::Project>();
    schema.add::<ssh_keys::records::SshKey>();
    schema.add::<tags::records::Tag>();
    schema.add::<vpcs::records::Vpc>();
}

/// Puts the local cloud together, and gives a fresh account its default project and VPCs.
#[must_use]
pub fn local(shared: Shared, settings: Settings) -> Local<DigitalOcean> {
    seed::seed(&shared, &settings.account_id);
    Local::new(DigitalOcean::new(settings), shared, SERVICES)
}
