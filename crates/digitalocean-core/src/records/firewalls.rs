//! The stored row of a firewall.

use isobar_kernel::Record;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::world::key;

/// How long a change takes to reach the droplets.
const SPREAD: SignedDuration = SignedDuration::from_secs(2);

/// A firewall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Firewall {
    pub account: String,
    pub id: String,
    pub name: String,
    pub created_at: Timestamp,
    pub inbound: Vec<Rule>,
    pub outbound: Vec<Rule>,
    pub droplet_ids: Vec<u64>,
    pub tags: Vec<String>,
    /// When it was changed last, and for which droplets: (id, whether it leaves).
    pub changed_at: Timestamp,
    pub changes: Vec<(u64, bool)>,
}

/// Who may speak with the droplets, or with whom they may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub protocol: String,
    /// `8000`, `8000-9000`, or `0` for all.
    pub ports: String,
    /// What is done with it.
    #[serde(default)]
    pub action: Action,
    pub peers: Peers,
}

/// What is done with what a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Output)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    #[default]
    Allow,
    Deny,
}

impl Action {
    /// Whether it is what a rule does that says nothing.
    pub fn is_usual(&self) -> bool {
        *self == Self::Allow
    }
}

/// The other side of a rule; also how that is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Output)]
pub struct Peers {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub addresses: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub droplet_ids: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub load_balancer_uids: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl Peers {
    /// Whether it names nobody.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Firewall {
    /// Both directions' rules.
    pub fn rules_mut(&mut self) -> impl Iterator<Item = &mut Rule> {
        self.inbound.iter_mut().chain(&mut self.outbound)
    }

    /// Whether the last change has reached every droplet.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        now.duration_since(self.changed_at) >= SPREAD
    }
}

impl Record for Firewall {
    const KIND: &'static str = "do.firewall";

    fn key(&self) -> String {
        key(&self.account, &self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![("name", key(&self.account, &self.name))]
    }
}
