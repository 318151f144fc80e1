//! `cargo xtask catalogue`: fetches the pinned packages, checks their hashes, and writes the packs
//! and their manifest. The same list gives the same bytes.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isobar_catalogue::{Cloud, Service, pack};

mod archive;
mod fetch;
mod import;
mod manifest;
mod pin;
mod sources;

use manifest::Manifest;
use sources::Source;

/// What `cargo xtask catalogue` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The cloud whose pack is made; all of them without it.
    #[arg(long)]
    cloud: Option<Cloud>,
    /// Writes nothing and fails if the packs are not what the sources give.
    #[arg(long)]
    check: bool,
    /// Writes the newest versions of the packages and their hashes into the list first.
    #[arg(long, conflicts_with = "check")]
    pin: bool,
}

/// Runs the task. A check that finds a difference is a failure, not an error.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    if arguments.pin {
        pin::newest(&root().join(SOURCES), &root().join("target/catalogue"), arguments.cloud)?;
    }
    let sources = sources::read(&root().join(SOURCES))?;
    let packs = root().join("crates/catalogue/packs");
    let mut manifest = Manifest::read(&packs.join("manifest.json"))?;
    let mut same = true;
    let clouds = Cloud::ALL
        .into_iter()
        .filter(|cloud| arguments.cloud.is_none_or(|wanted| *cloud == wanted));
    for cloud in clouds {
        let (mut services, mut unread) = (Vec::new(), Vec::new());
        manifest.forget(cloud);
        for source in sources.iter().filter(|source| source.cloud == cloud) {
            match import_source(source) {
                Ok(imported) => {
                    manifest.add(source, &imported);
                    services.extend(imported);
                }
                Err(error) => unread.push(format!("{}: {error}", source.package)),
            }
        }
        if !unread.is_empty() {
            return Err(unread.join("\n").into());
        }
        let operations: usize = services.iter().map(|service| service.operations.len()).sum();
        let count = services.len();
        let bytes = pack::write(services)?;
        manifest.measure(cloud, &bytes);
        eprintln!("{cloud}: {count} services, {operations} operations, {} bytes", bytes.len());
        same &= put(&packs.join(format!("{cloud}.pack")), &bytes, arguments.check)?;
    }
    same &= put(&packs.join("manifest.json"), manifest.text()?.as_bytes(), arguments.check)?;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A package of the list, fetched and checked.
pub(crate) struct Pinned {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// The package's version.
    pub(crate) version: String,
    /// Its file.
    pub(crate) bytes: Vec<u8>,
}

/// The package of the name, in the version that the catalogue is made from.
pub(crate) fn pinned(package: &str) -> Result<Pinned, Box<dyn Error>> {
    let root = root();
    let sources = sources::read(&root.join(SOURCES))?;
    let source = sources.into_iter().find(|source| source.package == package);
    let source = source.ok_or_else(|| format!("{package} is not in {SOURCES}"))?;
    let bytes = fetch::package(&source, &root.join("target/catalogue"))?;
    Ok(Pinned { root, version: source.version, bytes })
}

/// The wheels of a cloud's packages as requirements of pip's, with their hashes.
pub(crate) fn requirements(cloud: Cloud) -> Result<String, Box<dyn Error>> {
    let sources = sources::read(&root().join(SOURCES))?;
    let wheels = sources
        .iter()
        .filter(|source| source.cloud == cloud && source.archive == sources::Archive::Wheel);
    Ok(wheels
        .map(|source| {
            format!("{}=={} --hash=sha256:{}\n", source.package, source.version, source.sha256)
        })
        .collect())
}

/// The list of packages.
const SOURCES: &str = "xtask/catalogue/sources.yaml";

fn import_source(source: &Source) -> Result<Vec<Service>, Box<dyn Error>> {
    let file = fetch::package(source, &root().join("target/catalogue"))?;
    let texts = archive::texts(source.archive, &file)?;
    import::services(source, &texts)
}

/// Writes a file, or says whether it already is so.
fn put(path: &Path, bytes: &[u8], check: bool) -> Result<bool, Box<dyn Error>> {
    if !check {
        fs::write(path, bytes)?;
        return Ok(true);
    }
    let same = fs::read(path).is_ok_and(|present| present == bytes);
    if !same {
        eprintln!("{} is not what the sources give", path.display());
    }
    Ok(same)
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").into()
}
