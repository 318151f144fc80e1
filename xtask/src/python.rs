//! Python's virtual environments, made from pinned and hashed requirement files.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::steps::{self, run};

/// The interpreter of a virtual environment with the requirements. It is made once for each content
/// of the file and kept under `target/`.
pub(crate) fn environment(requirements: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let content = std::fs::read(requirements)?;
    let hash: String =
        Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = requirements.file_stem().and_then(|stem| stem.to_str()).unwrap_or("environment");
    let directory = steps::root().join("target").join("python").join(format!("{name}-{hash}"));
    let python = directory.join("bin").join("python");
    let complete = directory.join("complete");
    if complete.exists() {
        return Ok(python);
    }
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    run("virtual environment", Command::new("python3").args(["-m", "venv"]).arg(&directory))?;
    run(
        "requirements",
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--require-hashes", "--no-deps", "--no-compile", "-r"])
            .arg(requirements),
    )?;
    // pip compiles on one core. What does not compile is of another version of Python.
    let _ = Command::new(&python)
        .args(["-m", "compileall", "-qq", "-j", "0"])
        .arg(directory.join("lib"))
        .status()?;
    std::fs::write(complete, "")?;
    Ok(python)
}
