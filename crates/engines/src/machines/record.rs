//! The stored row of a machine.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::addresses;

/// What should become of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Desired {
    /// It should run.
    Running,
    /// It should not run, and keep its directory and address.
    Stopped,
    /// It should not exist.
    Gone,
}

/// Where a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// On its way to `Running` from creation or from `Stopped`.
    Starting,
    /// Up.
    Running,
    /// Its processes are being stopped and started again; it was `Running`.
    Rebooting,
    /// Its processes are being stopped.
    Stopping,
    /// Without processes.
    Stopped,
    /// Its processes are being stopped for good.
    Removing,
    /// Without processes and directory; only the record is left.
    Removed,
}

/// How a machine came to its end by itself, or its script did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// With a status.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It never ran: its interpreter is missing, say.
    Failed(String),
    /// It was shut down from within, by `shutdown` or `poweroff`.
    ShutDown,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with status {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Self::Failed(why) => write!(f, "could not run: {why}"),
            Self::ShutDown => f.write_str("was shut down from within"),
        }
    }
}

/// Whether a machine's user data ran. It does once, in the first boot, as cloud-init has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserData {
    /// Not yet.
    #[default]
    New,
    /// It was started in the boot, and something of it runs: it is started again where Isobar was
    /// away, which is no boot of the machine's.
    Runs {
        /// The boot.
        boot: u64,
    },
    /// It and all its descendants ended.
    Ended,
}

/// A machine.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its id, unique over all clouds, which is also its directory's name.
    pub id: String,
    /// Its address, of 127.0.0.0/8 and its own for life.
    pub address: Ipv4Addr,
    /// The user data, as bytes.
    #[serde(with = "base64_bytes")]
    pub script: Vec<u8>,
    /// What its script finds in its environment besides the usual.
    pub environment: BTreeMap<String, String>,
    /// What should become of it.
    pub desired: Desired,
    /// Where it is.
    pub phase: Phase,
    /// How often it was told to start or reboot; the runner's processes belong to one boot.
    pub boot: u64,
    /// How it stopped, where it did so by itself: it was shut down from within, or could not run.
    pub exit: Option<Exit>,
    /// Whether its user data ran.
    #[serde(default)]
    pub user_data: UserData,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it came to its phase.
    pub phase_at: Timestamp,
    /// Whether the record goes when the processes have ended.
    pub forgotten: bool,
}

impl Machine {
    /// Whether it has something to run.
    #[must_use]
    pub fn has_script(&self) -> bool {
        self.script.starts_with(b"#!")
    }

    /// Whether its user data is to be run now.
    pub(super) fn runs_script(&self) -> bool {
        let due = match self.user_data {
            UserData::New => true,
            UserData::Runs { boot } => boot == self.boot,
            UserData::Ended => false,
        };
        due && self.has_script()
    }

    /// Moves it to the phase, if it is not there.
    pub(super) fn enter(&mut self, phase: Phase, now: Timestamp) {
        if self.phase != phase {
            self.phase = phase;
            self.phase_at = now;
        }
    }
}

/// Scripts and environments carry secrets, so they are left out.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("id", &self.id)
            .field("address", &self.address)
            .field("desired", &self.desired)
            .field("phase", &self.phase)
            .field("boot", &self.boot)
            .field("exit", &self.exit)
            .finish_non_exhaustive()
    }
}

impl Record for Machine {
    const KIND: &'static str = "engines.machine";

    fn key(&self) -> String {
        self.id.clone()
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![(addresses::INDEX, self.address.to_string())]
    }
}

/// Bytes as base 64, since JSON has none.
mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(de::Error::custom)
    }
}
