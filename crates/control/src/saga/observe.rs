//! What is at a place, by the records and the cloud's own word.

use super::layout::Observed;
use crate::clouds::adapter::{Adapter, InstancePhase};
use crate::clouds::failure::Failure;
use crate::clouds::place::Place;
use crate::clouds::session::Session;
use crate::model::action::Old;
use crate::model::resource::{Kind, Resource, State};
use crate::store::resources::Record;

/// Looks at a place. `current` is the deployment that serves; `wanted` the place as it is to be,
/// or `None` if it is to be left.
pub(crate) async fn observe(
    adapter: &dyn Adapter,
    session: &Session,
    records: &[Record],
    current: Option<&str>,
    wanted: Option<&Place>,
) -> Result<Observed, Failure> {
    let mut observed = Observed::default();
    let template = wanted.map(Place::template);
    for record in records {
        let resource = &record.resource;
        if resource.kind != Kind::Instance {
            let used = wanted.is_some_and(|place| is_used(place, resource.kind, &resource.name));
            if used {
                observed.same_balancer |= resource.kind == Kind::LoadBalancer
                    && resource.state == State::Live
                    && is_there(adapter, session, resource).await?;
            } else {
                let unused = (resource.id.clone(), resource.kind, resource.name.clone());
                observed.unused.push(unused);
            }
            continue;
        }
        // One whose id never came to be known is the sweeper's.
        let Some(id) = resource.cloud_id.clone() else { continue };
        let old = Old { resource: resource.id.clone(), id };
        let serves = resource.state == State::Live && current == Some(resource.owner.as_str());
        if !serves {
            observed.idle.push(old);
            continue;
        }
        let seen = adapter.instance(session, &old.id).await?;
        match seen.map(|seen| seen.phase) {
            Some(InstancePhase::Running | InstancePhase::Starting) => {
                if template.as_deref() == Some(record.template.as_str()) {
                    observed.fitting.push(old);
                } else {
                    observed.outdated.push(old);
                }
            }
            Some(InstancePhase::Stopped | InstancePhase::Gone) | None => observed.idle.push(old),
        }
    }
    Ok(observed)
}

/// Whether the cloud still has something: somebody else may have removed it.
async fn is_there(
    adapter: &dyn Adapter,
    session: &Session,
    resource: &Resource,
) -> Result<bool, Failure> {
    let found = adapter.find(session, resource.kind, &resource.name).await?;
    Ok(resource.cloud_id.as_ref().is_some_and(|id| found.contains(id)))
}

pub(super) fn is_used(place: &Place, kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Network | Kind::Subnet => name == place.names.network,
        Kind::Firewall => name == place.names.firewall,
        Kind::LoadBalancer | Kind::TargetGroup => name == place.names.balancer,
        Kind::Listener => name == place.listener_name(),
        Kind::Instance => false,
    }
}
