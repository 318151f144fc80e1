//! Listeners.

use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, Row, command, query};
use isobar_wire::{Input, Output};

use super::errors;
use super::listener_settings::Asked;
use super::listener_views::{HttpAttribute, Summary, TcpAttribute};
use super::load_balancers::change;
use super::records::{Listener, LoadBalancer, Protocol};
use crate::forms::InOrder;
use crate::lookup::find;
use crate::paging::{self, after_token};
use crate::tags::{self, Tags};
use crate::{Command, Handler, Query};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(create_load_balancer_tcp_listener),
    command!(create_load_balancer_http_listener),
    query!(describe_load_balancer_tcp_listener_attribute),
    query!(describe_load_balancer_http_listener_attribute),
    query!(describe_load_balancer_listeners),
    command!(set_load_balancer_tcp_listener_attribute),
    command!(set_load_balancer_http_listener_attribute),
    command!(start_load_balancer_listener),
    command!(stop_load_balancer_listener),
    command!(delete_load_balancer_listener),
];

/// The most listeners of a page.
const MOST_RESULTS: i64 = 100;
const DEFAULT_RESULTS: i64 = 20;

#[derive(Debug, Input)]
struct Create {
    load_balancer_id: String,
    listener_port: i64,
    backend_server_port: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Input)]
struct CreateTcp {
    #[wire(name = "Bandwidth")]
    bandwidth: i64,
}

fn create_load_balancer_tcp_listener(
    cx: &mut Command<'_, '_>,
    Both(own, Both(input, mut asked)): Both<CreateTcp, Both<Create, Asked>>,
) -> Result<Empty, Fault> {
    asked.set_bandwidth(own.bandwidth);
    create(cx, input, asked, Protocol::Tcp)
}

#[derive(Debug, Input)]
struct CreateHttp {
    #[wire(name = "StickySession")]
    sticky_session: String,
    #[wire(name = "HealthCheck")]
    health_check: String,
}

fn create_load_balancer_http_listener(
    cx: &mut Command<'_, '_>,
    Both(own, Both(input, mut asked)): Both<CreateHttp, Both<Create, Asked>>,
) -> Result<Empty, Fault> {
    asked.set_switches(own.sticky_session, own.health_check);
    create(cx, input, asked, Protocol::Http)
}

fn create(
    cx: &mut Command<'_, '_>,
    input: Create,
    asked: Asked,
    protocol: Protocol,
) -> Result<Empty, Fault> {
    let balancer = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let port = port(input.listener_port).ok_or_else(|| errors::LISTENER_PORT.fault())?;
    if balancer.listeners.iter().any(|listener| listener.port == port) {
        return Err(errors::LISTENER_EXISTS.fault());
    }
    asked.check()?;
    let backend_port =
        input.backend_server_port.ok_or_else(|| errors::NEEDS_BACKEND_PORT.fault())?;
    let backend_port = self::port(backend_port)
        .ok_or_else(|| crate::standard::INVALID_PARAMETER.with(&[&"BackendServerPort"]))?;
    let tags = Tags::given(input.tag, &errors::TAGS)?;
    let listener = asked.listener(port, protocol, backend_port, tags);
    change(cx, &input.load_balancer_id, |row| row.listeners.push(listener))?;
    Ok(Empty {})
}

fn port(number: i64) -> Option<u16> {
    u16::try_from(number).ok().filter(|port| *port > 0)
}

/// Which listener: ports are unique in a load balancer, so that the protocol only has to agree.
#[derive(Debug, Input)]
struct Which {
    load_balancer_id: String,
    listener_port: i64,
    listener_protocol: Option<String>,
}

fn position(
    row: &LoadBalancer,
    number: i64,
    protocol: Option<&str>,
    not_found: &Row,
) -> Result<usize, Fault> {
    let fits = |listener: &Listener| {
        i64::from(listener.port) == number
            && protocol.is_none_or(|name| name.is_empty() || name == listener.protocol.name())
    };
    row.listeners.iter().position(fits).ok_or_else(|| not_found.fault())
}

/// The listener that a call for one protocol names.
fn look<'a>(cx: &'a Query<'_>, input: &Which, protocol: Protocol) -> Result<&'a Listener, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let not_found = &errors::LISTENER_NOT_FOUND;
    let at = position(row, input.listener_port, Some(protocol.name()), not_found)?;
    Ok(&row.listeners[at])
}

fn describe_load_balancer_tcp_listener_attribute(
    cx: &Query<'_>,
    input: Which,
) -> Result<InOrder<TcpAttribute>, Fault> {
    Ok(TcpAttribute::of(&input.load_balancer_id, look(cx, &input, Protocol::Tcp)?))
}

