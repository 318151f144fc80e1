//! How a firewall looks.

use crate::Output;
use crate::records::firewalls::{Action, Firewall, Peers, Rule};
use crate::show::time;
use crate::world::Scene;

/// A firewall, as it is shown.
#[derive(Debug, Output)]
pub struct FirewallView {
    id: String,
    name: String,
    status: &'static str,
    inbound_rules: Vec<Inbound>,
    outbound_rules: Vec<Outbound>,
    created_at: String,
    droplet_ids: Vec<u64>,
    tags: Vec<String>,
    pending_changes: Vec<Change>,
}

#[derive(Debug, Output)]
struct Inbound {
    protocol: String,
    ports: String,
    /// Told where it is not the usual one: clients of old do not know of it.
    #[wire(unless = "Action::is_usual")]
    action: Action,
    sources: Peers,
}

#[derive(Debug, Output)]
struct Outbound {
    protocol: String,
    ports: String,
    /// Told where it is not the usual one: clients of old do not know of it.
    #[wire(unless = "Action::is_usual")]
    action: Action,
    destinations: Peers,
}

#[derive(Debug, Output)]
struct Change {
    droplet_id: u64,
    removing: bool,
    status: &'static str,
}

impl From<Rule> for Inbound {
    fn from(Rule { protocol, ports, action, peers }: Rule) -> Self {
        Self { protocol, ports, action, sources: peers }
    }
}

impl From<Rule> for Outbound {
    fn from(Rule { protocol, ports, action, peers }: Rule) -> Self {
        Self { protocol, ports, action, destinations: peers }
    }
}

/// The firewall as it stands: it waits until its last change has reached the droplets.
pub fn view(scene: Scene<'_>, firewall: &Firewall) -> FirewallView {
    let settled = firewall.changes.is_empty() || firewall.is_settled(scene.now);
    let change = |(droplet_id, removing): &(u64, bool)| Change {
        droplet_id: *droplet_id,
        removing: *removing,
        status: "waiting",
    };
    let changes = if settled { &[][..] } else { &firewall.changes };
    FirewallView {
        id: firewall.id.clone(),
        name: firewall.name.clone(),
        status: if settled { "succeeded" } else { "waiting" },
        inbound_rules: firewall.inbound.iter().cloned().map(Inbound::from).collect(),
        outbound_rules: firewall.outbound.iter().cloned().map(Outbound::from).collect(),
        created_at: time(firewall.created_at),
        droplet_ids: firewall.droplet_ids.clone(),
        tags: firewall.tags.clone(),
        pending_changes: changes.iter().map(change).collect(),
    }
}
