//! Machines: processes that run a user's script at an address of their own.
//!
//! A machine is a record in the store. Handlers create it and say what should become of it
//! ([`create`], [`start`], [`stop`], [`reboot`], [`remove`], [`forget`]); the runner starts and stops
//! processes accordingly and writes the [`Phase`] back.
//!
//! Content that begins with `#!` is run, with its directory as `HOME` and working directory, its
//! address as `HOST`, and the spec's environment. Anything else (a cloud-config, nothing) is not run:
//! the machine is then up without a process, which its console says. It is run once, in the machine's
//! first boot, and the machine stays up when it has ended. What a machine's processes find on their
//! `PATH` as `shutdown`, `poweroff`, `halt` and `reboot` does that to the machine.
//!
//! No machine outlives Isobar unowned. Each runs under a keeper, a process of its own that ends the
//! whole tree when the pipe from Isobar closes, however Isobar ended; see [`keeper`]. What should run
//! is started again at the next start, with the same addresses. That is no boot of the machine's: user
//! data that was still running runs again. Of Isobar's own environment, processes get nothing but `PATH`.

mod change;
mod console;
pub mod keeper;
mod place;
mod process;
mod record;
mod report;
mod runner;
mod tree;
mod worker;

pub use change::{Spec, create, find, forget, reboot, remove, settle, start, stop};
pub use record::{Desired, Exit, Machine, Phase, UserData};
pub use runner::{Machines, Settings};
