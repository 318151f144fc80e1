//! One machine's worker: it brings the machine's processes to what its record says.

use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::change::change;
use super::console::Writer;
use super::place::Place;
use super::process::{End, Process};
use super::report::Down;
use super::runner::Inner;
use super::{Desired, Exit, Machine, Phase, UserData, find};

/// A machine's worker.
pub(super) struct Worker {
    pub(super) inner: Arc<Inner>,
    pub(super) id: String,
    /// Woken when the record says something else than before.
    pub(super) wake: Arc<Notify>,
    pub(super) shutdown: CancellationToken,
}

/// What runs, and for which boot it was started.
struct Running {
    boot: u64,
    /// Its processes; a machine without a script has none.
    process: Option<Seated>,
}

/// Processes, and the place that they take among those that there may be.
struct Seated {
    process: Process,
    _seat: OwnedSemaphorePermit,
}

impl Running {
    /// Waits until all processes have ended.
    async fn ended(&mut self) -> End {
        match &mut self.process {
            Some(seated) => seated.process.ended().await,
            None => std::future::pending().await,
        }
    }
}

impl Worker {
    /// Follows the record until the machine is gone or everything shuts down.
    pub(super) async fn run(self) {
        let mut running: Option<Running> = None;
        loop {
            let machine = self.inner.store.read(|tables| find(tables, &self.id).cloned());
            let desired = machine.as_ref().map_or(Desired::Gone, |machine| machine.desired);
            let boot = machine.as_ref().map_or(0, |machine| machine.boot);
            let stay = desired == Desired::Running && !self.shutdown.is_cancelled();
            match (running.take(), machine) {
                (Some(current), _) if stay && current.boot == boot => {
                    running = self.attend(current).await;
                }
                (Some(mut current), _) => {
                    if let Some(seated) = &mut current.process {
                        seated.process.stop(self.inner.settings.stop_grace).await;
                    }
                }
                (None, _) if self.shutdown.is_cancelled() => return,
                (None, Some(machine)) if desired == Desired::Running => {
                    running = self.start(&machine).await;
                }
                (None, Some(_)) if desired == Desired::Stopped => {
                    self.reach(Desired::Stopped, boot, Phase::Stopped);
                    self.sleep().await;
                }
                (None, _) => return self.clear().await,
            }
        }
    }

    /// Waits until the machine ends by itself or something else is wanted.
    async fn attend(&self, mut current: Running) -> Option<Running> {
        tokio::select! {
            () = self.sleep() => Some(current),
            end = current.ended() => {
                current.process = None;
                match end {
                    // The machine goes on without them.
                    End::Script => {
                        self.write_in(current.boot, |machine, _| {
                            machine.user_data = UserData::Ended;
                        });
                        return Some(current);
                    }
                    End::Down(Down::Off) => self.ended(current.boot, Exit::ShutDown),
                    End::Down(Down::Reboot) => self.write_in(current.boot, |machine, now| {
                        machine.boot += 1;
                        machine.enter(Phase::Rebooting, now);
                    }),
                    End::Crash => {
                        let why = "its keeper was ended".to_owned();
                        self.ended(current.boot, Exit::Failed(why));
                    }
                }
                None
            }
        }
    }

    async fn sleep(&self) {
        tokio::select! {
            () = self.wake.notified() => {}
            () = self.shutdown.cancelled() => {}
        }
    }

    async fn start(&self, machine: &Machine) -> Option<Running> {
        let _turn = self.inner.starts.acquire().await;
        match self.process(machine).await {
            Ok(process) => {
                let user_data = match &process {
                    Some(_) => UserData::Runs { boot: machine.boot },
                    // It could not be run; nor can it later.
                    None if machine.runs_script() => UserData::Ended,
                    None => machine.user_data,
                };
                self.write_in(machine.boot, |machine, now| {
                    machine.user_data = user_data;
                    machine.enter(Phase::Running, now);
                });
                Some(Running { boot: machine.boot, process })
            }
            Err(error) => {
                tracing::warn!(id = self.id, %error, "a machine could not be started");
                // Nor may this; then the log has it alone.
                let _ = Writer::open(&self.place().console())
                    .and_then(|mut console| console.note(&format!("it could not start: {error}")));
                self.ended(machine.boot, Exit::Failed(error.to_string()));
                None
            }
        }
    }

    async fn process(&self, machine: &Machine) -> std::io::Result<Option<Seated>> {
        let place = self.place();
        place.prepare(&machine.script)?;
        let mut console = Writer::open(&place.console())?;
        let Machine { id, address, .. } = machine;
        if machine.runs_script() {
            let Ok(seat) = Arc::clone(&self.inner.seats).try_acquire_owned() else {
                let most = self.inner.settings.most;
                return Err(std::io::Error::other(format!(
                    "{most} machines run already, as many as the limit of open files allows"
                )));
            };
            console.note(&format!("{id} starts at {address}"))?;
            drop(console);
            let process = Process::start(&self.inner.settings, machine, place).await?;
            return Ok(process.map(|process| Seated { process, _seat: seat }));
        }
        let why = if machine.has_script() {
            "its user data ran in its first boot"
        } else {
            "its user data is no script to run"
        };
        console.note(&format!("{id} is up at {address}; {why}"))?;
        Ok(None)
    }

    fn place(&self) -> Place {
        self.inner.place(&self.id)
    }

    /// Writes that the machine came to where it should, if that is still wanted.
    fn reach(&self, desired: Desired, boot: u64, phase: Phase) {
        self.write(|machine, now| {
            if machine.desired == desired && machine.boot == boot {
                machine.enter(phase, now);
            }
        });
    }

    /// Writes that the machine ended by itself in the boot.
    fn ended(&self, boot: u64, exit: Exit) {
        self.write_in(boot, |machine, now| {
            machine.desired = Desired::Stopped;
            machine.exit = Some(exit);
            machine.enter(Phase::Stopped, now);
        });
    }

    /// Writes something of the boot, if that is still wanted.
    fn write_in(&self, boot: u64, what: impl FnOnce(&mut Machine, jiff::Timestamp)) {
        self.write(|machine, now| {
            if machine.desired == Desired::Running && machine.boot == boot {
                what(machine, now);
            }
        });
    }

    fn write(&self, what: impl FnOnce(&mut Machine, jiff::Timestamp)) {
        let now = self.inner.clock.now();
        let written = self
            .inner
            .store
            .update(|tx| change(tx, &self.id, |machine| what(machine, now)).is_some());
        if let Err(error) = written {
            tracing::error!(id = self.id, %error, "a machine's phase could not be written");
        }
    }

    /// Deletes the directory of a machine that is gone, and its record where nobody wants it.
    async fn clear(&self) {
        match tokio::fs::remove_dir_all(self.place().directory()).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(id = self.id, %error, "a machine's directory could not be deleted");
            }
            _ => {}
        }
        self.write(|machine, now| machine.enter(Phase::Removed, now));
        let forgotten = self.inner.store.update(|tx| {
            if find(tx, &self.id).is_some_and(|machine| machine.forgotten) {
                tx.remove::<Machine>(&self.id);
            }
        });
        if let Err(error) = forgotten {
            tracing::error!(id = self.id, %error, "a machine's record could not be deleted");
        }
    }
}
