//! `isobar catalogue update [CLOUD]`: newer packages of the vendors', from the public registry into
//! the user's cache; `isobar catalogue reset [CLOUD]`: back to the program's own.
//!
//! The update takes wheels only, of which nothing runs, checks each of their files against the wheel's
//! own record, and takes no version that is older than the one in use.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use isobar_catalogue::manifest::{Origin, Package};
use isobar_catalogue::{Cloud, Service, origin};
use isobar_packages::cache::Cache;
use isobar_packages::registry::{self, AT_ONCE, Found};
use isobar_packages::{Form, Source, sources};
use serde_json::{Value, json};

use super::{Arguments, cloud, print};
use crate::report::{Class, Detail, Error};
use crate::shell::Shell;
use crate::updated;

/// After so many packages that cannot be had one by one, none can be.
const ENOUGH: usize = 3;

/// A package that is newer than the one in use.
struct Newer {
    from: String,
    package: Package,
    operations_before: usize,
}

/// What came of the packages of a cloud.
#[derive(Default)]
struct Taken {
    services: Vec<Service>,
    origin: Origin,
    newer: Vec<Newer>,
    failed: Vec<Detail>,
}

pub(super) fn run(shell: &Shell, arguments: &Arguments) -> Result<(), Error> {
    let cache = user_cache(shell)?;
    let sources = sources::read(sources::LIST).map_err(not_taken)?;
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for cloud in clouds(arguments)? {
        let sources: Vec<_> = sources.iter().filter(|source| source.cloud == cloud).collect();
        let incoming = Incoming::new(&cache)?;
        let taken = shell.run(take(shell, &sources, &incoming.0))?;
        rows.extend(taken.newer.iter().map(|newer| row(cloud, newer)));
        if !taken.newer.is_empty() {
            cache.store(cloud, taken.services, taken.origin).map_err(not_taken)?;
        } else if taken.failed.is_empty() {
            shell.note(&format!("{cloud}: the registry has nothing newer"));
        }
        failed.extend(taken.failed);
    }
    let columns = ["cloud", "package", "from", "to", "operations_before", "operations"];
    print(shell, arguments, Value::Array(rows), &columns)?;
    if failed.is_empty() {
        return Ok(());
    }
    let message = "packages were not taken; the services of theirs stay as they were";
    Err(Error::failed("update_incomplete", message).details(failed))
}

pub(super) fn reset(shell: &Shell, arguments: &Arguments) -> Result<(), Error> {
    let cache = user_cache(shell)?;
    for cloud in clouds(arguments)? {
        let was = if cache.forget(cloud).map_err(not_taken)? { "is" } else { "was" };
        shell.note(&format!("{cloud}: the catalogue {was} the one that isobar came with"));
    }
    Ok(())
}

fn clouds(arguments: &Arguments) -> Result<Vec<Cloud>, Error> {
    match arguments.words.as_slice() {
        [] => Ok(Cloud::ALL.to_vec()),
        [one] => Ok(vec![cloud(one)?]),
        [_, more, ..] => {
            Err(Error::usage("unknown_argument", format!("catalogue: {more:?} is one too many")))
        }
    }
}

fn user_cache(shell: &Shell) -> Result<Cache, Error> {
    updated::cache(shell).ok_or_else(|| {
        Error::failed("no_cache", "there is no home directory for the cache")
            .hint("set XDG_CACHE_HOME")
    })
}

fn row(cloud: Cloud, newer: &Newer) -> Value {
    json!({
        "cloud": cloud.name(),
        "package": newer.package.name,
        "from": newer.from,
        "to": newer.package.version,
        "operations_before": newer.operations_before,
        "operations": newer.package.operations(),
    })
}

/// What such folders are called, before the process's id.
const INCOMING: &str = ".incoming-";

/// Removes what updates left that were killed on their way.
fn sweep(cache: &Path) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(INCOMING));
        if process.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder for what comes in, which goes with it.
struct Incoming(PathBuf);

