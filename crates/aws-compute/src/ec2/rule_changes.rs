//! What adds rules to security groups, changes them and takes them away.

mod permissions;
mod updates;

use isobar_kernel::{Fault, Handler, Tables, command};
use isobar_wire::{Input, Output};

use super::ids::RULE;
use super::records::{self, Group, Peer, Rule, Vpc};
use super::security_group_rules::{self as rules, RuleView};
use super::tags::{TagSpecifications, Wanted};
use super::{Command, errors, security_groups};
use crate::World;
use permissions::{GroupPair, IpRange, Permission, Wish};
use updates::{
    modify_security_group_rules, update_security_group_rule_descriptions_egress,
    update_security_group_rule_descriptions_ingress,
};

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(authorize_security_group_ingress, on "security-group/{GroupId}"),
    command!(authorize_security_group_egress, on "security-group/{GroupId}"),
    command!(revoke_security_group_ingress, on "security-group/{GroupId}"),
    command!(revoke_security_group_egress, on "security-group/{GroupId}"),
    command!(modify_security_group_rules, on "security-group/{GroupId}"),
    command!(update_security_group_rule_descriptions_ingress, on "security-group/{GroupId}"),
    command!(update_security_group_rule_descriptions_egress, on "security-group/{GroupId}"),
];

/// How many rules a group may have in each direction.
const MOST: usize = 60;

/// Which rules of which group: what the four operations take.
#[derive(Debug, Input)]
struct Change {
    group_id: Option<String>,
    group_name: Option<String>,
    ip_permissions: Option<Vec<Permission>>,
    cidr_ip: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    ip_protocol: Option<String>,
    source_security_group_name: Option<String>,
    source_security_group_owner_id: Option<String>,
    security_group_rule_ids: Option<Vec<String>>,
    tag_specifications: TagSpecifications,
}

impl Change {
    fn group<'a>(&self, store: &'a Tables, scope: &str) -> Result<&'a Group, Fault> {
        let (id, name) = (self.group_id.as_deref(), self.group_name.as_deref());
        security_groups::choose(store, scope, id, name)
    }

    /// The permissions; the older members of the request are one permission.
    fn permissions(&self) -> Vec<Permission> {
        let mut permissions = self.ip_permissions.clone().unwrap_or_default();
        let is_old = self.ip_protocol.is_some()
            || self.cidr_ip.is_some()
            || self.source_security_group_name.is_some();
        if permissions.is_empty() && is_old {
            let pair = self.source_security_group_name.clone().map(|name| GroupPair {
                group_name: Some(name),
                user_id: self.source_security_group_owner_id.clone(),
                ..GroupPair::default()
            });
            let block = self.cidr_ip.clone();
            permissions.push(Permission {
                ip_protocol: self.ip_protocol.clone().or_else(|| Some("-1".to_owned())),
                from_port: self.from_port,
                to_port: self.to_port,
                user_id_group_pairs: Some(pair.into_iter().collect()),
                ip_ranges: block
                    .map(|block| vec![IpRange { cidr_ip: Some(block), description: None }]),
                ..Permission::default()
            });
        }
        permissions
    }
}

/// All rules of a request, none twice.
fn wishes(store: &Tables, group: &Group, permissions: &[Permission]) -> Result<Vec<Wish>, Fault> {
    let mut all: Vec<Wish> = Vec::new();
    for permission in permissions {
        for wish in permission.wishes(store, group)? {
            if all.iter().any(|other| other.same(&wish)) {
                return Err(errors::RULE_TWICE.fault());
            }
            all.push(wish);
        }
    }
    Ok(all)
}

#[derive(Debug, Output)]
struct Authorized<'a> {
    r#return: bool,
    security_group_rules: Vec<RuleView<'a>>,
}

fn authorize_security_group_ingress<'c>(
    cx: &'c mut Command<'_, '_>,
    input: Change,
) -> Result<Authorized<'c>, Fault> {
    authorize(cx, &input, false)
}

fn authorize_security_group_egress<'c>(
    cx: &'c mut Command<'_, '_>,
    input: Change,
) -> Result<Authorized<'c>, Fault> {
    authorize(cx, &input, true)
}

