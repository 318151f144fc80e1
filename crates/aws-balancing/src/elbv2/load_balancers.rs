//! Load balancers.

mod hosted_zones;
mod zones;

use isobar_engines::balancers;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Tables, command, query};
use isobar_wire::{Input, Output, Value};
use jiff::Timestamp;

use super::attributes::DELETION_PROTECTION;
use super::records::{self, Kind, Listener, LoadBalancer, Zone};
use super::tags::{self, Tag};
use super::{Command, Query, errors, listeners, names, pages};
use crate::World;
use isobar_aws_core::records::{region, whole_millisecond};
use zones::{Asked, SubnetMapping};

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_load_balancer, on new_balancer),
    query!(describe_load_balancers),
    command!(delete_load_balancer, on "{LoadBalancerArn}"),
    command!(set_subnets, on "{LoadBalancerArn}"),
    command!(set_security_groups, on "{LoadBalancerArn}"),
    command!(set_ip_address_type, on "{LoadBalancerArn}"),
];

/// How many load balancers of a kind a region may have.
const MOST: usize = 50;

#[derive(Debug, Output)]
struct View<'a> {
    load_balancer_arn: &'a str,
    #[wire(name = "DNSName")]
    dns_name: String,
    canonical_hosted_zone_id: String,
    created_time: Timestamp,
    load_balancer_name: &'a str,
    scheme: &'a str,
    vpc_id: &'a str,
    state: State,
    r#type: &'static str,
    availability_zones: Vec<ZoneView<'a>>,
    security_groups: Option<&'a [String]>,
    ip_address_type: &'static str,
    enable_prefix_for_ipv6_source_nat: Option<&'static str>,
}

#[derive(Debug, Output)]
struct State {
    code: &'static str,
    reason: Option<String>,
}

#[derive(Debug, Output)]
pub(super) struct ZoneView<'a> {
    zone_name: &'a str,
    subnet_id: &'a str,
    load_balancer_addresses: [(); 0],
}

fn zone_views(zones: &[Zone]) -> Vec<ZoneView<'_>> {
    zones
        .iter()
        .map(|Zone { name, subnet_id }| ZoneView {
            zone_name: name,
            subnet_id,
            load_balancer_addresses: [],
        })
        .collect()
}

fn view<'a>(store: &'a Tables, row: &'a LoadBalancer, is_new: bool) -> View<'a> {
    let balancer = balancers::find(store, &row.balancer_id);
    let is_network = row.kind == Kind::Network;
    View {
        load_balancer_arn: &row.arn,
        // No name server here knows the vendor's names, so it is the address, which can be opened.
        // Where its listeners are, the tags say.
        dns_name: balancer.map(|balancer| balancer.address.to_string()).unwrap_or_default(),
        canonical_hosted_zone_id: hosted_zones::find(region(&row.scope), row.kind),
        created_time: row.created_at,
        load_balancer_name: &row.name,
        scheme: &row.scheme,
        vpc_id: &row.vpc_id,
        state: state(balancer.map(|balancer| &**balancer), is_new),
        r#type: row.kind.name(),
        availability_zones: zone_views(&row.zones),
        security_groups: (!is_network || !row.group_ids.is_empty()).then_some(&row.group_ids),
        ip_address_type: "ipv4",
        enable_prefix_for_ipv6_source_nat: is_network.then_some("off"),
    }
}

/// A new load balancer is on its way; later ones are as their listeners are.
fn state(balancer: Option<&balancers::Balancer>, is_new: bool) -> State {
    let failed = balancer.and_then(|balancer| {
        balancer.listeners.iter().find_map(|listener| listener.bind_error.clone())
    });
    let is_ready = balancer.is_some_and(balancers::Balancer::is_ready);
    match failed {
        Some(reason) => State { code: "failed", reason: Some(reason) },
        None if is_ready && !is_new => State { code: "active", reason: None },
        None => State { code: "provisioning", reason: None },
    }
}

/// The load balancer of the ARN.
pub(super) fn find<'a>(
    store: &'a Tables,
    scope: &str,
    arn: &str,
) -> Result<&'a LoadBalancer, Fault> {
    names::check_arn(arn, "loadbalancer", "load balancer")?;
    store
        .get::<LoadBalancer>(&format!("{scope}{arn}"))
        .map(|row| &**row)
        .ok_or_else(|| errors::BALANCER_MISSING.with(&[&arn]))
}

