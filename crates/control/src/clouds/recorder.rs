//! Records what is created, before and after the cloud does it, so that whatever a crash leaves
//! behind is known by name.

use std::sync::Arc;

use crate::config::Clock;
use crate::error::Error;
use crate::model::resource::{Kind, Resource, State};
use crate::store::Store;
use crate::store::resources::{Location, Record};

/// Records for one target of a deployment.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: crate::ids::Ids,
    pub(crate) cloud: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) environment: String,
    /// The deployment that creates.
    pub(crate) deployment: String,
}

impl Recorder {
    /// Records that a creation begins. A creation that is begun again keeps its record.
    pub(crate) async fn begin(
        &self,
        kind: Kind,
        name: &str,
        template: &str,
    ) -> Result<String, Error> {
        let known = self.store.created_by(&self.deployment).await?;
        let same = known.iter().map(|record| &record.resource).find(|resource| {
            resource.kind == kind
                && resource.name == name
                && resource.cloud == self.cloud
                && resource.region == self.region
                && resource.state != State::Deleted
        });
        if let Some(resource) = same {
            return Ok(resource.id.clone());
        }
        let now = self.clock.now();
        let id = self.ids.make("res_");
        let resource = Resource {
            id: id.clone(),
            cloud: self.cloud.clone(),
            region: self.region.clone(),
            kind,
            cloud_id: None,
            name: name.to_owned(),
            state: State::Creating,
            service: self.service.clone(),
            environment: self.environment.clone(),
            created_by: self.deployment.clone(),
            owner: self.deployment.clone(),
            address: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        };
        let record = Record { resource, template: template.to_owned() };
        self.store.insert_resource(&record).await?;
        Ok(id)
    }

    /// What is, or may be, at the target's place.
    pub(crate) async fn here(&self) -> Result<Vec<Record>, Error> {
        let location = Location {
            environment: &self.environment,
            service: &self.service,
            cloud: &self.cloud,
            region: &self.region,
        };
        self.store.resources_at(location).await
    }

    /// Records the id that the cloud gave.
    pub(crate) async fn created(
        &self,
        mark: &str,
        cloud_id: &str,
        address: Option<&str>,
    ) -> Result<(), Error> {
        self.store.resource_created(mark, cloud_id, address, self.clock.now()).await
    }

    /// Records that something that was found under a name of this installation's is used: it is
    /// there, whatever became of the attempt that made it, and is not to be swept away.
    pub(crate) async fn adopt(&self, kind: Kind, name: &str, cloud_id: &str) -> Result<(), Error> {
        let known = self.here().await?;
        let same: Vec<_> = known
            .iter()
            .map(|record| &record.resource)
            .filter(|resource| resource.kind == kind && resource.name == name)
            .collect();
        let of_id = |wanted: Option<&str>| {
            same.iter().copied().find(|resource| resource.cloud_id.as_deref() == wanted)
        };
        let another = || same.first().copied().filter(|_| !is_replaced(kind));
        match of_id(Some(cloud_id)).or_else(|| of_id(None)).or_else(another) {
            Some(resource) if resource.state == State::Live => {}
            Some(resource) => {
                let now = self.clock.now();
                self.store.adopt_resource(&resource.id, cloud_id, &self.deployment, now).await?;
            }
            None => {
                let mark = self.begin(kind, name, "").await?;
                self.created(&mark, cloud_id, None).await?;
            }
        }
        self.replaced(kind, name, cloud_id).await
    }

    /// Records that whatever else bore a name is gone, now that something of that name is there:
    /// it was removed by somebody else, or never appeared.
    pub(crate) async fn replaced(
        &self,
        kind: Kind,
        name: &str,
        cloud_id: &str,
    ) -> Result<(), Error> {
        if !is_replaced(kind) {
            return Ok(());
        }
        for Record { resource, .. } in self.here().await? {
            let other = resource.cloud_id.as_deref().is_some_and(|known| known != cloud_id);
            let gone = match resource.state {
                State::Live => other,
                // One with an id is removed by that; without, by the name, and that is in use.
                State::Creating | State::Deleting => {
                    resource.cloud_id.is_none() && resource.created_by != self.deployment
                }
                State::Deleted => false,
            };
            if gone && resource.kind == kind && resource.name == name {
                self.store.resource_state(&resource.id, State::Deleted, self.clock.now()).await?;
            }
        }
        Ok(())
    }

    /// Records that a creation had no effect.
    pub(crate) async fn refused(&self, mark: &str) -> Result<(), Error> {
        self.store.resource_state(mark, State::Deleted, self.clock.now()).await
    }
}

/// Whether there is one thing of a kind and name at most, so that a new one takes another's place.
const fn is_replaced(kind: Kind) -> bool {
    matches!(kind, Kind::LoadBalancer | Kind::TargetGroup | Kind::Listener)
}
