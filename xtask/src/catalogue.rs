//! `cargo xtask catalogue`: fetches the pinned packages, checks their hashes, and writes the packs
//! and their manifest. The same list gives the same bytes.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isobar_catalogue::manifest::{Manifest, Origin, Package};
use isobar_catalogue::{Cloud, pack};
use isobar_packages::registry::hash;
use isobar_packages::{Form, Source, registry, sources};

mod pin;

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
        pin::newest(&root().join(SOURCES), &folder(), arguments.cloud)?;
    }
    let sources = listed()?;
    let packs = root().join("crates/catalogue/packs");
    let mut manifest: Manifest = match fs::read(packs.join("manifest.json")) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => Manifest::new(),
    };
    let mut same = true;
    let clouds = Cloud::ALL
        .into_iter()
        .filter(|cloud| arguments.cloud.is_none_or(|wanted| *cloud == wanted));
    for cloud in clouds {
        let (mut services, mut unread) = (Vec::new(), Vec::new());
        let mut origin = Origin::default();
        let of_cloud: Vec<_> = sources.iter().filter(|source| source.cloud == cloud).collect();
        registry::prefetch(&of_cloud, &folder())?;
        for source in of_cloud {
            let file = registry::pinned(source, &folder());
            match file.and_then(|file| isobar_packages::services(source, &file)) {
                Ok(imported) => {
                    let Source { package, version, sha256, .. } = source;
                    origin.packages.push(Package::new(package, version, sha256, &imported));
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
        (origin.bytes, origin.sha256) = (bytes.len(), hash(&bytes));
        manifest.insert(cloud, origin);
        eprintln!("{cloud}: {count} services, {operations} operations, {} bytes", bytes.len());
        same &= put(&packs.join(format!("{cloud}.pack")), &bytes, arguments.check)?;
    }
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    same &= put(&packs.join("manifest.json"), text.as_bytes(), arguments.check)?;
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
    let source = listed()?.into_iter().find(|source| source.package == package);
    let source = source.ok_or_else(|| format!("{package} is not in {SOURCES}"))?;
    let bytes = registry::pinned(&source, &folder())?;
    Ok(Pinned { root, version: source.version, bytes })
}

/// The wheels of a cloud's packages as requirements of pip's, with their hashes.
pub(crate) fn requirements(cloud: Cloud) -> Result<String, Box<dyn Error>> {
    let sources = listed()?;
    let wheels =
        sources.iter().filter(|source| source.cloud == cloud && source.form == Form::Wheel);
    Ok(wheels
        .map(|source| {
            format!("{}=={} --hash=sha256:{}\n", source.package, source.version, source.sha256)
        })
        .collect())
}

/// The list of packages.
const SOURCES: &str = "crates/packages/sources.yaml";

fn listed() -> Result<Vec<Source>, Box<dyn Error>> {
    Ok(sources::read(&fs::read_to_string(root().join(SOURCES))?)?)
}

/// Where the packages' files are kept.
pub(crate) fn folder() -> PathBuf {
    root().join("target/catalogue")
}

/// Writes a file, or says whether it already is so.
pub(crate) fn put(path: &Path, bytes: &[u8], check: bool) -> Result<bool, Box<dyn Error>> {
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
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").into()
}
