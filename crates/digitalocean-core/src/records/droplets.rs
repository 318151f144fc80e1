//! The stored row of a droplet.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::world::key;

/// A droplet. Whether it runs and at which address is its machine's to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Droplet {
    pub account: String,
    pub id: u64,
    pub name: String,
    pub region: String,
    pub size: String,
    pub image: u64,
    /// Gigabytes: the size's, or less where it was resized without its disk.
    pub disk: u32,
    pub kernel: Option<u64>,
    pub created_at: Timestamp,
    pub tags: Vec<String>,
    /// When backups are taken, where they are.
    pub backups: Option<BackupPolicy>,
    pub monitoring: bool,
    pub agent: bool,
    pub ipv6: bool,
    pub public_networking: bool,
    pub ssh_keys: Vec<u64>,
    pub vpc_uuid: String,
}

/// When backups are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPolicy {
    pub plan: Plan,
    /// `SUN` to `SAT`, for the weekly plan.
    pub weekday: Option<String>,
    /// 0, 4 … 20, in UTC.
    pub hour: i8,
}

/// How often backups are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Output)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    Daily,
    Weekly,
}

impl BackupPolicy {
    /// The length of the window in which a backup begins.
    pub const WINDOW_HOURS: i64 = 4;

    /// The policy of a droplet that asks for none in particular.
    pub fn usual() -> Self {
        Self { plan: Plan::Weekly, weekday: Some("SUN".to_owned()), hour: 0 }
    }

    /// How long a backup is kept.
    pub const fn retention_days(&self) -> u32 {
        match self.plan {
            Plan::Daily => 7,
            Plan::Weekly => 28,
        }
    }
}

impl Droplet {
    /// The id of its machine.
    pub fn machine(&self) -> String {
        machine_of(self.id)
    }

    /// The name under which projects and VPCs know it.
    pub fn urn(&self) -> String {
        format!("do:droplet:{}", self.id)
    }

    /// Whether it carries the tag, whatever its case.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own.eq_ignore_ascii_case(tag))
    }
}

/// The id of a droplet's machine.
pub fn machine_of(droplet: u64) -> String {
    format!("droplet-{droplet}")
}

impl Record for Droplet {
    const KIND: &'static str = "do.droplet";

    fn key(&self) -> String {
        key(&self.account, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let tags = self.tags.iter().map(|tag| ("tag", tag.to_ascii_lowercase()));
        let mut links: Vec<_> = tags.map(|(index, tag)| (index, key(&self.account, tag))).collect();
        links.push(("vpc", key(&self.account, &self.vpc_uuid)));
        links.push(("name", key(&self.account, &self.name)));
        links
    }
}
