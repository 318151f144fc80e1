//! Permissions as requests write them, and the single rules that they mean.

use std::net::Ipv6Addr;

use isobar_kernel::{Fault, Tables};
use isobar_wire::{Input, Output};

use super::super::ids::GROUP;
use super::super::records::{self, Group, Peer, Rule};
use super::super::{errors, security_groups};
use isobar_forms::Cidr;

/// Rules of one protocol and range of ports, as they are sent and as unknown ones are sent back.
#[derive(Clone, Debug, Default, Input, Output)]
pub(super) struct Permission {
    pub(super) ip_protocol: Option<String>,
    pub(super) from_port: Option<i64>,
    pub(super) to_port: Option<i64>,
    pub(super) user_id_group_pairs: Option<Vec<GroupPair>>,
    pub(super) ip_ranges: Option<Vec<IpRange>>,
    pub(super) ipv6_ranges: Option<Vec<Ipv6Range>>,
    pub(super) prefix_list_ids: Option<Vec<PrefixList>>,
}

#[derive(Clone, Debug, Default, Input, Output)]
pub(super) struct GroupPair {
    pub(super) description: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) group_name: Option<String>,
    pub(super) group_id: Option<String>,
}

#[derive(Clone, Debug, Default, Input, Output)]
pub(super) struct IpRange {
    pub(super) description: Option<String>,
    pub(super) cidr_ip: Option<String>,
}

#[derive(Clone, Debug, Default, Input, Output)]
pub(super) struct Ipv6Range {
    pub(super) description: Option<String>,
    pub(super) cidr_ipv6: Option<String>,
}

#[derive(Clone, Debug, Default, Input, Output)]
pub(super) struct PrefixList {
    pub(super) description: Option<String>,
    pub(super) prefix_list_id: Option<String>,
}

/// A rule without its id: what two rules are compared by, with the description aside.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) protocol: String,
    pub(super) from_port: i64,
    pub(super) to_port: i64,
    pub(super) peer: Peer,
    pub(super) description: Option<String>,
}

impl Wish {
    pub(super) fn is(&self, rule: &Rule) -> bool {
        rule.protocol == self.protocol
            && (rule.from_port, rule.to_port) == (self.from_port, self.to_port)
            && rule.peer == self.peer
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        other.protocol == self.protocol
            && (other.from_port, other.to_port) == (self.from_port, self.to_port)
            && other.peer == self.peer
    }

    /// The rule in the words of the error for one that exists.
    pub(super) fn words(&self) -> String {
        let peer = match &self.peer {
            Peer::Ipv4(text) | Peer::Ipv6(text) | Peer::Group(text, _) => text,
        };
        let (from, to) = (self.from_port, self.to_port);
        let traffic = match self.protocol.as_str() {
            "-1" => "ALL".to_owned(),
            "tcp" | "udp" => {
                let protocol = self.protocol.to_ascii_uppercase();
                format!("{protocol}, from port: {from}, to port: {to}")
            }
            "icmp" | "icmpv6" => {
                let protocol = self.protocol.to_ascii_uppercase();
                format!("{protocol}, type: {from}, code: {to}")
            }
            number => number.to_owned(),
        };
        format!("peer: {peer}, {traffic}, ALLOW")
    }
}

impl Permission {
    /// The permission's rules, each with one peer.
    pub(super) fn wishes(&self, store: &Tables, group: &Group) -> Result<Vec<Wish>, Fault> {
        let protocol = self.ip_protocol.as_deref();
        let protocol = protocol.ok_or_else(|| errors::MISSING.with(&[&"ipProtocol"]))?;
        let protocol = read_protocol(protocol)?;
        let (from_port, to_port) = read_ports(&protocol, self.from_port, self.to_port)?;
        let mut wishes = Vec::new();
        for (peer, description) in self.peers(store, group)? {
            if description.as_deref().is_some_and(|text| !errors::is_description(text)) {
                return Err(errors::DESCRIPTION.with(&[&"rule description", &"{}"]));
            }
            let description = description.filter(|text| !text.is_empty());
            wishes.push(Wish { protocol: protocol.clone(), from_port, to_port, peer, description });
        }
        Ok(wishes)
    }

    /// The permission with those of its peers alone that the list, in their order, says.
    pub(super) fn only(&self, is_kept: Vec<bool>) -> Self {
        fn keep<T>(peers: &mut Option<Vec<T>>, is_kept: &mut impl Iterator<Item = bool>) {
            if let Some(peers) = peers {
                peers.retain(|_| is_kept.next().unwrap_or(true));
            }
        }
        let (mut only, mut is_kept) = (self.clone(), is_kept.into_iter());
        keep(&mut only.ip_ranges, &mut is_kept);
        keep(&mut only.ipv6_ranges, &mut is_kept);
        keep(&mut only.user_id_group_pairs, &mut is_kept);
        only
    }

