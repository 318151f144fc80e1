//! The firewall.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, text};
use super::pages::{all, numbers, with_body};
use crate::model::resource::Kind;

pub(super) async fn ensure(session: &Session, place: &Place) -> Result<String, Failure> {
    let name = &place.names.firewall;
    if let Some(id) = ids(session, name).await?.into_iter().next() {
        return session.adopt(Kind::Firewall, name, id).await;
    }
    let anywhere = json!({ "addresses": ["0.0.0.0/0", "::/0"] });
    let inbound =
        |port: u16| json!({ "protocol": "tcp", "ports": port.to_string(), "sources": anywhere });
    let outbound =
        |protocol: &str| json!({ "protocol": protocol, "ports": "all", "destinations": anywhere });
    let mut ports = vec![place.run_port, place.expose_port];
    ports.dedup();
    let body = json!({
        "name": name,
        "inbound_rules": ports.into_iter().map(inbound).collect::<Vec<_>>(),
        "outbound_rules": [
            outbound("tcp"),
            outbound("udp"),
            { "protocol": "icmp", "ports": "0", "destinations": anywhere },
        ],
    });
    session
        .create(
            Creation::of(Kind::Firewall, name),
            session.write("firewalls", "create", with_body(None, body), "firewall"),
            |answer| answer.text("/firewall/id"),
        )
        .await?
        .text("/firewall/id")
}

/// The ids of the firewalls of a name.
pub(super) async fn ids(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let firewalls = all(session, "firewalls", "firewalls", &[]).await?;
    let named = firewalls.iter().filter(|firewall| firewall["name"] == name);
    Ok(named.filter_map(|firewall| text(firewall, "/id")).collect())
}

/// Puts a droplet behind a firewall.
pub(super) async fn assign(
    session: &Session,
    firewall: &str,
    droplet: &str,
) -> Result<(), Failure> {
    let input = with_body(
        Some(("firewall_id", Value::from(firewall))),
        json!({ "droplet_ids": numbers(&[droplet.to_owned()]) }),
    );
    session.write("firewalls", "assign_droplets", input, "assignment").await.map(drop)
}
