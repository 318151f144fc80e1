//! `cargo xtask fuzz`: feeds what reads answers and requests with bytes that nobody would send.
//!
//! The targets are in `fuzz`, a workspace of its own. They are built without a sanitizer, since there
//! is no unsafe code of ours to watch, and so with the toolchain that builds everything else: the
//! compiler is told to take the flags of coverage, which are otherwise a nightly compiler's.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::steps::{self, cargo, run};

/// What `cargo xtask fuzz` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The targets that are run, one after another; all of them without any.
    targets: Vec<String>,
    /// How long each is run.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
}

/// The longest input, in bytes: what is found in a long one is found in a short one.
const MAX_LENGTH: u32 = 16 << 10;

/// The most memory, in MiB.
const MAX_MEMORY: u32 = 1500;

/// The most time for one input, in seconds.
const MAX_TIME: u32 = 20;

/// Runs the targets, all of them even if one finds something.
pub(crate) fn fuzz(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let folder = steps::root().join("fuzz");
    let known = targets(&folder)?;
    if let Some(unknown) = arguments.targets.iter().find(|name| !known.contains(name)) {
        return Err(format!("no target {unknown}; there are {}", known.join(", ")).into());
    }
    if !is_installed() {
        return Err("cargo-fuzz is not there: `cargo install cargo-fuzz --locked`".into());
    }
    let corpus = folder.join("corpus");
    run("seeds", command(&folder).args(["run", "--quiet", "--example", "seeds"]).arg(&corpus))?;
    let wanted = if arguments.targets.is_empty() { &known } else { &arguments.targets };
    let mut failed = None;
    for target in wanted {
        let mut fuzz = command(&folder);
        fuzz.args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"])
            .arg(&folder)
            .arg("--target-dir")
            .arg(steps::target().join("fuzz"))
            .arg(target)
            .arg("--")
            .arg(format!("-max_total_time={}", arguments.seconds))
            .arg(format!("-max_len={MAX_LENGTH}"))
            .arg(format!("-rss_limit_mb={MAX_MEMORY}"))
            .arg(format!("-timeout={MAX_TIME}"))
            .arg("-print_final_stats=1");
        if let Err(error) = run(target, &mut fuzz) {
            eprintln!("{error}; the input is in {}", folder.join("artifacts").display());
            failed = Some(error);
        }
    }
    failed.map_or(Ok(ExitCode::SUCCESS), |error| Err(error.into()))
}

/// The targets' names, which are their files'.
fn targets(folder: &Path) -> Result<Vec<String>, std::io::Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn is_installed() -> bool {
    let mut command = cargo();
    command.args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A cargo in the targets' workspace.
fn command(folder: &Path) -> Command {
    let mut command = cargo();
    command
        .current_dir(folder)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", steps::target().join("fuzz"));
    command
}
