//! What a rule of a security group may say.

use isobar_kernel::Fault;
use isobar_wire::Input;

use super::errors;
use super::records::{Matching, Peer, SecurityGroup};
use crate::forms::DESCRIPTION;
use crate::{Command, standard};
use isobar_forms::{is_ipv4, is_ipv6};

/// A rule as a call gives it, for either direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Input)]
pub(super) struct Permission {
    policy: Option<String>,
    priority: Option<String>,
    ip_protocol: Option<String>,
    port_range: Option<String>,
    port_range_list_id: Option<String>,
    source_port_range: Option<String>,
    source_cidr_ip: Option<String>,
    ipv6_source_cidr_ip: Option<String>,
    source_group_id: Option<String>,
    source_prefix_list_id: Option<String>,
    dest_cidr_ip: Option<String>,
    ipv6_dest_cidr_ip: Option<String>,
    dest_group_id: Option<String>,
    dest_prefix_list_id: Option<String>,
    nic_type: Option<String>,
    pub(super) description: Option<String>,
}

/// The protocols, as calls and as answers write them, and whether they have ports.
const PROTOCOLS: &[(&str, &str, bool)] = &[
    ("tcp", "TCP", true),
    ("udp", "UDP", true),
    ("icmp", "ICMP", false),
    ("icmpv6", "ICMPv6", false),
    ("gre", "GRE", false),
    ("all", "ALL", false),
];
const ALL_PORTS: &str = "-1/-1";

impl Permission {
    /// What the rule says, where it may say it. `at` is its place in the call, from 1.
    pub(super) fn check(
        &self,
        cx: &Command<'_, '_>,
        group: &SecurityGroup,
        ingress: bool,
        at: usize,
    ) -> Result<Matching, Fault> {
        let (protocol, ports) = self.protocol_and_ports()?;
        let source = Peer {
            cidr: text(&self.source_cidr_ip),
            ipv6_cidr: text(&self.ipv6_source_cidr_ip),
            group_id: if ingress { text(&self.source_group_id) } else { String::new() },
        };
        let destination = Peer {
            cidr: text(&self.dest_cidr_ip),
            ipv6_cidr: text(&self.ipv6_dest_cidr_ip),
            group_id: if ingress { String::new() } else { text(&self.dest_group_id) },
        };
        self.check_addresses(protocol, &source, &destination, at)?;
        self.check_other_end(cx, group, ingress, if ingress { &source } else { &destination }, at)?;
        self.check_rest()?;
        Ok(Matching {
            ingress,
            policy: self.policy()?.into(),
            priority: self.priority()?,
            protocol: protocol.into(),
            ports,
            source_ports: self.source_ports(protocol)?,
            source,
            destination,
        })
    }

