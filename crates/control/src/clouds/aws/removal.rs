//! Finding by name, and removing.

use serde_json::json;

use super::super::failure::Failure;
use super::super::session::{Session, text};
use super::{balancer, found, instance, network};
use crate::model::resource::Kind;

/// Codes of removals that have to wait until something else is gone.
const BUSY: [&str; 4] =
    ["DependencyViolation", "ResourceInUse", "ResourceInUseException", "IncorrectInstanceState"];

pub(super) async fn find(
    session: &Session,
    kind: Kind,
    name: &str,
) -> Result<Vec<String>, Failure> {
    let one = |found: Option<serde_json::Value>, pointer: &str| {
        found.and_then(|value| text(&value, pointer)).into_iter().collect()
    };
    Ok(match kind {
        Kind::Instance => instance::find(session, name).await?,
        Kind::Listener => balancer::find_listeners(session, name).await?,
        Kind::Firewall => one(network::find_group(session, name, None).await?, "/GroupId"),
        Kind::LoadBalancer => one(balancer::find(session, name).await?, "/LoadBalancerArn"),
        Kind::TargetGroup => {
            one(balancer::find_target_group(session, name).await?, "/TargetGroupArn")
        }
        // The default VPC is used as it is.
        Kind::Network | Kind::Subnet => Vec::new(),
    })
}

pub(super) async fn delete(session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
    let (service, operation, input) = match kind {
        Kind::Instance => ("ec2", "TerminateInstances", json!({ "InstanceIds": [id] })),
        Kind::Firewall => ("ec2", "DeleteSecurityGroup", json!({ "GroupId": id })),
        Kind::LoadBalancer => ("elbv2", "DeleteLoadBalancer", json!({ "LoadBalancerArn": id })),
        Kind::TargetGroup => ("elbv2", "DeleteTargetGroup", json!({ "TargetGroupArn": id })),
        Kind::Listener => ("elbv2", "DeleteListener", json!({ "ListenerArn": id })),
        Kind::Network | Kind::Subnet => return Ok(()),
    };
    let answer = found(session.write(service, operation, input, "removal").await);
    match answer {
        Err(Failure::Call(error)) if BUSY.contains(&error.code()) => {
            return Err(Failure::Busy(error.to_string()));
        }
        other => drop(other?),
    }
    match kind {
        Kind::Instance => {
            gone(session, "the instance to terminate", || async {
                let observed = instance::describe(session, id).await?;
                Ok(observed.is_none_or(|it| it["State"]["Name"] == "terminated"))
            })
            .await
        }
        Kind::LoadBalancer => {
            gone(session, "the load balancer to go", || async {
                let input = json!({ "LoadBalancerArns": [id] });
                let answer = session.read("elbv2", "DescribeLoadBalancers", input).await;
                Ok(found(answer)?.is_none_or(|answer| answer.list("/LoadBalancers").is_empty()))
            })
            .await
        }
        _ => Ok(()),
    }
}

async fn gone<F>(
    session: &Session,
    what: &str,
    mut look: impl FnMut() -> F + Send,
) -> Result<(), Failure>
where
    F: Future<Output = Result<bool, Failure>> + Send,
{
    let done = session.until(what, || {
        let looked = look();
        async { Ok(looked.await?.then_some(())) }
    });
    done.await.map(drop)
}
