//! What a firewall is asked to be, and whether it can.

use std::net::IpAddr;

use isobar_kernel::Fault;
use serde::Deserialize;

use super::errors;
use super::records::{Firewall, Peers, Rule};
use crate::droplets::records::Droplet;
use crate::errors::INVALID_DROPLETS;
use crate::input::{Number, Text};
use crate::load_balancers::records::LoadBalancer;
use crate::tags::records::Tag;
use crate::world::Scene;

/// A firewall as it is asked for, in creation and update alike.
#[derive(Debug, Deserialize)]
pub(super) struct Request {
    pub(super) name: Option<String>,
    #[serde(flatten)]
    pub(super) rules: RulesInput,
    pub(super) droplet_ids: Option<Vec<Number>>,
    pub(super) tags: Option<Vec<String>>,
}

/// The rules of both directions.
#[derive(Debug, Deserialize)]
pub(super) struct RulesInput {
    inbound_rules: Option<Vec<Inbound>>,
    outbound_rules: Option<Vec<Outbound>>,
}

#[derive(Debug, Deserialize)]
struct Inbound {
    protocol: Option<String>,
    ports: Option<Text>,
    sources: Option<PeersInput>,
}

#[derive(Debug, Deserialize)]
struct Outbound {
    protocol: Option<String>,
    ports: Option<Text>,
    destinations: Option<PeersInput>,
}

#[derive(Debug, Deserialize)]
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
        let inbound = self.inbound_rules.iter().flatten().map(|rule| {
            rule_of(scene, &rule.protocol, &rule.ports, rule.sources.as_ref(), "source")
        });
        let outbound = self.outbound_rules.iter().flatten().map(|rule| {
            let peers = rule.destinations.as_ref();
            rule_of(scene, &rule.protocol, &rule.ports, peers, "destination")
        });
        let inbound: Vec<Rule> = inbound.collect::<Result<_, _>>()?;
        let outbound: Vec<Rule> = outbound.collect::<Result<_, _>>()?;
        if inbound.is_empty() && outbound.is_empty() {
            return Err(errors::NO_RULES.fault());
        }
        Ok(Rules { inbound, outbound })
    }
}

fn rule_of(
    scene: Scene<'_>,
    protocol: &Option<String>,
    given_ports: &Option<Text>,
    peers: Option<&PeersInput>,
    side: &str,
) -> Result<Rule, Fault> {
    let protocol = protocol.as_deref().unwrap_or_default();
    if !["tcp", "udp", "icmp"].contains(&protocol) {
        return Err(errors::PROTOCOL.fault());
    }
    let given = given_ports.as_ref().map_or("", |ports| ports.0.as_str());
    // ICMP has none.
    let ports = if protocol == "icmp" { Some("0".to_owned()) } else { ports(given) };
    let ports = ports.ok_or(&errors::PORTS)?;
    let peers = peers.map(|peers| peers.check(scene)).transpose()?.unwrap_or_default();
    if peers.is_empty() {
        return Err(errors::NO_PEERS.with(&[&side]));
    }
    Ok(Rule { protocol: protocol.to_owned(), ports, peers })
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
            scene.find::<LoadBalancer>(id).ok_or_else(|| errors::BALANCER.with(&[id]))?;
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
        scene.find::<Droplet>(id).ok_or_else(|| INVALID_DROPLETS.with(&[id]))?;
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
