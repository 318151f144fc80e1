//! Droplets.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{InstancePhase, Instances, Observed, Order};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, list, text, texts};
use super::{DigitalOcean, PAGES, network, number, offers};
use crate::model::resource::Kind;

/// The tag that one droplet alone carries, from before it is asked for.
fn mark(name: &str) -> String {
    format!("isobar-name-{name}")
}

/// Everything's tags. DigitalOcean's have no value, so that the key is a prefix.
fn tags(place: &Place, name: &str) -> Vec<String> {
    vec![
        mark(name),
        format!("isobar-dep-{}", place.deployment.trim_start_matches("dep_")),
        format!("isobar-service-{}", place.service),
        format!("isobar-environment-{}", place.environment),
    ]
}

#[async_trait]
impl Instances for DigitalOcean {
    async fn create_instance(
        &self,
        session: &Session,
        place: &Place,
        order: &Order<'_>,
    ) -> Result<String, Failure> {
        let body = json!({
            "name": order.name,
            "region": place.region,
            "size": offers::size(&place.size),
            "image": offers::image(place.image.as_deref()),
            "user_data": order.user_data,
            "tags": tags(place, order.name),
        });
        let make = async {
            // An earlier attempt whose answer was lost may have made it, even more than once.
            let mut made = find(session, order.name).await?;
            made.sort_unstable();
            if let Some((first, rest)) = made.split_first() {
                for id in rest {
                    destroy(session, id).await?;
                }
                return Ok(first.clone());
            }
            session.write("droplets", "create", body, order.name).await?.text("/droplet/id")
        };
        let what = Creation { kind: Kind::Instance, name: order.name, template: order.template };
        let id = session.create(what, make).await?;
        network::assign(session, order.firewall, &id).await?;
        Ok(id)
    }

    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
        let Some(droplet) = describe(session, id).await? else { return Ok(None) };
        let state = text(&droplet, "/status").unwrap_or_else(|| "unknown".to_owned());
        let phase = match state.as_str() {
            "active" => InstancePhase::Running,
            "off" => InstancePhase::Stopped,
            "archive" => InstancePhase::Gone,
            _ => InstancePhase::Starting,
        };
        let of_type = |wanted: &str| {
            let mut networks = list(&droplet, "/networks/v4").iter();
            networks
                .find(|network| network["type"] == wanted)
                .and_then(|it| text(it, "/ip_address"))
        };
        Ok(Some(Observed {
            state,
            phase,
            address: of_type("public").or_else(|| of_type("private")),
        }))
    }
}

/// The ids of the droplets that carry a name's tag.
pub(super) async fn find(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let tagged = json!({ "tag_name": mark(name) });
    let droplets = PAGES.all(session, "droplets", "list", tagged, "/droplets").await?;
    Ok(texts(droplets.iter().filter(|droplet| droplet["name"] == name), "/id"))
}

pub(super) async fn describe(session: &Session, id: &str) -> Result<Option<Value>, Failure> {
    let answer = session.read("droplets", "get", json!({ "droplet_id": number(id) })).await;
    Ok(answer.found()?.map(|answer| answer.at("/droplet").clone()).filter(Value::is_object))
}

/// Asks for a droplet's end; one that is gone is no failure.
async fn destroy(session: &Session, id: &str) -> Result<(), Failure> {
    let input = json!({ "droplet_id": number(id) });
    session.write("droplets", "destroy", input, "removal").await.found().map(drop)
}