impl Incoming {
    fn new(cache: &Cache) -> Result<Self, Error> {
        sweep(cache.folder());
        let folder = cache.folder().join(format!("{INCOMING}{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| {
            let message = format!("{} cannot be made", folder.display());
            Error::new(Class::Unwritable, "cache_unwritable", message).source(error)
        })?;
        Ok(Self(folder))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Where it cannot be removed, it only takes room.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The packages of a cloud, in their newest versions where those are newer and can be read.
async fn take(shell: &Shell, sources: &[&Source], incoming: &Path) -> Result<Taken, Error> {
    let mut taken = Taken::default();
    for (at, batch) in sources.chunks(AT_ONCE).enumerate() {
        let done = at * AT_ONCE + batch.len();
        shell.note(&format!(
            "{}: {done} of {} packages are asked for",
            batch[0].cloud,
            sources.len()
        ));
        let refused = fetch(batch, incoming).await?;
        for source in batch {
            let source = &wheel(source);
            let complaint = refused.iter().find(|(package, _)| *package == source.package);
            match complaint {
                Some((_, complaint)) => taken.keep(source, Some(complaint.clone())),
                None => taken.read(source, incoming),
            }
        }
    }
    Ok(taken)
}

/// Every package is taken as a wheel: nothing of it needs to run for its name and version.
fn wheel(source: &Source) -> Source {
    Source { form: Form::Wheel, ..source.clone() }
}

/// Has the registry's client bring the packages; what it says of those that it could not bring.
async fn fetch(batch: &[&Source], incoming: &Path) -> Result<Vec<(String, String)>, Error> {
    let names: Vec<&str> = batch.iter().map(|source| source.package.as_str()).collect();
    if pip(&names, incoming).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut refused = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if let Some(complaint) = pip(&[name], incoming).await? {
            refused.push(((*name).to_owned(), complaint));
        }
        let asked = at + 1;
        if refused.len() == asked && asked == ENOUGH.min(names.len()) {
            let (name, complaint) = refused.swap_remove(0);
            let message = format!("pip cannot download {name}: {complaint}");
            return Err(Error::new(Class::Unreachable, "registry_unreachable", message)
                .hint("see that `python3 -m pip download botocore` works; nothing was changed"));
        }
    }
    Ok(refused)
}

/// Runs pip; what it complained of, if it failed.
async fn pip(names: &[&str], incoming: &Path) -> Result<Option<String>, Error> {
    let output = tokio::process::Command::new("python3")
        .args(registry::download(names, Form::Wheel, incoming))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| {
            Error::failed("python_missing", "python3 cannot be run")
                .source(error)
                .hint("the update needs Python 3 with pip, which knows the public registry")
        })?;
    Ok((!output.status.success()).then(|| registry::complaint(&output.stderr)))
}

impl Taken {
    /// Reads the file of a package and takes what is in it, if it is newer.
    fn read(&mut self, source: &Source, incoming: &Path) {
        match self.newer(source, incoming) {
            Ok(true) => {}
            Ok(false) => self.keep(source, None),
            Err(error) => self.keep(source, Some(with_sources(&error))),
        }
    }

    fn newer(&mut self, source: &Source, incoming: &Path) -> Result<bool, isobar_packages::Error> {
        let Some(Found { path, version }) = registry::found(source, incoming)?.pop() else {
            let (package, what) = (source.package.clone(), "wheel for every machine".to_owned());
            return Err(isobar_packages::Error::Lacking { package, what });
        };
        let bytes = std::fs::read(&path).map_err(|source| isobar_packages::Error::File {
            path: path.display().to_string(),
            source,
        })?;
        let before = in_use(source);
        let from = before.map_or("", |package| package.version.as_str());
        if before.is_some() && !registry::is_newer(&version, from) {
            return Ok(false);
        }
        let services = isobar_packages::services(source, &bytes)?;
        let hash = registry::hash(&bytes);
        let package = Package::new(&source.package, &version, &hash, &services);
        self.services.extend(services);
        self.origin.packages.push(package.clone());
        let operations_before = before.map_or(0, Package::operations);
        self.newer.push(Newer { from: from.to_owned(), package, operations_before });
        Ok(true)
    }

    /// Keeps the services of a package as they are.
    fn keep(&mut self, source: &Source, complaint: Option<String>) {
        if let Some(complaint) = complaint {
            self.failed.push(Detail::new(&source.package, complaint));
        }
        let Some(package) = in_use(source) else { return };
        for (name, extent) in &package.services {
            let name = format!("{name}@{}", extent.version);
            self.services.extend(isobar_catalogue::service(source.cloud, &name).cloned());
        }
        self.origin.packages.push(package.clone());
    }
}

/// What the pack that is in use has of a package.
fn in_use(source: &Source) -> Option<&'static Package> {
    origin(source.cloud).packages.iter().find(|package| package.name == source.package)
}

fn not_taken(error: isobar_packages::Error) -> Error {
    let class = match &error {
        isobar_packages::Error::File { .. } => Class::Unwritable,
        _ => Class::Failed,
    };
    Error::new(class, "catalogue_not_updated", "the catalogue cannot be updated").source(error)
}

/// What is wrong, with what lies beneath it.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(&format!(": {inner}"));
        source = inner.source();
    }
    text
}
