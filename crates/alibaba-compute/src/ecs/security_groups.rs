//! Security groups. Their rules have a file of their own.

use std::sync::Arc;

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Row, Tables, command, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::records::{BY_GROUP, Instance, SecurityGroup};
use crate::forms::{self, DESCRIPTION, Listed, STRICT_NAME, fits, seconds};
use crate::paging::{Asked, Part, newest_first, place};
use crate::tags::{self, TagKeyValue, Tags};
use crate::vpc::records::Vpc;
use crate::{Command, Handler, Query, regions, standard};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(create_security_group),
    query!(describe_security_groups),
    query!(describe_security_group_references),
    command!(modify_security_group_attribute),
    command!(delete_security_group),
    command!(join_security_group),
    command!(leave_security_group),
];

/// How many instances a group holds, by its kind.
const ROOM: &[(&str, usize)] = &[("normal", 2000), ("enterprise", 65_536)];
/// The most groups of an instance.
pub(super) const MOST_GROUPS: usize = 16;
/// The most groups of a page.
const MOST_RESULTS: i64 = 100;

#[derive(Debug, Input)]
struct CreateSecurityGroup {
    _region_id: String,
    description: Option<String>,
    security_group_name: Option<String>,
    security_group_type: Option<String>,
    vpc_id: Option<String>,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct CreatedSecurityGroup {
    security_group_id: String,
}

fn create_security_group(
    cx: &mut Command<'_, '_>,
    input: CreateSecurityGroup,
) -> Result<CreatedSecurityGroup, Fault> {
    check_names(input.security_group_name.as_deref(), input.description.as_deref())?;
    let kind = input.security_group_type.unwrap_or_else(|| "normal".into());
    if !ROOM.iter().any(|(known, _)| *known == kind) {
        return Err(errors::GROUP_TYPE.fault());
    }
    let vpc_id = input.vpc_id.filter(|id| !id.is_empty());
    let vpc_id = vpc_id.ok_or_else(|| errors::GROUP_NEEDS_VPC.fault())?;
    if cx.store.get::<Vpc>(&cx.key(&vpc_id)).is_none() {
        return Err(errors::VPC_NOT_FOUND.fault());
    }
    let default_group = forms::default_resource_group(&cx.caller.account);
    if input.resource_group_id.is_some_and(|group| group != default_group) {
        return Err(errors::RESOURCE_GROUP_NOT_FOUND.fault());
    }
    let tags = Tags::given(input.tag, &errors::TAGS)?;
    let group = insert(cx, &vpc_id, |group| {
        group.name = input.security_group_name.unwrap_or_default();
        group.description = input.description.unwrap_or_default();
        group.kind = kind;
        group.tags = tags;
    });
    Ok(CreatedSecurityGroup { security_group_id: group.id.clone() })
}

/// Puts a security group in: plain but for what the closure sets.
fn insert(
    cx: &mut Command<'_, '_>,
    vpc_id: &str,
    set: impl FnOnce(&mut SecurityGroup),
) -> Arc<SecurityGroup> {
    let mut group = SecurityGroup {
        scope: cx.scope(),
        id: forms::id(forms::SECURITY_GROUP, regions::of_call(cx.region), cx.random),
        vpc_id: vpc_id.to_owned(),
        name: String::new(),
        description: String::new(),
        kind: "normal".into(),
        rules: Vec::new(),
        is_default: false,
        tags: Tags::default(),
        created_at: cx.now,
    };
    set(&mut group);
    cx.store.put(group)
}

/// The default group of a VPC, made when the first instance without a group needs one.
pub(super) fn default_group(cx: &mut Command<'_, '_>, vpc_id: &str) -> Arc<SecurityGroup> {
    let mut groups = cx.store.by::<SecurityGroup>(super::records::BY_VPC, vpc_id);
    let known = groups.find(|group| group.is_default).map(Arc::clone);
    drop(groups);
    if let Some(group) = known {
        return group;
    }
    insert(cx, vpc_id, |group| {
        group.description = "System created security group.".into();
        group.is_default = true;
    })
}

fn check_names(name: Option<&str>, description: Option<&str>) -> Result<(), Fault> {
    if name.is_some_and(|name| !name.is_empty() && !STRICT_NAME.allows(name)) {
        return Err(errors::GROUP_NAME.fault());
    }
    if description.is_some_and(|text| !DESCRIPTION.allows(text)) {
        return Err(errors::GROUP_DESCRIPTION.fault());
    }
    Ok(())
}

/// The security group of the key.
pub(super) fn find<'a>(
    tables: &'a Tables,
    key: &str,
    not_found: &Row,
) -> Result<&'a Arc<SecurityGroup>, Fault> {
    tables.get::<SecurityGroup>(key).ok_or_else(|| not_found.fault())
}

