//! What is kept, by product.

pub mod ecs;
pub mod slb;
pub mod vpc;

use isobar_engines::machines;
use isobar_kernel::Tables;
use isobar_kernel::store::Schema;

/// Adds the collections.
pub fn schema(schema: &mut Schema) {
    schema.add::<vpc::Vpc>();
    schema.add::<vpc::VSwitch>();
    schema.add::<ecs::Instance>();
    schema.add::<ecs::SecurityGroup>();
    schema.add::<ecs::KeyPair>();
    schema.add::<slb::LoadBalancer>();
}

/// The address of the instance's machine; empty where there is none.
#[must_use]
pub fn address_of(tables: &Tables, id: &str) -> String {
    machines::find(tables, id).map(|machine| machine.address.to_string()).unwrap_or_default()
}
