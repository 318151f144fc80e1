//! DigitalOcean's API over the kernel and the engines: droplets are machines, load balancers are
//! proxies, and what a deployment needs around them.
//!
//! Each group of operations is a folder of one of three crates, named as in the vendor's own SDK:
//! `droplets`, `load_balancers` and so on; [`SERVICES`] lists them.
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

use isobar_digitalocean_account as account;
use isobar_digitalocean_compute as compute;
pub use isobar_digitalocean_core::Settings;
pub use isobar_digitalocean_core::face::{DigitalOcean, IGNORED};
use isobar_digitalocean_core::{World, seed};
use isobar_digitalocean_network as network;
use isobar_kernel::{Local, Served, Shared};

pub use isobar_digitalocean_core::records::schema;

/// The groups of operations. To add one, add a line.
pub const SERVICES: &[Served<World>] = &[
    account::ACCOUNT,
    compute::ACTIONS,
    compute::DROPLET_ACTIONS,
    compute::DROPLETS,
    network::FIREWALLS,
    compute::IMAGES,
    network::LOAD_BALANCERS,
    account::OAUTH,
    account::PROJECTS,
    compute::REGIONS,
    compute::SIZES,
    compute::SNAPSHOTS,
    compute::SSH_KEYS,
    account::TAGS,
    network::VPCS,
];

/// Puts the local cloud together, and gives a fresh account its default project and VPCs.
#[must_use]
pub fn local(shared: Shared, settings: Settings) -> Local<DigitalOcean> {
    seed::seed(&shared, &settings.account_id);
    Local::new(DigitalOcean::new(settings), shared, SERVICES)
}
