//! Alibaba Cloud's face of the local clouds: its groups of products put together.

pub use isobar_alibaba_core::Settings;
pub use isobar_alibaba_core::face::{Alibaba, IGNORED, unbuilt};
use isobar_alibaba_core::{World, face, records};
use isobar_kernel::store::Schema;
use isobar_kernel::{Local, Served, Shared};
use {
    isobar_alibaba_balancing as balancing, isobar_alibaba_compute as compute,
    isobar_alibaba_identity as identity,
};

/// The products that are served. To add one, add a line.
pub const SERVICES: &[Served<World>] =
    &[compute::ECS, identity::LOCATION, balancing::SLB, identity::STS, compute::VPC];

/// Adds the face's collections. The engines' are theirs to add.
pub fn schema(schema: &mut Schema) {
    schema.add::<face::Nonce>();
    records::schema(schema);
}

/// Puts the local cloud together. A fresh account has nothing: its default VPC, vSwitches and
/// security group are made when the first instance needs them, as the vendor does.
#[must_use]
pub fn local(shared: Shared, settings: Settings) -> Local<Alibaba> {
    let face = Alibaba::new(settings, &shared.store, SERVICES);
    Local::new(face, shared, SERVICES)
}

/// The regions that there are.
#[must_use]
pub fn regions() -> Vec<&'static str> {
    isobar_alibaba_core::regions::REGIONS.iter().map(|region| region.id).collect()
}
