//! The stored row of an action.

use isobar_engines::machines::{self, Exit, Phase};
use isobar_kernel::{Record, Tables};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::records::droplets::machine_of;
use crate::world::key;

/// An action.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Action {
    pub account: String,
    pub id: u64,
    /// The vendor's name of what is done (`power_off`).
    pub kind: String,
    pub started_at: Timestamp,
    /// The droplet that it is done with.
    pub droplet: u64,
    pub region: String,
    pub progress: Progress,
}

/// What an action's status is read from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Progress {
    /// The droplet's machine: it ends when the machine has come to rest.
    Machine,
    /// The clock: it ends at that time.
    Until(Timestamp),
    /// It has ended.
    Completed(Timestamp),
    /// It has failed.
    Errored(Timestamp),
}

/// Where an action is.
#[derive(Clone, Copy, Debug)]
pub enum Status {
    InProgress,
    Completed(Timestamp),
    Errored(Timestamp),
}

impl Action {
    /// Where it is by now.
    pub fn status(&self, tables: &Tables, now: Timestamp) -> Status {
        match self.progress {
            Progress::Completed(at) => Status::Completed(at),
            Progress::Errored(at) => Status::Errored(at),
            Progress::Until(at) if at > now => Status::InProgress,
            Progress::Until(at) => Status::Completed(at),
            Progress::Machine => self.machine_status(tables),
        }
    }

    fn machine_status(&self, tables: &Tables) -> Status {
        let Some(machine) = machines::find(tables, &machine_of(self.droplet)) else {
            return Status::Errored(self.started_at);
        };
        let at = machine.phase_at.max(self.started_at);
        match machine.phase {
            Phase::Stopped if matches!(machine.exit, Some(Exit::Failed(_))) => Status::Errored(at),
            Phase::Running | Phase::Stopped | Phase::Removed => Status::Completed(at),
            Phase::Starting | Phase::Rebooting | Phase::Stopping | Phase::Removing => {
                Status::InProgress
            }
        }
    }
}

impl Record for Action {
    const KIND: &'static str = "do.action";

    fn key(&self) -> String {
        key(&self.account, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let droplet = key(&self.account, self.droplet);
        let mut links = vec![("droplet", droplet.clone())];
        if matches!(self.progress, Progress::Machine | Progress::Until(_)) {
            links.push(("open", droplet));
        }
        links
    }
}
