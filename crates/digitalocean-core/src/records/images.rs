//! The stored row of a private image.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::key;

/// An image that was taken of a droplet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Image {
    pub account: String,
    pub id: u64,
    pub name: String,
    pub kind: Kind,
    pub distribution: String,
    pub description: Option<String>,
    pub regions: Vec<String>,
    pub created_at: Timestamp,
    /// When it is complete; nobody sees it before.
    pub ready_at: Timestamp,
    pub min_disk_size: u32,
    pub size_gigabytes: f64,
    pub tags: Vec<String>,
    /// The droplet that it was taken of.
    pub droplet: u64,
}

/// What a private image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Snapshot,
    Backup,
}

impl Image {
    /// Whether it is complete.
    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.ready_at <= now
    }
}

impl Record for Image {
    const KIND: &'static str = "do.image";

    fn key(&self) -> String {
        key(&self.account, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let tags = self.tags.iter().map(|tag| key(&self.account, tag.to_ascii_lowercase()));
        let mut links: Vec<_> = tags.map(|tag| ("tag", tag)).collect();
        links.push(("droplet", key(&self.account, self.droplet)));
        links
    }
}
