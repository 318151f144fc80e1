//! The rules of security groups.

use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, Tables, command, query};
use isobar_wire::{Input, Output};

use super::records::{Matching, Rule, SecurityGroup};
use super::rule_check::{Permission, permissions};
use super::{errors, security_groups};
use crate::forms::{self, Listed, seconds};
use crate::paging::{self, after_token};
use crate::{Command, Handler, Query, regions, standard};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(authorize_security_group),
    command!(authorize_security_group_egress),
    command!(revoke_security_group),
    command!(revoke_security_group_egress),
    query!(describe_security_group_attribute),
];

/// The most rules of a group.
const MOST_RULES: usize = 200;
/// The most rules of a page, and how many there are where the caller does not say.
const MOST_RESULTS: i64 = 1000;
const DEFAULT_RESULTS: i64 = 500;

#[derive(Debug, Input)]
struct Authorize {
    _region_id: String,
    security_group_id: String,
    permissions: Option<Vec<Permission>>,
}

fn authorize_security_group(
    cx: &mut Command<'_, '_>,
    input: Both<Authorize, Permission>,
) -> Result<Empty, Fault> {
    authorize(cx, input, true)
}

fn authorize_security_group_egress(
    cx: &mut Command<'_, '_>,
    input: Both<Authorize, Permission>,
) -> Result<Empty, Fault> {
    authorize(cx, input, false)
}

