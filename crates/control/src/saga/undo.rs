//! Undoing: in reverse order, everything that was begun.

use serde_json::Value;

use super::observe::is_used;
use super::target::TargetRun;
use crate::clouds::adapter::InstancePhase;
use crate::clouds::failure::Failure;
use crate::clouds::place::Place;
use crate::faults::{FaultPoint, When};
use crate::model::action::{Action, Old};
use crate::model::operation::EventKind;
use crate::model::resource::{Kind, State};
use crate::report::Told;
use crate::store::actions::{Logged, State as LogState};
use crate::store::resources::Record;

/// What undoing needs beside the target that is undone.
pub(crate) struct Before {
    /// The target as the deployment that served before had it, with a session and recorder of that
    /// deployment, so that instances that are made again are its own.
    pub(crate) target: Option<TargetRun>,
}

impl TargetRun {
    /// Undoes a target's actions. Gives what could not be undone, in words; it is recorded and left
    /// to the sweeper.
    pub(crate) async fn undo(
        &mut self,
        operation: &str,
        log: &[Logged],
        before: &mut Before,
    ) -> Result<Vec<String>, Failure> {
        let mut left = Vec::new();
        for logged in log.iter().rev() {
            if !matches!(logged.state, LogState::Begun | LogState::Done) {
                continue;
            }
            if logged.action.undo().is_some() {
                self.fault(When::Before, logged.action.undo_name(), &logged.name);
                let undone = self.insist(logged, before).await;
                self.fault(When::After, logged.action.undo_name(), &logged.name);
                match undone {
                    Ok(()) => {}
                    Err(failure @ Failure::Store(_)) => return Err(failure),
                    Err(failure) => {
                        self.leave(&logged.action).await?;
                        left.push(format!("{} {}: {failure}", self.place.key(), logged.name));
                    }
                }
                if logged.action == (Action::EnsureLoadBalancer {}) {
                    self.forget_url().await?;
                }
            }
            let now = self.session.clock.now();
            let store = &self.tools.store;
            store.end_action(operation, logged, LogState::Undone, &logged.output, now).await?;
            if let Some(undo) = logged.action.undo() {
                self.tell(EventKind::StepUndone, &logged.name, format!("undone: {undo}")).await?;
            }
        }
        Ok(left)
    }

    /// Undoes one action, again and again until it works or the deadline has passed.
    async fn insist(&mut self, logged: &Logged, before: &mut Before) -> Result<(), Failure> {
        let mut pause = self.session.timings.retry_first;
        loop {
            let failure = match self.undo_one(logged, before).await {
                Err(failure) if failure.retryable() => failure,
                other => return other,
            };
            let words = self.session.again(&failure, pause);
            self.tell(EventKind::Retrying, &logged.name, words).await?;
            self.session.pause(failure.rest(pause), || failure.to_string()).await?;
            pause = (pause * 2).min(self.session.timings.retry_longest);
        }
    }

    async fn undo_one(&mut self, logged: &Logged, before: &mut Before) -> Result<(), Failure> {
        match &logged.action {
            Action::EnsureNetwork {} => self.remove_kinds(&[Kind::Subnet, Kind::Network]).await,
            Action::EnsureFirewall {} => self.remove_kinds(&[Kind::Firewall]).await,
            Action::EnsureLoadBalancer {} if self.took_a_place(before).await? => {
                self.hand_over(before).await
            }
            Action::EnsureLoadBalancer {} => {
                self.remove_kinds(&[Kind::Listener, Kind::LoadBalancer, Kind::TargetGroup]).await?;
                self.restore_settings(before).await
            }
            Action::CreateInstance { slot } => {
                let name = self.place.instance_name(&slot.to_string());
                for record in self.mine(Kind::Instance).await? {
                    if record.resource.name == name {
                        self.remove(&record).await?;
                    }
                }
                self.forget_instance(*slot).await
            }
            Action::AttachInstances { machines } => {
                // Those that were never created cannot be behind it.
                let known = machines.iter().filter_map(|machine| {
                    self.ids(std::slice::from_ref(machine)).ok()?.into_iter().next()
                });
                let ids: Vec<_> = known.collect();
                if ids.is_empty() {
                    return Ok(());
                }
                let balancer = &self.outputs.balancer;
                self.adapter.detach(&self.session, &self.place, balancer, &ids).await
            }
            Action::DetachInstances { machines } => self.put_back(machines).await,
            Action::TerminateInstances { machines } => self.make_again(machines, before).await,
            Action::AwaitHealthy { .. } | Action::AwaitInService { .. } | Action::Remove { .. } => {
                Ok(())
            }
        }
    }

