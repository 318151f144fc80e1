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
pub(crate) struct Firewall {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) inbound: Vec<Rule>,
    pub(crate) outbound: Vec<Rule>,
    pub(crate) droplet_ids: Vec<u64>,
    pub(crate) tags: Vec<String>,
    /// When it was changed last, and for which droplets: (id, whether it leaves).
    pub(crate) changed_at: Timestamp,
    pub(crate) changes: Vec<(u64, bool)>,
}

/// Who may speak with the droplets, or with whom they may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) protocol: String,
    /// `8000`, `8000-9000`, or `0` for all.
    pub(crate) ports: String,
    /// What is done with it.
    #[serde(default)]
    pub(crate) action: Action,
    pub(crate) peers: Peers,
}

/// What is done with what a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Output)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    #[default]
    Allow,
    Deny,
}

impl Action {
    /// Whether it is what a rule does that says nothing.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a field is asked by reference")]
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::Allow
    }
}

/// The other side of a rule; also how that is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Output)]
pub(crate) struct Peers {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub(crate) addresses: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub(crate) droplet_ids: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub(crate) load_balancer_uids: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[wire(unless = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
}

impl Peers {
    /// Whether it names nobody.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Firewall {
    /// Both directions' rules.
    pub(crate) fn rules_mut(&mut self) -> impl Iterator<Item = &mut Rule> {
        self.inbound.iter_mut().chain(&mut self.outbound)
    }

    /// Whether the last change has reached every droplet.
    pub(crate) fn is_settled(&self, now: Timestamp) -> bool {
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