    fn protocol_and_ports(&self) -> Result<(&'static str, String), Fault> {
        let given = self.ip_protocol.as_deref().unwrap_or_default();
        let known = PROTOCOLS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(given));
        let (_, protocol, has_ports) =
            *known.ok_or_else(|| errors::RULE_PROTOCOL.with(&[&"IpProtocol"]))?;
        if let Some(list) = self.port_range_list_id.as_deref().filter(|list| !list.is_empty()) {
            return Err(errors::PORT_LIST_NOT_FOUND.with(&[&list]));
        }
        match self.port_range.as_deref() {
            None | Some("") if has_ports => Err(errors::RULE_NEEDS_PORTS.fault()),
            None | Some("") => Ok((protocol, ALL_PORTS.into())),
            Some(ports) if !has_ports => match ports {
                ALL_PORTS => Ok((protocol, ports.into())),
                _ => Err(errors::RULE_PORTS_MISMATCH.fault()),
            },
            Some(ports) if are_ports(ports) => Ok((protocol, ports.into())),
            Some(_) => Err(errors::RULE_PORTS.with(&[&"PortRange"])),
        }
    }

    fn source_ports(&self, protocol: &str) -> Result<String, Fault> {
        let has_ports =
            PROTOCOLS.iter().any(|(_, name, has_ports)| *name == protocol && *has_ports);
        match self.source_port_range.as_deref() {
            None | Some("") => Ok(String::new()),
            Some(ports) if ports == ALL_PORTS || has_ports && are_ports(ports) => Ok(ports.into()),
            Some(_) => Err(errors::RULE_SOURCE_PORTS.fault()),
        }
    }

    fn check_addresses(
        &self,
        protocol: &str,
        source: &Peer,
        destination: &Peer,
        at: usize,
    ) -> Result<(), Fault> {
        let place = format!("Permissions.{at}");
        let wrong = |text: &str, good: fn(&str) -> bool| !text.is_empty() && !good(text);
        if wrong(&source.cidr, is_ipv4) {
            return Err(errors::RULE_SOURCE_CIDR.fault());
        }
        if wrong(&destination.cidr, is_ipv4) {
            return Err(errors::RULE_DEST_CIDR.fault());
        }
        if wrong(&source.ipv6_cidr, is_ipv6) {
            return Err(errors::RULE_SOURCE_CIDR_V6.with(&[&"Ipv6SourceCidrIp"]));
        }
        if wrong(&destination.ipv6_cidr, is_ipv6) {
            return Err(errors::RULE_DEST_CIDR_V6.with(&[&"Ipv6DestCidrIp"]));
        }
        if !source.cidr.is_empty() && !source.ipv6_cidr.is_empty() {
            return Err(errors::RULE_TWO_SOURCES.with(&[&place]));
        }
        if !destination.cidr.is_empty() && !destination.ipv6_cidr.is_empty() {
            return Err(errors::RULE_TWO_DESTINATIONS.with(&[&place]));
        }
        let v4 = !source.cidr.is_empty() || !destination.cidr.is_empty();
        let v6 = !source.ipv6_cidr.is_empty() || !destination.ipv6_cidr.is_empty();
        match protocol {
            _ if v4 && v6 => Err(errors::RULE_TWO_FAMILIES.fault()),
            "ICMP" if v6 => Err(errors::RULE_V4_PROTOCOL.fault()),
            "ICMPv6" if v4 => Err(errors::RULE_V6_PROTOCOL.fault()),
            _ => Ok(()),
        }
    }

    fn check_other_end(
        &self,
        cx: &Command<'_, '_>,
        group: &SecurityGroup,
        ingress: bool,
        peer: &Peer,
        at: usize,
    ) -> Result<(), Fault> {
        let rows = if ingress { &errors::FROM_GROUP } else { &errors::TO_GROUP };
        let list = if ingress { &self.source_prefix_list_id } else { &self.dest_prefix_list_id };
        if !text(list).is_empty() {
            return Err(errors::PREFIX_LIST_NOT_FOUND.fault());
        }
        if *peer == Peer::default() {
            return Err(rows.missing.with(&[&format!("Permissions.{at}")]));
        }
        if peer.group_id.is_empty() {
            return Ok(());
        }
        if group.kind == "enterprise" {
            return Err(errors::ENTERPRISE_RULE.fault());
        }
        if peer.group_id == group.id {
            return Err(errors::RULE_NAMES_OWN_GROUP.fault());
        }
        let other = cx.store.get::<SecurityGroup>(&cx.key(&peer.group_id));
        let other = other.ok_or_else(|| rows.not_found.fault())?;
        if other.vpc_id == group.vpc_id { Ok(()) } else { Err(rows.other_vpc.fault()) }
    }

    fn policy(&self) -> Result<&'static str, Fault> {
        let given = self.policy.as_deref().unwrap_or("accept");
        let policies = ["Accept", "Drop"];
        let known = policies.into_iter().find(|policy| policy.eq_ignore_ascii_case(given));
        known.ok_or_else(|| errors::RULE_POLICY.fault())
    }

    fn priority(&self) -> Result<u8, Fault> {
        let given = self.priority.as_deref().filter(|text| !text.is_empty()).unwrap_or("1");
        let number = given.parse().ok().filter(|number| (1..=100).contains(number));
        number.ok_or_else(|| errors::RULE_PRIORITY.with(&[&"Priority"]))
    }

    fn check_rest(&self) -> Result<(), Fault> {
        let nic = self.nic_type.as_deref().unwrap_or("intranet");
        if !["internet", "intranet"].contains(&nic) {
            return Err(errors::NIC_TYPE.fault());
        }
        if self.description.as_deref().is_some_and(|text| !DESCRIPTION.allows(text)) {
            return Err(errors::RULE_DESCRIPTION.with(&[&"Description"]));
        }
        Ok(())
    }
}

/// The rules that a call gives: in a list, or one by itself.
pub(super) fn permissions(
    list: Option<Vec<Permission>>,
    single: Permission,
) -> Result<Vec<Permission>, Fault> {
    const MOST: usize = 100;
    match list.filter(|list| !list.is_empty()) {
        None => Ok(vec![single]),
        Some(_) if single != Permission::default() => Err(errors::RULES_AND_RULE.fault()),
        Some(list) if list.len() > MOST => Err(standard::INVALID_PARAMETER.with(&[&"Permissions"])),
        Some(list) => Ok(list),
    }
}

fn text(given: &Option<String>) -> String {
    given.clone().unwrap_or_default()
}

/// Whether the text is a range of ports: `80/80`, or `-1/-1` for all.
fn are_ports(text: &str) -> bool {
    let Some((from, to)) = text.split_once('/') else { return false };
    match (from.parse::<u16>(), to.parse::<u16>()) {
        (Ok(from), Ok(to)) => from > 0 && from <= to,
        _ => text == ALL_PORTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        for (text, good) in [
            ("80/80", true),
            ("1/65535", true),
            ("-1/-1", true),
            ("80", false),
            ("90/80", false),
            ("0/80", false),
            ("1/65536", false),
        ] {
            assert_eq!(are_ports(text), good, "{text}");
        }
    }
}
