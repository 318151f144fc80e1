//! SSH keys.

mod change;
mod errors;
mod list;

use isobar_digitalocean_core::records::ssh_keys as records;
use std::sync::Arc;

use crate::input::Text;
use crate::world::{Scene, Served};
use records::SshKey;

/// The group.
pub const SERVICE: Served = Served {
    name: "ssh_keys",
    operations: &[list::OPERATIONS, change::OPERATIONS],
    followers: &[],
};

/// The key of the id or fingerprint.
pub(crate) fn find<'a>(scene: Scene<'a>, identifier: &Text) -> Option<&'a Arc<SshKey>> {
    match identifier.number() {
        Some(id) => scene.find(id),
        None => scene.by::<SshKey>("fingerprint", identifier.0.to_ascii_lowercase()).next(),
    }
}
