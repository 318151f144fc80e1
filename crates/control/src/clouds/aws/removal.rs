//! Finding by name, and removing.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::Removal;
use super::super::failure::{Failure, Outcome as _};
use super::super::session::{Session, texts};
use super::{Aws, balancer, instance, network};
use crate::caller::CallKind;
use crate::model::resource::Kind;

#[async_trait]
impl Removal for Aws {
    async fn find(
        &self,
        session: &Session,
        kind: Kind,
        name: &str,
    ) -> Result<Vec<String>, Failure> {
        let id = |found: Option<Value>, pointer: &str| texts(&found, pointer);
        Ok(match kind {
            Kind::Instance => instance::find(session, name).await?,
            Kind::Listener => balancer::find_listeners(session, name).await?,
            Kind::Firewall => id(network::find_group(session, name, None).await?, "/GroupId"),
            Kind::LoadBalancer => id(balancer::find(session, name).await?, "/LoadBalancerArn"),
            Kind::TargetGroup => {
                id(balancer::find_target_group(session, name).await?, "/TargetGroupArn")
            }
            // The default VPC is used as it is.
            Kind::Network | Kind::Subnet => Vec::new(),
        })
    }

    async fn delete(&self, session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
        let (service, operation, input) = match kind {
            Kind::Instance => ("ec2", "TerminateInstances", json!({ "InstanceIds": [id] })),
            Kind::Firewall => ("ec2", "DeleteSecurityGroup", json!({ "GroupId": id })),
            Kind::LoadBalancer => ("elbv2", "DeleteLoadBalancer", json!({ "LoadBalancerArn": id })),
            Kind::TargetGroup => ("elbv2", "DeleteTargetGroup", json!({ "TargetGroupArn": id })),
            Kind::Listener => ("elbv2", "DeleteListener", json!({ "ListenerArn": id })),
            Kind::Network | Kind::Subnet => return Ok(()),
        };
        let done = session.write(service, operation, input, "removal").await;
        // It has to wait until something else is gone.
        done.busy_if(|error| error.kind == CallKind::Conflict).found()?;
        match kind {
            Kind::Instance => {
                let look = || async {
                    let observed = instance::describe(session, id).await?;
                    Ok(observed.is_none_or(|it| it["State"]["Name"] == "terminated"))
                };
                session.until_gone("the instance to terminate", look).await
            }
            Kind::LoadBalancer => {
                let look = || async {
                    let input = json!({ "LoadBalancerArns": [id] });
                    let answer = session.read("elbv2", "DescribeLoadBalancers", input).await;
                    let found = answer.found()?;
                    Ok(found.is_none_or(|answer| answer.list("/LoadBalancers").is_empty()))
                };
                session.until_gone("the load balancer to go", look).await
            }
            _ => Ok(()),
        }
    }
}
