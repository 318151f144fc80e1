//! Finding by name, and removing.

use serde_json::json;

use super::super::failure::Failure;
use super::super::session::Session;
use super::{balancer, droplet, firewall, found};
use crate::model::resource::Kind;

pub(super) async fn find(
    session: &Session,
    kind: Kind,
    name: &str,
) -> Result<Vec<String>, Failure> {
    match kind {
        Kind::Instance => droplet::find(session, name).await,
        Kind::Firewall => firewall::ids(session, name).await,
        Kind::LoadBalancer => balancer::ids(session, name).await,
        // There are none of these here.
        Kind::Network | Kind::Subnet | Kind::TargetGroup | Kind::Listener => Ok(Vec::new()),
    }
}

pub(super) async fn delete(session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
    let asked = match kind {
        Kind::Instance => droplet::destroy(session, id).await,
        Kind::Firewall => {
            let input = json!({ "firewall_id": id });
            found(session.write("firewalls", "delete", input, "removal").await).map(drop)
        }
        Kind::LoadBalancer => {
            let input = json!({ "lb_id": id });
            found(session.write("load_balancers", "delete", input, "removal").await).map(drop)
        }
        Kind::Network | Kind::Subnet | Kind::TargetGroup | Kind::Listener => return Ok(()),
    };
    match asked {
        // Another event of the droplet is still under way.
        Err(Failure::Call(error)) if matches!(error.status, Some(409 | 422 | 423)) => {
            return Err(Failure::Busy(error.to_string()));
        }
        other => other?,
    }
    if kind != Kind::Instance {
        return Ok(());
    }
    session
        .until("the droplet to go", || async {
            Ok(droplet::describe(session, id).await?.is_none().then_some(()))
        })
        .await
        .map(drop)
}
