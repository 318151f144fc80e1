//! `cargo xtask conformance`: compares what Isobar makes of calls and answers with what the vendors'
//! own SDKs make of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use isobar_catalogue::Cloud;

use crate::steps::{self, cargo, run};
use crate::{catalogue, python};

/// The comparisons: the script of each, and of which name its requirements are. Object storage has
/// packages of its own.
const COMPARISONS: [(Cloud, &str, &str); 7] = [
    (Cloud::Aws, "aws", "aws"),
    (Cloud::Aws, "answers_aws", "aws"),
    (Cloud::Alibaba, "alibaba", "alibaba"),
    (Cloud::Alibaba, "answers_alibaba", "alibaba"),
    (Cloud::Alibaba, "oss", "oss"),
    (Cloud::DigitalOcean, "digitalocean", "digitalocean"),
    (Cloud::DigitalOcean, "answers_digitalocean", "digitalocean"),
];

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
    for (cloud, name, requirements) in COMPARISONS {
        if !arguments.clouds.is_empty() && !arguments.clouds.contains(&cloud) {
            continue;
        }
        let script = tests.join(format!("{name}.py"));
        if !script.exists() {
            eprintln!("== {name}: not implemented, there is no {}", script.display());
            continue;
        }
        let mut file = tests.join(format!("requirements-{requirements}.txt"));
        if requirements == "alibaba" {
            file = with_packages(&file)?;
        }
        let python = python::environment(&file)?;
        let mut command = Command::new(python);
        command
            .arg(script)
            .env("ISOBAR_CONFORMANCE", steps::target().join("debug").join("isobar-conformance"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        // A script that compares one service alone has no others to choose from.
        let choice = arguments.services.as_ref().filter(|_| name != "oss");
        if let Some(services) = choice {
            command.args(["--services", services]);
        }
        if let Some(show) = arguments.show {
            command.args(["--show", &show.to_string()]);
        }
        if let Err(error) = run(name, &mut command) {
            eprintln!("{error}");
            failed = Some(error);
        }
    }
    failed.map_or(Ok(ExitCode::SUCCESS), |error| Err(error.into()))
}

/// The requirements together with the packages that the catalogue is made from: what is compared
/// is of the versions that were imported.
fn with_packages(requirements: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(requirements)? + &catalogue::requirements(Cloud::Alibaba)?;
    let folder = steps::root().join("target").join("conformance");
    fs::create_dir_all(&folder)?;
    let path = folder.join(requirements.file_name().expect("it is a file"));
    fs::write(&path, text)?;
    Ok(path)
}
