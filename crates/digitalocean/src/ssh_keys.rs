//! SSH keys.

mod change;
mod errors;
mod list;
pub(crate) mod records;

use std::sync::Arc;

use crate::input::Text;
use crate::world::{Scene, Served};
use records::SshKey;

pub(crate) const SERVICE: Served = Served {
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