    fn peers(&self, store: &Tables, group: &Group) -> Result<Vec<(Peer, Option<String>)>, Fault> {
        let mut peers = Vec::new();
        for range in self.ip_ranges.as_deref().unwrap_or_default() {
            let text = range.cidr_ip.as_deref().unwrap_or_default();
            let cidr: Cidr = text.parse().map_err(|_| errors::RULE_CIDR.with(&[&text]))?;
            peers.push((Peer::Ipv4(cidr.to_string()), range.description.clone()));
        }
        for range in self.ipv6_ranges.as_deref().unwrap_or_default() {
            let text = range.cidr_ipv6.as_deref().unwrap_or_default();
            let block = read_ipv6(text).ok_or_else(|| errors::RULE_CIDR.with(&[&text]))?;
            peers.push((Peer::Ipv6(block), range.description.clone()));
        }
        for pair in self.user_id_group_pairs.as_deref().unwrap_or_default() {
            peers.push((pair.peer(store, group)?, pair.description.clone()));
        }
        if let Some([list, ..]) = self.prefix_list_ids.as_deref() {
            let id = list.prefix_list_id.as_deref().unwrap_or_default();
            return Err(errors::RULE_PREFIX_LIST.with(&[&id]));
        }
        if peers.is_empty() {
            return Err(errors::MISSING.with(&[&"cidrIp"]));
        }
        Ok(peers)
    }
}

impl GroupPair {
    /// The group that is meant, which is of the same network.
    fn peer(&self, store: &Tables, group: &Group) -> Result<Peer, Fault> {
        let account = records::account(&group.scope);
        let other = match (self.group_id.as_deref(), self.group_name.as_deref()) {
            (Some(id), _) => records::find::<Group>(store, &group.scope, &GROUP, id)?,
            (None, Some(name)) => security_groups::named(store, &group.vpc_id, name)
                .ok_or_else(|| errors::GROUP_NAME_IN_VPC.with(&[&name, &group.vpc_id]))?,
            (None, None) => return Err(errors::MISSING.with(&[&"groupId"])),
        };
        if self.user_id.as_deref().is_some_and(|user| user != account) {
            return Err(GROUP.missing(&other.id));
        }
        if other.vpc_id != group.vpc_id {
            return Err(errors::RULE_NETWORKS.fault());
        }
        Ok(Peer::Group(other.id.clone(), account.to_owned()))
    }
}

/// The protocol's usual name. Numbers without one stay numbers.
pub(super) fn read_protocol(text: &str) -> Result<String, Fault> {
    let name = text.to_ascii_lowercase();
    let name = match name.as_str() {
        "-1" | "all" => "-1",
        "tcp" | "6" => "tcp",
        "udp" | "17" => "udp",
        "icmp" | "1" => "icmp",
        "icmpv6" | "58" => "icmpv6",
        other if other.parse::<u8>().is_ok() => other,
        _ => return Err(errors::PROTOCOL.with(&[&text])),
    };
    Ok(name.to_owned())
}

fn read_ports(protocol: &str, from: Option<i64>, to: Option<i64>) -> Result<(i64, i64), Fault> {
    match protocol {
        "tcp" | "udp" => {
            let (Some(from), Some(to)) = (from, to) else {
                return Err(errors::PORTS_MISSING.fault());
            };
            for port in [from, to] {
                if !(0..=65535).contains(&port) {
                    return Err(errors::PORT_VALUE.with(&[&port]));
                }
            }
            if from > to {
                return Err(errors::PORT_RANGE.with(&[&from, &to]));
            }
            Ok((from, to))
        }
        "icmp" | "icmpv6" => {
            let (kind, code) = (from.unwrap_or(-1), to.unwrap_or(-1));
            match [kind, code].iter().find(|value| !(-1..=255).contains(*value)) {
                Some(value) => Err(errors::ICMP_VALUE.with(&[value])),
                None => Ok((kind, code)),
            }
        }
        _ => Ok((-1, -1)),
    }
}

/// A block of IPv6 addresses, without host bits.
fn read_ipv6(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 128)?;
    let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
    Some(format!("{}/{bits}", Ipv6Addr::from_bits(address.to_bits() & mask)))
}
