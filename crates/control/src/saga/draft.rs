//! The plan: what would be done, or will be.

use std::sync::Arc;
use std::time::Duration;

use super::layout::{self, Delta, Intent, Observed};
use super::observe::observe;
use super::target::TargetRun;
use super::tools::Tools;
use crate::clouds;
use crate::clouds::failure::Failure;
use crate::clouds::place::Place;
use crate::clouds::session::Session;
use crate::error::{Error, Violation};
use crate::model::action::{Action, Stage};
use crate::model::deployment::Deployment;
use crate::model::manifest::{Manifest, TargetSpec};
use crate::model::plan::{Effect, Plan, PlannedStep, Summary, TargetPlan};
use crate::store::actions::{Logged, State};
use crate::store::resources::Location;

/// A plan and the actions that carry it out.
pub(crate) struct Draft {
    pub(crate) plan: Plan,
    pub(crate) actions: Vec<Logged>,
}

/// How long reading for a plan may take.
const DEADLINE: Duration = Duration::from_mins(2);

impl Tools {
    /// Lays a plan. Reads records and clouds, and writes nothing.
    pub(crate) async fn draft(
        self: &Arc<Self>,
        manifest: &Manifest,
        deployment: &str,
    ) -> Result<Draft, Failure> {
        let Manifest { service, environment, .. } = manifest;
        let current = self.store.current_deployment(environment, service).await?;
        let mut plan = Plan {
            service: service.clone(),
            version: manifest.version.clone(),
            environment: environment.clone(),
            previous_deployment: current.clone(),
            targets: Vec::new(),
            summary: Summary::default(),
        };
        let mut actions = Vec::new();
        for (spec, wanted) in self.all_targets(manifest).await? {
            let place = self.gateway.place(manifest, &spec, deployment)?;
            let session = self.dry_session(&place, &place.region)?;
            let mut run = TargetRun::new(Arc::clone(self), place.clone(), session);
            let location =
                Location { environment, service, cloud: &spec.cloud, region: &spec.region };
            let records = self.store.resources_at(location).await?;
            let place_wanted = wanted.then_some(&place);
            let observed =
                observe(run.adapter, &run.session, &records, current.as_deref(), place_wanted)
                    .await?;
            let delta = if wanted {
                let strategy = manifest.strategy.clone();
                layout::deploy(&Intent { count: spec.count, strategy }, &observed)
            } else {
                layout::abandon(&observed)
            };
            // What was read for the plan itself is no part of it.
            drop(run.session.take_calls());
            run.session.take_waits();
            let (steps, waits) = describe(&mut run, &delta).await?;
            check_deadline(manifest, &place, &waits)?;
            count(&mut plan.summary, &steps, &observed, spec.count, wanted);
            plan.targets.push(TargetPlan {
                cloud: spec.cloud.clone(),
                region: spec.region.clone(),
                steps,
            });
            actions.extend(log(&place, delta));
        }
        Ok(Draft { plan, actions })
    }

    /// The targets of a manifest, and those that it leaves.
    async fn all_targets(&self, manifest: &Manifest) -> Result<Vec<(TargetSpec, bool)>, Error> {
        let mut targets: Vec<_> =
            manifest.targets.iter().map(|spec| (spec.clone(), true)).collect();
        for (cloud, region) in self.store.places(&manifest.environment, &manifest.service).await? {
            let known =
                manifest.targets.iter().any(|spec| spec.cloud == cloud && spec.region == region);
            if !known {
                targets.push((TargetSpec::left(&cloud, &region), false));
            }
        }
        Ok(targets)
    }

    /// A session for reading.
    fn dry_session(&self, place: &Place, region: &str) -> Result<Session, Failure> {
        self.gateway.dry(place.cloud, region, self.clock.now() + DEADLINE)
    }

    /// What the clouds do not have of a manifest: regions, sizes, images. A cloud that cannot be
    /// asked at the moment is not asked: the operation will, until its deadline.
    pub(crate) async fn check_offers(&self, manifest: &Manifest) -> Result<(), Error> {
        let checks = manifest.targets.iter().enumerate().map(|(index, spec)| async move {
            let found = match self.check_offer(manifest, spec).await {
                Ok(found) => found,
                Err(Failure::Store(error)) => return Err(*error),
                Err(Failure::Refused(message)) => vec![Violation {
                    field: "cloud".to_owned(),
                    value: spec.cloud.clone().into(),
                    constraint: message,
                }],
                Err(failure) => {
                    tracing::warn!(cloud = spec.cloud, %failure, "offers could not be checked");
                    Vec::new()
                }
            };
            Ok(found
                .into_iter()
                .map(|violation| Violation {
                    field: format!("targets[{index}].{}", violation.field),
                    ..violation
                })
                .collect::<Vec<_>>())
        });
        let found = futures_util::future::try_join_all(checks).await?.concat();
        if found.is_empty() { Ok(()) } else { Err(Error::Validation(found)) }
    }

