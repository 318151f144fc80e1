//! The rules of security groups, as rows and as the permissions into which the older operations
//! gather them.

use isobar_kernel::{Fault, Handler, Tables, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::{GROUP, RULE};
use super::pages::{self, Page};
use super::records::{self, Group, Peer, Rule};
use super::tags::{self, TagView};
use super::{Command, Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_security_group_rules)];

/// Rules of one direction, protocol and range of ports.
#[derive(Debug, Output)]
pub(super) struct PermissionView<'a> {
    ip_protocol: &'a str,
    from_port: Option<i64>,
    to_port: Option<i64>,
    user_id_group_pairs: Vec<GroupPair<'a>>,
    ip_ranges: Vec<IpRange<'a>>,
    ipv6_ranges: Vec<Ipv6Range<'a>>,
    prefix_list_ids: [(); 0],
}

#[derive(Debug, Output)]
struct GroupPair<'a> {
    description: Option<&'a str>,
    user_id: &'a str,
    group_id: &'a str,
}

#[derive(Debug, Output)]
struct IpRange<'a> {
    description: Option<&'a str>,
    cidr_ip: &'a str,
}

#[derive(Debug, Output)]
struct Ipv6Range<'a> {
    description: Option<&'a str>,
    cidr_ipv6: &'a str,
}

/// The permissions of a group in one direction, and the peers of each, in the order in which they
/// were made.
pub(super) fn permissions<'a>(
    store: &'a Tables,
    group_id: &str,
    egress: bool,
) -> Vec<PermissionView<'a>> {
    let mut permissions: Vec<PermissionView<'a>> = Vec::new();
    let rules = store.by::<Rule>("group", group_id).filter(|rule| rule.egress == egress);
    let mut rules: Vec<_> = rules.collect();
    rules.sort_by_key(|rule| rule.number);
    for rule in rules {
        let (from_port, to_port) = shown_ports(rule).unzip();
        let place = permissions.iter().position(|permission| {
            permission.ip_protocol == rule.protocol
                && (permission.from_port, permission.to_port) == (from_port, to_port)
        });
        let at = place.unwrap_or_else(|| {
            permissions.push(PermissionView {
                ip_protocol: &rule.protocol,
                from_port,
                to_port,
                user_id_group_pairs: Vec::new(),
                ip_ranges: Vec::new(),
                ipv6_ranges: Vec::new(),
                prefix_list_ids: [],
            });
            permissions.len() - 1
        });
        permissions[at].add(rule);
    }
    permissions
}

/// The ports, where the protocol has any.
fn shown_ports(rule: &Rule) -> Option<(i64, i64)> {
    let has_ports = matches!(rule.protocol.as_str(), "tcp" | "udp" | "icmp" | "icmpv6");
    has_ports.then_some((rule.from_port, rule.to_port))
}

impl<'a> PermissionView<'a> {
    fn add(&mut self, rule: &'a Rule) {
        let description = rule.description.as_deref();
        match &rule.peer {
            Peer::Ipv4(cidr_ip) => self.ip_ranges.push(IpRange { description, cidr_ip }),
            Peer::Ipv6(cidr_ipv6) => self.ipv6_ranges.push(Ipv6Range { description, cidr_ipv6 }),
            Peer::Group(group_id, user_id) => {
                self.user_id_group_pairs.push(GroupPair { description, user_id, group_id });
            }
        }
    }
}

/// A rule as it is shown.
#[derive(Debug, Output)]
pub(super) struct RuleView<'a> {
    security_group_rule_id: &'a str,
    group_id: &'a str,
    group_owner_id: &'a str,
    is_egress: bool,
    ip_protocol: &'a str,
    from_port: i64,
    to_port: i64,
    cidr_ipv4: Option<&'a str>,
    cidr_ipv6: Option<&'a str>,
    referenced_group_info: Option<ReferencedGroup<'a>>,
    description: Option<&'a str>,
    tags: Vec<TagView<'a>>,
    security_group_rule_arn: String,
}

#[derive(Debug, Output)]
struct ReferencedGroup<'a> {
    group_id: &'a str,
    user_id: &'a str,
    vpc_id: Option<&'a str>,
}

pub(super) fn view<'a>(store: &'a Tables, rule: &'a Rule) -> RuleView<'a> {
    let (mut cidr_ipv4, mut cidr_ipv6, mut referenced_group_info) = (None, None, None);
    match &rule.peer {
        Peer::Ipv4(block) => cidr_ipv4 = Some(block.as_str()),
        Peer::Ipv6(block) => cidr_ipv6 = Some(block.as_str()),
        Peer::Group(group_id, user_id) => {
            let group = store.get::<Group>(&format!("{}{group_id}", rule.scope));
            let vpc_id = group.map(|group| group.vpc_id.as_str());
            referenced_group_info = Some(ReferencedGroup { group_id, user_id, vpc_id });
        }
    }
    RuleView {
        security_group_rule_id: &rule.id,
        group_id: &rule.group_id,
        group_owner_id: records::account(&rule.scope),
        is_egress: rule.egress,
        ip_protocol: &rule.protocol,
        from_port: rule.from_port,
        to_port: rule.to_port,
        cidr_ipv4,
        cidr_ipv6,
        referenced_group_info,
        description: rule.description.as_deref(),
        tags: tags::of(store, &rule.scope, &rule.id),
        security_group_rule_arn: records::arn(&rule.scope, "security-group-rule", &rule.id),
    }
}

/// Takes a rule away with its tags.
pub(super) fn remove(cx: &mut Command<'_, '_>, id: &str) {
    tags::clear(cx, id);
    let key = cx.key(id);
    cx.store.remove::<Rule>(&key);
}

#[derive(Debug, Input)]
struct DescribeSecurityGroupRules {
    filters: Filters,
    security_group_rule_ids: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    next_token: Option<String>,
    security_group_rules: Vec<RuleView<'a>>,
}

pub(super) const FILTERS: &[Field] =
    &[("group-id", "GroupId"), ("security-group-rule-id", "SecurityGroupRuleId")];

fn describe_security_group_rules<'a>(
    cx: &Query<'a>,
    input: DescribeSecurityGroupRules,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    check_groups(&input.filters)?;
    let ids = input.security_group_rule_ids.as_deref();
    let rules = records::chosen(cx.store, &cx.scope(), &RULE, ids)?;
    let rules = rules.into_iter().map(|rule| view(cx.store, rule));
    let rules = rules.filter(|rule| selection.takes(rule)).collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (security_group_rules, next_token) =
        page.cut(rules, |rule| rule.security_group_rule_id, pages::USUAL, None)?;
    Ok(Described { next_token, security_group_rules })
}

/// Refuses a filter for groups by what no group's id can be. Patterns can be any.
fn check_groups(filters: &Filters) -> Result<(), Fault> {
    let filters = filters.as_deref().unwrap_or_default();
    for id in filters.iter().flat_map(|filter| filter.patterns("group-id")) {
        if !id.contains(['*', '?']) && GROUP.check(id).is_err() {
            return Err(errors::GROUP_ID.with(&[id]));
        }
    }
    Ok(())
}
