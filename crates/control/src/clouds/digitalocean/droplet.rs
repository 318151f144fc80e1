//! Droplets.

use serde_json::{Value, json};

use super::super::adapter::{InstancePhase, Observed, Order};
use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, list, text};
use super::pages::{all, number, with_body};
use super::{catalogue, firewall, found};
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

pub(super) async fn create(
    session: &Session,
    place: &Place,
    order: &Order<'_>,
) -> Result<String, Failure> {
    let body = json!({
        "name": order.name,
        "region": place.region,
        "size": catalogue::size(&place.size),
        "image": catalogue::image(place.image.as_deref()),
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
        let input = with_body(None, body);
        session.write("droplets", "create", input, order.name).await?.text("/droplet/id")
    };
    let what = Creation { kind: Kind::Instance, name: order.name, template: order.template };
    let id = session.create(what, make, |id| Ok(id.clone())).await?;
    firewall::assign(session, order.firewall, &id).await?;
    Ok(id)
}

/// The ids of the droplets that carry a name's tag.
pub(super) async fn find(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let droplets = all(session, "droplets", "droplets", &[("tag_name", &mark(name))]).await?;
    let named = droplets.iter().filter(|droplet| droplet["name"] == name);
    Ok(named.filter_map(|droplet| text(droplet, "/id")).collect())
}

pub(super) async fn describe(session: &Session, id: &str) -> Result<Option<Value>, Failure> {
    let answer = session.read("droplets", "get", json!({ "droplet_id": number(id) })).await;
    Ok(found(answer)?.map(|answer| answer.at("/droplet").clone()).filter(Value::is_object))
}

pub(super) async fn observe(session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
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
        networks.find(|network| network["type"] == wanted).and_then(|it| text(it, "/ip_address"))
    };
    Ok(Some(Observed { state, phase, address: of_type("public").or_else(|| of_type("private")) }))
}

/// Asks for a droplet's end; one that is gone is no failure.
pub(super) async fn destroy(session: &Session, id: &str) -> Result<(), Failure> {
    let input = json!({ "droplet_id": number(id) });
    found(session.write("droplets", "destroy", input, "removal").await).map(drop)
}
