//! The load balancer.

use serde_json::{Value, json};

use super::super::adapter::{Balancer, Member, MemberHealth};
use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, list, text};
use super::pages::{all, numbers, with_body};
use super::{found, patient};
use crate::model::manifest::Protocol;
use crate::model::resource::Kind;

pub(super) async fn ensure(session: &Session, place: &Place) -> Result<Balancer, Failure> {
    let name = &place.names.balancer;
    let id = match named(session, name).await?.into_iter().next() {
        Some(balancer) => {
            let id = text(&balancer, "/id")
                .ok_or_else(|| Failure::Refused(format!("{name} was described without its id")))?;
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
                Some("errored") => Err(Failure::Refused("the load balancer errored".to_owned())),
                _ => Ok(None),
            }
        })
        .await?;
    let address = active.unwrap_or_else(|| "<load balancer address>".to_owned());
    session.note_address(Kind::LoadBalancer, name, &id, &address).await?;
    Ok(Balancer { id, group: None, address })
}

/// The load balancers of a name.
async fn named(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let mut balancers = all(session, "load_balancers", "load_balancers", &[]).await?;
    balancers.retain(|balancer| balancer["name"] == name);
    Ok(balancers)
}

pub(super) async fn ids(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    Ok(named(session, name).await?.iter().filter_map(|balancer| text(balancer, "/id")).collect())
}

/// Where it is found.
pub(super) async fn address(session: &Session, id: &str) -> Result<Option<String>, Failure> {
    let answer = found(session.read("load_balancers", "get", json!({ "lb_id": id })).await)?;
    Ok(answer.and_then(|answer| text(answer.at("/load_balancer"), "/ip")))
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
        .create(
            Creation::of(Kind::LoadBalancer, &place.names.balancer),
            session.write("load_balancers", "create", with_body(None, body), "load balancer"),
            |answer| answer.text("/load_balancer/id"),
        )
        .await?
        .text("/load_balancer/id")
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
    let input = with_body(Some(("lb_id", json!(id))), wanted);
    patient(session.write("load_balancers", "update", input, "load balancer").await).map(drop)
}

pub(super) async fn attach(
    session: &Session,
    balancer: &Balancer,
    instances: &[String],
) -> Result<(), Failure> {
    let body = json!({ "droplet_ids": numbers(instances) });
    let input = with_body(Some(("lb_id", json!(balancer.id))), body);
    patient(session.write("load_balancers", "add_droplets", input, "attachment").await).map(drop)
}

/// DigitalOcean tells which droplets are behind a load balancer, not how they are.
pub(super) async fn members(
    session: &Session,
    balancer: &Balancer,
) -> Result<Vec<Member>, Failure> {
    let answer = session.read("load_balancers", "get", json!({ "lb_id": balancer.id })).await;
    let Some(answer) = found(answer)? else { return Ok(Vec::new()) };
    let droplets = list(answer.at("/load_balancer"), "/droplet_ids");
    let ids = droplets.iter().filter_map(|id| text(id, ""));
    Ok(ids.map(|id| Member { id, health: MemberHealth::NotTold }).collect())
}

pub(super) async fn detach(
    session: &Session,
    place: &Place,
    balancer: &Balancer,
    instances: &[String],
) -> Result<(), Failure> {
    let body = json!({ "droplet_ids": numbers(instances) });
    let input = with_body(Some(("lb_id", json!(balancer.id))), body);
    let answer = session.write("load_balancers", "remove_droplets", input, "detachment").await;
    if found(patient(answer))?.is_none() && !session.is_dry() {
        return Ok(());
    }
    // It does not say either when the last connection is over.
    session.pause(place.drain, || "connections to drain".to_owned()).await
}
