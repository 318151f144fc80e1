//! One target at work: performs actions and keeps what they gave.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::health::Watch;
use super::tools::Tools;
use crate::clouds;
use crate::clouds::adapter::{Adapter, Balancer, Network, Order};
use crate::clouds::failure::{Failure, Stop};
use crate::clouds::place::Place;
use crate::clouds::session::Session;
use crate::model::action::{Action, Machine, Old};
use crate::model::deployment::{Instance, InstanceHealth};
use crate::model::resource::{Kind, State};
use crate::report::Reporter;
use crate::store::resources::{Location, Record};

/// One target at work, live or dry.
pub(crate) struct TargetRun {
    pub(crate) tools: Arc<Tools>,
    pub(crate) adapter: &'static dyn Adapter,
    pub(crate) session: Session,
    pub(crate) place: Place,
    /// `None` in a dry run.
    pub(crate) reporter: Option<Arc<Reporter>>,
    pub(crate) outputs: Outputs,
}

/// What the actions gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) network: Network,
    pub(crate) firewall: String,
    pub(crate) balancer: Balancer,
    pub(crate) instances: BTreeMap<u32, String>,
}

impl TargetRun {
    /// A target with a session of its own, at which nothing is done yet.
    pub(crate) fn new(tools: Arc<Tools>, place: Place, session: Session) -> Self {
        let (adapter, outputs) = (clouds::adapter(place.cloud), Outputs::default());
        Self { tools, adapter, session, place, reporter: None, outputs }
    }

    /// A target with a session that does the work.
    pub(crate) fn live(
        tools: &Arc<Tools>,
        place: Place,
        deadline: Timestamp,
        stop: Arc<Stop>,
    ) -> Result<Self, Failure> {
        let session = tools.gateway.live(&place, deadline, stop)?;
        Ok(Self::new(Arc::clone(tools), place, session))
    }

    /// Performs an action. Gives its output for the log.
    pub(crate) async fn perform(&mut self, step: &str, action: &Action) -> Result<Value, Failure> {
        match action {
            Action::EnsureNetwork {} => {
                let network = self.adapter.ensure_network(&self.session, &self.place).await?;
                self.keep(action, json!(network))
            }
            Action::EnsureFirewall {} => {
                let network = &self.outputs.network;
                let id = self.adapter.ensure_firewall(&self.session, &self.place, network).await?;
                self.keep(action, json!(id))
            }
            Action::EnsureLoadBalancer {} => self.ensure_load_balancer(action).await,
            Action::CreateInstance { slot } => {
                let id = self.create_instance(*slot).await?;
                self.keep(action, json!(id))
            }
            Action::AwaitHealthy { machines } => {
                let ids = self.ids(machines)?;
                self.watch(step).until_healthy(&ids).await?;
                Ok(Value::Null)
            }
            Action::AttachInstances { machines } => {
                let (ids, balancer) = (self.ids(machines)?, &self.outputs.balancer);
                self.adapter.attach(&self.session, &self.place, balancer, &ids).await?;
                Ok(Value::Null)
            }
            Action::AwaitInService { machines } => {
                let ids = self.ids(machines)?;
                self.watch(step).until_in_service(&self.outputs.balancer, &ids).await?;
                Ok(Value::Null)
            }
            Action::DetachInstances { machines } => {
                let ids: Vec<_> = machines.iter().map(|old| old.id.clone()).collect();
                let balancer = &self.outputs.balancer;
                self.adapter.detach(&self.session, &self.place, balancer, &ids).await?;
                Ok(Value::Null)
            }
            Action::TerminateInstances { machines } => {
                self.terminate(machines).await?;
                Ok(Value::Null)
            }
            Action::Remove { resource, .. } => {
                if let Some(record) = self.record(resource).await? {
                    self.remove(&record).await?;
                }
                Ok(Value::Null)
            }
        }
    }

    /// Keeps what an action gave, also when it is read from the log after a restart.
    pub(crate) fn keep(&mut self, action: &Action, output: Value) -> Result<Value, Failure> {
        match action {
            Action::EnsureNetwork {} => self.outputs.network = read(&output)?,
            Action::EnsureFirewall {} => self.outputs.firewall = read(&output)?,
            Action::EnsureLoadBalancer {} => self.outputs.balancer = read(&output)?,
            Action::CreateInstance { slot } => {
                self.outputs.instances.insert(*slot, read(&output)?);
            }
            Action::AwaitHealthy { .. }
            | Action::AttachInstances { .. }
            | Action::AwaitInService { .. }
            | Action::DetachInstances { .. }
            | Action::TerminateInstances { .. }
            | Action::Remove { .. } => {}
        }
        Ok(output)
    }

    async fn ensure_load_balancer(&mut self, action: &Action) -> Result<Value, Failure> {
        let Outputs { network, firewall, .. } = &self.outputs;
        let balancer = self
            .adapter
            .ensure_load_balancer(&self.session, &self.place, network, firewall)
            .await?;
        if let Some(reporter) = &self.reporter {
            let url = self.place.url(&balancer.address);
            reporter.change_target(&self.place.key(), |target| target.url = Some(url)).await?;
        }
        self.keep(action, json!(balancer))
    }

