//! The README's support table, and docs/support.md, which says of each operation what is left out:
//! from the faces' tables, their handlers' types and the catalogue.
//! `ISOBAR_UPDATE=1 cargo test -p isobar support` writes both; without that the tests compare.

mod left_out;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use isobar_catalogue::Cloud;
use isobar_kernel::served_operations;

const BEGIN: &str = "<!-- support: begin -->\n";
const END: &str = "<!-- support: end -->";

fn table() -> String {
    let served = [
        (Cloud::Aws, served_operations(Cloud::Aws, isobar_aws::SERVICES)),
        (Cloud::Alibaba, served_operations(Cloud::Alibaba, isobar_alibaba::SERVICES)),
        (
            Cloud::DigitalOcean,
            served_operations(Cloud::DigitalOcean, isobar_digitalocean::SERVICES),
        ),
    ];
    let mut text = "| cloud | service | called | served locally |\n|---|---|---|---|\n".to_owned();
    for (cloud, operations) in served {
        let name = cloud.title();
        let services = isobar_catalogue::services(cloud);
        let mut by_service: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (service, operation) in &operations {
            by_service.entry(service).or_default().push(operation);
        }
        let called: usize = services.iter().map(|service| service.operations().len()).sum();
        let names: BTreeSet<&str> = services.iter().map(|entry| entry.name).collect();
        let count = if names.len() == services.len() {
            names.len().to_string()
        } else {
            format!("{} in {} versions", names.len(), services.len())
        };
        let _ = writeln!(text, "| **{name}** | {count} | {called} | {} |", operations.len());
        for (service, operations) in by_service {
            let all = services.iter().find(|entry| entry.name == service);
            let all = all.map_or(0, |entry| entry.operations().len());
            let names = operations.join(", ");
            let _ = writeln!(text, "| | `{service}` | {all} | {}: {names} |", operations.len());
        }
    }
    text
}

/// Whether what differs is to be written.
#[expect(clippy::disallowed_methods, reason = "the environment says whether to write")]
fn is_to_be_written() -> bool {
    std::env::var_os("ISOBAR_UPDATE").is_some()
}

#[test]
fn the_support_table_of_the_readme_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the table");
    let (found, after) = rest.split_once(END).expect("the table has an end");
    let expected = table();
    if is_to_be_written() {
        std::fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(found, expected, "run `ISOBAR_UPDATE=1 cargo test -p isobar support`");
}
