//! Running other programs, each a step with a name and a time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

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
    let status =
        command.status().map_err(|source| Error::NotStarted { step: step.to_owned(), source })?;
    eprintln!("== {step}: {:.0} s", started.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(Error::Failed { step: step.to_owned(), status }) }
}
