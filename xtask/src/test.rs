//! `cargo xtask test`: everything that proves the project.

use std::process::ExitCode;

use clap::ValueEnum;

use crate::steps::{self, cargo, run};
use crate::{cases, licences, python};

/// Runs everything that proves the project.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps, in their usual order.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
    /// Arguments for pytest (`-k test_aws`).
    #[arg(last = true)]
    pytest: Vec<String>,
}

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The formatting is rustfmt's.
    Format,
    /// The dependencies are what `deny.toml` allows.
    Deny,
    /// Clippy has nothing to say.
    Lint,
    /// The tests in Rust, protocol cases and signature suite included.
    Rust,
    /// The vendors' SDKs and CLIs against the built binary.
    Sdk,
}

pub(crate) fn test(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    for step in Step::value_variants() {
        if !arguments.only.is_empty() && !arguments.only.contains(step) {
            continue;
        }
        match step {
            Step::Format => run("format", cargo().args(["fmt", "--all", "--check"]))?,
            Step::Deny => licences::check()?,
            Step::Lint => run(
                "lint",
                cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
            )?,
            Step::Rust => {
                cases::fetch()?;
                run(
                    "rust",
                    cargo().args(["test", "--workspace", "--all-targets", "--no-fail-fast"]),
                )?;
            }
            Step::Sdk => sdk(&arguments.pytest)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn sdk(pytest: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let tests = steps::root().join("tests").join("sdk");
    let python = python::environment(&tests.join("requirements.txt"))?;
    let packages = ["--package", "isobar", "--package", "isobar-conformance"];
    run("build", cargo().arg("build").args(packages))?;
    run(
        "sdk",
        std::process::Command::new(python)
            .args(["-m", "pytest", "--durations=10", "-p", "no:cacheprovider"])
            // It comes with a tool that a test runs, and would leave its folder here.
            .args(["-p", "no:hypothesispytest"])
            // Most of their time is waiting for machines, so more of them run than there are cores.
            .args(["--numprocesses=3", "--dist=worksteal"])
            .arg(&tests)
            .args(pytest)
            .env("ISOBAR_BIN", steps::target().join("debug").join("isobar"))
            .env("ISOBAR_CONFORMANCE", steps::target().join("debug").join("isobar-conformance"))
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    )?;
    Ok(())
}
