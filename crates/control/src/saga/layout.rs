//! The layout of the actions of a target: from what is wanted and what is there to what is done.
//! Pure: nothing here reads or writes.

use crate::model::action::{Action, Machine, Old, Stage};
use crate::model::manifest::Strategy;
use crate::model::resource::Kind;

/// What is wanted at a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Intent {
    pub(crate) count: u32,
    pub(crate) strategy: Strategy,
}

/// What is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Observed {
    /// Instances that serve and are made from the same template: they stay.
    pub(crate) fitting: Vec<Old>,
    /// Instances that serve and have to give way.
    pub(crate) outdated: Vec<Old>,
    /// Instances that do not serve: of failed deployments, stopped, or gone.
    pub(crate) idle: Vec<Old>,
    /// The load balancer that the instances are behind is the one that is wanted.
    pub(crate) same_balancer: bool,
    /// What the new does not use, as (record, kind, name), without instances.
    pub(crate) unused: Vec<(String, Kind, String)>,
}

/// What is done: the actions, with their stages and names.
pub(crate) type Delta = Vec<(Stage, String, Action)>;

/// The actions for a place that is wanted.
pub(crate) fn deploy(intent: &Intent, observed: &Observed) -> Delta {
    let mut delta = Delta::new();
    for action in
        [Action::EnsureNetwork {}, Action::EnsureFirewall {}, Action::EnsureLoadBalancer {}]
    {
        delta.push((Stage::Shift, action.name().to_owned(), action));
    }
    let keep = observed.fitting.len().min(intent.count as usize);
    let (kept, surplus) = observed.fitting.split_at(keep);
    let leaving: Vec<Old> = observed.outdated.iter().chain(surplus).cloned().collect();
    let mut batches = Batches { delta: &mut delta, count: 0 };
    let serving = if observed.same_balancer {
        if !kept.is_empty() {
            batches.check(kept);
        }
        kept.len()
    } else {
        if !kept.is_empty() {
            batches.bring_in(&kept.iter().cloned().map(Machine::Kept).collect::<Vec<_>>());
        }
        0
    };
    let create = intent.count - u32::try_from(keep).unwrap_or(intent.count);
    let left = match intent.strategy {
        Strategy::Rolling { max_unavailable, max_surge } if observed.same_balancer => {
            let limits =
                Limits { unavailable: max_unavailable as usize, surge: max_surge as usize };
            batches.roll(create as usize, serving, leaving, intent.count as usize, limits)
        }
        // Behind another load balancer nothing can be shared, so everything comes first.
        Strategy::Rolling { .. } | Strategy::BlueGreen {} => {
            batches.create(0..create as usize);
            leaving
        }
    };
    retire(&mut delta, &left, observed);
    delta
}

/// The actions for a place that is no longer wanted.
pub(crate) fn abandon(observed: &Observed) -> Delta {
    let mut delta = Delta::new();
    let all: Vec<Old> = observed.fitting.iter().chain(&observed.outdated).cloned().collect();
    let observed = Observed { same_balancer: false, ..observed.clone() };
    retire(&mut delta, &all, &observed);
    delta
}

fn retire(delta: &mut Delta, leaving: &[Old], observed: &Observed) {
    let mut push = |action: Action, suffix: &str| {
        delta.push((Stage::Retire, format!("{}.{suffix}", action.name()), action));
    };
    let remove = |kinds: &'static [Kind]| {
        observed.unused.iter().filter(|(_, kind, _)| kinds.contains(kind)).map(
            |(resource, kind, name)| {
                let action =
                    Action::Remove { resource: resource.clone(), what: *kind, name: name.clone() };
                (action, format!("{}.{name}", kind.name()))
            },
        )
    };
    if observed.same_balancer && !leaving.is_empty() {
        push(Action::DetachInstances { machines: leaving.to_vec() }, "old");
    }
    // In the order in which the clouds let go of them.
    for kind in [&[Kind::Listener], &[Kind::LoadBalancer], &[Kind::TargetGroup]] {
        remove(kind).for_each(|(action, suffix)| push(action, &suffix));
    }
    let gone: Vec<Old> = leaving.iter().chain(&observed.idle).cloned().collect();
    if !gone.is_empty() {
        push(Action::TerminateInstances { machines: gone }, "old");
    }
    for kind in [&[Kind::Firewall], &[Kind::Subnet], &[Kind::Network]] {
        remove(kind).for_each(|(action, suffix)| push(action, &suffix));
    }
}

/// How far a rolling replacement may stray from the wanted number.
#[derive(Clone, Copy)]
struct Limits {
    unavailable: usize,
    surge: usize,
}

/// Adds batches of actions to the shift.
struct Batches<'a> {
    delta: &'a mut Delta,
    count: usize,
}

impl Batches<'_> {
    /// New instances, in service.
    fn create(&mut self, slots: std::ops::Range<usize>) {
        let slots: Vec<u32> = slots.filter_map(|slot| u32::try_from(slot).ok()).collect();
        if slots.is_empty() {
            return;
        }
        for slot in &slots {
            let action = Action::CreateInstance { slot: *slot };
            self.delta.push((Stage::Shift, format!("{}.{slot}", action.name()), action));
        }
        self.bring_in(&slots.into_iter().map(Machine::New).collect::<Vec<_>>());
    }

    /// Instances that are there come into service.
    fn bring_in(&mut self, machines: &[Machine]) {
        let machines = machines.to_vec();
        self.batch([
            Action::AwaitHealthy { machines: machines.clone() },
            Action::AttachInstances { machines: machines.clone() },
            Action::AwaitInService { machines },
        ]);
    }

    /// Instances that stay are looked at.
    fn check(&mut self, kept: &[Old]) {
        let machines: Vec<_> = kept.iter().cloned().map(Machine::Kept).collect();
        self.batch([
            Action::AwaitHealthy { machines: machines.clone() },
            Action::AwaitInService { machines },
        ]);
    }

    fn retire(&mut self, machines: &[Old]) {
        let machines = machines.to_vec();
        self.batch([
            Action::DetachInstances { machines: machines.clone() },
            Action::TerminateInstances { machines },
        ]);
    }

    fn batch<const N: usize>(&mut self, actions: [Action; N]) {
        for action in actions {
            let name = format!("{}.{}", action.name(), self.count);
            self.delta.push((Stage::Shift, name, action));
        }
        self.count += 1;
    }

    /// Creates and retires in turns. Gives the old instances that go once everything new serves:
    /// those are left for last, since until then they can simply be put back.
    fn roll(
        &mut self,
        create: usize,
        kept: usize,
        leaving: Vec<Old>,
        wanted: usize,
        limits: Limits,
    ) -> Vec<Old> {
        let before = kept + leaving.len();
        let ceiling = wanted.max(before) + limits.surge;
        let floor = wanted.min(before).saturating_sub(limits.unavailable);
        let (mut created, mut old) = (0, leaving);
        while created < create {
            let room = ceiling.saturating_sub(kept + created + old.len());
            let batch = room.min(create - created);
            self.create(created..created + batch);
            created += batch;
            if created == create {
                break;
            }
            let spare = (kept + created + old.len()).saturating_sub(floor).min(old.len());
            let retire: Vec<_> = old.drain(..spare).collect();
            if !retire.is_empty() {
                self.retire(&retire);
            } else if batch == 0 {
                // The limits are checked to allow one or the other; whatever happens, this ends.
                self.create(created..create);
                break;
            }
        }
        old
    }
}
