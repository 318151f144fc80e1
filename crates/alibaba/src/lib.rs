//! Alibaba Cloud's face: the native APIs of ECS, VPC, SLB, STS and the location service over the kernel
//! and the engines, one folder per product.
//!
//! A product's folder has `errors.rs` (what it answers to mistakes), `records.rs` (what is kept), and
//! a file per noun with the noun's operations. What products share is beside the folders: how lists,
//! moments and ids are written ([`forms`]), pages, tags, regions.
#![expect(clippy::needless_pass_by_value, reason = "a handler owns its input")]

mod cidr;
mod ecs;
mod face;
mod forms;
mod location;
mod lookup;
mod paging;
mod regions;
mod slb;
mod standard;
mod sts;
mod tagging;
mod tags;
mod vpc;

use isobar_engines::Engines;
use isobar_kernel::Keys;
use isobar_kernel::store::Schema;
use isobar_kernel::{Local, Served, Shared};

pub use face::{Alibaba, IGNORED, unbuilt};

/// The products that are served.
pub const SERVICES: &[Served<World>] =
    &[ecs::SERVICE, location::SERVICE, slb::SERVICE, sts::SERVICE, vpc::SERVICE];

/// Adds the face's collections. The engines' are theirs to add.
pub fn schema(schema: &mut Schema) {
    schema.add::<face::Nonce>();
    schema.add::<vpc::records::Vpc>();
    schema.add::<vpc::records::VSwitch>();
    schema.add::<ecs::records::Instance>();
    schema.add::<ecs::records::SecurityGroup>();
    schema.add::<ecs::records::KeyPair>();
    schema.add::<slb::records::LoadBalancer>();
}

/// What the face has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account's id: 16 digits.
    pub account_id: String,
    /// The region of a call that says none.
    pub region: String,
    /// The access keys.
    pub keys: Keys,
    /// The engines.
    pub engines: Engines,
}

/// What handlers see besides the store.
#[derive(Debug)]
pub struct World {
    account_id: String,
    region: String,
    engines: Engines,
}

impl World {
    /// The account's id, which many answers have as a number.
    fn account_number(&self) -> i64 {
        self.account_id.parse().unwrap_or_default()
    }
}

/// A call that reads.
type Query<'a> = isobar_kernel::Query<'a, World>;
/// A call that writes.
type Command<'a, 'tx> = isobar_kernel::Command<'a, 'tx, World>;
/// A call that works outside of the store.
type Work<'a> = isobar_kernel::Work<'a, World>;
/// An entry of a table of operations.
type Handler = isobar_kernel::Handler<World>;

/// Puts the local cloud together. A fresh account has nothing: its default VPC, vSwitches and
/// security group are made when the first instance needs them, as the vendor does.
#[must_use]
pub fn local(shared: Shared, settings: Settings) -> Local<Alibaba> {
    let face = Alibaba::new(settings, &shared.store);
    Local::new(face, shared, SERVICES)
}

/// The regions that there are.
#[must_use]
pub fn regions() -> Vec<&'static str> {
    regions::REGIONS.iter().map(|region| region.id).collect()
}
