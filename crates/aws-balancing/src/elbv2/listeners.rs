//! Listeners.

mod actions;

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Tables, command, query};
use isobar_wire::{Input, Output};

use super::records::{self, Kind, Listener};
use super::tags::{self, Tag};
use super::{Command, Query, balance, errors, load_balancers, names, pages};
use crate::World;
use actions::AskedAction;
pub(super) use actions::{ActionView, check_shared};

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_listener, on "{LoadBalancerArn}"),
    query!(describe_listeners),
    command!(modify_listener, on "{ListenerArn}"),
    command!(delete_listener, on "{ListenerArn}"),
];

/// What network load balancers speak at the vendor's and not here.
pub(crate) const UNBUILT_PROTOCOLS: &[&str] = &["UDP", "TCP_UDP", "QUIC", "TCP_QUIC"];

/// How many listeners a load balancer may have.
const MOST: usize = 50;

#[derive(Debug, Output)]
struct View<'a> {
    listener_arn: &'a str,
    load_balancer_arn: &'a str,
    port: u16,
    protocol: &'a str,
    default_actions: [ActionView<'a>; 1],
}

fn view(row: &Listener) -> View<'_> {
    View {
        listener_arn: &row.arn,
        load_balancer_arn: &row.load_balancer_arn,
        port: row.port,
        protocol: &row.protocol,
        default_actions: [ActionView::of(&row.forward)],
    }
}

/// The listener of the ARN.
pub(super) fn find<'a>(store: &'a Tables, scope: &str, arn: &str) -> Result<&'a Listener, Fault> {
    names::check_arn(arn, "listener", "listener")?;
    store
        .get::<Listener>(&format!("{scope}{arn}"))
        .map(|row| &**row)
        .ok_or_else(|| errors::LISTENERS_MISSING.fault())
}

#[derive(Debug, Input)]
struct Certificate {
    certificate_arn: Option<String>,
}

#[derive(Debug, Input)]
struct CreateListener {
    load_balancer_arn: String,
    protocol: Option<String>,
    port: Option<u16>,
    certificates: Option<Vec<Certificate>>,
    default_actions: Vec<AskedAction>,
    tags: Option<Vec<Tag>>,
}

#[derive(Debug, Output)]
struct Listeners<'a> {
    listeners: Vec<View<'a>>,
    next_marker: Option<String>,
}

fn create_listener<'c>(
    cx: &'c mut Command<'_, '_>,
    input: CreateListener,
) -> Result<Listeners<'c>, Fault> {
    let scope = cx.scope();
    let balancer = load_balancers::find(cx.store, &scope, &input.load_balancer_arn)?;
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let asked = input.protocol.as_deref();
    let asked = asked.ok_or_else(|| errors::NO_LISTENER_PROTOCOL.fault())?;
    let protocol = protocol(balancer.kind, asked, input.certificates.as_deref())?;
    let port = input.port.ok_or_else(|| errors::NO_PORT.fault())?;
    check_port(cx.store, &balancer.arn, port, None)?;
    if cx.store.by::<Listener>("load_balancer", &balancer.arn).count() >= MOST {
        return Err(errors::LISTENER_LIMIT.with(&[&balancer.arn]));
    }
    let forward = actions::forward(cx.store, balancer, &protocol, &input.default_actions)?;
    let place = balancer.arn.split_once("loadbalancer/").map_or("", |(_, place)| place);
    let id = cx.random.hex(16);
    let rule = cx.random.hex(16);
    let row = Listener {
        arn: records::arn(&scope, &format!("listener/{place}/{id}")),
        rule_arn: records::arn(&scope, &format!("listener-rule/{place}/{id}/{rule}")),
        scope,
        load_balancer_arn: balancer.arn.clone(),
        port,
        protocol,
        forward,
        created_at: cx.now,
        attributes: std::collections::BTreeMap::new(),
    };
    let row = cx.store.put(row);
    tags::put(cx, &row.arn, &tags)?;
    balance::balancer(cx, &row.load_balancer_arn);
    shown(cx, &row.arn)
}

fn shown<'c>(cx: &'c Command<'_, '_>, arn: &str) -> Result<Listeners<'c>, Fault> {
    let row = find(cx.store, &cx.scope(), arn)?;
    Ok(Listeners { listeners: vec![view(row)], next_marker: None })
}

