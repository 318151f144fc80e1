//! Finding by name, and removing.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::session::{Session, text};
use super::{balancer, found, instance, network, patient};
use crate::model::resource::Kind;

pub(super) async fn find(
    session: &Session,
    kind: Kind,
    name: &str,
) -> Result<Vec<String>, Failure> {
    let ids = |items: Vec<Value>, pointer: &str| {
        items.iter().filter_map(|item| text(item, pointer)).collect()
    };
    Ok(match kind {
        Kind::Instance => instance::find(session, name).await?,
        Kind::Firewall => ids(network::groups(session, name).await?, "/SecurityGroupId"),
        Kind::LoadBalancer => ids(balancer::named(session, name).await?, "/LoadBalancerId"),
        Kind::Subnet => ids(network::vswitches_named(session, name).await?, "/VSwitchId"),
        Kind::Network => {
            let mut vpcs = network::vpcs(session).await?;
            vpcs.retain(|vpc| vpc["VpcName"] == name);
            ids(vpcs, "/VpcId")
        }
        // Listeners and backend servers are parts of their load balancer.
        Kind::TargetGroup | Kind::Listener => Vec::new(),
    })
}

pub(super) async fn delete(session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
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
    if found(patient(session.write(service, operation, input, "removal").await))?.is_none() {
        return Ok(());
    }
    session
        .until("the removal to end", || async {
            Ok(is_gone(session, kind, id).await?.then_some(()))
        })
        .await
        .map(drop)
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
    let answer = found(session.read(service, operation, input).await)?;
    Ok(answer.is_none_or(|answer| answer.list(pointer).iter().all(|it| it[member] != id)))
}
