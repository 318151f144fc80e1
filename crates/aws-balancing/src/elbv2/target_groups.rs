//! Target groups.

mod checks;

use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, Handler, Tables, command, query};
use isobar_wire::{Input, Output};

use super::records::{self, Check, Listener, TargetGroup};
use super::tags::{self, Tag};
use super::{Command, Query, balance, errors, listeners, load_balancers, names, pages};
use crate::World;
pub(super) use checks::statuses;
use checks::{AskedCheck, Matcher};
use isobar_aws_core::records::Vpc;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_target_group, on "targetgroup/{Name}/*"),
    query!(describe_target_groups),
    command!(modify_target_group, on "{TargetGroupArn}"),
    command!(delete_target_group, on "{TargetGroupArn}"),
];

/// How many target groups a region may have.
const MOST: usize = 3000;

#[derive(Debug, Output)]
struct View<'a> {
    target_group_arn: &'a str,
    target_group_name: &'a str,
    protocol: &'a str,
    port: u16,
    vpc_id: &'a str,
    health_check_protocol: &'a str,
    health_check_port: &'a str,
    health_check_enabled: bool,
    health_check_interval_seconds: i64,
    health_check_timeout_seconds: i64,
    healthy_threshold_count: i64,
    unhealthy_threshold_count: i64,
    health_check_path: Option<&'a str>,
    matcher: Option<Matcher>,
    load_balancer_arns: Vec<&'a str>,
    target_type: &'a str,
    protocol_version: Option<&'a str>,
    ip_address_type: &'static str,
}

fn view<'a>(store: &'a Tables, row: &'a TargetGroup) -> View<'a> {
    let Check { protocol, port, path, interval_seconds, timeout_seconds, .. } = &row.check;
    View {
        target_group_arn: &row.arn,
        target_group_name: &row.name,
        protocol: &row.protocol,
        port: row.port,
        vpc_id: &row.vpc_id,
        health_check_protocol: protocol,
        health_check_port: port,
        health_check_enabled: true,
        health_check_interval_seconds: *interval_seconds,
        health_check_timeout_seconds: *timeout_seconds,
        healthy_threshold_count: row.check.healthy,
        unhealthy_threshold_count: row.check.unhealthy,
        health_check_path: path.as_deref(),
        matcher: row.check.matcher.as_deref().map(Matcher::of),
        load_balancer_arns: balancers_of(store, &row.arn),
        target_type: &row.target_type,
        protocol_version: row.protocol_version.as_deref(),
        ip_address_type: "ipv4",
    }
}

/// The load balancers whose listeners send to the group, each once.
pub(super) fn balancers_of<'a>(store: &'a Tables, arn: &str) -> Vec<&'a str> {
    let listeners = store.by::<Listener>("target_group", arn);
    let mut arns: Vec<&str> = listeners.map(|row| row.load_balancer_arn.as_str()).collect();
    arns.sort_unstable();
    arns.dedup();
    arns
}

/// The target group of the ARN.
pub(super) fn find<'a>(
    store: &'a Tables,
    scope: &str,
    arn: &str,
) -> Result<&'a TargetGroup, Fault> {
    names::check_arn(arn, "targetgroup", "target group")?;
    store
        .get::<TargetGroup>(&format!("{scope}{arn}"))
        .map(|row| &**row)
        .ok_or_else(|| errors::GROUP_MISSING.with(&[&arn]))
}

#[derive(Debug, Input)]
struct CreateTargetGroup {
    name: String,
    protocol: Option<String>,
    port: Option<u16>,
    vpc_id: Option<String>,
    target_type: Option<String>,
    tags: Option<Vec<Tag>>,
}

#[derive(Debug, Output)]
struct Groups<'a> {
    target_groups: Vec<View<'a>>,
    next_marker: Option<String>,
}

fn create_target_group<'c>(
    cx: &'c mut Command<'_, '_>,
    Both(input, check): Both<CreateTargetGroup, AskedCheck>,
) -> Result<Groups<'c>, Fault> {
    names::check("Target group", &input.name)?;
    let row = new(cx, &input, &check)?;
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let scope = cx.scope();
    if let Some(before) = records::named_group(cx.store, &scope, &row.name) {
        let same = before.protocol == row.protocol
            && before.protocol_version == row.protocol_version
            && before.port == row.port
            && before.vpc_id == row.vpc_id
            && before.target_type == row.target_type
            && before.check == row.check;
        if !same {
            return Err(errors::GROUP_DUPLICATE.with(&[&row.name]));
        }
        let arn = before.arn.clone();
        return shown(cx, &arn);
    }
    if cx.store.list::<TargetGroup>(&scope).count() >= MOST {
        return Err(errors::GROUP_LIMIT.fault());
    }
    let row = cx.store.put(row);
    tags::put(cx, &row.arn, &tags)?;
    shown(cx, &row.arn)
}