#[derive(Debug, Input)]
struct CreateLoadBalancer {
    name: String,
    subnets: Option<Vec<String>>,
    subnet_mappings: Option<Vec<SubnetMapping>>,
    security_groups: Option<Vec<String>>,
    scheme: Option<String>,
    tags: Option<Vec<Tag>>,
    r#type: Option<String>,
}

#[derive(Debug, Output)]
struct Balancers<'a> {
    load_balancers: Vec<View<'a>>,
    next_marker: Option<String>,
}

/// What creating one needs a right on: the kind is part of its name.
fn new_balancer(input: &Value) -> Option<String> {
    let is_network = input.get("Type").and_then(Value::as_str) == Some(Kind::Network.name());
    let kind = if is_network { Kind::Network } else { Kind::Application };
    let name = input.get("Name").and_then(Value::as_str)?;
    Some(format!("loadbalancer/{}/{name}/*", kind.short()))
}

fn create_load_balancer<'c>(
    cx: &'c mut Command<'_, '_>,
    input: CreateLoadBalancer,
) -> Result<Balancers<'c>, Fault> {
    names::check("Load balancer", &input.name)?;
    let kind = kind(input.r#type.as_deref());
    let scheme = input.scheme.unwrap_or_else(|| "internet-facing".to_owned());
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let scope = cx.scope();
    let asked = Asked::new(input.subnets, input.subnet_mappings)?;
    let (vpc_id, zones) = asked.zones(cx.store, &scope, kind)?;
    let group_ids =
        zones::groups(cx.store, &scope, kind, &vpc_id, input.security_groups.as_deref())?;
    if let Some(before) = records::named_balancer(cx.store, &scope, &input.name) {
        let same = before.kind == kind
            && before.scheme == scheme
            && before.zones == zones
            && before.group_ids == group_ids;
        if !same {
            return Err(errors::BALANCER_DUPLICATE.with(&[&input.name]));
        }
        let arn = before.arn.clone();
        return shown(cx, &arn, false);
    }
    if cx.store.list::<LoadBalancer>(&scope).filter(|row| row.kind == kind).count() >= MOST {
        return Err(errors::BALANCER_LIMIT.fault());
    }
    let resource = format!("loadbalancer/{}/{}/{}", kind.short(), input.name, cx.random.hex(16));
    let balancer_id = format!("elb-{}", cx.random.hex(16));
    balancers::put(cx.store, cx.context.random, &balancer_id, Vec::new());
    let row = cx.store.put(LoadBalancer {
        arn: records::arn(&scope, &resource),
        scope,
        balancer_id,
        name: input.name,
        kind,
        scheme,
        vpc_id,
        zones,
        group_ids,
        created_at: whole_millisecond(cx.context.now),
        attributes: std::collections::BTreeMap::new(),
    });
    tags::put(cx, &row.arn, &tags)?;
    shown(cx, &row.arn, true)
}

fn shown<'c>(cx: &'c Command<'_, '_>, arn: &str, is_new: bool) -> Result<Balancers<'c>, Fault> {
    let row = find(cx.store, &cx.scope(), arn)?;
    Ok(Balancers { load_balancers: vec![view(cx.store, row, is_new)], next_marker: None })
}

/// The kind, which is one that is built.
fn kind(text: Option<&str>) -> Kind {
    if text == Some(Kind::Network.name()) { Kind::Network } else { Kind::Application }
}

#[derive(Debug, Input)]
struct DescribeLoadBalancers {
    load_balancer_arns: Option<Vec<String>>,
    names: Option<Vec<String>>,
    marker: Option<String>,
    page_size: Option<i64>,
}

fn describe_load_balancers<'a>(
    cx: &Query<'a>,
    input: DescribeLoadBalancers,
) -> Result<Balancers<'a>, Fault> {
    let scope = cx.scope();
    let arns = input.load_balancer_arns.unwrap_or_default();
    let names = input.names.unwrap_or_default();
    let mut rows: Vec<&LoadBalancer> = Vec::new();
    for arn in &arns {
        names::check_arn(arn, "loadbalancer", "load balancer")?;
        let row = cx.store.get::<LoadBalancer>(&format!("{scope}{arn}"));
        rows.push(row.ok_or_else(|| errors::BALANCERS_MISSING.fault())?);
    }
    let missing: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| records::named_balancer(cx.store, &scope, name).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(errors::BALANCER_NAMES_MISSING.with(&[&missing.join(", ")]));
    }
    rows.extend(names.iter().filter_map(|name| records::named_balancer(cx.store, &scope, name)));
    if arns.is_empty() && names.is_empty() {
        rows.extend(cx.store.list::<LoadBalancer>(&scope).map(|row| &**row));
    }
    let (mut rows, next_marker) =
        pages::cut(rows, |row| &row.arn, input.page_size, input.marker.as_deref())?;
    rows.dedup_by_key(|row| &row.arn);
    let load_balancers = rows.into_iter().map(|row| view(cx.store, row, false)).collect();
    Ok(Balancers { load_balancers, next_marker })
}

