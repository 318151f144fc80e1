//! AWS's face of the local clouds: its vocabulary over the kernel and the engines, one folder per
//! service.
//!
//! A service's folder has a file for each noun, with its operations' table on top, and files of fixed
//! names: `errors` (the rows of its errors), `records` (the rows that it stores).

#![expect(
    clippy::needless_pass_by_value,
    reason = "a handler takes its input by value, whether it keeps any of it or not"
)]

mod ec2;
mod elbv2;
mod face;
mod regions;
mod sts;
mod unbuilt;

use isobar_engines::Engines;
use isobar_kernel::Keys;
use isobar_kernel::store::Schema;
use isobar_kernel::{Local, Served, Shared};

pub use face::{Aws, BUILT, Built, IGNORED};
pub use unbuilt::unbuilt;

/// The services, with their handlers. To add a service, add a line.
pub const SERVICES: &[Served<World>] = &[ec2::SERVICE, elbv2::SERVICE, sts::SERVICE];

/// Adds the face's collections.
pub fn schema(schema: &mut Schema) {
    ec2::records::schema(schema);
    elbv2::records::schema(schema);
}

/// What the face has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account, twelve digits.
    pub account_id: String,
    /// The region of requests that do not say one.
    pub region: String,
    /// The keys that are accepted.
    pub keys: Keys,
    /// What runs machines and load balancers.
    pub engines: Engines,
}

/// What handlers see besides the store.
#[derive(Debug)]
pub struct World {
    /// What runs machines and load balancers.
    pub(crate) engines: Engines,
}

pub(crate) type Query<'a> = isobar_kernel::Query<'a, World>;
pub(crate) type Command<'a, 'tx> = isobar_kernel::Command<'a, 'tx, World>;
pub(crate) type Work<'a> = isobar_kernel::Work<'a, World>;

/// Puts the local cloud together, and gives the account's regions the network that each begins with.
///
/// # Errors
/// Where the store cannot be written.
pub fn local(
    shared: Shared,
    settings: Settings,
) -> Result<Local<Aws>, isobar_kernel::store::Error> {
    shared.store.update(|tx| {
        for region in regions::REGIONS {
            ec2::seed::region(tx, &shared.random, &settings.account_id, region);
        }
    })?;
    let world = World { engines: settings.engines };
    let face = Aws::new(settings.keys, settings.region, world);
    Ok(Local::new(face, shared, SERVICES))
}

/// The regions that there are.
#[must_use]
pub fn regions() -> Vec<&'static str> {
    regions::REGIONS.iter().map(|region| region.name).collect()
}