    /// Tells where the load balancer is found once it serves: only then is the address certain. A
    /// failure to learn it leaves what is known.
    pub(crate) async fn settle_address(&mut self) -> Result<(), Failure> {
        let (Some(reporter), balancer) = (&self.reporter, &mut self.outputs.balancer) else {
            return Ok(());
        };
        if balancer.id.is_empty() {
            return Ok(());
        }
        let address = match self.adapter.address(&self.session, balancer).await {
            Ok(Some(address)) => address,
            Err(failure @ Failure::Store(_)) => return Err(failure),
            Ok(None) | Err(_) => return Ok(()),
        };
        let name = &self.place.names.balancer;
        self.session.note_address(Kind::LoadBalancer, name, &balancer.id, &address).await?;
        let url = self.place.url(&address);
        reporter.change_target(&self.place.key(), |target| target.url = Some(url)).await?;
        balancer.address = address;
        Ok(())
    }

    async fn create_instance(&self, slot: u32) -> Result<String, Failure> {
        let name = self.place.instance_name(&slot.to_string());
        let token = self.place.token(&format!("instance {slot}"));
        let id = self.order_instance(slot, &name, token).await?;
        if let Some(reporter) = &self.reporter {
            let instance = Instance {
                id: id.clone(),
                address: None,
                state: "pending".to_owned(),
                health: InstanceHealth::Unknown,
                health_message: None,
            };
            reporter.instance(&self.place.key(), instance).await?;
        }
        Ok(id)
    }

    /// Makes an instance of this target's version.
    pub(crate) async fn order_instance(
        &self,
        slot: u32,
        name: &str,
        token: String,
    ) -> Result<String, Failure> {
        let order = Order {
            name,
            token,
            slot,
            user_data: &self.place.user_data(),
            network: &self.outputs.network,
            firewall: &self.outputs.firewall,
            template: &self.place.template(),
        };
        self.adapter.create_instance(&self.session, &self.place, &order).await
    }

    pub(crate) fn watch<'a>(&'a self, step: &'a str) -> Watch<'a> {
        Watch {
            adapter: self.adapter,
            session: &self.session,
            place: &self.place,
            prober: &*self.tools.prober,
            reporter: self.reporter.as_deref(),
            step,
        }
    }

    pub(crate) fn ids(&self, machines: &[Machine]) -> Result<Vec<String>, Failure> {
        machines
            .iter()
            .map(|machine| match machine {
                Machine::Kept(old) => Ok(old.id.clone()),
                Machine::New(slot) => self.outputs.instances.get(slot).cloned().ok_or_else(|| {
                    Failure::Refused(format!("instance {slot} is not known to have been created"))
                }),
            })
            .collect()
    }

    pub(crate) async fn record(&self, id: &str) -> Result<Option<Record>, Failure> {
        let resource = self.tools.store.resource(id).await?;
        Ok(resource.map(|resource| Record { resource, template: String::new() }))
    }

    /// Terminates instances, all at the same time.
    async fn terminate(&self, machines: &[Old]) -> Result<(), Failure> {
        try_join_all(machines.iter().map(|old| self.terminate_one(old))).await.map(drop)
    }

    async fn terminate_one(&self, old: &Old) -> Result<(), Failure> {
        match self.record(&old.resource).await? {
            Some(record) => self.remove(&record).await.map(drop),
            None => self.adapter.delete(&self.session, Kind::Instance, &old.id).await,
        }
    }

    /// Removes something and records that. `false` if its creation was begun so recently, without
    /// an answer, that it may still appear.
    pub(crate) async fn remove(&self, record: &Record) -> Result<bool, Failure> {
        let resource = &record.resource;
        let (store, clock) = (&self.tools.store, &self.session.clock);
        let dry = self.session.is_dry();
        if resource.state == State::Deleted {
            return Ok(true);
        }
        if !dry && resource.state != State::Deleting {
            store.resource_state(&resource.id, State::Deleting, clock.now()).await?;
        }
        let mut ids: Vec<String> = resource.cloud_id.iter().cloned().collect();
        if ids.is_empty() {
            ids = self.adapter.find(&self.session, resource.kind, &resource.name).await?;
        }
        for id in &ids {
            self.adapter.delete(&self.session, resource.kind, id).await?;
        }
        let age = clock.now().duration_since(resource.created_at);
        let certain = !ids.is_empty() || age.as_secs() >= LATEST_APPEARANCE_SECONDS;
        if certain && !dry {
            store.resource_state(&resource.id, State::Deleted, clock.now()).await?;
            if resource.kind == Kind::Instance {
                for id in &ids {
                    self.tell_removed(id).await?;
                }
            }
        }
        Ok(certain)
    }

    /// Tells in every deployment that had the instance that it is gone.
    pub(crate) async fn tell_removed(&self, id: &str) -> Result<(), Failure> {
        let key = self.place.key();
        let mut at_work = None;
        if let Some(reporter) = &self.reporter {
            reporter.change_target(&key, |target| target.instance_removed(id)).await?;
            at_work = Some(reporter.deployment_id().await);
        }
        let at_work = at_work.as_deref().unwrap_or_default();
        self.tools.store.instance_removed(self.location(), id, at_work).await?;
        self.tools.hub.wake();
        Ok(())
    }

    /// The place, by which records are found.
    pub(crate) fn location(&self) -> Location<'_> {
        Location {
            environment: &self.place.environment,
            service: &self.place.service,
            cloud: self.place.cloud.name(),
            region: &self.place.region,
        }
    }
}

/// Something whose creation got no answer may appear this long afterwards.
const LATEST_APPEARANCE_SECONDS: i64 = 60;

fn read<T: DeserializeOwned>(output: &Value) -> Result<T, Failure> {
    serde_json::from_value(output.clone())
        .map_err(|error| Failure::Refused(format!("the log's output of an action: {error}")))
}