fn authorize(
    cx: &mut Command<'_, '_>,
    Both(input, single): Both<Authorize, Permission>,
    ingress: bool,
) -> Result<Empty, Fault> {
    let key = cx.key(&input.security_group_id);
    let group = security_groups::find(cx.store, &key, &errors::GROUP_NOT_FOUND)?;
    let mut rules = group.rules.clone();
    let mut seen: Vec<Matching> = Vec::new();
    for (at, permission) in permissions(input.permissions, single)?.iter().enumerate() {
        let matching = permission.check(cx, group, ingress, at + 1)?;
        if seen.contains(&matching) {
            return Err(errors::RULE_TWICE.fault());
        }
        seen.push(matching.clone());
        // What a group allows already it may be told again.
        if rules.iter().any(|rule| rule.matching == matching) {
            continue;
        }
        if rules.len() >= MOST_RULES {
            return Err(errors::TOO_MANY_RULES.fault());
        }
        rules.push(Rule {
            id: forms::id(forms::SECURITY_GROUP_RULE, regions::of_call(cx.region), cx.random),
            number: at,
            created_at: cx.now,
            description: permission.description.clone().unwrap_or_default(),
            matching,
        });
    }
    cx.store.modify::<SecurityGroup>(&key, |group| group.rules = rules);
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct Revoke {
    _region_id: String,
    security_group_id: String,
    security_group_rule_id: Option<Vec<String>>,
    permissions: Option<Vec<Permission>>,
}

fn revoke_security_group(
    cx: &mut Command<'_, '_>,
    input: Both<Revoke, Permission>,
) -> Result<Empty, Fault> {
    revoke(cx, input, true)
}

fn revoke_security_group_egress(
    cx: &mut Command<'_, '_>,
    input: Both<Revoke, Permission>,
) -> Result<Empty, Fault> {
    revoke(cx, input, false)
}

fn revoke(
    cx: &mut Command<'_, '_>,
    Both(input, single): Both<Revoke, Permission>,
    ingress: bool,
) -> Result<Empty, Fault> {
    let key = cx.key(&input.security_group_id);
    let group = security_groups::find(cx.store, &key, &errors::GROUP_NOT_FOUND)?;
    let mut rules = group.rules.clone();
    let ids = input.security_group_rule_id.unwrap_or_default();
    if ids.is_empty() {
        for (at, permission) in permissions(input.permissions, single)?.iter().enumerate() {
            let matching = permission.check(cx, group, ingress, at + 1)?;
            // A rule that is not there is as good as revoked.
            rules.retain(|rule| rule.matching != matching);
        }
    } else {
        for (at, id) in ids.iter().enumerate() {
            if ids[..at].contains(id) {
                return Err(errors::RULE_ID_TWICE.fault());
            }
            let place =
                rules.iter().position(|rule| rule.id == *id && rule.matching.ingress == ingress);
            rules.remove(place.ok_or_else(|| errors::RULE_NOT_FOUND.fault())?);
        }
    }
    cx.store.modify::<SecurityGroup>(&key, |group| group.rules = rules);
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct DescribeSecurityGroupAttribute {
    _region_id: String,
    security_group_id: String,
    nic_type: Option<String>,
    direction: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct SecurityGroupAttribute {
    vpc_id: String,
    inner_access_policy: &'static str,
    description: String,
    security_group_id: String,
    security_group_name: String,
    region_id: String,
    permissions: Listed<PermissionView>,
    next_token: String,
}

#[derive(Debug, Output)]
struct PermissionView {
    security_group_rule_id: String,
    direction: &'static str,
    source_group_id: String,
    dest_group_owner_account: &'static str,
    dest_prefix_list_id: &'static str,
    dest_prefix_list_name: &'static str,
    source_cidr_ip: String,
    ipv6_dest_cidr_ip: String,
    create_time: String,
    ipv6_source_cidr_ip: String,
    dest_group_id: String,
    dest_cidr_ip: String,
    ip_protocol: String,
    priority: String,
    dest_group_name: String,
    nic_type: &'static str,
    policy: String,
    description: String,
    port_range: String,
    source_prefix_list_name: &'static str,
    source_prefix_list_id: &'static str,
    source_group_owner_account: &'static str,
    source_group_name: String,
    source_port_range: String,
}

fn view(tables: &Tables, scope: &str, rule: &Rule) -> PermissionView {
    let Matching { ingress, policy, priority, protocol, ports, source_ports, .. } = &rule.matching;
    let (source, destination) = (&rule.matching.source, &rule.matching.destination);
    let name_of = |id: &str| {
        let group = tables.get::<SecurityGroup>(&format!("{scope}{id}"));
        group.map(|group| group.name.clone()).unwrap_or_default()
    };
    PermissionView {
        security_group_rule_id: rule.id.clone(),
        direction: if *ingress { "ingress" } else { "egress" },
        source_group_id: source.group_id.clone(),
        source_group_name: name_of(&source.group_id),
        source_group_owner_account: "",
        source_cidr_ip: source.cidr.clone(),
        ipv6_source_cidr_ip: source.ipv6_cidr.clone(),
        source_port_range: source_ports.clone(),
        source_prefix_list_id: "",
        source_prefix_list_name: "",
        dest_group_id: destination.group_id.clone(),
        dest_group_name: name_of(&destination.group_id),
        dest_group_owner_account: "",
        dest_cidr_ip: destination.cidr.clone(),
        ipv6_dest_cidr_ip: destination.ipv6_cidr.clone(),
        dest_prefix_list_id: "",
        dest_prefix_list_name: "",
        ip_protocol: protocol.clone(),
        port_range: ports.clone(),
        priority: priority.to_string(),
        nic_type: "intranet",
        policy: policy.clone(),
        description: rule.description.clone(),
        create_time: seconds(rule.created_at),
    }
}

/// Where a rule stands in a list, which shows the oldest first.
fn place(rule: &Rule) -> String {
    format!("{:020}/{:05}/{}", rule.created_at.as_microsecond(), rule.number, rule.id)
}

fn describe_security_group_attribute(
    cx: &Query<'_>,
    input: DescribeSecurityGroupAttribute,
) -> Result<SecurityGroupAttribute, Fault> {
    let key = cx.key(&input.security_group_id);
    let group = security_groups::find(cx.store, &key, &errors::GROUP_NOT_FOUND)?;
    if input.nic_type.as_deref().is_some_and(|nic| !["internet", "intranet"].contains(&nic)) {
        return Err(errors::NIC_TYPE.fault());
    }
    let direction = match input.direction.as_deref().unwrap_or("all") {
        "all" => None,
        "ingress" => Some(true),
        "egress" => Some(false),
        _ => return Err(standard::INVALID_PARAMETER.with(&[&"Direction"])),
    };
    let mut rules: Vec<&Rule> = group
        .rules
        .iter()
        .filter(|rule| direction.is_none_or(|ingress| ingress == rule.matching.ingress))
        .collect();
    rules.sort_by_key(|rule| place(rule));
    let refusal = &standard::INVALID_PARAMETER;
    let most = paging::results(input.max_results, DEFAULT_RESULTS, MOST_RESULTS, refusal)?;
    let invalid = || standard::INVALID_PARAMETER.with(&[&"NextToken"]);
    let token = input.next_token.as_deref();
    let (rules, next_token) = after_token(rules, token, most, |rule| place(rule), invalid)?;
    let permissions = rules.into_iter().map(|rule| view(cx.store, &group.scope, rule)).collect();
    Ok(SecurityGroupAttribute {
        vpc_id: group.vpc_id.clone(),
        inner_access_policy: "Accept",
        description: group.description.clone(),
        security_group_id: group.id.clone(),
        security_group_name: group.name.clone(),
        region_id: cx.region.to_owned(),
        permissions: Listed("Permission", permissions),
        next_token,
    })
}
