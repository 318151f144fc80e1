//! The load balancer and its backend servers.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{Balancer, Balancers, Member, MemberHealth, Network};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, id_of, text};
use super::{Alibaba, PAGES, is_busy, listener};
use crate::model::resource::Kind;

/// The weight of a backend server that gets traffic.
const WEIGHT: u32 = 100;

#[async_trait]
impl Balancers for Alibaba {
    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        _network: &Network,
        _firewall: &str,
    ) -> Result<Balancer, Failure> {
        let name = &place.names.balancer;
        let existing = named(session, name).await?.into_iter().next();
        let id = match existing {
            Some(balancer) => id_of(&balancer, "/LoadBalancerId", name)?,
            None => create(session, place).await?,
        };
        let id = session.adopt(Kind::LoadBalancer, name, id).await?;
        listener::ensure(session, place, &id).await?;
        // The address may depend on the listener, so that the one before it does not count.
        let address = match found_at(session, &id).await? {
            Some(address) => address,
            None if session.is_dry() => "<load balancer address>".to_owned(),
            None => return Err(Failure::Refused(format!("{name} was described without address"))),
        };
        session.note_address(Kind::LoadBalancer, name, &id, &address).await?;
        Ok(Balancer { id, group: None, address })
    }

    async fn address(
        &self,
        session: &Session,
        balancer: &Balancer,
    ) -> Result<Option<String>, Failure> {
        found_at(session, &balancer.id).await
    }

    async fn attach(
        &self,
        session: &Session,
        _place: &Place,
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

    async fn members(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
    ) -> Result<Vec<Member>, Failure> {
        let input = json!({
            "RegionId": session.region,
            "LoadBalancerId": balancer.id,
            "ListenerPort": place.expose_port,
        });
        let answer = session.read("slb", "DescribeHealthStatus", input).await;
        let Some(answer) = answer.none_if(listener::is_missing)? else { return Ok(Vec::new()) };
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
    async fn detach(
        &self,
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
        let busy: Vec<_> =
            there.iter().copied().filter(|id| weights.get(*id) != Some(&0)).collect();
        if !busy.is_empty() {
            change(session, balancer, "SetBackendServers", servers(&busy, Some(0))).await?;
        }
        session.pause(place.drain, || "connections to drain".to_owned()).await?;
        change(session, balancer, "RemoveBackendServers", servers(&there, None)).await
    }
}

/// Where it is found.
async fn found_at(session: &Session, id: &str) -> Result<Option<String>, Failure> {
    let input = json!({ "RegionId": session.region, "LoadBalancerId": id });
    let answer = session.read("slb", "DescribeLoadBalancerAttribute", input).await.found()?;
    Ok(answer.and_then(|answer| text(answer.at(""), "/Address")))
}

/// The load balancers of a name.
pub(super) async fn named(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "LoadBalancerName": name, "RegionId": session.region });
    let pointer = "/LoadBalancers/LoadBalancer";
    let mut balancers = PAGES.all(session, "slb", "DescribeLoadBalancers", filter, pointer).await?;
    balancers.retain(|balancer| balancer["LoadBalancerName"] == name);
    Ok(balancers)
}

async fn create(session: &Session, place: &Place) -> Result<String, Failure> {
    let name = &place.names.balancer;
    let input = json!({
        "RegionId": session.region,
        "LoadBalancerName": name,
        "AddressType": "internet",
        "InternetChargeType": "paybytraffic",
        "ClientToken": place.token("load balancer"),
        "Tag": place.tags(None),
    });
    let made = session.create(Creation::of(Kind::LoadBalancer, name), async {
        let made = session.write("slb", "CreateLoadBalancer", input, "load balancer").await?;
        made.text("/LoadBalancerId")
    });
    made.await.busy_if(is_busy)
}

/// The backend servers' weights.
async fn weights(session: &Session, balancer: &Balancer) -> Result<HashMap<String, u64>, Failure> {
    let input = json!({ "RegionId": session.region, "LoadBalancerId": balancer.id });
    let answer = session.read("slb", "DescribeLoadBalancerAttribute", input).await;
    let Some(answer) = answer.found()? else { return Ok(HashMap::new()) };
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
    session.write("slb", operation, input, "change").await.busy_if(is_busy).map(drop)
}
