//! The load balancer.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{Balancer, Balancers, Member, MemberHealth, Network};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, id_of, text, texts};
use super::{DigitalOcean, PAGES, numbers};
use crate::caller::CallError;
use crate::model::manifest::Protocol;
use crate::model::resource::Kind;

#[async_trait]
impl Balancers for DigitalOcean {
    fn tells_health(&self) -> bool {
        false
    }

    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        _network: &Network,
        _firewall: &str,
    ) -> Result<Balancer, Failure> {
        let name = &place.names.balancer;
        let id = match named(session, name).await?.into_iter().next() {
            Some(balancer) => {
                let id = id_of(&balancer, "/id", name)?;
                let id = session.adopt(Kind::LoadBalancer, name, id).await?;
                configure(session, place, &id, &balancer).await?;
                id
            }
            None => create(session, place).await?,
        };
        let active = session
            .until("the load balancer to become active", || async {
                let answer = session.read("load_balancers", "get", json!({ "lb_id": id })).await?;
                match text(answer.at("/load_balancer"), "/status").as_deref() {
                    Some("active") => Ok(text(answer.at("/load_balancer"), "/ip")),
                    Some("errored") => {
                        Err(Failure::Refused("the load balancer errored".to_owned()))
                    }
                    _ => Ok(None),
                }
            })
            .await?;
        let address = active.unwrap_or_else(|| "<load balancer address>".to_owned());
        session.note_address(Kind::LoadBalancer, name, &id, &address).await?;
        Ok(Balancer { id, group: None, address })
    }

    async fn address(
        &self,
        session: &Session,
        balancer: &Balancer,
    ) -> Result<Option<String>, Failure> {
        let answer = session.read("load_balancers", "get", json!({ "lb_id": balancer.id })).await;
        Ok(answer.found()?.and_then(|answer| text(answer.at("/load_balancer"), "/ip")))
    }

    async fn attach(
        &self,
        session: &Session,
        _place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        let input = json!({ "droplet_ids": numbers(instances), "lb_id": balancer.id });
        let done = session.write("load_balancers", "add_droplets", input, "attachment").await;
        done.busy_if(is_at_work).map(drop)
    }

    /// DigitalOcean tells which droplets are behind a load balancer, not how they are.
    async fn members(
        &self,
        session: &Session,
        _place: &Place,
        balancer: &Balancer,
    ) -> Result<Vec<Member>, Failure> {
        let answer = session.read("load_balancers", "get", json!({ "lb_id": balancer.id })).await;
        let Some(answer) = answer.found()? else { return Ok(Vec::new()) };
        let ids = texts(answer.list("/load_balancer/droplet_ids"), "");
        Ok(ids.into_iter().map(|id| Member { id, health: MemberHealth::NotTold }).collect())
    }

    async fn detach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        let input = json!({ "droplet_ids": numbers(instances), "lb_id": balancer.id });
        let answer = session.write("load_balancers", "remove_droplets", input, "detachment").await;
        if answer.busy_if(is_at_work).found()?.is_none() && !session.is_dry() {
            return Ok(());
        }
        // It does not say either when the last connection is over.
        session.pause(place.drain, || "connections to drain".to_owned()).await
    }
}

/// Whether a refusal passes: a load balancer is changed by one call after the other.
fn is_at_work(error: &CallError) -> bool {
    error.status == Some(403) && error.fault.message.contains("while it processes previous actions")
}

/// The load balancers of a name.
async fn named(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let pointer = "/load_balancers";
    let mut balancers = PAGES.all(session, "load_balancers", "list", json!({}), pointer).await?;
    balancers.retain(|balancer| balancer["name"] == name);
    Ok(balancers)
}

pub(super) async fn ids(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    Ok(texts(&named(session, name).await?, "/id"))
}

/// The settings, with the health checks in the range that DigitalOcean takes.
fn settings(place: &Place) -> Value {
    let protocol = match place.protocol {
        Protocol::Http => "http",
        Protocol::Tcp => "tcp",
    };
    let health = &place.health;
    let mut check = json!({
        "protocol": protocol,
        "port": place.run_port,
        "check_interval_seconds": health.interval_seconds.clamp(3, 300),
        "response_timeout_seconds": health.timeout_seconds.clamp(3, 300),
        "healthy_threshold": health.healthy_after.clamp(2, 10),
        "unhealthy_threshold": health.unhealthy_after.clamp(2, 10),
    });
    if place.protocol == Protocol::Http {
        check["path"] = json!(health.path);
    }
    json!({
        "name": place.names.balancer,
        "region": place.region,
        "forwarding_rules": [{
            "entry_protocol": protocol,
            "entry_port": place.expose_port,
            "target_protocol": protocol,
            "target_port": place.run_port,
        }],
        "health_check": check,
    })
}

async fn create(session: &Session, place: &Place) -> Result<String, Failure> {
    let mut body = settings(place);
    body["size_unit"] = json!(1);
    body["droplet_ids"] = json!([]);
    session
        .create(Creation::of(Kind::LoadBalancer, &place.names.balancer), async {
            let made = session.write("load_balancers", "create", body, "load balancer").await?;
            made.text("/load_balancer/id")
        })
        .await
}

/// Brings the health checks to what they should be. The call replaces all settings, so that the
/// droplets are named again.
async fn configure(
    session: &Session,
    place: &Place,
    id: &str,
    current: &Value,
) -> Result<(), Failure> {
    let mut wanted = settings(place);
    let checks = wanted["health_check"].as_object().cloned().unwrap_or_default();
    if checks.iter().all(|(name, value)| current["health_check"][name] == *value) {
        return Ok(());
    }
    wanted["droplet_ids"] = current["droplet_ids"].clone();
    wanted["lb_id"] = json!(id);
    let done = session.write("load_balancers", "update", wanted, "load balancer").await;
    done.busy_if(is_at_work).map(drop)
}