fn describe_load_balancer_http_listener_attribute(
    cx: &Query<'_>,
    input: Which,
) -> Result<InOrder<HttpAttribute>, Fault> {
    Ok(HttpAttribute::of(&input.load_balancer_id, look(cx, &input, Protocol::Http)?))
}

#[derive(Debug, Input)]
struct DescribeLoadBalancerListeners {
    load_balancer_id: Option<Vec<String>>,
    listener_protocol: Option<String>,
    listener_port: Option<i64>,
    description: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct Listeners {
    next_token: String,
    total_count: usize,
    max_results: usize,
    listeners: Vec<InOrder<Summary>>,
}

fn describe_load_balancer_listeners(
    cx: &Query<'_>,
    input: DescribeLoadBalancerListeners,
) -> Result<Listeners, Fault> {
    let protocol = input.listener_protocol.as_deref().filter(|name| !name.is_empty());
    if protocol.is_some_and(|name| !["tcp", "udp", "http", "https"].contains(&name)) {
        return Err(errors::LISTENER_PROTOCOL.fault());
    }
    let ids = input.load_balancer_id.unwrap_or_default();
    let fits = |listener: &Listener| {
        protocol.is_none_or(|name| name == listener.protocol.name())
            && input.listener_port.is_none_or(|port| port == i64::from(listener.port))
            && input.description.as_ref().is_none_or(|text| *text == listener.description)
            && listener.tags.fit(input.tag.as_deref())
    };
    let mut found: Vec<(&str, &Listener)> = cx
        .store
        .list::<LoadBalancer>(&cx.scope())
        .filter(|row| ids.is_empty() || ids.contains(&row.id))
        .flat_map(|row| row.listeners.iter().map(|listener| (row.id.as_str(), listener)))
        .filter(|(_, listener)| fits(listener))
        .collect();
    found.sort_by_key(|(id, listener)| (*id, listener.port));
    let most =
        paging::results(input.max_results, DEFAULT_RESULTS, MOST_RESULTS, &errors::MAX_RESULTS)?;
    let total_count = found.len();
    let key = |(id, listener): &(&str, &Listener)| format!("{id}/{:05}", listener.port);
    let token = input.next_token.as_deref();
    let (found, next_token) = after_token(found, token, most, key, || errors::NEXT_TOKEN.fault())?;
    let listeners = found.into_iter().map(|(id, listener)| Summary::of(id, listener)).collect();
    Ok(Listeners { next_token, max_results: most, total_count, listeners })
}

#[derive(Debug, Input)]
struct Set {
    load_balancer_id: String,
    listener_port: i64,
}

fn set(
    cx: &mut Command<'_, '_>,
    Both(input, asked): Both<Set, Asked>,
    protocol: Protocol,
) -> Result<Empty, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let not_found = &errors::LISTENER_NOT_FOUND;
    let at = position(row, input.listener_port, Some(protocol.name()), not_found)?;
    asked.check()?;
    change(cx, &input.load_balancer_id, |row| asked.tell(&mut row.listeners[at]))?;
    Ok(Empty {})
}

fn set_load_balancer_tcp_listener_attribute(
    cx: &mut Command<'_, '_>,
    input: Both<Set, Asked>,
) -> Result<Empty, Fault> {
    set(cx, input, Protocol::Tcp)
}

fn set_load_balancer_http_listener_attribute(
    cx: &mut Command<'_, '_>,
    input: Both<Set, Asked>,
) -> Result<Empty, Fault> {
    set(cx, input, Protocol::Http)
}

fn start_load_balancer_listener(cx: &mut Command<'_, '_>, input: Which) -> Result<Empty, Fault> {
    run(cx, &input, true)
}

fn stop_load_balancer_listener(cx: &mut Command<'_, '_>, input: Which) -> Result<Empty, Fault> {
    run(cx, &input, false)
}

fn run(cx: &mut Command<'_, '_>, input: &Which, running: bool) -> Result<Empty, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let protocol = input.listener_protocol.as_deref();
    let at = position(row, input.listener_port, protocol, &errors::LISTENER_NOT_FOUND)?;
    change(cx, &input.load_balancer_id, |row| row.listeners[at].running = running)?;
    Ok(Empty {})
}

fn delete_load_balancer_listener(cx: &mut Command<'_, '_>, input: Which) -> Result<Empty, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let protocol = input.listener_protocol.as_deref();
    let at = position(row, input.listener_port, protocol, &errors::LISTENER_GONE)?;
    change(cx, &input.load_balancer_id, |row| {
        row.listeners.remove(at);
    })?;
    Ok(Empty {})
}
