//! What is kept, by the group of operations that makes it.

#![expect(missing_docs, reason = "fields are named as the vendor names the members that show them")]

pub mod actions;
pub mod droplets;
pub mod firewalls;
pub mod images;
pub mod load_balancers;
pub mod projects;
pub mod ssh_keys;
pub mod tags;
pub mod vpcs;

use isobar_kernel::store::Schema;

/// Adds the collections.
pub fn schema(schema: &mut Schema) {
    schema.add::<crate::world::Counter>();
    schema.add::<actions::Action>();
    schema.add::<droplets::Droplet>();
    schema.add::<firewalls::Firewall>();
    schema.add::<images::Image>();
    schema.add::<load_balancers::LoadBalancer>();
    schema.add::<projects::Assignment>();
    schema.add::<projects::Project>();
    schema.add::<ssh_keys::SshKey>();
    schema.add::<tags::Tag>();
    schema.add::<vpcs::Vpc>();
}