#[derive(Debug, Input)]
struct DeleteLoadBalancer {
    load_balancer_arn: String,
}

/// One that does not exist is deleted already.
fn delete_load_balancer(
    cx: &mut Command<'_, '_>,
    input: DeleteLoadBalancer,
) -> Result<Empty, Fault> {
    let arn = input.load_balancer_arn;
    names::check_arn(&arn, "loadbalancer", "load balancer")?;
    let key = cx.key(&arn);
    let Some(row) = cx.store.get::<LoadBalancer>(&key).cloned() else { return Ok(Empty {}) };
    if row.attributes.get(DELETION_PROTECTION).is_some_and(|value| value == "true") {
        return Err(errors::PROTECTED.with(&[&arn]));
    }
    let listeners: Vec<String> =
        cx.store.by::<Listener>("load_balancer", &arn).map(|row| row.arn.clone()).collect();
    for listener in listeners {
        listeners::remove(cx, &listener);
    }
    balancers::remove(cx.store, &row.balancer_id);
    tags::clear(cx, &arn);
    cx.store.remove::<LoadBalancer>(&key);
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct SetSubnets {
    load_balancer_arn: String,
    subnets: Option<Vec<String>>,
    subnet_mappings: Option<Vec<SubnetMapping>>,
}

#[derive(Debug, Output)]
struct SubnetsSet<'a> {
    availability_zones: Vec<ZoneView<'a>>,
    ip_address_type: &'static str,
}

fn set_subnets<'c>(
    cx: &'c mut Command<'_, '_>,
    input: SetSubnets,
) -> Result<SubnetsSet<'c>, Fault> {
    let (scope, arn) = (cx.scope(), input.load_balancer_arn);
    let kind = find(cx.store, &scope, &arn)?.kind;
    let asked = Asked::new(input.subnets, input.subnet_mappings)?;
    let (vpc_id, zones) = asked.zones(cx.store, &scope, kind)?;
    if find(cx.store, &scope, &arn)?.vpc_id != vpc_id {
        return Err(errors::SUBNET_VPCS.with(&[&vpc_id]));
    }
    cx.store.modify::<LoadBalancer>(&format!("{scope}{arn}"), |row| row.zones = zones);
    super::balance::balancer(cx, &arn);
    let row = find(cx.store, &scope, &arn)?;
    Ok(SubnetsSet { availability_zones: zone_views(&row.zones), ip_address_type: "ipv4" })
}

#[derive(Debug, Input)]
struct SetSecurityGroups {
    load_balancer_arn: String,
    security_groups: Vec<String>,
}

#[derive(Debug, Output)]
struct GroupsSet {
    security_group_ids: Vec<String>,
}

fn set_security_groups(
    cx: &mut Command<'_, '_>,
    input: SetSecurityGroups,
) -> Result<GroupsSet, Fault> {
    let (scope, arn) = (cx.scope(), input.load_balancer_arn);
    let row = find(cx.store, &scope, &arn)?;
    if row.kind == Kind::Network && row.group_ids.is_empty() {
        return Err(errors::NO_SECURITY_GROUPS.fault());
    }
    let asked = Some(input.security_groups.as_slice());
    let group_ids = zones::groups(cx.store, &scope, row.kind, &row.vpc_id, asked)?;
    let security_group_ids = group_ids.clone();
    cx.store.modify::<LoadBalancer>(&format!("{scope}{arn}"), |row| row.group_ids = group_ids);
    Ok(GroupsSet { security_group_ids })
}

#[derive(Debug, Input)]
struct SetIpAddressType {
    load_balancer_arn: String,
    ip_address_type: String,
}

#[derive(Debug, Output)]
struct IpAddressType {
    ip_address_type: String,
}

/// Load balancers here have IPv4 addresses only, so nothing can change.
fn set_ip_address_type(
    cx: &mut Command<'_, '_>,
    input: SetIpAddressType,
) -> Result<IpAddressType, Fault> {
    find(cx.store, &cx.scope(), &input.load_balancer_arn)?;
    Ok(IpAddressType { ip_address_type: input.ip_address_type })
}
