//! Tags. Their case is kept as it was first written: it is no other tag in another case, but only to be
//! asked for in its own.

mod change;
mod errors;
mod list;
mod resources;
mod view;

use isobar_digitalocean_core::records::tags as records;
use isobar_digitalocean_core::tags::{ensure, is_letter};

use crate::world::{Look, Served};
use records::Tag;

/// The group.
pub const SERVICE: Served = Served {
    name: "tags",
    operations: &[list::OPERATIONS, change::OPERATIONS, resources::OPERATIONS],
    followers: &[],
};

/// The tag that is written so, where it is there.
fn find<'a>(cx: &'a impl Look, name: &str) -> Option<&'a Tag> {
    let tag = cx.scene().find::<Tag>(name.to_ascii_lowercase()).map(AsRef::as_ref);
    tag.filter(|tag| tag.name == name)
}
