//! What a firewall is asked to be, and whether it can.

use std::net::IpAddr;

use isobar_kernel::Fault;

use super::errors;
use super::records::{Action, Firewall, Peers, Rule};
use crate::Input;
use crate::input::{Number, Text};
use crate::world::Scene;
use isobar_digitalocean_core::records::droplets::Droplet;
use isobar_digitalocean_core::records::load_balancers::LoadBalancer;
use isobar_digitalocean_core::records::tags::Tag;

/// A firewall as it is asked for, in creation and update alike.
#[derive(Debug, Input)]
pub(super) struct Request {
    pub(super) name: Option<String>,
    pub(super) droplet_ids: Option<Vec<Number>>,
    pub(super) tags: Option<Vec<String>>,
}

/// The rules of both directions.
#[derive(Debug, Input)]
pub(super) struct RulesInput {
    inbound_rules: Option<Vec<RuleInput>>,
    outbound_rules: Option<Vec<RuleInput>>,
}

#[derive(Debug, Input)]
struct RuleInput {
    protocol: Option<String>,
    ports: Option<Text>,
    action: Option<String>,
    /// The other side, for which each direction has its own word.
    #[wire(alias = "destinations")]
    sources: Option<PeersInput>,
}

#[derive(Debug, Input)]
struct PeersInput {
    addresses: Option<Vec<String>>,
    droplet_ids: Option<Vec<Number>>,
    load_balancer_uids: Option<Vec<String>>,
    kubernetes_ids: Option<Vec<String>>,
    tags: Option<Vec<String>>,
}

/// The rules of both directions, checked.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) inbound: Vec<Rule>,
    pub(super) outbound: Vec<Rule>,
}

impl Request {
    /// The name, which no other firewall may have.
    pub(super) fn checked_name(
        &self,
        scene: Scene<'_>,
        own: Option<&str>,
    ) -> Result<String, Fault> {
        let name = self.name.as_deref().filter(|name| is_name(name)).ok_or(&errors::NAME)?;
        let mut others = scene
            .by::<Firewall>("name", name)
            .filter(|other| own.is_none_or(|own| own != other.id));
        if others.next().is_some() {
            return Err(errors::TAKEN.fault());
        }
        Ok(name.to_owned())
    }
}

impl RulesInput {
    /// The rules, of which there must be one.
    pub(super) fn check(&self, scene: Scene<'_>) -> Result<Rules, Fault> {
        let inbound = self.inbound_rules.iter().flatten().map(|rule| rule.check(scene));
        let outbound = self.outbound_rules.iter().flatten().map(|rule| rule.check(scene));
        let inbound: Vec<Rule> = inbound.collect::<Result<_, _>>()?;
        let outbound: Vec<Rule> = outbound.collect::<Result<_, _>>()?;
        if inbound.is_empty() && outbound.is_empty() {
            return Err(errors::NO_RULES.fault());
        }
        Ok(Rules { inbound, outbound })
    }
}

impl RuleInput {
    fn check(&self, scene: Scene<'_>) -> Result<Rule, Fault> {
        let protocol = self.protocol.as_deref().unwrap_or_default().to_ascii_lowercase();
        if !["tcp", "udp", "icmp"].contains(&protocol.as_str()) {
            return Err(errors::PROTOCOL.fault());
        }
        let given = self.ports.as_ref().map_or("", |ports| ports.0.as_str());
        // ICMP has none.
        let ports = if protocol == "icmp" { Some("0".to_owned()) } else { ports(given) };
        let ports = ports.ok_or(&errors::PORTS)?;
        let action = match self.action.as_deref() {
            None | Some("" | "allow") => Action::Allow,
            Some("deny") => Action::Deny,
            Some(_) => return Err(errors::ACTION.fault()),
        };
        // A rule may name nobody, and then is for nobody.
        let peers = self.sources.as_ref().map(|peers| peers.check(scene)).transpose()?;
        let peers = peers.unwrap_or_default();
        Ok(Rule { protocol, ports, action, peers })
    }
}

/// A port, a range of them, or all, which the vendor writes `0`.
fn ports(given: &str) -> Option<String> {
    if matches!(given, "all" | "0") {
        return Some("0".to_owned());
    }
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    match given.split_once('-') {
        None => port(given).map(|port| port.to_string()),
        Some((from, to)) => {
            let (from, to) = (port(from)?, port(to)?);
            (from <= to).then(|| format!("{from}-{to}"))
        }
    }
}

impl PeersInput {
    fn check(&self, scene: Scene<'_>) -> Result<Peers, Fault> {
        let addresses = self.addresses.clone().unwrap_or_default();
        if let Some(wrong) = addresses.iter().find(|address| !is_address(address)) {
            return Err(errors::ADDRESS.with(&[wrong]));
        }
        let droplet_ids = check_droplets(scene, self.droplet_ids.as_deref().unwrap_or_default())?;
        let load_balancer_uids = self.load_balancer_uids.clone().unwrap_or_default();
        for id in &load_balancer_uids {
            scene.find::<LoadBalancer>(id).ok_or(&errors::BALANCER)?;
        }
        if let Some(id) = self.kubernetes_ids.iter().flatten().next() {
            return Err(errors::KUBERNETES.with(&[id]));
        }
        let tags = check_tags(scene, self.tags.as_deref().unwrap_or_default())?;
        Ok(Peers { addresses, droplet_ids, load_balancer_uids, tags })
    }
}

/// The droplets, each of which must be there.
pub(super) fn check_droplets(scene: Scene<'_>, ids: &[Number]) -> Result<Vec<u64>, Fault> {
    let mut checked = Vec::with_capacity(ids.len());
    for Number(id) in ids {
        scene.find::<Droplet>(id).ok_or(&errors::DROPLET)?;
        if !checked.contains(id) {
            checked.push(*id);
        }
    }
    Ok(checked)
}

/// The tags as they are written, each of which must be there.
pub(super) fn check_tags(scene: Scene<'_>, names: &[String]) -> Result<Vec<String>, Fault> {
    let mut checked: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let tag = scene
            .find::<Tag>(name.to_ascii_lowercase())
            .ok_or_else(|| errors::TAG.with(&[name]))?;
        if !checked.contains(&tag.name) {
            checked.push(tag.name.clone());
        }
    }
    Ok(checked)
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    name.len() >= 2
        && letters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}

/// Whether it is an address, or a network in CIDR notation.
fn is_address(text: &str) -> bool {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