/// How many instances the group holds.
pub(super) fn room(group: &SecurityGroup) -> usize {
    ROOM.iter().find(|(kind, _)| *kind == group.kind).map_or(0, |(_, room)| *room)
}

#[derive(Debug, Input)]
struct DescribeSecurityGroups {
    _region_id: String,
    security_group_ids: Option<String>,
    security_group_id: Option<String>,
    security_group_name: Option<String>,
    security_group_type: Option<String>,
    vpc_id: Option<String>,
    network_type: Option<String>,
    resource_group_id: Option<String>,
    fuzzy_query: Option<bool>,
    service_managed: Option<bool>,
    next_token: Option<String>,
    max_results: Option<i64>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct SecurityGroups {
    region_id: String,
    next_token: String,
    security_groups: Listed<GroupView>,
    total_count: i64,
    page_number: i64,
    page_size: i64,
}

#[derive(Debug, Output)]
struct GroupView {
    security_group_id: String,
    security_group_name: String,
    description: String,
    security_group_type: String,
    vpc_id: String,
    creation_time: String,
    ecs_count: usize,
    available_instance_amount: usize,
    resource_group_id: &'static str,
    service_managed: bool,
    tags: Listed<TagKeyValue>,
}

fn view(tables: &Tables, group: &SecurityGroup) -> GroupView {
    let ecs_count = tables.by::<Instance>(BY_GROUP, &group.id).count();
    GroupView {
        security_group_id: group.id.clone(),
        security_group_name: group.name.clone(),
        description: group.description.clone(),
        security_group_type: group.kind.clone(),
        vpc_id: group.vpc_id.clone(),
        creation_time: seconds(group.created_at),
        ecs_count,
        available_instance_amount: room(group).saturating_sub(ecs_count),
        resource_group_id: "",
        service_managed: false,
        tags: Listed("Tag", group.tags.tag_key_values()),
    }
}

fn describe_security_groups(
    cx: &Query<'_>,
    input: DescribeSecurityGroups,
) -> Result<SecurityGroups, Fault> {
    let groups = matching(cx, &input)?;
    let asked = Asked {
        page_number: input.page_number,
        page_size: input.page_size,
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        most: (MOST_RESULTS, MOST_RESULTS),
    };
    let part = asked.cut(groups, |group| place(*group), &errors::BAD_GROUP_TOKEN)?;
    let Part { page, total, items, next_token } = part;
    let groups = items.into_iter().map(|group| view(cx.store, group)).collect();
    Ok(SecurityGroups {
        region_id: cx.region.to_owned(),
        next_token,
        security_groups: Listed("SecurityGroup", groups),
        total_count: total,
        page_number: page.number,
        page_size: page.size,
    })
}

fn matching<'a>(
    cx: &'a Query<'_>,
    input: &DescribeSecurityGroups,
) -> Result<Vec<&'a Arc<SecurityGroup>>, Fault> {
    let mut ids = super::filters::ids(input.security_group_ids.as_deref(), "SecurityGroupIds")?;
    if let Some(id) = input.security_group_id.as_deref().filter(|id| !id.is_empty()) {
        ids.get_or_insert_default().push(id.to_owned());
    }
    let kind = input.security_group_type.as_deref();
    if kind.is_some_and(|kind| !ROOM.iter().any(|(known, _)| *known == kind)) {
        return Err(errors::GROUP_TYPE_FILTER.fault());
    }
    let group_id = forms::default_resource_group(&cx.caller.account);
    let elsewhere = input.network_type.as_deref() == Some("classic")
        || input.service_managed == Some(true)
        || input.resource_group_id.as_ref().is_some_and(|asked| *asked != group_id);
    let named = |group: &SecurityGroup, name: &str| match input.fuzzy_query {
        Some(true) => group.name.contains(name.trim_matches('*')),
        _ => fits(name, &group.name),
    };
    let groups = cx
        .store
        .list::<SecurityGroup>(&cx.scope())
        .filter(|group| !elsewhere && ids.as_ref().is_none_or(|ids| ids.contains(&group.id)))
        .filter(|group| input.vpc_id.as_ref().is_none_or(|vpc| *vpc == group.vpc_id))
        .filter(|group| kind.is_none_or(|kind| kind == group.kind))
        .filter(|group| input.security_group_name.as_ref().is_none_or(|name| named(group, name)))
        .filter(|group| group.tags.fit(input.tag.as_deref()));
    Ok(newest_first(groups))
}