/// The protocol, if a load balancer of the kind speaks it here.
fn protocol(
    kind: Kind,
    asked: &str,
    certificates: Option<&[Certificate]>,
) -> Result<String, Fault> {
    let (spoken, unbuilt, all): (&str, &[&str], &str) = match kind {
        Kind::Application => ("HTTP", &[], "HTTPS, HTTP"),
        Kind::Network => ("TCP", UNBUILT_PROTOCOLS, "UDP, TCP, TCP_UDP, TLS, QUIC, TCP_QUIC"),
    };
    if asked == spoken {
        return Ok(asked.to_owned());
    }
    if matches!((kind, asked), (Kind::Application, "HTTPS") | (Kind::Network, "TLS")) {
        // Certificates are another service's, which has none here.
        let arn = certificates.and_then(|list| list.first()?.certificate_arn.as_deref());
        return Err(match arn {
            Some(arn) => errors::CERTIFICATE_MISSING.with(&[&arn]),
            None => errors::NO_CERTIFICATE.with(&[&asked]),
        });
    }
    if unbuilt.contains(&asked) {
        return Err(errors::NOT_BUILT.with(&[&format!("Protocol '{asked}'")]));
    }
    Err(errors::LISTENER_PROTOCOL.with(&[&asked, &all]))
}

/// Refuses a port that another listener has.
fn check_port(store: &Tables, balancer: &str, port: u16, own: Option<&str>) -> Result<(), Fault> {
    let mut others = store.by::<Listener>("load_balancer", balancer);
    if others.any(|row| row.port == port && own != Some(row.arn.as_str())) {
        return Err(errors::LISTENER_DUPLICATE.with(&[&balancer]));
    }
    Ok(())
}

#[derive(Debug, Input)]
struct DescribeListeners {
    load_balancer_arn: Option<String>,
    listener_arns: Option<Vec<String>>,
    marker: Option<String>,
    page_size: Option<i64>,
}

fn describe_listeners<'a>(
    cx: &Query<'a>,
    input: DescribeListeners,
) -> Result<Listeners<'a>, Fault> {
    let scope = cx.scope();
    let arns = input.listener_arns.unwrap_or_default();
    let mut rows: Vec<&Listener> = Vec::new();
    match &input.load_balancer_arn {
        Some(balancer) => {
            load_balancers::find(cx.store, &scope, balancer)?;
            rows.extend(cx.store.by::<Listener>("load_balancer", balancer).map(|row| &**row));
        }
        None if arns.is_empty() => return Err(errors::NEITHER_ARN.fault()),
        None => {}
    }
    for arn in &arns {
        rows.push(find(cx.store, &scope, arn)?);
    }
    let (mut rows, next_marker) =
        pages::cut(rows, |row| &row.arn, input.page_size, input.marker.as_deref())?;
    rows.dedup_by_key(|row| &row.arn);
    Ok(Listeners { listeners: rows.into_iter().map(view).collect(), next_marker })
}

#[derive(Debug, Input)]
struct ModifyListener {
    listener_arn: String,
    port: Option<u16>,
    protocol: Option<String>,
    certificates: Option<Vec<Certificate>>,
    default_actions: Option<Vec<AskedAction>>,
}

fn modify_listener<'c>(
    cx: &'c mut Command<'_, '_>,
    input: ModifyListener,
) -> Result<Listeners<'c>, Fault> {
    let (scope, arn) = (cx.scope(), input.listener_arn);
    let row = find(cx.store, &scope, &arn)?;
    let balancer = load_balancers::find(cx.store, &scope, &row.load_balancer_arn)?;
    let mut changed = row.clone();
    if let Some(asked) = input.protocol.as_deref() {
        changed.protocol = protocol(balancer.kind, asked, input.certificates.as_deref())?;
    }
    if let Some(port) = input.port {
        check_port(cx.store, &balancer.arn, port, Some(&arn))?;
        changed.port = port;
    }
    if let Some(asked) = input.default_actions.filter(|actions| !actions.is_empty()) {
        changed.forward = actions::forward(cx.store, balancer, &changed.protocol, &asked)?;
    }
    let balancer = balancer.arn.clone();
    cx.store.put(changed);
    balance::balancer(cx, &balancer);
    shown(cx, &arn)
}

#[derive(Debug, Input)]
struct DeleteListener {
    listener_arn: String,
}

fn delete_listener(cx: &mut Command<'_, '_>, input: DeleteListener) -> Result<Empty, Fault> {
    let row = find(cx.store, &cx.scope(), &input.listener_arn)?;
    let balancer = row.load_balancer_arn.clone();
    remove(cx, &input.listener_arn);
    balance::balancer(cx, &balancer);
    Ok(Empty {})
}

/// Takes a listener away with its tags, without telling the engine.
pub(super) fn remove(cx: &mut Command<'_, '_>, arn: &str) {
    let key = cx.key(arn);
    let Some(row) = cx.store.remove::<Listener>(&key) else { return };
    tags::clear(cx, arn);
    tags::clear(cx, &row.rule_arn);
}
