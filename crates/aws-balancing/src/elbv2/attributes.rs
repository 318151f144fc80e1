//! The attributes of load balancers, target groups and listeners: tables of keys with the value that
//! each begins with and those that it may have.

use std::collections::BTreeMap;

use isobar_kernel::{Fault, Handler, command, query};
use isobar_wire::{Input, Output};

use super::records::{Kind, Listener, LoadBalancer, TargetGroup};
use super::{Command, Query, balance, errors, listeners, load_balancers, target_groups};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    query!(describe_load_balancer_attributes),
    command!(modify_load_balancer_attributes, on "{LoadBalancerArn}"),
    query!(describe_target_group_attributes),
    command!(modify_target_group_attributes, on "{TargetGroupArn}"),
    query!(describe_listener_attributes),
    command!(modify_listener_attributes, on "{ListenerArn}"),
];

/// An attribute: its key, the value that it begins with, and those that it may have.
type Row = (&'static str, &'static str, Values);

/// The values that an attribute may have.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// `true` and `false`.
    Flag,
    /// Whole numbers.
    From(i64, i64),
    /// Some texts.
    OneOf(&'static [&'static str]),
    /// Any text. It has an effect only with another attribute.
    Text,
    /// `true` and `false`, which are kept and shown and have nothing behind them here: what is so
    /// all the same.
    Shown(&'static str),
    /// Others than the first exist at the vendor's and have nothing behind them here.
    Fixed,
}

pub(super) const DELETION_PROTECTION: &str = "deletion_protection.enabled";
pub(super) const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";
pub(super) const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";
pub(super) const ALGORITHM: &str = "load_balancing.algorithm.type";
pub(super) const TCP_IDLE_TIMEOUT: &str = "tcp.idle_timeout.seconds";
const PRESERVE_CLIENT_IP: &str = "preserve_client_ip.enabled";
pub(super) const SERVER: &str = "routing.http.response.server.enabled";
pub(super) const LEAST_OUTSTANDING: &str = "least_outstanding_requests";

#[rustfmt::skip]
const APPLICATION: &[Row] = &[
    ("access_logs.s3.enabled", "false", Values::Fixed),
    ("access_logs.s3.bucket", "", Values::Text),
    ("access_logs.s3.prefix", "", Values::Text),
    ("connection_logs.s3.enabled", "false", Values::Fixed),
    ("connection_logs.s3.bucket", "", Values::Text),
    ("connection_logs.s3.prefix", "", Values::Text),
    ("health_check_logs.s3.enabled", "false", Values::Fixed),
    ("health_check_logs.s3.bucket", "", Values::Text),
    ("health_check_logs.s3.prefix", "", Values::Text),
    (DELETION_PROTECTION, "false", Values::Flag),
    (IDLE_TIMEOUT, "60", Values::From(1, 4000)),
    ("client_keep_alive.seconds", "3600", Values::Fixed),
    ("load_balancing.cross_zone.enabled", "true", Values::Fixed),
    ("routing.http.desync_mitigation_mode", "defensive", Values::Fixed),
    ("routing.http.drop_invalid_header_fields.enabled", "false", Values::Fixed),
    ("routing.http.preserve_host_header.enabled", "false", Values::Fixed),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", Values::Fixed),
    ("routing.http.xff_client_port.enabled", "false", Values::Fixed),
    ("routing.http.xff_header_processing.mode", "append", Values::Fixed),
    ("routing.http2.enabled", "true", Values::Fixed),
    ("waf.fail_open.enabled", "false", Values::Fixed),
    ("zonal_shift.config.enabled", "false", Values::Fixed),
];

#[rustfmt::skip]
const NETWORK: &[Row] = &[
    ("access_logs.s3.enabled", "false", Values::Fixed),
    ("access_logs.s3.bucket", "", Values::Text),
    ("access_logs.s3.prefix", "", Values::Text),
    (DELETION_PROTECTION, "false", Values::Flag),
    ("dns_record.client_routing_policy", "any_availability_zone", Values::Fixed),
    ("load_balancing.cross_zone.enabled", "false", Values::Flag),
    ("secondary_ips.auto_assigned.per_subnet", "0", Values::Fixed),
    ("zonal_shift.config.enabled", "false", Values::Fixed),
];

#[rustfmt::skip]
const HTTP_GROUP: &[Row] = &[
    (DEREGISTRATION_DELAY, "300", Values::From(0, 3600)),
    (ALGORITHM, "round_robin", Values::OneOf(&["round_robin", LEAST_OUTSTANDING])),
    ("load_balancing.algorithm.anomaly_mitigation", "off", Values::Fixed),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration", Values::Fixed),
    ("slow_start.duration_seconds", "0", Values::Fixed),
    ("stickiness.enabled", "false", Values::Fixed),
    ("stickiness.type", "lb_cookie", Values::OneOf(&["lb_cookie", "app_cookie"])),
    ("stickiness.lb_cookie.duration_seconds", "86400", Values::From(1, 604_800)),
    ("stickiness.app_cookie.cookie_name", "", Values::Text),
    ("stickiness.app_cookie.duration_seconds", "86400", Values::From(1, 604_800)),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1", Values::Fixed),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", Values::Fixed),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", Values::Fixed),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", Values::Fixed),
];

