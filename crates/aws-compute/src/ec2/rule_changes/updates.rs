//! What changes rules of security groups in place: a rule as a whole, or its description alone.

use isobar_kernel::{Fault, Tables};
use isobar_wire::{Input, Output};

use super::super::ids::{GROUP, RULE};
use super::super::records::{self, Group, Peer, Rule};
use super::super::{Command, errors, security_groups};
use super::permissions::{GroupPair, IpRange, Ipv6Range, Permission, PrefixList, read_protocol};
use super::wishes;

#[derive(Debug, Output)]
pub(super) struct Changed {
    r#return: bool,
}

/// The rule of the id, which is the group's.
fn find<'a>(store: &'a Tables, group: &Group, id: &str) -> Result<&'a Rule, Fault> {
    let rule = records::find::<Rule>(store, &group.scope, &RULE, id)?;
    if rule.group_id == group.id { Ok(rule) } else { Err(RULE.missing(id)) }
}

#[derive(Debug, Input)]
pub(super) struct ModifySecurityGroupRules {
    group_id: Option<String>,
    #[wire(default)]
    security_group_rules: Vec<Update>,
}

#[derive(Debug, Input)]
struct Update {
    security_group_rule_id: String,
    #[wire(default)]
    security_group_rule: Wanted,
}

/// A rule as it is to be. What is left out is not kept.
#[derive(Debug, Default, Input)]
struct Wanted {
    ip_protocol: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_id: Option<String>,
    description: Option<String>,
}

impl Wanted {
    /// The one peer's member.
    fn source(&self) -> Result<&'static str, Fault> {
        let sources = [
            (CIDR_IPV4, &self.cidr_ipv4),
            (CIDR_IPV6, &self.cidr_ipv6),
            ("PrefixListId", &self.prefix_list_id),
            (REFERENCED_GROUP, &self.referenced_group_id),
        ];
        let mut given = sources.iter().filter(|(_, value)| value.is_some());
        match (given.next(), given.next()) {
            (None, _) => Err(errors::RULE_SOURCE.fault()),
            (Some(_), Some(_)) => Err(errors::RULE_SOURCES.fault()),
            (Some((source, _)), None) => Ok(source),
        }
    }

    fn check_ports(&self) -> Result<(), Fault> {
        let protocol = self.ip_protocol.as_deref();
        let protocol = read_protocol(protocol.ok_or_else(|| errors::RULE_PROTOCOL.fault())?)?;
        let has_ports = self.from_port.is_some() && self.to_port.is_some();
        if matches!(protocol.as_str(), "tcp" | "udp") && !has_ports {
            return Err(errors::RULE_PORTS.fault());
        }
        Ok(())
    }

    /// The same as a permission with one peer.
    fn permission(self) -> Permission {
        let description = self.description;
        Permission {
            ip_protocol: self.ip_protocol,
            from_port: self.from_port,
            to_port: self.to_port,
            ip_ranges: self.cidr_ipv4.map(|block| {
                vec![IpRange { cidr_ip: Some(block), description: description.clone() }]
            }),
            ipv6_ranges: self.cidr_ipv6.map(|block| {
                vec![Ipv6Range { cidr_ipv6: Some(block), description: description.clone() }]
            }),
            prefix_list_ids: self.prefix_list_id.map(|id| {
                vec![PrefixList { prefix_list_id: Some(id), description: description.clone() }]
            }),
            user_id_group_pairs: self.referenced_group_id.map(|id| {
                let pair = GroupPair { group_id: Some(id), ..GroupPair::default() };
                vec![GroupPair { description: description.clone(), ..pair }]
            }),
        }
    }
}

const CIDR_IPV4: &str = "CidrIpv4";
const CIDR_IPV6: &str = "CidrIpv6";
const REFERENCED_GROUP: &str = "ReferencedGroupId";

/// The member that a peer is given in, and what a rule with such a peer is called.
const fn kind(peer: &Peer) -> (&'static str, &'static str) {
    match peer {
        Peer::Ipv4(_) => (CIDR_IPV4, "IPv4 CIDR"),
        Peer::Ipv6(_) => (CIDR_IPV6, "IPv6 CIDR"),
        Peer::Group(..) => (REFERENCED_GROUP, "security group"),
    }
}

