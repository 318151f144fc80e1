//! Finding by name, and removing.

use async_trait::async_trait;
use serde_json::json;

use super::super::adapter::Removal;
use super::super::failure::{Failure, Outcome as _};
use super::super::session::Session;
use super::{DigitalOcean, balancer, instance, network, number};
use crate::model::resource::Kind;

#[async_trait]
impl Removal for DigitalOcean {
    async fn find(
        &self,
        session: &Session,
        kind: Kind,
        name: &str,
    ) -> Result<Vec<String>, Failure> {
        match kind {
            Kind::Instance => instance::find(session, name).await,
            Kind::Firewall => network::ids(session, name).await,
            Kind::LoadBalancer => balancer::ids(session, name).await,
            // There are none of these here.
            Kind::Network | Kind::Subnet | Kind::TargetGroup | Kind::Listener => Ok(Vec::new()),
        }
    }

    async fn delete(&self, session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
        let (service, operation, input) = match kind {
            Kind::Instance => ("droplets", "destroy", json!({ "droplet_id": number(id) })),
            Kind::Firewall => ("firewalls", "delete", json!({ "firewall_id": id })),
            Kind::LoadBalancer => ("load_balancers", "delete", json!({ "lb_id": id })),
            Kind::Network | Kind::Subnet | Kind::TargetGroup | Kind::Listener => return Ok(()),
        };
        let done = session.write(service, operation, input, "removal").await;
        // Another event of the droplet may still be under way.
        done.busy_if(|error| matches!(error.status, Some(409 | 422 | 423))).found()?;
        if kind != Kind::Instance {
            return Ok(());
        }
        let look = || async { Ok(instance::describe(session, id).await?.is_none()) };
        session.until_gone("the droplet to go", look).await
    }
}