/// Of target groups that speak TCP. By default the client's address is kept for instances, and not
/// for addresses.
#[rustfmt::skip]
const fn tcp_group(preserves_client_ip: &'static str) -> [Row; 13] {
    [
        (DEREGISTRATION_DELAY, "300", Values::From(0, 3600)),
        ("deregistration_delay.connection_termination.enabled", "false", Values::Flag),
        ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration", Values::Fixed),
        (PRESERVE_CLIENT_IP, preserves_client_ip, Values::Shown("targets never see the client's address")),
        ("proxy_protocol_v2.enabled", "false", Values::Fixed),
        ("stickiness.enabled", "false", Values::Fixed),
        ("stickiness.type", "source_ip", Values::OneOf(&["source_ip"])),
        ("target_group_health.dns_failover.minimum_healthy_targets.count", "1", Values::Fixed),
        ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", Values::Fixed),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", Values::Fixed),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", Values::Fixed),
        ("target_health_state.unhealthy.connection_termination.enabled", "true", Values::Fixed),
        ("target_health_state.unhealthy.draining_interval_seconds", "0", Values::Fixed),
    ]
}

const TCP_INSTANCES: &[Row] = &tcp_group("true");
const TCP_ADDRESSES: &[Row] = &tcp_group("false");

const HTTP_LISTENER: &[Row] = &[(SERVER, "true", Values::Flag)];
const TCP_LISTENER: &[Row] = &[(TCP_IDLE_TIMEOUT, "350", Values::From(60, 6000))];

fn of_balancer(kind: Kind) -> &'static [Row] {
    match kind {
        Kind::Application => APPLICATION,
        Kind::Network => NETWORK,
    }
}

fn of_group(group: &TargetGroup) -> &'static [Row] {
    match (group.protocol.as_str(), group.target_type.as_str()) {
        ("HTTP", _) => HTTP_GROUP,
        (_, "instance") => TCP_INSTANCES,
        _ => TCP_ADDRESSES,
    }
}

fn of_listener(protocol: &str) -> &'static [Row] {
    if protocol == "HTTP" { HTTP_LISTENER } else { TCP_LISTENER }
}

/// The attributes' tables, by the operation that changes them.
const TABLES: [(&str, &[&[Row]]); 3] = [
    ("ModifyLoadBalancerAttributes", &[APPLICATION, NETWORK]),
    ("ModifyTargetGroupAttributes", &[HTTP_GROUP, TCP_INSTANCES]),
    ("ModifyListenerAttributes", &[HTTP_LISTENER, TCP_LISTENER]),
];

/// The attributes of which other values than the first are not built, by the operation that would
/// change them.
pub(crate) fn fixed() -> Vec<(&'static str, Vec<&'static str>)> {
    let keys = |tables: &'static [&'static [Row]]| {
        let rows = tables.iter().copied().flatten();
        let fixed = rows.filter(|(_, _, values)| matches!(values, Values::Fixed));
        let mut keys: Vec<&str> = fixed.map(|(key, _, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    };
    let all = TABLES.into_iter().map(|(operation, tables)| (operation, keys(tables)));
    all.filter(|(_, keys)| !keys.is_empty()).collect()
}

/// The attributes that have nothing behind them: operation, key, and what is so all the same.
pub(crate) fn only_shown() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TABLES.into_iter().flat_map(|(operation, tables)| {
        let rows = tables.iter().copied().flatten();
        rows.filter_map(move |(key, _, values)| match values {
            Values::Shown(reason) => Some((operation, *key, *reason)),
            _ => None,
        })
    })
}

/// An attribute as it is sent and shown.
#[derive(Clone, Debug, Input, Output)]
struct Attribute {
    key: Option<String>,
    value: Option<String>,
}

/// All attributes of the table, with the changed values.
fn shown(table: &[Row], changed: &BTreeMap<String, String>) -> Vec<Attribute> {
    table
        .iter()
        .map(|(key, begins, _)| Attribute {
            key: Some((*key).to_owned()),
            value: Some(changed.get(*key).map_or_else(|| (*begins).to_owned(), Clone::clone)),
        })
        .collect()
}

