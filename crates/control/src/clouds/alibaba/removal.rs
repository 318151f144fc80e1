//! Finding by name, and removing.

use async_trait::async_trait;
use serde_json::json;

use super::super::adapter::Removal;
use super::super::failure::{Failure, Outcome as _};
use super::super::session::{Session, texts};
use super::{Alibaba, balancer, instance, is_busy, network};
use crate::model::resource::Kind;

#[async_trait]
impl Removal for Alibaba {
    async fn find(
        &self,
        session: &Session,
        kind: Kind,
        name: &str,
    ) -> Result<Vec<String>, Failure> {
        Ok(match kind {
            Kind::Instance => instance::find(session, name).await?,
            Kind::Firewall => texts(&network::groups(session, name).await?, "/SecurityGroupId"),
            Kind::LoadBalancer => texts(&balancer::named(session, name).await?, "/LoadBalancerId"),
            Kind::Subnet => texts(&network::vswitches_named(session, name).await?, "/VSwitchId"),
            Kind::Network => {
                let vpcs = network::vpcs(session).await?;
                texts(vpcs.iter().filter(|vpc| vpc["VpcName"] == name), "/VpcId")
            }
            // Listeners and backend servers are parts of their load balancer.
            Kind::TargetGroup | Kind::Listener => Vec::new(),
        })
    }

    async fn delete(&self, session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
        let (service, operation, member) = match kind {
            Kind::Instance => ("ecs", "DeleteInstance", "InstanceId"),
            Kind::Firewall => ("ecs", "DeleteSecurityGroup", "SecurityGroupId"),
            Kind::LoadBalancer => ("slb", "DeleteLoadBalancer", "LoadBalancerId"),
            Kind::Subnet => ("vpc", "DeleteVSwitch", "VSwitchId"),
            Kind::Network => ("vpc", "DeleteVpc", "VpcId"),
            Kind::TargetGroup | Kind::Listener => return Ok(()),
        };
        let mut input = json!({});
        input[member] = json!(id);
        if kind == Kind::Instance {
            input["Force"] = json!(true);
        } else {
            input["RegionId"] = json!(session.region);
        }
        let done = session.write(service, operation, input, "removal").await;
        if done.busy_if(is_busy).found()?.is_none() {
            return Ok(());
        }
        session.until_gone("the removal to end", || is_gone(session, kind, id)).await
    }
}

async fn is_gone(session: &Session, kind: Kind, id: &str) -> Result<bool, Failure> {
    let (service, operation, member, pointer) = match kind {
        Kind::Instance => return Ok(instance::describe(session, id).await?.is_none()),
        Kind::Subnet => ("vpc", "DescribeVSwitches", "VSwitchId", "/VSwitches/VSwitch"),
        Kind::Network => ("vpc", "DescribeVpcs", "VpcId", "/Vpcs/Vpc"),
        // These go at once.
        _ => return Ok(true),
    };
    let mut input = json!({ "RegionId": session.region });
    input[member] = json!(id);
    let answer = session.read(service, operation, input).await.found()?;
    Ok(answer.is_none_or(|answer| answer.list(pointer).iter().all(|it| it[member] != id)))
}
