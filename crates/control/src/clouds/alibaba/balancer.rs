//! The load balancer and its backend servers.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::adapter::{Balancer, Member, MemberHealth};
use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, text};
use super::{found, listener, network, patient};
use crate::model::resource::Kind;

/// The weight of a backend server that gets traffic.
const WEIGHT: u32 = 100;

pub(super) async fn ensure(session: &Session, place: &Place) -> Result<Balancer, Failure> {
    let name = &place.names.balancer;
    let existing = named(session, name).await?.into_iter().next();
    let id = match existing {
        Some(balancer) => text(&balancer, "/LoadBalancerId")
            .ok_or_else(|| Failure::Refused(format!("{name} was described without its id")))?,
        None => create(session, place).await?.text("/LoadBalancerId")?,
    };
    let id = session.adopt(Kind::LoadBalancer, name, id).await?;
    listener::ensure(session, place, &id).await?;
    // The address may depend on the listener, so that the one before it does not count.
    let address = match address(session, &id).await? {
        Some(address) => address,
        None if session.is_dry() => "<load balancer address>".to_owned(),
        None => return Err(Failure::Refused(format!("{name} was described without address"))),
    };
    session.note_address(Kind::LoadBalancer, name, &id, &address).await?;
    Ok(Balancer { id, group: None, address })
}

/// Where it is found.
pub(super) async fn address(session: &Session, id: &str) -> Result<Option<String>, Failure> {
    let input = json!({ "RegionId": session.region, "LoadBalancerId": id });
    let answer = found(session.read("slb", "DescribeLoadBalancerAttribute", input).await)?;
    Ok(answer.and_then(|answer| text(answer.at(""), "/Address")))
}

/// The load balancers of a name.
pub(super) async fn named(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "LoadBalancerName": name });
    let pointer = "/LoadBalancers/LoadBalancer";
    let mut balancers =
        network::pages(session, "slb", "DescribeLoadBalancers", filter, pointer).await?;
    balancers.retain(|balancer| balancer["LoadBalancerName"] == name);
    Ok(balancers)
}

async fn create(
    session: &Session,
    place: &Place,
) -> Result<super::super::session::Answer, Failure> {
    let name = &place.names.balancer;
    let input = json!({
        "RegionId": session.region,
        "LoadBalancerName": name,
        "AddressType": "internet",
        "InternetChargeType": "paybytraffic",
        "ClientToken": place.token("load balancer"),
        "Tag": network::tags(place),
    });
    session
        .create(
            Creation::of(Kind::LoadBalancer, name),
            session.write("slb", "CreateLoadBalancer", input, "load balancer"),
            |answer| answer.text("/LoadBalancerId"),
        )
        .await
}

/// The backend servers' weights.
async fn weights(session: &Session, balancer: &Balancer) -> Result<HashMap<String, u64>, Failure> {
    let input = json!({ "RegionId": session.region, "LoadBalancerId": balancer.id });
    let answer = session.read("slb", "DescribeLoadBalancerAttribute", input).await;
    let Some(answer) = found(answer)? else { return Ok(HashMap::new()) };
    Ok(answer
        .list("/BackendServers/BackendServer")
        .iter()
        .filter_map(|server| {
            let weight = text(server, "/Weight").and_then(|weight| weight.parse().ok());
            Some((text(server, "/ServerId")?, weight.unwrap_or(u64::from(WEIGHT))))
        })
        .collect())
}

/// The list of servers goes as JSON text.
fn servers(ids: &[&String], weight: Option<u32>) -> String {
    let servers: Value = ids
        .iter()
        .map(|id| match weight {
            Some(weight) => json!({ "ServerId": id, "Weight": weight.to_string(), "Type": "ecs" }),
            None => json!({ "ServerId": id, "Type": "ecs" }),
        })
        .collect();
    servers.to_string()
}

async fn change(
    session: &Session,
    balancer: &Balancer,
    operation: &str,
    servers: String,
) -> Result<(), Failure> {
    let input = json!({
        "RegionId": session.region,
        "LoadBalancerId": balancer.id,
        "BackendServers": servers,
    });
    patient(session.write("slb", operation, input, "change").await).map(drop)
}

pub(super) async fn add(
    session: &Session,
    balancer: &Balancer,
    instances: &[String],
) -> Result<(), Failure> {
    let weights = weights(session, balancer).await?;
    let absent: Vec<_> = instances.iter().filter(|id| !weights.contains_key(*id)).collect();
    let idle: Vec<_> = instances.iter().filter(|id| weights.get(*id) == Some(&0)).collect();
    if !absent.is_empty() {
        change(session, balancer, "AddBackendServers", servers(&absent, Some(WEIGHT))).await?;
    }
    if !idle.is_empty() {
        change(session, balancer, "SetBackendServers", servers(&idle, Some(WEIGHT))).await?;
    }
    Ok(())
}

pub(super) async fn members(
    session: &Session,
    place: &Place,
    balancer: &Balancer,
) -> Result<Vec<Member>, Failure> {
    let input = json!({
        "RegionId": session.region,
        "LoadBalancerId": balancer.id,
        "ListenerPort": place.expose_port,
    });
    let Some(answer) = found(session.read("slb", "DescribeHealthStatus", input).await)? else {
        return Ok(Vec::new());
    };
    Ok(answer
        .list("/BackendServers/BackendServer")
        .iter()
        .filter_map(|server| {
            let health = match text(server, "/ServerHealthStatus")?.as_str() {
                "normal" => MemberHealth::InService,
                other => MemberHealth::OutOfService(other.to_owned()),
            };
            Some(Member { id: text(server, "/ServerId")?, health })
        })
        .collect())
}

/// A server with weight 0 gets no new connections; once those that it had are over, it goes.
pub(super) async fn remove(
    session: &Session,
    place: &Place,
    balancer: &Balancer,
    instances: &[String],
) -> Result<(), Failure> {
    if session.is_dry() {
        let all: Vec<_> = instances.iter().collect();
        change(session, balancer, "SetBackendServers", servers(&all, Some(0))).await?;
        session.will_wait(place.drain);
        return change(session, balancer, "RemoveBackendServers", servers(&all, None)).await;
    }
    let weights = weights(session, balancer).await?;
    let there: Vec<_> = instances.iter().filter(|id| weights.contains_key(*id)).collect();
    if there.is_empty() {
        return Ok(());
    }
    let busy: Vec<_> = there.iter().copied().filter(|id| weights.get(*id) != Some(&0)).collect();
    if !busy.is_empty() {
        change(session, balancer, "SetBackendServers", servers(&busy, Some(0))).await?;
    }
    session.pause(place.drain, || "connections to drain".to_owned()).await?;
    change(session, balancer, "RemoveBackendServers", servers(&there, None)).await
}
