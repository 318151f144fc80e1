//! The servers behind a load balancer.

use isobar_kernel::{Fault, command};
use isobar_wire::{Input, Output, Value};

use super::errors;
use super::load_balancers::change;
use super::records::{LoadBalancer, Server};
use crate::forms::{Listed, from_json};
use crate::lookup::find;
use crate::{Command, Handler, standard};
use isobar_alibaba_core::records::address_of;
use isobar_alibaba_core::records::ecs::Instance;

pub(super) const OPERATIONS: &[Handler] = &[
    command!(add_backend_servers),
    command!(set_backend_servers),
    command!(remove_backend_servers),
];

/// The most servers of a call.
const MOST: usize = 20;
const DEFAULT_WEIGHT: u32 = 100;

#[derive(Debug, Input)]
struct BackendServers {
    load_balancer_id: String,
    backend_servers: String,
}

/// A server as the call's JSON gives it. Weights come as text or as numbers.
#[derive(Debug, Input)]
struct Given {
    server_id: String,
    weight: Option<Value>,
    #[wire(name = "Type")]
    kind: Option<String>,
    server_ip: Option<String>,
    description: Option<String>,
}

impl Given {
    fn weight(&self) -> Result<u32, Fault> {
        let number = match &self.weight {
            None => return Ok(DEFAULT_WEIGHT),
            Some(Value::String(text)) if text.is_empty() => return Ok(DEFAULT_WEIGHT),
            Some(Value::String(text)) => text.parse().ok(),
            Some(other) => other.as_i64().and_then(|number| u32::try_from(number).ok()),
        };
        let number = number.filter(|number| *number <= 100);
        number.ok_or_else(|| standard::INVALID_PARAMETER.with(&[&"BackendServers.Weight"]))
    }
}

fn given(json: &str) -> Result<Vec<Given>, Fault> {
    let given: Option<Vec<Given>> = from_json(json);
    let given = given.filter(|given| (1..=MOST).contains(&given.len()));
    given.ok_or_else(|| standard::INVALID_PARAMETER.with(&[&"BackendServers"]))
}

#[derive(Debug, Output)]
struct Answer<W> {
    load_balancer_id: String,
    backend_servers: Listed<View<W>>,
}

#[derive(Debug, Output)]
struct View<W> {
    #[wire(name = "Type")]
    kind: String,
    weight: W,
    description: String,
    server_id: String,
}

/// The weight is text in some answers and a number in others.
fn answer<W>(
    cx: &Command<'_, '_>,
    id: String,
    weight: impl Fn(u32) -> W,
) -> Result<Answer<W>, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &id, &errors::NOT_FOUND)?;
    let servers = row.servers.iter().map(|server| View {
        server_id: server.named.clone(),
        kind: server.kind.clone(),
        weight: weight(server.weight),
        description: server.description.clone(),
    });
    let backend_servers = Listed("BackendServer", servers.collect());
    Ok(Answer { load_balancer_id: id, backend_servers })
}

fn add_backend_servers(
    cx: &mut Command<'_, '_>,
    input: BackendServers,
) -> Result<Answer<String>, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let mut servers = row.servers.clone();
    for given in given(&input.backend_servers)? {
        let server = server(cx, row, &given)?;
        match servers.iter_mut().find(|known| known.id == server.id) {
            // One that is there already is told its weight.
            Some(known) => *known = server,
            None => servers.push(server),
        }
    }
    change(cx, &input.load_balancer_id, |row| row.servers = servers)?;
    answer(cx, input.load_balancer_id, |weight| weight.to_string())
}

/// The server that a call names by the instance or by its network interface.
fn server(cx: &Command<'_, '_>, row: &LoadBalancer, given: &Given) -> Result<Server, Fault> {
    let interface = given.server_id.starts_with("eni-");
    let kind = given.kind.clone().unwrap_or_else(|| if interface { "eni" } else { "ecs" }.into());
    if kind != if interface { "eni" } else { "ecs" } {
        return Err(errors::SERVER_TYPE.fault());
    }
    let instance = if interface {
        let mut all = cx.store.list::<Instance>(&row.scope);
        all.find(|instance| instance.interface_id == given.server_id)
    } else {
        cx.store.get::<Instance>(&format!("{}{}", row.scope, given.server_id))
    };
    let instance = instance.ok_or_else(|| errors::SERVER_NOT_FOUND.fault())?;
    if row.network.as_ref().is_some_and(|(vpc, _)| *vpc != instance.vpc_id) {
        return Err(errors::SERVER_NETWORK.fault());
    }
    let address = given.server_ip.as_deref().filter(|address| !address.is_empty());
    if address.is_some_and(|address| address != address_of(cx.store, &instance.id)) {
        return Err(errors::SERVER_ADDRESS.fault());
    }
    Ok(Server {
        id: instance.id.clone(),
        kind,
        named: given.server_id.clone(),
        weight: given.weight()?,
        description: given.description.clone().unwrap_or_default(),
    })
}

fn set_backend_servers(
    cx: &mut Command<'_, '_>,
    input: BackendServers,
) -> Result<Answer<String>, Fault> {
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let mut servers = row.servers.clone();
    for given in given(&input.backend_servers)? {
        let weight = given.weight()?;
        let known = servers.iter_mut().find(|server| server.named == given.server_id);
        let known = known.ok_or_else(|| errors::SERVER_NOT_FOUND.fault())?;
        known.weight = weight;
        known.description = given.description.unwrap_or_else(|| known.description.clone());
    }
    change(cx, &input.load_balancer_id, |row| row.servers = servers)?;
    answer(cx, input.load_balancer_id, |weight| weight.to_string())
}

/// Takes servers away, which are named by their ids alone or as they were added. One that is not
/// there is as good as taken away.
fn remove_backend_servers(
    cx: &mut Command<'_, '_>,
    input: BackendServers,
) -> Result<Answer<u32>, Fault> {
    find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let ids: Vec<String> = match from_json(&input.backend_servers) {
        Some(ids) => ids,
        None => given(&input.backend_servers)?.into_iter().map(|given| given.server_id).collect(),
    };
    change(cx, &input.load_balancer_id, |row| {
        row.servers.retain(|server| !ids.contains(&server.named));
    })?;
    answer(cx, input.load_balancer_id, |weight| weight)
}
