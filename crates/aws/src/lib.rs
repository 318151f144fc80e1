//! AWS's face of the local clouds: its groups of services put together.

pub use isobar_aws_core::face::{Aws, BUILT, Built, IGNORED};
use isobar_aws_core::{World, records, regions};
use isobar_engines::Engines;
use isobar_kernel::store::Schema;
use isobar_kernel::{Keys, Local, Served, Shared};
use {
    isobar_aws_balancing as balancing, isobar_aws_compute as compute,
    isobar_aws_identity as identity,
};

/// The services, with their handlers. To add a service, add a line.
pub const SERVICES: &[Served<World>] = &[compute::EC2, balancing::ELBV2, identity::STS];

/// Adds the face's collections.
pub fn schema(schema: &mut Schema) {
    records::schema(schema);
    compute::schema(schema);
    balancing::schema(schema);
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
            compute::seed_region(tx, &shared.random, &settings.account_id, region);
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

/// What of the served operations is not built, beside the members that their handlers do not read:
/// service, operation and what, as text. The document of what is served is made from it.
#[must_use]
pub fn unbuilt() -> Vec<(&'static str, &'static str, String)> {
    let values = BUILT.iter().map(|row| {
        let values: Vec<String> = row.values.iter().map(|value| format!("`{value}`")).collect();
        (row.service, row.operation, format!("`{}` ({})", row.member, values.join(", ")))
    });
    let of = |service, rows: Vec<(&'static str, String)>| {
        rows.into_iter().map(move |(operation, text)| (service, operation, text))
    };
    values.chain(of("ec2", compute::unbuilt())).chain(of("elbv2", balancing::unbuilt())).collect()
}
