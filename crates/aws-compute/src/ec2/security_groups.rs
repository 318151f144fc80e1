//! Security groups.

use isobar_kernel::{Fault, Handler, Random, Tables, Tx, command, query};
use isobar_wire::{Input, Output};

use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::{GROUP, RULE, VPC};
use super::pages::{self, Page};
use super::records::{self, FreeInterface, Group, Instance, Peer, Rule, Vpc};
use super::security_group_rules::{self as rules, PermissionView};
use super::tags::{self, TagSpecifications, TagView, Wanted};
use super::{Command, Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_security_group, on "security-group/*"),
    query!(describe_security_groups),
    command!(delete_security_group, on "security-group/{GroupId}"),
];

/// The name of the group that each network has.
pub(super) const DEFAULT: &str = "default";
/// How many groups a region may have.
const MOST: usize = 2500;

#[derive(Debug, Output)]
struct GroupView<'a> {
    group_id: &'a str,
    ip_permissions_egress: Vec<PermissionView<'a>>,
    tags: Vec<TagView<'a>>,
    vpc_id: &'a str,
    security_group_arn: String,
    owner_id: &'a str,
    group_name: &'a str,
    description: &'a str,
    ip_permissions: Vec<PermissionView<'a>>,
}

fn view<'a>(store: &'a Tables, group: &'a Group) -> GroupView<'a> {
    GroupView {
        group_id: &group.id,
        ip_permissions_egress: rules::permissions(store, &group.id, true),
        tags: tags::of(store, &group.scope, &group.id),
        vpc_id: &group.vpc_id,
        security_group_arn: records::arn(&group.scope, "security-group", &group.id),
        owner_id: records::account(&group.scope),
        group_name: &group.name,
        description: &group.description,
        ip_permissions: rules::permissions(store, &group.id, false),
    }
}

/// The region's default network.
pub(super) fn default_vpc<'a>(store: &'a Tables, scope: &str) -> Result<&'a Vpc, Fault> {
    store
        .list::<Vpc>(scope)
        .find(|vpc| vpc.default)
        .map(|vpc| &**vpc)
        .ok_or_else(|| errors::NO_DEFAULT_VPC.fault())
}

/// The default group of a network.
pub(super) fn default_of<'a>(store: &'a Tables, vpc_id: &str) -> Option<&'a Group> {
    named(store, vpc_id, DEFAULT)
}

/// The group of the name in a network.
pub(super) fn named<'a>(store: &'a Tables, vpc_id: &str, name: &str) -> Option<&'a Group> {
    store.by::<Group>("vpc", vpc_id).find(|group| group.name == name).map(|group| &**group)
}

/// The group that a request names by id, or by its name in the default network.
pub(super) fn choose<'a>(
    store: &'a Tables,
    scope: &str,
    id: Option<&str>,
    name: Option<&str>,
) -> Result<&'a Group, Fault> {
    match (id, name) {
        (Some(id), _) => records::find(store, scope, &GROUP, id),
        (None, Some(name)) => {
            let vpc = default_vpc(store, scope)?;
            named(store, &vpc.id, name)
                .ok_or_else(|| errors::GROUP_NAME_DEFAULT_VPC.with(&[&name, &vpc.id]))
        }
        (None, None) => Err(errors::MISSING.with(&[&"groupName or groupId"])),
    }
}

/// Gives a network its default group: everything out, and its members in.
pub(super) fn create_default(tx: &mut Tx<'_>, random: &Random, vpc: &Vpc) {
    let group = Group {
        scope: vpc.scope.clone(),
        id: GROUP.draw(random),
        name: DEFAULT.to_owned(),
        description: "default VPC security group".to_owned(),
        vpc_id: vpc.id.clone(),
    };
    let members = Peer::Group(group.id.clone(), records::account(&group.scope).to_owned());
    tx.put(any_traffic(&group, false, members, random));
    tx.put(any_traffic(&group, true, Peer::Ipv4("0.0.0.0/0".to_owned()), random));
    tx.put(group);
}

