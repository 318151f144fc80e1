//! Instances.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::adapter::{InstancePhase, Instances, Observed, Order};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, text, texts};
use super::{Alibaba, PAGES, is_busy, offers};
use crate::model::resource::Kind;

/// Mbit/s; with it comes a public address.
const BANDWIDTH: u32 = 5;

#[async_trait]
impl Instances for Alibaba {
    async fn create_instance(
        &self,
        session: &Session,
        place: &Place,
        order: &Order<'_>,
    ) -> Result<String, Failure> {
        let image = match &place.image {
            Some(image) => image.clone(),
            None => offers::default_image(session).await?,
        };
        let subnet = order.network.subnets.first();
        let input = json!({
            "RegionId": session.region,
            "ZoneId": subnet.map(|subnet| &subnet.zone),
            "ImageId": image,
            "InstanceType": offers::instance_type(&place.size),
            "SecurityGroupId": order.firewall,
            "VSwitchId": subnet.map(|subnet| &subnet.id),
            "InstanceName": order.name,
            "Amount": 1,
            "InstanceChargeType": "PostPaid",
            "InternetChargeType": "PayByTraffic",
            "InternetMaxBandwidthOut": BANDWIDTH,
            "ClientToken": order.token,
            "UserData": STANDARD.encode(order.user_data),
            "Tag": place.tags(None),
        });
        let what = Creation { kind: Kind::Instance, name: order.name, template: order.template };
        let made = session.create(what, async {
            let answer = session.write("ecs", "RunInstances", input, order.name).await?;
            answer.text("/InstanceIdSets/InstanceIdSet/0")
        });
        made.await.busy_if(is_busy)
    }

    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
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
}

pub(super) async fn describe(session: &Session, id: &str) -> Result<Option<Value>, Failure> {
    let input = json!({ "RegionId": session.region, "InstanceIds": json!([id]).to_string() });
    let answer = session.read("ecs", "DescribeInstances", input).await.found()?;
    Ok(answer.and_then(|answer| {
        let mut instances = answer.list("/Instances/Instance").iter();
        instances.find(|instance| instance["InstanceId"] == id).cloned()
    }))
}

/// The ids of the instances of a name.
pub(super) async fn find(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let filter = json!({ "InstanceName": name, "RegionId": session.region });
    let pointer = "/Instances/Instance";
    let instances = PAGES.all(session, "ecs", "DescribeInstances", filter, pointer).await?;
    let named = instances.iter().filter(|instance| instance["InstanceName"] == name);
    Ok(texts(named, "/InstanceId"))
}