/// A rule keeps its id, tags, direction and kind of peer.
pub(super) fn modify_security_group_rules(
    cx: &mut Command<'_, '_>,
    input: ModifySecurityGroupRules,
) -> Result<Changed, Fault> {
    let scope = cx.scope();
    let id = input.group_id.as_deref().ok_or_else(|| errors::MISSING.with(&[&"groupId"]))?;
    let group = records::find::<Group>(cx.store, &scope, &GROUP, id)?.clone();
    if input.security_group_rules.is_empty() {
        return Err(errors::MISSING.with(&[&"SecurityGroupRule"]));
    }
    for update in &input.security_group_rules {
        RULE.check(&update.security_group_rule_id)?;
    }
    for Update { security_group_rule_id: id, security_group_rule: wanted } in
        input.security_group_rules
    {
        let rule = changed(cx.store, &group, &id, wanted)?;
        cx.store.put(rule);
    }
    Ok(Changed { r#return: true })
}

/// The rule with what is wanted of it, all of it checked.
fn changed(store: &Tables, group: &Group, id: &str, wanted: Wanted) -> Result<Rule, Fault> {
    let source = wanted.source()?;
    let rule = find(store, group, id)?;
    wanted.check_ports()?;
    let (own, name) = kind(&rule.peer);
    if source != own {
        return Err(errors::RULE_KIND.with(&[&id, &source, &name]));
    }
    let wish = wanted.permission().wishes(store, group)?.remove(0);
    let mut others = store.by::<Rule>("group", &group.id).filter(|other| other.id != id);
    if others.any(|other| other.egress == rule.egress && wish.is(other)) {
        return Err(errors::RULE_DUPLICATE.with(&[&wish.words()]));
    }
    Ok(Rule {
        protocol: wish.protocol,
        from_port: wish.from_port,
        to_port: wish.to_port,
        peer: wish.peer,
        description: wish.description,
        ..rule.clone()
    })
}

/// New descriptions of rules of one group, which are named by their ids or by what they let through.
#[derive(Debug, Input)]
pub(super) struct Descriptions {
    group_id: Option<String>,
    group_name: Option<String>,
    ip_permissions: Option<Vec<Permission>>,
    security_group_rule_descriptions: Option<Vec<RuleDescription>>,
}

#[derive(Debug, Input)]
struct RuleDescription {
    security_group_rule_id: Option<String>,
    description: Option<String>,
}

pub(super) fn update_security_group_rule_descriptions_ingress(
    cx: &mut Command<'_, '_>,
    input: Descriptions,
) -> Result<Changed, Fault> {
    describe(cx, &input, false)
}

pub(super) fn update_security_group_rule_descriptions_egress(
    cx: &mut Command<'_, '_>,
    input: Descriptions,
) -> Result<Changed, Fault> {
    describe(cx, &input, true)
}

/// A rule without a new description loses the one that it has.
fn describe(
    cx: &mut Command<'_, '_>,
    input: &Descriptions,
    egress: bool,
) -> Result<Changed, Fault> {
    const MEMBERS: (&str, &str) = ("ipPermissions", "securityGroupRuleDescriptions");
    let permissions = input.ip_permissions.as_deref().unwrap_or_default();
    let descriptions = input.security_group_rule_descriptions.as_deref().unwrap_or_default();
    match (permissions, descriptions) {
        ([], []) => return Err(errors::MISSING_EITHER.with(&[&MEMBERS.0, &MEMBERS.1])),
        ([_, ..], [_, ..]) => return Err(errors::TOGETHER.with(&[&MEMBERS.0, &MEMBERS.1])),
        _ => {}
    }
    let (id, name) = (input.group_id.as_deref(), input.group_name.as_deref());
    let group = security_groups::choose(cx.store, &cx.scope(), id, name)?.clone();
    let mut changes = Vec::new();
    for row in descriptions {
        let id = row.security_group_rule_id.as_deref();
        let id = id.ok_or_else(|| errors::MISSING.with(&[&"SecurityGroupRuleId"]))?;
        let rule = find(cx.store, &group, id)?;
        if rule.egress != egress {
            return Err(RULE.missing(id));
        }
        let description = row.description.clone().filter(|text| !text.is_empty());
        if description.as_deref().is_some_and(|text| !errors::is_description(text)) {
            return Err(errors::DESCRIPTION.with(&[&"rule description", &"{}"]));
        }
        changes.push((rule.id.clone(), description));
    }
    for wish in wishes(cx.store, &group, permissions)? {
        let mut rules = cx.store.by::<Rule>("group", &group.id);
        let rule = rules.find(|rule| rule.egress == egress && wish.is(rule));
        let rule = rule.ok_or_else(|| errors::RULE_MISSING.fault())?;
        changes.push((rule.id.clone(), wish.description));
    }
    for (id, description) in changes {
        let key = cx.key(&id);
        cx.store.modify::<Rule>(&key, |rule| rule.description = description);
    }
    Ok(Changed { r#return: true })
}
