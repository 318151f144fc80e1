//! What a keeper and Isobar say to each other: lines over the keeper's standard input and output.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Exit;

/// What a keeper tells Isobar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// The script runs.
    Up,
    /// The script ended, or could not run; its descendants may live.
    Ended(Exit),
    /// The keeper cannot do its work, and ends.
    Broken(String),
    /// A process of the machine asked for the machine's end, or for another boot.
    Down(Down),
    /// No process is left. The last that a keeper says.
    Gone,
}

/// What a machine's own processes can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Down {
    /// That it stops.
    Off,
    /// That it boots again.
    Reboot,
}

impl Down {
    /// The word for it, between the machine's commands and its keeper too.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Off => "poweroff",
            Self::Reboot => "reboot",
        }
    }
}

impl FromStr for Down {
    type Err = Unknown;

    fn from_str(word: &str) -> Result<Self, Unknown> {
        [Self::Off, Self::Reboot].into_iter().find(|down| down.word() == word).ok_or(Unknown)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up => f.write_str("up"),
            Self::Ended(Exit::Code(code)) => write!(f, "code {code}"),
            Self::Ended(Exit::Signal(signal)) => write!(f, "signal {signal}"),
            Self::Ended(Exit::Failed(why)) => write!(f, "failed {}", why.replace('\n', " ")),
            Self::Ended(Exit::ShutDown) => f.write_str("shut-down"),
            Self::Broken(why) => write!(f, "broken {}", why.replace('\n', " ")),
            Self::Down(down) => f.write_str(down.word()),
            Self::Gone => f.write_str("gone"),
        }
    }
}

/// A line that no keeper writes.
#[derive(Debug, thiserror::Error)]
#[error("a keeper said something unknown")]
pub(super) struct Unknown;

impl FromStr for Report {
    type Err = Unknown;

    fn from_str(line: &str) -> Result<Self, Unknown> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        Ok(match word {
            "up" => Self::Up,
            "code" => Self::Ended(Exit::Code(rest.parse().map_err(|_| Unknown)?)),
            "signal" => Self::Ended(Exit::Signal(rest.parse().map_err(|_| Unknown)?)),
            "failed" => Self::Ended(Exit::Failed(rest.to_owned())),
            "broken" => Self::Broken(rest.to_owned()),
            "shut-down" => Self::Ended(Exit::ShutDown),
            "gone" => Self::Gone,
            word => Self::Down(word.parse()?),
        })
    }
}

/// What Isobar tells a keeper: to end the processes, with how long they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// How long from SIGTERM to SIGKILL.
    pub(super) grace: Duration,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stop {}", self.grace.as_millis())
    }
}

impl FromStr for Stop {
    type Err = Unknown;

    fn from_str(line: &str) -> Result<Self, Unknown> {
        let grace = line.strip_prefix("stop ").and_then(|grace| grace.parse().ok());
        Ok(Self { grace: Duration::from_millis(grace.ok_or(Unknown)?) })
    }
}
