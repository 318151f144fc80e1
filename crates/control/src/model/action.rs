//! The actions.

use serde::{Deserialize, Serialize};

use crate::model::plan::Effect;
use crate::model::resource::Kind;

/// When an action runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the new serves; it can be undone.
    Shift,
    /// After that; it is only ever finished.
    Retire,
}

impl Stage {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Shift => "shift",
            Self::Retire => "retire",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Shift, Self::Retire].into_iter().find(|stage| stage.name() == name)
    }
}

/// One action of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Action {
    /// The network is there.
    EnsureNetwork {},
    /// The firewall is there.
    EnsureFirewall {},
    /// The load balancer is there, with these health checks.
    EnsureLoadBalancer {},
    /// A new instance is there.
    CreateInstance { slot: u32 },
    /// Instances answer probes.
    AwaitHealthy { machines: Vec<Machine> },
    /// Instances are behind the load balancer.
    AttachInstances { machines: Vec<Machine> },
    /// The load balancer sends them traffic.
    AwaitInService { machines: Vec<Machine> },
    /// Old instances get no more traffic and have none left.
    DetachInstances { machines: Vec<Old> },
    /// Old instances are gone.
    TerminateInstances { machines: Vec<Old> },
    /// Something that is no longer used is gone.
    Remove { resource: String, what: Kind, name: String },
}

/// An instance of the new deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Machine {
    /// One that [`Action::CreateInstance`] makes.
    New(u32),
    /// One that was there and stays.
    Kept(Old),
}

/// An instance that was there before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Old {
    /// Its record.
    pub(crate) resource: String,
    /// The cloud's id.
    pub(crate) id: String,
}

/// What is the same for all actions of a kind.
struct Word {
    name: &'static str,
    undo_name: &'static str,
    effect: Effect,
    undo: Option<&'static str>,
}

const fn word(
    name: &'static str,
    undo_name: &'static str,
    effect: Effect,
    undo: Option<&'static str>,
) -> Word {
    Word { name, undo_name, effect, undo }
}

const NETWORK: Word = word(
    "ensure_network",
    "undo_ensure_network",
    Effect::None,
    Some("remove the network if this deployment made it"),
);
const FIREWALL: Word = word(
    "ensure_firewall",
    "undo_ensure_firewall",
    Effect::None,
    Some("remove the firewall if this deployment made it"),
);
const BALANCER: Word = word(
    "ensure_load_balancer",
    "undo_ensure_load_balancer",
    Effect::None,
    Some(
        "remove the load balancer if this deployment made it, unless the version that serves lost \
         its own; else give it its old settings",
    ),
);
const CREATE: Word =
    word("create_instance", "undo_create_instance", Effect::Create, Some("terminate the instance"));
const HEALTHY: Word = word("await_healthy", "undo_await_healthy", Effect::None, None);
const ATTACH: Word = word(
    "attach_instances",
    "undo_attach_instances",
    Effect::Change,
    Some("take the instances from behind the load balancer"),
);
const IN_SERVICE: Word = word("await_in_service", "undo_await_in_service", Effect::None, None);
const DETACH: Word = word(
    "detach_instances",
    "undo_detach_instances",
    Effect::Change,
    Some("put the old instances back behind the load balancer"),
);
const TERMINATE: Word = word(
    "terminate_instances",
    "undo_terminate_instances",
    Effect::Remove,
    Some("make instances of the old version again"),
);
const REMOVE: Word = word("remove", "undo_remove", Effect::Remove, None);

const WORDS: [&Word; 10] = [
    &NETWORK,
    &FIREWALL,
    &BALANCER,
    &CREATE,
    &HEALTHY,
    &ATTACH,
    &IN_SERVICE,
    &DETACH,
    &TERMINATE,
    &REMOVE,
];

/// The names of all fault points, `before:` and `after:` each: the actions and their undos.
pub(crate) fn fault_names() -> Vec<String> {
    let names = WORDS.iter().flat_map(|word| {
        [Some(word.name), word.undo.map(|_| word.undo_name)].into_iter().flatten()
    });
    names.flat_map(|name| [format!("before:{name}"), format!("after:{name}")]).collect()
}

impl Action {
    const fn word(&self) -> &'static Word {
        match self {
            Self::EnsureNetwork {} => &NETWORK,
            Self::EnsureFirewall {} => &FIREWALL,
            Self::EnsureLoadBalancer {} => &BALANCER,
            Self::CreateInstance { .. } => &CREATE,
            Self::AwaitHealthy { .. } => &HEALTHY,
            Self::AttachInstances { .. } => &ATTACH,
            Self::AwaitInService { .. } => &IN_SERVICE,
            Self::DetachInstances { .. } => &DETACH,
            Self::TerminateInstances { .. } => &TERMINATE,
            Self::Remove { .. } => &REMOVE,
        }
    }

    /// Its name, by which fault points name it.
    pub(crate) const fn name(&self) -> &'static str {
        self.word().name
    }

    /// The name of its undo.
    pub(crate) const fn undo_name(&self) -> &'static str {
        self.word().undo_name
    }

    /// What it does to the cloud, if it does anything.
    pub(crate) const fn effect(&self) -> Effect {
        self.word().effect
    }

    /// What undoes it.
    pub(crate) const fn undo(&self) -> Option<&'static str> {
        self.word().undo
    }

    /// For people.
    pub(crate) fn description(&self) -> String {
        let count = |machines: usize| match machines {
            1 => "1 instance".to_owned(),
            many => format!("{many} instances"),
        };
        match self {
            Self::EnsureNetwork {} => "see to the network".to_owned(),
            Self::EnsureFirewall {} => "see to the firewall".to_owned(),
            Self::EnsureLoadBalancer {} => "see to the load balancer".to_owned(),
            Self::CreateInstance { slot } => format!("create instance {}", slot + 1),
            Self::AwaitHealthy { machines } => {
                format!("wait until {} answer probes", count(machines.len()))
            }
            Self::AttachInstances { machines } => {
                format!("put {} behind the load balancer", count(machines.len()))
            }
            Self::AwaitInService { machines } => {
                format!("wait until the load balancer serves {}", count(machines.len()))
            }
            Self::DetachInstances { machines } => {
                format!("drain {} of the old version", count(machines.len()))
            }
            Self::TerminateInstances { machines } => {
                format!("terminate {} of the old version", count(machines.len()))
            }
            Self::Remove { what, name, .. } => {
                format!("remove the {} {name}", what.name().replace('_', " "))
            }
        }
    }
}