    /// What this deployment created at this target, of a kind, the newest first.
    async fn mine(&self, kind: Kind) -> Result<Vec<Record>, Failure> {
        let mut records = self.tools.store.created_by(&self.place.deployment).await?;
        records.retain(|record| {
            let resource = &record.resource;
            resource.kind == kind
                && resource.cloud == self.place.cloud.name()
                && resource.region == self.place.region
                && resource.state != State::Deleted
        });
        records.reverse();
        Ok(records)
    }

    async fn remove_kinds(&self, kinds: &[Kind]) -> Result<(), Failure> {
        for kind in kinds {
            for record in self.mine(*kind).await? {
                self.remove(&record).await?;
            }
        }
        Ok(())
    }

    /// Whether this deployment made the load balancer anew that served before, because somebody else
    /// had removed it.
    async fn took_a_place(&self, before: &Before) -> Result<bool, Failure> {
        let Some(before) = &before.target else { return Ok(false) };
        let name = &self.place.names.balancer;
        let made = self.mine(Kind::LoadBalancer).await?;
        let same = before.place.names.balancer == *name;
        Ok(same && made.iter().any(|record| record.resource.name == *name))
    }

    /// Leaves the load balancer that this deployment made to the one that serves, whose own is
    /// gone, with that one's settings and instances.
    async fn hand_over(&self, before: &Before) -> Result<(), Failure> {
        let Some(before) = &before.target else { return Ok(()) };
        let (store, heir) = (&self.tools.store, &before.place.deployment);
        let (network, firewall) = (&self.outputs.network, &self.outputs.firewall);
        let balancer = before
            .adapter
            .ensure_load_balancer(&before.session, &before.place, network, firewall)
            .await?;
        let mut members = Vec::new();
        for record in store.resources_at(self.location()).await? {
            let Record { resource, .. } = record;
            let serves = resource.state == State::Live && resource.owner == *heir;
            let Some(id) = resource.cloud_id.filter(|_| serves) else { continue };
            if resource.kind != Kind::Instance {
                continue;
            }
            let seen = before.adapter.instance(&before.session, &id).await?;
            let phase = seen.map(|seen| seen.phase);
            if matches!(phase, Some(InstancePhase::Running | InstancePhase::Starting)) {
                members.push(id);
            }
        }
        if !members.is_empty() {
            let place = &before.place;
            before.adapter.attach(&before.session, place, &balancer, &members).await?;
        }
        for kind in [Kind::LoadBalancer, Kind::TargetGroup, Kind::Listener] {
            for Record { resource, .. } in self.mine(kind).await? {
                let used = is_used(&before.place, kind, &resource.name);
                if let Some(id) = resource.cloud_id.filter(|_| used) {
                    let now = self.session.clock.now();
                    store.adopt_resource(&resource.id, &id, heir, now).await?;
                }
            }
        }
        let watch = before.watch("undo_ensure_load_balancer");
        watch.until_in_service(&balancer, &members).await?;
        let found = before.adapter.address(&before.session, &balancer).await?;
        let url = before.place.url(&found.unwrap_or(balancer.address));
        let key = self.place.key();
        if let Some(reporter) = &self.reporter {
            reporter.change_target(&key, |target| target.url = Some(url.clone())).await?;
        }
        Ok(store.target_url(heir, self.location(), &url).await?)
    }

    /// Gives a load balancer that was there before its settings back.
    async fn restore_settings(&self, before: &mut Before) -> Result<(), Failure> {
        let Some(before) = &before.target else { return Ok(()) };
        let same = before.place.names.balancer == self.place.names.balancer;
        if !same || before.place.health == self.place.health {
            return Ok(());
        }
        let (network, firewall) = (&self.outputs.network, &self.outputs.firewall);
        self.adapter
            .ensure_load_balancer(&before.session, &before.place, network, firewall)
            .await
            .map(drop)
    }

    /// Clients find the target no longer, unless its load balancer was there before and stays.
    async fn forget_url(&self) -> Result<(), Failure> {
        let Some(reporter) = &self.reporter else { return Ok(()) };
        let records = self.tools.store.resources_at(self.location()).await?;
        let stays = records.iter().map(|record| &record.resource).any(|resource| {
            resource.kind == Kind::LoadBalancer
                && resource.name == self.place.names.balancer
                && resource.state == State::Live
        });
        if !stays {
            reporter.change_target(&self.place.key(), |target| target.url = None).await?;
        }
        Ok(())
    }