fn shown<'c>(cx: &'c Command<'_, '_>, arn: &str) -> Result<Groups<'c>, Fault> {
    let row = find(cx.store, &cx.scope(), arn)?;
    Ok(Groups { target_groups: vec![view(cx.store, row)], next_marker: None })
}

/// The group that is asked for, all of it checked.
fn new(
    cx: &Command<'_, '_>,
    input: &CreateTargetGroup,
    check: &AskedCheck,
) -> Result<TargetGroup, Fault> {
    let target_type = input.target_type.as_deref().unwrap_or("instance");
    let protocol = input.protocol.as_deref().ok_or_else(|| errors::NO_PROTOCOL.fault())?;
    let port = input.port.ok_or_else(|| errors::NO_PORT.fault())?;
    let vpc_id = input.vpc_id.clone().ok_or_else(|| errors::NO_VPC.fault())?;
    let scope = cx.scope();
    if cx.store.get::<Vpc>(&format!("{scope}{vpc_id}")).is_none() {
        return Err(errors::VPC_MISSING.with(&[&vpc_id]));
    }
    let check = check.new_check(protocol, target_type)?;
    let resource = format!("targetgroup/{}/{}", input.name, cx.random.hex(16));
    Ok(TargetGroup {
        arn: records::arn(&scope, &resource),
        scope,
        name: input.name.clone(),
        protocol: protocol.to_owned(),
        protocol_version: (protocol == "HTTP").then(|| "HTTP1".to_owned()),
        port,
        vpc_id,
        target_type: target_type.to_owned(),
        check,
        targets: Vec::new(),
        attributes: std::collections::BTreeMap::new(),
    })
}

#[derive(Debug, Input)]
struct DescribeTargetGroups {
    load_balancer_arn: Option<String>,
    target_group_arns: Option<Vec<String>>,
    names: Option<Vec<String>>,
    marker: Option<String>,
    page_size: Option<i64>,
}

fn describe_target_groups<'a>(
    cx: &Query<'a>,
    input: DescribeTargetGroups,
) -> Result<Groups<'a>, Fault> {
    let scope = cx.scope();
    let arns = input.target_group_arns.unwrap_or_default();
    let names = input.names.unwrap_or_default();
    let mut rows: Vec<&TargetGroup> = Vec::new();
    for arn in &arns {
        names::check_arn(arn, "targetgroup", "target group")?;
        let row = cx.store.get::<TargetGroup>(&format!("{scope}{arn}"));
        rows.push(row.ok_or_else(|| errors::GROUPS_MISSING.fault())?);
    }
    for name in &names {
        let row = records::named_group(cx.store, &scope, name);
        rows.push(row.ok_or_else(|| errors::GROUPS_MISSING.fault())?);
    }
    if arns.is_empty() && names.is_empty() {
        rows.extend(cx.store.list::<TargetGroup>(&scope).map(|row| &**row));
    }
    if let Some(balancer) = &input.load_balancer_arn {
        load_balancers::find(cx.store, &scope, balancer)?;
        rows.retain(|row| balancers_of(cx.store, &row.arn).contains(&balancer.as_str()));
    }
    let (mut rows, next_marker) =
        pages::cut(rows, |row| &row.arn, input.page_size, input.marker.as_deref())?;
    rows.dedup_by_key(|row| &row.arn);
    let target_groups = rows.into_iter().map(|row| view(cx.store, row)).collect();
    Ok(Groups { target_groups, next_marker })
}

#[derive(Debug, Input)]
struct ModifyTargetGroup {
    target_group_arn: String,
}

fn modify_target_group<'c>(
    cx: &'c mut Command<'_, '_>,
    Both(input, check): Both<ModifyTargetGroup, AskedCheck>,
) -> Result<Groups<'c>, Fault> {
    let (scope, arn) = (cx.scope(), input.target_group_arn);
    let row = find(cx.store, &scope, &arn)?;
    let check = check.changed(&row.check, &row.protocol, &row.target_type)?;
    cx.store.modify::<TargetGroup>(&format!("{scope}{arn}"), |row| row.check = check);
    listeners::check_shared(cx.store, &scope, &arn)?;
    balance::group(cx, &arn);
    shown(cx, &arn)
}

#[derive(Debug, Input)]
struct DeleteTargetGroup {
    target_group_arn: String,
}

/// One that does not exist is deleted already.
fn delete_target_group(cx: &mut Command<'_, '_>, input: DeleteTargetGroup) -> Result<Empty, Fault> {
    let arn = input.target_group_arn;
    names::check_arn(&arn, "targetgroup", "target group")?;
    if cx.store.by::<Listener>("target_group", &arn).next().is_some() {
        return Err(errors::GROUP_IN_USE.with(&[&arn]));
    }
    tags::clear(cx, &arn);
    let key = cx.key(&arn);
    cx.store.remove::<TargetGroup>(&key);
    Ok(Empty {})
}
