//! `isobar catalogue stats [CLOUD]`: how much there is, and what it was made from.

use std::collections::BTreeMap;

use isobar_catalogue::Cloud;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Arguments, cloud, print};
use crate::format::Format;
use crate::report::Error;
use crate::shell::Shell;

/// What the manifest says of a cloud's pack.
#[derive(Debug, Deserialize)]
struct Pack {
    bytes: u64,
    packages: Vec<Package>,
}

/// A package that the pack was made from.
#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    sha256: String,
    services: BTreeMap<String, Made>,
}

/// A service that the package gave.
#[derive(Debug, Deserialize)]
struct Made {
    operations: u64,
}

pub(super) fn run(shell: &Shell, arguments: &Arguments) -> Result<(), Error> {
    let packs: BTreeMap<String, Pack> = serde_json::from_str(isobar_catalogue::MANIFEST)
        .map_err(|error| Error::failed("internal", "the manifest cannot be read").source(error))?;
    let wanted = arguments.words.first().map(|word| cloud(word)).transpose()?;
    let for_people = matches!(arguments.output, Format::Table | Format::Text);
    if let Some(cloud) = wanted.filter(|_| for_people) {
        let packages = packs.get(cloud.name()).map_or(&[][..], |pack| &pack.packages);
        let rows = packages.iter().map(package).collect();
        return print(
            shell,
            arguments,
            Value::Array(rows),
            &["package", "version", "services", "operations"],
        );
    }
    let clouds =
        Cloud::ALL.into_iter().filter(|cloud| wanted.is_none_or(|wanted| wanted == *cloud));
    let rows = clouds.filter_map(|cloud| Some((cloud, packs.get(cloud.name())?)));
    let rows: Vec<Value> = rows.map(|(cloud, pack)| row(cloud, pack, for_people)).collect();
    print(shell, arguments, Value::Array(rows), &[])
}

fn row(cloud: Cloud, pack: &Pack, for_people: bool) -> Value {
    let services = isobar_catalogue::services(cloud);
    let mut names: Vec<_> = services.iter().map(|entry| entry.name).collect();
    names.dedup();
    let operations: usize = services.iter().map(|entry| entry.operations().len()).sum();
    let mut row = json!({
        "cloud": cloud.name(),
        "services": names.len(),
        "versions": services.len(),
        "operations": operations,
        "bytes": pack.bytes,
    });
    row["source"] = match (pack.packages.as_slice(), for_people) {
        ([only], true) => json!(format!("{} {}", only.name, only.version)),
        (many, true) => json!(format!("{} packages", many.len())),
        (many, false) => many.iter().map(package).collect(),
    };
    row
}

fn package(package: &Package) -> Value {
    let operations: u64 = package.services.values().map(|made| made.operations).sum();
    json!({
        "package": package.name,
        "version": package.version,
        "services": package.services.len(),
        "operations": operations,
        "sha256": package.sha256,
    })
}
