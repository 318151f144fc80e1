//! Running other programs, each a step with a name and a time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a step may take. A test that never ends would keep everything waiting.
const LIMIT: Duration = Duration::from_secs(2 * 3600);

/// How often it is looked whether a step has ended.
const EVERY: Duration = Duration::from_millis(50);

/// A step that did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The program ended with an error.
    #[error("{step} failed ({status})")]
    Failed {
        /// The step.
        step: String,
        /// How the program ended.
        status: std::process::ExitStatus,
    },
    /// The program did not end.
    #[error("{step} did not end within {} s; what ran last is the last line above", LIMIT.as_secs())]
    Endless {
        /// The step.
        step: String,
    },
    /// The program could not be started.
    #[error("{step} could not be started")]
    NotStarted {
        /// The step.
        step: String,
        /// Why.
        source: std::io::Error,
    },
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask is in the workspace's root").to_owned()
}

/// A cargo of the toolchain that runs this.
#[expect(clippy::disallowed_methods, reason = "cargo says in the environment which it is")]
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where cargo puts what it builds.
#[expect(clippy::disallowed_methods, reason = "cargo reads it from the environment too")]
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a program to its end, its output shown.
pub(crate) fn run(step: &str, command: &mut Command) -> Result<(), Error> {
    eprintln!("== {step}");
    let started = Instant::now();
    let not_started = |source| Error::NotStarted { step: step.to_owned(), source };
    let mut child = command.spawn().map_err(not_started)?;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(not_started)? {
            break status;
        }
        if started.elapsed() > LIMIT {
            // Where it cannot be ended, the error says what is left running.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::Endless { step: step.to_owned() });
        }
        std::thread::sleep(EVERY);
    };
    eprintln!("== {step}: {:.0} s", started.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(Error::Failed { step: step.to_owned(), status }) }
}