    async fn check_offer(
        &self,
        manifest: &Manifest,
        spec: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        let place = self.gateway.place(manifest, spec, "")?;
        let adapter = clouds::adapter(place.cloud);
        let home = self.dry_session(&place, adapter.home_region())?;
        // A region that does not exist is found by asking at home; only then is it spoken to.
        let local = self.dry_session(&place, &place.region);
        match local {
            Ok(local) => adapter.check(&home, &local, spec).await,
            Err(_) => adapter.check(&home, &home, spec).await,
        }
    }

    /// The records of what a deployment uses at a target without having created it.
    pub(crate) async fn used_at(
        &self,
        deployment: &Deployment,
        spec: &TargetSpec,
    ) -> Result<Vec<String>, Error> {
        let location = Location {
            environment: &deployment.environment,
            service: &deployment.service,
            cloud: &spec.cloud,
            region: &spec.region,
        };
        let actions = self.store.actions(&deployment.operation_id).await?;
        let target = spec.key();
        let leaving: Vec<String> = actions
            .iter()
            .filter(|logged| logged.target == target)
            .flat_map(|logged| match &logged.action {
                Action::TerminateInstances { machines } => {
                    machines.iter().map(|old| old.resource.clone()).collect()
                }
                Action::Remove { resource, .. } => vec![resource.clone()],
                _ => Vec::new(),
            })
            .collect();
        let records = self.store.resources_at(location).await?;
        let staying = records.into_iter().map(|record| record.resource).filter(|resource| {
            !leaving.contains(&resource.id) && resource.state == crate::model::resource::State::Live
        });
        Ok(staying.map(|resource| resource.id).collect())
    }
}

/// How long an action that must be over before the deadline waits for sure.
type Wait = (String, Duration);

/// Refuses a deadline that cannot be met even where everything goes well.
fn check_deadline(manifest: &Manifest, place: &Place, waits: &[Wait]) -> Result<(), Failure> {
    let deadline = Duration::from_secs(manifest.health.deadline_seconds.into());
    let sum: Duration = waits.iter().map(|(_, wait)| *wait).sum();
    if sum <= deadline {
        return Ok(());
    }
    let each = waits.iter().map(|(name, wait)| format!("{name} {} s", wait.as_secs()));
    Err(Failure::Refused(format!(
        "health.deadline_seconds is {}, and {} has to wait {} s at least: {}",
        deadline.as_secs(),
        place.key(),
        sum.as_secs(),
        each.collect::<Vec<_>>().join(", "),
    )))
}

/// Performs the actions dry, and so finds the calls of each, and how long those of the shift wait.
async fn describe(
    run: &mut TargetRun,
    delta: &Delta,
) -> Result<(Vec<PlannedStep>, Vec<Wait>), Failure> {
    let mut steps = Vec::with_capacity(delta.len());
    let mut waits = Vec::new();
    for (stage, name, action) in delta {
        run.perform(name, action).await?;
        let wait = run.session.take_waits();
        if *stage == Stage::Shift && !wait.is_zero() {
            waits.push((name.clone(), wait));
        }
        let calls = run.session.take_calls();
        let effect = match action.effect() {
            Effect::None if calls.iter().any(|call| call.mutates) => {
                if calls.iter().any(|call| is_creation(&call.operation)) {
                    Effect::Create
                } else {
                    Effect::Change
                }
            }
            effect => effect,
        };
        steps.push(PlannedStep {
            name: name.clone(),
            description: action.description(),
            effect,
            undo: action.undo().map(str::to_owned),
            calls,
        });
    }
    Ok((steps, waits))
}

fn is_creation(operation: &str) -> bool {
    operation.starts_with("Create") || operation == "create"
}

fn count(
    summary: &mut Summary,
    steps: &[PlannedStep],
    observed: &Observed,
    wanted_count: u32,
    wanted: bool,
) {
    let made = |step: &PlannedStep| {
        let calls = step.calls.iter().filter(|call| call.mutates);
        let makes = |operation: &str| is_creation(operation) || operation == "RunInstances";
        calls.filter(|call| makes(&call.operation)).count()
    };
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    summary.create += number(steps.iter().map(made).sum());
    summary.change += number(steps.iter().filter(|step| step.effect == Effect::Change).count());
    let kept = if wanted { observed.fitting.len().min(wanted_count as usize) } else { 0 };
    let instances = observed.fitting.len() + observed.outdated.len() + observed.idle.len();
    summary.remove += number(instances - kept + observed.unused.len());
    summary.keep += number(kept);
}

fn log(place: &Place, delta: Delta) -> impl Iterator<Item = Logged> {
    let target = place.key();
    (0..).zip(delta).map(move |(position, (stage, name, action)): (_, (Stage, _, _))| Logged {
        target: target.clone(),
        position,
        name,
        stage,
        action,
        state: State::Planned,
        output: serde_json::Value::Null,
    })
}
