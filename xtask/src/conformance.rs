//! `cargo xtask conformance`: compares what Isobar makes of calls and answers with what the vendors'
//! own SDKs make of them.

use std::process::{Command, ExitCode};

use isobar_catalogue::Cloud;

use crate::python;
use crate::steps::{self, cargo, run};

/// What `cargo xtask conformance` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The clouds that are compared; all of them without any.
    clouds: Vec<Cloud>,
    /// Only these services, separated by commas.
    #[arg(long)]
    services: Option<String>,
    /// How many differences of a kind are shown.
    #[arg(long)]
    show: Option<u32>,
}

/// Runs the comparisons, all of them even if one fails.
pub(crate) fn conformance(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    run("build", cargo().args(["build", "--package", "isobar-conformance"]))?;
    let tests = steps::root().join("tests").join("conformance");
    let mut failed = None;
    for cloud in Cloud::ALL {
        if !arguments.clouds.is_empty() && !arguments.clouds.contains(&cloud) {
            continue;
        }
        let script = tests.join(format!("{cloud}.py"));
        if !script.exists() {
            eprintln!("== {cloud}: not implemented, there is no {}", script.display());
            continue;
        }
        let python = python::environment(&tests.join(format!("requirements-{cloud}.txt")))?;
        let mut command = Command::new(python);
        command
            .arg(script)
            .env("ISOBAR_CONFORMANCE", steps::target().join("debug").join("isobar-conformance"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some(services) = &arguments.services {
            command.args(["--services", services]);
        }
        if let Some(show) = arguments.show {
            command.args(["--show", &show.to_string()]);
        }
        if let Err(error) = run(&format!("{cloud}'s requests"), &mut command) {
            eprintln!("{error}");
            failed = Some(error);
        }
    }
    failed.map_or(Ok(ExitCode::SUCCESS), |error| Err(error.into()))
}
