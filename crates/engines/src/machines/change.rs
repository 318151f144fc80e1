//! What handlers do to machines, each within its transaction.
//!
//! The functions say what should become of a machine and move its phase to where that begins. They
//! accept any phase; which phases a request is allowed in is the face's to check. `None` is returned
//! where there is no such machine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isobar_kernel::{Random, Tables, Tx};
use jiff::Timestamp;

use super::{Desired, Machine, Phase, UserData};
use crate::addresses;

/// What a machine is made from.
#[derive(Clone, Default)]
pub struct Spec {
    /// The id, which the face draws: unique over all clouds, and of letters, digits and `-` only,
    /// since a directory is named after it.
    pub id: String,
    /// The user data, as bytes.
    pub script: Vec<u8>,
    /// What the script finds in its environment besides the usual.
    pub environment: BTreeMap<String, String>,
    /// Whether it starts at once, or is created stopped.
    pub start: bool,
}

/// Scripts and environments carry secrets, so they are left out.
impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec")
            .field("id", &self.id)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// Creates the machine and draws its address.
///
/// # Panics
/// If the id cannot be a directory's name, which is a mistake in the caller.
pub fn create(tx: &mut Tx<'_>, random: &Random, now: Timestamp, spec: Spec) -> Arc<Machine> {
    let named = spec.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    assert!(named && !spec.id.is_empty(), "a machine's id can be a directory's name");
    let (desired, phase) = if spec.start {
        (Desired::Running, Phase::Starting)
    } else {
        (Desired::Stopped, Phase::Stopped)
    };
    let address = addresses::draw(tx, random);
    tx.put(Machine {
        id: spec.id,
        address,
        script: spec.script,
        environment: spec.environment,
        desired,
        phase,
        boot: 0,
        exit: None,
        user_data: UserData::New,
        created_at: now,
        phase_at: now,
        forgotten: false,
    })
}

/// The machine of the id.
#[must_use]
pub fn find<'a>(tables: &'a Tables, id: &str) -> Option<&'a Arc<Machine>> {
    tables.get::<Machine>(id)
}

/// Says that the machine should run. One that runs already is left alone.
pub fn start(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Option<Arc<Machine>> {
    change(tx, id, |machine| {
        if machine.desired == Desired::Stopped {
            machine.desired = Desired::Running;
            machine.boot += 1;
            machine.exit = None;
            machine.enter(Phase::Starting, now);
        }
    })
}

/// Says that the machine should stop, keeping its directory and address.
pub fn stop(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Option<Arc<Machine>> {
    change(tx, id, |machine| {
        if machine.desired == Desired::Running {
            machine.desired = Desired::Stopped;
            machine.enter(Phase::Stopping, now);
        }
    })
}

/// Says that the machine should boot again: its processes are ended. One that should not run is left
/// alone.
pub fn reboot(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Option<Arc<Machine>> {
    change(tx, id, |machine| {
        if machine.desired == Desired::Running {
            machine.boot += 1;
            machine.exit = None;
            if machine.phase == Phase::Running {
                machine.enter(Phase::Rebooting, now);
            }
        }
    })
}

/// Says that the machine should not exist. Its record stays, in the end in the phase `Removed`, until
/// [`forget`] takes it.
pub fn remove(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Option<Arc<Machine>> {
    change(tx, id, |machine| {
        if machine.desired != Desired::Gone {
            machine.desired = Desired::Gone;
            machine.enter(Phase::Removing, now);
        }
    })
}

/// Like [`remove`], and the record goes too: at once where the machine is removed, otherwise as soon
/// as its processes have ended, so that its address is not drawn again before.
pub fn forget(tx: &mut Tx<'_>, id: &str, now: Timestamp) {
    if find(tx, id).is_some_and(|machine| machine.phase == Phase::Removed) {
        tx.remove::<Machine>(id);
        return;
    }
    remove(tx, id, now);
    change(tx, id, |machine| machine.forgotten = true);
}

/// Moves every machine to where it is heading, without any process: what a test of a face does in
/// the place of a runner.
pub fn settle(tx: &mut Tx<'_>, now: Timestamp) {
    let ids: Vec<String> = tx.all::<Machine>().map(|machine| machine.id.clone()).collect();
    for id in ids {
        let settled = change(tx, &id, |machine| {
            let phase = match machine.desired {
                Desired::Running => Phase::Running,
                Desired::Stopped => Phase::Stopped,
                Desired::Gone => Phase::Removed,
            };
            machine.enter(phase, now);
        });
        if settled.is_some_and(|machine| machine.phase == Phase::Removed && machine.forgotten) {
            tx.remove::<Machine>(&id);
        }
    }
}

/// Changes the machine, and leaves a row that stays the same unwritten.
pub(super) fn change(
    tx: &mut Tx<'_>,
    id: &str,
    change: impl FnOnce(&mut Machine),
) -> Option<Arc<Machine>> {
    let before = Arc::clone(find(tx, id)?);
    let mut machine = Machine::clone(&before);
    change(&mut machine);
    if machine == *before { Some(before) } else { Some(tx.put(machine)) }
}
