//! The firewall.

use async_trait::async_trait;
use serde_json::json;

use super::super::adapter::{Network, Networks};
use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, texts};
use super::{DigitalOcean, PAGES, number};
use crate::model::resource::Kind;

#[async_trait]
impl Networks for DigitalOcean {
    async fn ensure_network(&self, _: &Session, _: &Place) -> Result<Network, Failure> {
        // Every region has a default VPC, to which droplets and load balancers go by themselves.
        Ok(Network::default())
    }

    async fn ensure_firewall(
        &self,
        session: &Session,
        place: &Place,
        _network: &Network,
    ) -> Result<String, Failure> {
        let name = &place.names.firewall;
        if let Some(id) = ids(session, name).await?.into_iter().next() {
            return session.adopt(Kind::Firewall, name, id).await;
        }
        let anywhere = json!({ "addresses": ["0.0.0.0/0", "::/0"] });
        let inbound = |port: u16| json!({ "protocol": "tcp", "ports": port.to_string(), "sources": anywhere });
        let outbound = |protocol: &str| json!({ "protocol": protocol, "ports": "all", "destinations": anywhere });
        let body = json!({
            "name": name,
            "inbound_rules": place.ports().into_iter().map(inbound).collect::<Vec<_>>(),
            "outbound_rules": [
                outbound("tcp"),
                outbound("udp"),
                { "protocol": "icmp", "ports": "0", "destinations": anywhere },
            ],
        });
        session
            .create(Creation::of(Kind::Firewall, name), async {
                session.write("firewalls", "create", body, "firewall").await?.text("/firewall/id")
            })
            .await
    }
}

/// The ids of the firewalls of a name.
pub(super) async fn ids(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let firewalls = PAGES.all(session, "firewalls", "list", json!({}), "/firewalls").await?;
    Ok(texts(firewalls.iter().filter(|firewall| firewall["name"] == name), "/id"))
}

/// Puts a droplet behind a firewall.
pub(super) async fn assign(
    session: &Session,
    firewall: &str,
    droplet: &str,
) -> Result<(), Failure> {
    let input = json!({ "droplet_ids": [number(droplet)], "firewall_id": firewall });
    session.write("firewalls", "assign_droplets", input, "assignment").await.map(drop)
}
