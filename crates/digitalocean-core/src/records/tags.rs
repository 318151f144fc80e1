//! The stored row of a tag. What carries it says so itself.

use isobar_kernel::Record;
use serde::{Deserialize, Serialize};

use crate::world::key;

/// A tag.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tag {
    pub account: String,
    /// As it was first written.
    pub name: String,
    /// The path of what was tagged last (`/v2/droplets/1`).
    pub last_tagged: Option<String>,
}

impl Record for Tag {
    const KIND: &'static str = "do.tag";

    fn key(&self) -> String {
        key(&self.account, self.name.to_ascii_lowercase())
    }
}
