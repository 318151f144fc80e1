//! Instances.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::adapter::{InstancePhase, Observed, Order};
use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, text};
use super::{catalogue, found, network};
use crate::model::resource::Kind;

/// Mbit/s; with it comes a public address.
const BANDWIDTH: u32 = 5;

pub(super) async fn create(
    session: &Session,
    place: &Place,
    order: &Order<'_>,
) -> Result<String, Failure> {
    let image = match &place.image {
        Some(image) => image.clone(),
        None => catalogue::default_image(session).await?,
    };
    let subnet = order.network.subnets.first();
    let input = json!({
        "RegionId": session.region,
        "ZoneId": subnet.map(|subnet| &subnet.zone),
        "ImageId": image,
        "InstanceType": catalogue::instance_type(&place.size),
        "SecurityGroupId": order.firewall,
        "VSwitchId": subnet.map(|subnet| &subnet.id),
        "InstanceName": order.name,
        "Amount": 1,
        "InstanceChargeType": "PostPaid",
        "InternetChargeType": "PayByTraffic",
        "InternetMaxBandwidthOut": BANDWIDTH,
        "ClientToken": order.token,
        "UserData": STANDARD.encode(order.user_data),
        "Tag": network::tags(place),
    });
    let id = "/InstanceIdSets/InstanceIdSet/0";
    session
        .create(
            Creation { kind: Kind::Instance, name: order.name, template: order.template },
            session.write("ecs", "RunInstances", input, order.name),
            |answer| answer.text(id),
        )
        .await?
        .text(id)
}

pub(super) async fn describe(session: &Session, id: &str) -> Result<Option<Value>, Failure> {
    let input = json!({ "RegionId": session.region, "InstanceIds": json!([id]).to_string() });
    let answer = found(session.read("ecs", "DescribeInstances", input).await)?;
    Ok(answer.and_then(|answer| {
        let mut instances = answer.list("/Instances/Instance").iter();
        instances.find(|instance| instance["InstanceId"] == id).cloned()
    }))
}

pub(super) async fn observe(session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
    let Some(instance) = describe(session, id).await? else { return Ok(None) };
    let state = text(&instance, "/Status").unwrap_or_else(|| "Unknown".to_owned());
    let phase = match state.as_str() {
        "Running" => InstancePhase::Running,
        "Stopping" | "Stopped" => InstancePhase::Stopped,
        "Deleted" => InstancePhase::Gone,
        _ => InstancePhase::Starting,
    };
    let address = text(&instance, "/PublicIpAddress/IpAddress/0")
        .or_else(|| text(&instance, "/EipAddress/IpAddress"))
        .or_else(|| text(&instance, "/VpcAttributes/PrivateIpAddress/IpAddress/0"));
    Ok(Some(Observed { state, phase, address }))
}

/// The ids of the instances of a name.
pub(super) async fn find(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let filter = json!({ "InstanceName": name });
    let pointer = "/Instances/Instance";
    let instances = network::pages(session, "ecs", "DescribeInstances", filter, pointer).await?;
    let named = instances.iter().filter(|instance| instance["InstanceName"] == name);
    Ok(named.filter_map(|instance| text(instance, "/InstanceId")).collect())
}
