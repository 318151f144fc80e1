//! Instances.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{InstancePhase, Instances, Observed, Order};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, list, text, texts};
use super::{Aws, offers};
use crate::model::resource::Kind;

#[async_trait]
impl Instances for Aws {
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
        let subnets = &order.network.subnets;
        let subnet = subnets.get(order.slot as usize % subnets.len().max(1));
        let input = json!({
            "ImageId": image,
            "InstanceType": offers::instance_type(&place.size),
            "MinCount": 1,
            "MaxCount": 1,
            "ClientToken": order.token,
            "SubnetId": subnet.map(|subnet| &subnet.id),
            "SecurityGroupIds": [order.firewall],
            // The client writes it in base64.
            "UserData": order.user_data,
            "TagSpecifications": [{
                "ResourceType": "instance",
                "Tags": place.tags(Some(order.name)),
            }],
        });
        let what = Creation { kind: Kind::Instance, name: order.name, template: order.template };
        session
            .create(what, async {
                let answer = session.write("ec2", "RunInstances", input, order.name).await?;
                answer.text("/Instances/0/InstanceId")
            })
            .await
    }

    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
        let Some(instance) = describe(session, id).await? else { return Ok(None) };
        let state = text(&instance, "/State/Name").unwrap_or_else(|| "unknown".to_owned());
        let phase = match state.as_str() {
            "running" => InstancePhase::Running,
            "stopping" | "stopped" => InstancePhase::Stopped,
            "shutting-down" | "terminated" => InstancePhase::Gone,
            _ => InstancePhase::Starting,
        };
        let address =
            text(&instance, "/PublicIpAddress").or_else(|| text(&instance, "/PrivateIpAddress"));
        Ok(Some(Observed { state, phase, address }))
    }
}

pub(super) async fn describe(session: &Session, id: &str) -> Result<Option<Value>, Failure> {
    let answer = session.read("ec2", "DescribeInstances", json!({ "InstanceIds": [id] })).await;
    Ok(answer.found()?.and_then(|answer| {
        let reservations = answer.list("/Reservations");
        reservations.iter().flat_map(|item| list(item, "/Instances")).next().cloned()
    }))
}

/// The ids of the instances of a name that are not terminated.
pub(super) async fn find(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let filters = json!([
        { "Name": "tag:Name", "Values": [name] },
        { "Name": "instance-state-name",
          "Values": ["pending", "running", "stopping", "stopped"] },
    ]);
    let answer = session.read("ec2", "DescribeInstances", json!({ "Filters": filters })).await?;
    let reservations = answer.list("/Reservations").iter();
    Ok(texts(reservations.flat_map(|item| list(item, "/Instances")), "/InstanceId"))
}