#[derive(Debug, Input)]
struct DescribeSecurityGroupReferences {
    _region_id: String,
    security_group_id: Option<Vec<String>>,
}

#[derive(Debug, Output)]
struct References {
    security_group_references: Listed<Reference>,
}

#[derive(Debug, Output)]
struct Reference {
    security_group_id: String,
    referencing_security_groups: Listed<Referencing>,
}

#[derive(Debug, Output)]
struct Referencing {
    security_group_id: String,
    ali_uid: String,
}

/// The most groups of a call.
const MOST_REFERENCES: usize = 10;

/// Which groups have rules about the group: it cannot be deleted before them.
fn referencing<'a>(
    groups: impl Iterator<Item = &'a Arc<SecurityGroup>>,
    id: &str,
) -> impl Iterator<Item = &'a Arc<SecurityGroup>> {
    groups.filter(move |group| {
        group.id != *id
            && group.rules.iter().any(|rule| {
                rule.matching.source.group_id == *id || rule.matching.destination.group_id == *id
            })
    })
}

fn describe_security_group_references(
    cx: &Query<'_>,
    input: DescribeSecurityGroupReferences,
) -> Result<References, Fault> {
    let ids = input.security_group_id.unwrap_or_default();
    if !(1..=MOST_REFERENCES).contains(&ids.len()) {
        return Err(errors::REFERENCED_GROUPS.fault());
    }
    let scope = cx.scope();
    let mut references = Vec::new();
    for id in ids {
        find(cx.store, &cx.key(&id), &errors::REFERENCED_GROUP_NOT_FOUND)?;
        let groups = referencing(cx.store.list::<SecurityGroup>(&scope), &id).map(|group| {
            let (security_group_id, ali_uid) = (group.id.clone(), cx.caller.account.clone());
            Referencing { security_group_id, ali_uid }
        });
        let referencing_security_groups = Listed("ReferencingSecurityGroup", groups.collect());
        // A group that nobody names is not in the answer.
        if !referencing_security_groups.1.is_empty() {
            references.push(Reference { security_group_id: id, referencing_security_groups });
        }
    }
    Ok(References { security_group_references: Listed("SecurityGroupReference", references) })
}

#[derive(Debug, Input)]
struct ModifySecurityGroupAttribute {
    _region_id: String,
    security_group_id: String,
    security_group_name: Option<String>,
    description: Option<String>,
}

