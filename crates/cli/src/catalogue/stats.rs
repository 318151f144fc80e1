//! `isobar catalogue stats [CLOUD]`: how much there is, and what it was made from.

use isobar_catalogue::manifest::{Origin, Package};
use isobar_catalogue::{Cloud, origin};
use serde_json::{Value, json};

use super::{Arguments, cloud, print};
use crate::format::Format;
use crate::report::Error;
use crate::shell::Shell;

pub(super) fn run(shell: &Shell, arguments: &Arguments) -> Result<(), Error> {
    let wanted = arguments.words.first().map(|word| cloud(word)).transpose()?;
    let for_people = matches!(arguments.output, Format::Table | Format::Text);
    if let Some(cloud) = wanted.filter(|_| for_people) {
        let rows = origin(cloud).packages.iter().map(package).collect();
        return print(
            shell,
            arguments,
            Value::Array(rows),
            &["package", "version", "services", "operations"],
        );
    }
    let clouds =
        Cloud::ALL.into_iter().filter(|cloud| wanted.is_none_or(|wanted| wanted == *cloud));
    let rows: Vec<Value> = clouds.map(|cloud| row(cloud, origin(cloud), for_people)).collect();
    print(shell, arguments, Value::Array(rows), &[])
}

fn row(cloud: Cloud, origin: &Origin, for_people: bool) -> Value {
    let services = isobar_catalogue::services(cloud);
    let mut names: Vec<_> = services.iter().map(|entry| entry.name).collect();
    names.dedup();
    let operations: usize = services.iter().map(|entry| entry.operations().len()).sum();
    let mut row = json!({
        "cloud": cloud.name(),
        "services": names.len(),
        "versions": services.len(),
        "operations": operations,
        "bytes": origin.bytes,
    });
    row["source"] = match (origin.packages.as_slice(), for_people) {
        ([only], true) => json!(format!("{} {}", only.name, only.version)),
        (many, true) => json!(format!("{} packages", many.len())),
        (many, false) => many.iter().map(package).collect(),
    };
    row
}

fn package(package: &Package) -> Value {
    json!({
        "package": package.name,
        "version": package.version,
        "services": package.services.len(),
        "operations": package.operations(),
        "sha256": package.sha256,
    })
}