/// Applies changes, each to a key of the table and to a value that it may have.
fn apply(
    what: &str,
    table: &'static [Row],
    asked: &[Attribute],
    values: &mut BTreeMap<String, String>,
) -> Result<Vec<Attribute>, Fault> {
    let mut seen: Vec<&str> = Vec::new();
    for attribute in asked {
        let key = attribute.key.as_deref().unwrap_or_default();
        let value = attribute.value.as_deref().unwrap_or_default();
        let row = table.iter().find(|(known, _, _)| *known == key);
        let (key, begins, may_be) =
            row.ok_or_else(|| errors::ATTRIBUTE_KEY.with(&[&what, &key]))?;
        if seen.contains(key) {
            return Err(errors::ATTRIBUTE_TWICE.with(&[&what, key]));
        }
        seen.push(key);
        let is_valid = match may_be {
            Values::Flag | Values::Shown(_) => matches!(value, "true" | "false"),
            Values::From(min, max) => {
                value.parse::<i64>().is_ok_and(|number| (*min..=*max).contains(&number))
            }
            Values::OneOf(texts) => texts.contains(&value),
            Values::Text => true,
            Values::Fixed if value == *begins => true,
            Values::Fixed => return Err(errors::ATTRIBUTE_NOT_BUILT.with(&[key, &value])),
        };
        if !is_valid {
            return Err(errors::ATTRIBUTE_VALUE.with(&[&what, &value, key]));
        }
        values.insert((*key).to_owned(), value.to_owned());
    }
    Ok(shown(table, values))
}

/// A whole number among the attributes; `usual` where it was not changed.
pub(super) fn number(changed: &BTreeMap<String, String>, key: &str, usual: u64) -> u64 {
    changed.get(key).and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// The attributes of one resource.
#[derive(Debug, Output)]
struct Attributes {
    attributes: Vec<Attribute>,
}

#[derive(Debug, Input)]
struct OfBalancer {
    load_balancer_arn: String,
}

fn describe_load_balancer_attributes(
    cx: &Query<'_>,
    input: OfBalancer,
) -> Result<Attributes, Fault> {
    let row = load_balancers::find(cx.store, &cx.scope(), &input.load_balancer_arn)?;
    Ok(Attributes { attributes: shown(of_balancer(row.kind), &row.attributes) })
}

#[derive(Debug, Input)]
struct ModifyBalancer {
    load_balancer_arn: String,
    attributes: Vec<Attribute>,
}

fn modify_load_balancer_attributes(
    cx: &mut Command<'_, '_>,
    input: ModifyBalancer,
) -> Result<Attributes, Fault> {
    let arn = input.load_balancer_arn;
    let row = load_balancers::find(cx.store, &cx.scope(), &arn)?;
    let mut values = row.attributes.clone();
    let table = of_balancer(row.kind);
    let attributes = apply("Load balancer", table, &input.attributes, &mut values)?;
    let key = cx.key(&arn);
    cx.store.modify::<LoadBalancer>(&key, |row| row.attributes = values);
    balance::balancer(cx, &arn);
    Ok(Attributes { attributes })
}

#[derive(Debug, Input)]
struct OfGroup {
    target_group_arn: String,
}

fn describe_target_group_attributes(cx: &Query<'_>, input: OfGroup) -> Result<Attributes, Fault> {
    let row = target_groups::find(cx.store, &cx.scope(), &input.target_group_arn)?;
    Ok(Attributes { attributes: shown(of_group(row), &row.attributes) })
}

#[derive(Debug, Input)]
struct ModifyGroup {
    target_group_arn: String,
    attributes: Vec<Attribute>,
}

fn modify_target_group_attributes(
    cx: &mut Command<'_, '_>,
    input: ModifyGroup,
) -> Result<Attributes, Fault> {
    let arn = input.target_group_arn;
    let row = target_groups::find(cx.store, &cx.scope(), &arn)?;
    let mut values = row.attributes.clone();
    let table = of_group(row);
    let attributes = apply("Target group", table, &input.attributes, &mut values)?;
    let key = cx.key(&arn);
    cx.store.modify::<TargetGroup>(&key, |row| row.attributes = values);
    balance::group(cx, &arn);
    Ok(Attributes { attributes })
}

#[derive(Debug, Input)]
struct OfListener {
    listener_arn: String,
}

fn describe_listener_attributes(cx: &Query<'_>, input: OfListener) -> Result<Attributes, Fault> {
    let row = listeners::find(cx.store, &cx.scope(), &input.listener_arn)?;
    Ok(Attributes { attributes: shown(of_listener(&row.protocol), &row.attributes) })
}

#[derive(Debug, Input)]
struct ModifyListener {
    listener_arn: String,
    attributes: Vec<Attribute>,
}

fn modify_listener_attributes(
    cx: &mut Command<'_, '_>,
    input: ModifyListener,
) -> Result<Attributes, Fault> {
    let arn = input.listener_arn;
    let row = listeners::find(cx.store, &cx.scope(), &arn)?;
    let balancer = row.load_balancer_arn.clone();
    let mut values = row.attributes.clone();
    let table = of_listener(&row.protocol);
    let attributes = apply("Listener", table, &input.attributes, &mut values)?;
    let key = cx.key(&arn);
    cx.store.modify::<Listener>(&key, |row| row.attributes = values);
    balance::balancer(cx, &balancer);
    Ok(Attributes { attributes })
}
