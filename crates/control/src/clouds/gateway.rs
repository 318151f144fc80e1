//! Opens the sessions of all targets.

use std::sync::Arc;

use isobar_catalogue::model::Cloud;
use jiff::Timestamp;

use super::failure::{Failure, Stop};
use super::place::Place;
use super::recorder::Recorder;
use super::session::Session;
use crate::caller::{Caller, Clouds};
use crate::config::{Clock, Timings};
use crate::ids::Ids;
use crate::model::manifest::{Manifest, TargetSpec};
use crate::store::Store;

/// What sessions are made of.
pub(crate) struct Gateway {
    pub(crate) clouds: Arc<dyn Clouds>,
    pub(crate) store: Store,
    pub(crate) ids: Ids,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timings: Timings,
    /// This state, in names.
    pub(crate) installation: Arc<str>,
}

impl Gateway {
    /// A target as its adapter sees it.
    pub(crate) fn place(
        &self,
        manifest: &Manifest,
        spec: &TargetSpec,
        deployment: &str,
    ) -> Result<Place, Failure> {
        let cloud: Cloud =
            spec.cloud.parse().map_err(|_| Failure::Refused(format!("no cloud {}", spec.cloud)))?;
        Ok(Place::new(&self.installation, deployment, manifest, spec, cloud))
    }

    /// A session that does the work.
    pub(crate) fn live(
        &self,
        place: &Place,
        deadline: Timestamp,
        stop: Arc<Stop>,
    ) -> Result<Session, Failure> {
        let recorder = Recorder {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            ids: self.ids.clone(),
            cloud: place.cloud.name().to_owned(),
            region: place.region.clone(),
            service: place.service.clone(),
            environment: place.environment.clone(),
            deployment: place.deployment.clone(),
        };
        let caller = self.caller(place.cloud, &place.region)?;
        let timings = self.timings.clone();
        Ok(Session::live(place.cloud, caller, recorder, timings, deadline, stop))
    }

    /// A session that only reads.
    pub(crate) fn dry(
        &self,
        cloud: Cloud,
        region: &str,
        deadline: Timestamp,
    ) -> Result<Session, Failure> {
        let caller = self.caller(cloud, region)?;
        let clock = Arc::clone(&self.clock);
        Ok(Session::dry(cloud, region, caller, clock, self.timings.clone(), deadline))
    }

    fn caller(&self, cloud: Cloud, region: &str) -> Result<Arc<dyn Caller>, Failure> {
        self.clouds.caller(cloud, region).map_err(Failure::Refused)
    }
}