fn any_traffic(group: &Group, egress: bool, peer: Peer, random: &Random) -> Rule {
    Rule {
        scope: group.scope.clone(),
        id: RULE.draw(random),
        group_id: group.id.clone(),
        egress,
        protocol: "-1".to_owned(),
        from_port: -1,
        to_port: -1,
        peer,
        description: None,
        number: 0,
    }
}

#[derive(Debug, Input)]
struct CreateSecurityGroup {
    group_name: String,
    description: String,
    vpc_id: Option<String>,
    tag_specifications: TagSpecifications,
}

#[derive(Debug, Output)]
struct Created<'a> {
    group_id: String,
    tags: Vec<TagView<'a>>,
    security_group_arn: String,
}

fn create_security_group<'c>(
    cx: &'c mut Command<'_, '_>,
    input: CreateSecurityGroup,
) -> Result<Created<'c>, Fault> {
    let wanted = Wanted::new(&input.tag_specifications, &["security-group"], &errors::TAGGABLE)?;
    check_name(&input.group_name)?;
    check_description(&input.description)?;
    let scope = cx.scope();
    let vpc = match &input.vpc_id {
        Some(id) => records::find::<Vpc>(cx.store, &scope, &VPC, id)?,
        None => default_vpc(cx.store, &scope)?,
    };
    if named(cx.store, &vpc.id, &input.group_name).is_some() {
        return Err(errors::GROUP_DUPLICATE.with(&[&input.group_name, &vpc.id]));
    }
    if cx.store.list::<Group>(&scope).count() >= MOST {
        return Err(errors::GROUP_LIMIT.fault());
    }
    let group = Group {
        id: GROUP.draw(cx.random),
        name: input.group_name,
        description: input.description,
        vpc_id: vpc.id.clone(),
        scope,
    };
    let outward = any_traffic(&group, true, Peer::Ipv4("0.0.0.0/0".to_owned()), cx.random);
    cx.store.put(outward);
    let group = cx.store.put(group);
    wanted.put(cx, "security-group", &group.id);
    Ok(Created {
        group_id: group.id.clone(),
        tags: tags::of(cx.store, &group.scope, &group.id),
        security_group_arn: records::arn(&group.scope, "security-group", &group.id),
    })
}

fn check_name(name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(errors::MISSING.with(&[&"GroupName"]));
    }
    if !name.is_ascii() {
        return Err(errors::GROUP_TEXT.with(&[&name, &"GroupName"]));
    }
    if name.len() > 255 {
        return Err(errors::GROUP_NAME_LONG.with(&[&name]));
    }
    if name.starts_with("sg-") {
        return Err(errors::GROUP_NAME_SG.with(&[&name]));
    }
    if name == DEFAULT {
        return Err(errors::GROUP_RESERVED.with(&[&name]));
    }
    Ok(())
}

fn check_description(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(errors::MISSING.with(&[&"GroupDescription"]));
    }
    if !text.is_ascii() {
        return Err(errors::GROUP_TEXT.with(&[&text, &"GroupDescription"]));
    }
    if !errors::is_description(text) {
        // The braces are part of the message's own set of characters.
        return Err(errors::DESCRIPTION.with(&[&"security group description", &"{}"]));
    }
    Ok(())
}

#[derive(Debug, Input)]
struct DescribeSecurityGroups {
    filters: Filters,
    group_ids: Option<Vec<String>>,
    group_names: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    next_token: Option<String>,
    security_groups: Vec<GroupView<'a>>,
}