fn authorize<'c>(
    cx: &'c mut Command<'_, '_>,
    input: &Change,
    egress: bool,
) -> Result<Authorized<'c>, Fault> {
    const KIND: &str = "security-group-rule";
    let wanted = Wanted::new(&input.tag_specifications, &[KIND], &errors::TAGGABLE_NETWORK)?;
    let scope = cx.scope();
    let group = input.group(cx.store, &scope)?.clone();
    let permissions = input.permissions();
    if permissions.is_empty() {
        return Err(errors::MISSING.with(&[&"ipPermissions"]));
    }
    let wishes = wishes(cx.store, &group, &permissions)?;
    let before = cx.store.by::<Rule>("group", &group.id).filter(|rule| rule.egress == egress);
    let before: Vec<_> = before.cloned().collect();
    if let Some(twice) = wishes.iter().find(|wish| before.iter().any(|rule| wish.is(rule))) {
        return Err(errors::RULE_DUPLICATE.with(&[&twice.words()]));
    }
    if before.len() + wishes.len() > MOST {
        return Err(errors::RULE_LIMIT.fault());
    }
    let last = cx.store.by::<Rule>("group", &group.id).map(|rule| rule.number).max();
    let mut ids = Vec::new();
    for (number, wish) in (last.unwrap_or(0) + 1..).zip(wishes) {
        let rule = cx.store.put(Rule {
            scope: scope.clone(),
            id: RULE.draw(cx.context.random),
            group_id: group.id.clone(),
            egress,
            protocol: wish.protocol,
            from_port: wish.from_port,
            to_port: wish.to_port,
            peer: wish.peer,
            description: wish.description,
            number,
        });
        wanted.put(cx, KIND, &rule.id);
        ids.push(rule.id.clone());
    }
    let store: &Tables = cx.store;
    let rows = ids.iter().filter_map(|id| store.get::<Rule>(&format!("{scope}{id}")));
    let security_group_rules = rows.map(|rule| rules::view(store, rule)).collect();
    Ok(Authorized { r#return: true, security_group_rules })
}

#[derive(Debug, Output)]
struct Revoked {
    r#return: bool,
    unknown_ip_permissions: Vec<Permission>,
    revoked_security_group_rules: Vec<RevokedRule>,
}

#[derive(Debug, Output)]
struct RevokedRule {
    security_group_rule_id: String,
    group_id: String,
    is_egress: bool,
    ip_protocol: String,
    from_port: i64,
    to_port: i64,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    referenced_group_id: Option<String>,
    description: Option<String>,
}

impl RevokedRule {
    fn of(rule: &Rule) -> Self {
        let (mut cidr_ipv4, mut cidr_ipv6, mut referenced_group_id) = (None, None, None);
        match &rule.peer {
            Peer::Ipv4(block) => cidr_ipv4 = Some(block.clone()),
            Peer::Ipv6(block) => cidr_ipv6 = Some(block.clone()),
            Peer::Group(id, _) => referenced_group_id = Some(id.clone()),
        }
        Self {
            security_group_rule_id: rule.id.clone(),
            group_id: rule.group_id.clone(),
            is_egress: rule.egress,
            ip_protocol: rule.protocol.clone(),
            from_port: rule.from_port,
            to_port: rule.to_port,
            cidr_ipv4,
            cidr_ipv6,
            referenced_group_id,
            description: rule.description.clone(),
        }
    }
}

fn revoke_security_group_ingress(
    cx: &mut Command<'_, '_>,
    input: Change,
) -> Result<Revoked, Fault> {
    revoke(cx, &input, false)
}

fn revoke_security_group_egress(cx: &mut Command<'_, '_>, input: Change) -> Result<Revoked, Fault> {
    revoke(cx, &input, true)
}

fn revoke(cx: &mut Command<'_, '_>, input: &Change, egress: bool) -> Result<Revoked, Fault> {
    let scope = cx.scope();
    let group = input.group(cx.store, &scope)?.clone();
    let ids = input.security_group_rule_ids.as_deref().unwrap_or_default();
    let permissions = input.permissions();
    if ids.is_empty() && permissions.is_empty() {
        return Err(errors::MISSING.with(&[&"ipPermissions"]));
    }
    let mut gone = Vec::new();
    RULE.check_all(ids)?;
    for id in ids {
        let rule = records::find::<Rule>(cx.store, &scope, &RULE, id)?;
        if rule.group_id != group.id || rule.egress != egress {
            return Err(RULE.missing(id));
        }
        gone.push(rule.clone());
    }
    let (found, unknown) = match_permissions(cx.store, &group, &permissions, egress)?;
    gone.extend(found);
    if !unknown.is_empty() && !is_in_default_vpc(cx.store, &group) {
        return Err(errors::RULE_MISSING.fault());
    }
    for rule in &gone {
        rules::remove(cx, &rule.id);
    }
    Ok(Revoked {
        r#return: true,
        unknown_ip_permissions: unknown,
        revoked_security_group_rules: gone.iter().map(RevokedRule::of).collect(),
    })
}

/// The rules that the permissions mean, and what of the permissions means none.
fn match_permissions(
    store: &Tables,
    group: &Group,
    permissions: &[Permission],
    egress: bool,
) -> Result<(Vec<Rule>, Vec<Permission>), Fault> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    wishes(store, group, permissions)?;
    for permission in permissions {
        let mut is_unknown = Vec::new();
        for wish in permission.wishes(store, group)? {
            let mut rules = store.by::<Rule>("group", &group.id);
            let rule = rules.find(|rule| rule.egress == egress && wish.is(rule));
            is_unknown.push(rule.is_none());
            found.extend(rule.map(|rule| Rule::clone(rule)));
        }
        if is_unknown.contains(&true) {
            unknown.push(permission.only(is_unknown));
        }
    }
    Ok((found, unknown))
}

/// In the default network the service answers with the rules that it did not find; in others it
/// refuses.
fn is_in_default_vpc(store: &Tables, group: &Group) -> bool {
    let key = format!("{}{}", group.scope, group.vpc_id);
    store.get::<Vpc>(&key).is_some_and(|vpc| vpc.default)
}