    async fn forget_instance(&self, slot: u32) -> Result<(), Failure> {
        match self.outputs.instances.get(&slot) {
            Some(id) => self.tell_removed(id).await,
            None => Ok(()),
        }
    }

    /// Puts old instances back behind the load balancer, those that are still there.
    async fn put_back(&self, machines: &[Old]) -> Result<(), Failure> {
        let mut there = Vec::new();
        for old in machines {
            let record = self.record(&old.resource).await?;
            if record.is_some_and(|record| record.resource.state == State::Live) {
                there.push(old.id.clone());
            }
        }
        if there.is_empty() {
            return Ok(());
        }
        let balancer = &self.outputs.balancer;
        self.adapter.attach(&self.session, &self.place, balancer, &there).await?;
        self.watch("undo_detach_instances").until_in_service(balancer, &there).await
    }

    /// Makes instances of the old version again, in place of those that were terminated, and waits
    /// until they serve: only then may the new ones go.
    async fn make_again(&self, machines: &[Old], before: &mut Before) -> Result<(), Failure> {
        let Some(before) = &mut before.target else { return Ok(()) };
        before.outputs.network = self.outputs.network.clone();
        before.outputs.firewall.clone_from(&self.outputs.firewall);
        before.outputs.balancer = self.outputs.balancer.clone();
        let mut made = Vec::new();
        for (slot, old) in (0..).zip(machines) {
            let record = self.record(&old.resource).await?;
            match record.map(|record| record.resource.state) {
                // It was not terminated yet, so it only has to be put back.
                Some(State::Live) => made.push(old.id.clone()),
                _ => made.push(before.again(slot, old, &self.place).await?),
            }
        }
        let balancer = &self.outputs.balancer;
        let watch = before.watch("undo_terminate_instances");
        watch.until_healthy(&made).await?;
        before.adapter.attach(&before.session, &before.place, balancer, &made).await?;
        watch.until_in_service(balancer, &made).await
    }

    async fn again(&self, slot: u32, old: &Old, undone: &Place) -> Result<String, Failure> {
        // The old instance's record and the deployment that is undone make the name unique.
        let scope = [old.resource.as_str(), undone.deployment.as_str()];
        let unique = &crate::ids::digest(scope)[..8];
        let name = self.place.instance_name(&format!("r{unique}"));
        let token = self.place.token(&format!("again {unique}"));
        self.order_instance(slot, &name, token).await
    }

    /// Records that what an action made is still to be removed.
    async fn leave(&self, action: &Action) -> Result<(), Failure> {
        let kinds: &[Kind] = match action {
            Action::EnsureNetwork {} => &[Kind::Subnet, Kind::Network],
            Action::EnsureFirewall {} => &[Kind::Firewall],
            Action::EnsureLoadBalancer {} => {
                &[Kind::Listener, Kind::LoadBalancer, Kind::TargetGroup]
            }
            Action::CreateInstance { .. } => &[Kind::Instance],
            _ => &[],
        };
        for kind in kinds {
            for record in self.mine(*kind).await? {
                let now = self.session.clock.now();
                self.tools.store.resource_state(&record.resource.id, State::Deleting, now).await?;
            }
        }
        Ok(())
    }

    /// Tells of a step, in a live run.
    pub(crate) async fn tell(
        &self,
        kind: EventKind,
        step: &str,
        message: String,
    ) -> Result<(), Failure> {
        let Some(reporter) = &self.reporter else { return Ok(()) };
        let key = self.place.key();
        let told = Told { kind, target: Some(&key), step: Some(step), message };
        Ok(reporter.tell(told).await?)
    }

    /// Reaches a fault point.
    pub(crate) fn fault(&self, when: When, action: &'static str, step: &str) {
        self.tools.faults.reached(&FaultPoint {
            when,
            action,
            step: step.to_owned(),
            target: self.place.key(),
        });
    }

    /// Takes up what the log says was done.
    pub(crate) fn take_up(&mut self, log: &[Logged]) -> Result<(), Failure> {
        for logged in log.iter().filter(|logged| logged.state == LogState::Done) {
            let _: Value = self.keep(&logged.action, logged.output.clone())?;
        }
        Ok(())
    }
}