pub(super) const FILTERS: &[Field] = &[
    ("description", "Description"),
    ("egress.ip-permission.cidr", "IpPermissionsEgress.IpRanges.CidrIp"),
    ("egress.ip-permission.from-port", "IpPermissionsEgress.FromPort"),
    ("egress.ip-permission.group-id", "IpPermissionsEgress.UserIdGroupPairs.GroupId"),
    ("egress.ip-permission.group-name", "IpPermissionsEgress.UserIdGroupPairs.GroupName"),
    ("egress.ip-permission.ipv6-cidr", "IpPermissionsEgress.Ipv6Ranges.CidrIpv6"),
    ("egress.ip-permission.prefix-list-id", "IpPermissionsEgress.PrefixListIds.PrefixListId"),
    ("egress.ip-permission.protocol", "IpPermissionsEgress.IpProtocol"),
    ("egress.ip-permission.to-port", "IpPermissionsEgress.ToPort"),
    ("egress.ip-permission.user-id", "IpPermissionsEgress.UserIdGroupPairs.UserId"),
    ("group-id", "GroupId"),
    ("group-name", "GroupName"),
    ("ip-permission.cidr", "IpPermissions.IpRanges.CidrIp"),
    ("ip-permission.from-port", "IpPermissions.FromPort"),
    ("ip-permission.group-id", "IpPermissions.UserIdGroupPairs.GroupId"),
    ("ip-permission.group-name", "IpPermissions.UserIdGroupPairs.GroupName"),
    ("ip-permission.ipv6-cidr", "IpPermissions.Ipv6Ranges.CidrIpv6"),
    ("ip-permission.prefix-list-id", "IpPermissions.PrefixListIds.PrefixListId"),
    ("ip-permission.protocol", "IpPermissions.IpProtocol"),
    ("ip-permission.to-port", "IpPermissions.ToPort"),
    ("ip-permission.user-id", "IpPermissions.UserIdGroupPairs.UserId"),
    ("owner-id", "OwnerId"),
    ("vpc-id", "VpcId"),
];

fn describe_security_groups<'a>(
    cx: &Query<'a>,
    input: DescribeSecurityGroups,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let scope = cx.scope();
    let names = input.group_names.unwrap_or_default();
    let ids = input.group_ids.unwrap_or_default();
    let mut groups: Vec<&Group> = if ids.is_empty() && !names.is_empty() {
        Vec::new()
    } else {
        records::chosen(cx.store, &scope, &GROUP, Some(&ids))?
    };
    for name in &names {
        groups.push(choose(cx.store, &scope, None, Some(name))?);
    }
    groups.sort_unstable_by_key(|group| &group.id);
    groups.dedup_by_key(|group| &group.id);
    let groups = groups.into_iter().map(|group| view(cx.store, group));
    let groups = groups.filter(|group| selection.takes(group)).collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (security_groups, next_token) =
        page.cut(groups, |group| group.group_id, pages::USUAL, None)?;
    Ok(Described { next_token, security_groups })
}

#[derive(Debug, Input)]
struct DeleteSecurityGroup {
    group_id: Option<String>,
    group_name: Option<String>,
}

#[derive(Debug, Output)]
struct Deleted {
    r#return: bool,
    group_id: String,
}

fn delete_security_group(
    cx: &mut Command<'_, '_>,
    input: DeleteSecurityGroup,
) -> Result<Deleted, Fault> {
    let scope = cx.scope();
    let (id, name) = (input.group_id.as_deref(), input.group_name.as_deref());
    let group = choose(cx.store, &scope, id, name)?.clone();
    if group.name == DEFAULT {
        return Err(errors::GROUP_DEFAULT.with(&[&group.id]));
    }
    if is_used(cx.store, &group) || cx.is_held(&group) {
        return Err(errors::GROUP_IN_USE.with(&[&group.id]));
    }
    remove(cx, &group.id);
    Ok(Deleted { r#return: true, group_id: group.id })
}

fn is_used(store: &Tables, group: &Group) -> bool {
    store.by::<Instance>("group", &group.id).any(|instance| instance.is_live())
        || store.by::<FreeInterface>("group", &group.id).next().is_some()
        || store.by::<Rule>("referenced", &group.id).any(|rule| rule.group_id != group.id)
}

/// Takes a group away with its rules and tags.
pub(super) fn remove(cx: &mut Command<'_, '_>, id: &str) {
    let rules: Vec<String> = cx.store.by::<Rule>("group", id).map(|rule| rule.id.clone()).collect();
    for rule in rules {
        rules::remove(cx, &rule);
    }
    tags::clear(cx, id);
    let key = cx.key(id);
    cx.store.remove::<Group>(&key);
}