fn modify_security_group_attribute(
    cx: &mut Command<'_, '_>,
    input: ModifySecurityGroupAttribute,
) -> Result<Empty, Fault> {
    let key = cx.key(&input.security_group_id);
    find(cx.store, &key, &errors::GROUP_NOT_FOUND)?;
    check_names(input.security_group_name.as_deref(), input.description.as_deref())?;
    cx.store.modify::<SecurityGroup>(&key, |group| {
        group.name = input.security_group_name.unwrap_or_else(|| group.name.clone());
        group.description = input.description.unwrap_or_else(|| group.description.clone());
    });
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct DeleteSecurityGroup {
    _region_id: String,
    security_group_id: String,
}

fn delete_security_group(
    cx: &mut Command<'_, '_>,
    input: DeleteSecurityGroup,
) -> Result<Empty, Fault> {
    let id = &input.security_group_id;
    let key = cx.key(id);
    find(cx.store, &key, &errors::GROUP_NOT_FOUND)?;
    if cx.store.by::<Instance>(BY_GROUP, id).next().is_some() {
        return Err(errors::GROUP_HAS_INSTANCES.fault());
    }
    if referencing(cx.store.list::<SecurityGroup>(&cx.scope()), id).next().is_some() {
        return Err(errors::GROUP_IS_NAMED.fault());
    }
    cx.store.remove::<SecurityGroup>(&key);
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct Membership {
    security_group_id: String,
    instance_id: Option<String>,
    network_interface_id: Option<String>,
}

impl Membership {
    /// The instance, which may be named by its network interface.
    fn instance<'a>(&self, cx: &'a Command<'_, '_>) -> Result<&'a Arc<Instance>, Fault> {
        match (&self.instance_id, &self.network_interface_id) {
            (Some(_), Some(_)) => Err(errors::INTERFACE_AND_INSTANCE.fault()),
            (Some(id), None) => cx
                .store
                .get::<Instance>(&cx.key(id))
                .ok_or_else(|| errors::INSTANCE_NOT_FOUND.fault()),
            (None, Some(id)) => cx
                .store
                .list::<Instance>(&cx.scope())
                .find(|instance| instance.interface_id == *id)
                .ok_or_else(|| errors::INTERFACE_NOT_FOUND.with(&[id])),
            (None, None) => Err(standard::MISSING_PARAMETER.with(&[&"InstanceId"])),
        }
    }
}

fn join_security_group(cx: &mut Command<'_, '_>, input: Membership) -> Result<Empty, Fault> {
    let group = find(cx.store, &cx.key(&input.security_group_id), &errors::GROUP_NOT_FOUND)?;
    let instance = input.instance(cx)?;
    if instance.vpc_id != group.vpc_id {
        return Err(errors::GROUP_IN_OTHER_VPC.fault());
    }
    if instance.group_ids.contains(&group.id) {
        return Err(errors::INSTANCE_IN_GROUP.fault());
    }
    if instance.group_ids.len() >= MOST_GROUPS {
        return Err(errors::TOO_MANY_GROUPS.fault());
    }
    if cx.store.by::<Instance>(BY_GROUP, &group.id).count() >= room(group) {
        return Err(errors::GROUP_FULL.fault());
    }
    let key = cx.key(&instance.id);
    cx.store.modify::<Instance>(&key, |row| row.group_ids.push(input.security_group_id));
    Ok(Empty {})
}

fn leave_security_group(cx: &mut Command<'_, '_>, input: Membership) -> Result<Empty, Fault> {
    find(cx.store, &cx.key(&input.security_group_id), &errors::GROUP_NOT_FOUND)?;
    let instance = input.instance(cx)?;
    if !instance.group_ids.contains(&input.security_group_id) {
        return Err(errors::INSTANCE_NOT_IN_GROUP.fault());
    }
    if instance.group_ids.len() == 1 {
        return Err(errors::LAST_GROUP.fault());
    }
    let key = cx.key(&instance.id);
    cx.store.modify::<Instance>(&key, |row| {
        row.group_ids.retain(|id| *id != input.security_group_id);
    });
    Ok(Empty {})
}
