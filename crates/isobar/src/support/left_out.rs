//! docs/support.md: what of each served operation is left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use isobar_catalogue::Cloud;
use isobar_kernel::members::{self, Ignored, LeftOut, Values};
use isobar_kernel::{Served, served_operations};

const INTRODUCTION: &str = "\
# What is served, and what of it is left out

Written by `ISOBAR_UPDATE=1 cargo test -p isobar support`, from the handlers' types and the faces'
tables: what stands here is what a call is told, and the other way round.

An operation that is not here answers \"not implemented\", with HTTP 501 and in its cloud's own form. Of
those that are, a member of the input that the second column names is answered in the same way, and so is
all that is below it; where values stand in brackets, they alone are taken, since they ask for what is so
without them. A member of the third column changes nothing, at the vendor's neither, for the reason that
follows. All other members work.

";

/// What one cloud tells about itself.
struct Told {
    name: &'static str,
    operations: Vec<(&'static str, &'static str)>,
    left_out: Vec<LeftOut>,
    ignored: &'static [Ignored],
    /// What else is refused: service, operation, text.
    further: Vec<(&'static str, &'static str, String)>,
}

fn told<W>(cloud: Cloud, services: &'static [Served<W>], ignored: &'static [Ignored]) -> Told {
    Told {
        name: cloud.title(),
        operations: served_operations(cloud, services),
        left_out: members::left_out(cloud, services),
        ignored,
        further: Vec::new(),
    }
}

fn document() -> String {
    let aws = Told {
        further: isobar_aws::unbuilt(),
        ..told(Cloud::Aws, isobar_aws::SERVICES, isobar_aws::IGNORED)
    };
    let alibaba = Told {
        further: isobar_alibaba::unbuilt(),
        ..told(Cloud::Alibaba, isobar_alibaba::SERVICES, isobar_alibaba::IGNORED)
    };
    let clouds = [
        aws,
        alibaba,
        told(Cloud::DigitalOcean, isobar_digitalocean::SERVICES, isobar_digitalocean::IGNORED),
    ];
    let mut text = INTRODUCTION.to_owned();
    for (at, cloud) in clouds.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let _ = writeln!(text, "## {}", cloud.name);
        let mut by_service: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (service, operation) in &cloud.operations {
            by_service.entry(service).or_default().push(operation);
        }
        for (service, operations) in by_service {
            let _ = writeln!(
                text,
                "\n### `{service}`\n\n| operation | not implemented | without effect |\n|---|---|---|"
            );
            for operation in operations {
                let (refused, passed) = cloud.row(service, operation);
                let _ = writeln!(text, "| {operation} | {refused} | {passed} |");
            }
        }
    }
    text
}

impl Told {
    /// What the operation refuses, and what it passes over.
    fn row(&self, service: &str, operation: &str) -> (String, String) {
        let is_this = |of: &str, name: &str| of == service && name == operation;
        let left = self.left_out.iter().find(|left| is_this(left.service, left.operation));
        let (mut refused, mut passed) = (Vec::new(), Vec::new());
        for member in left.map(|left| left.members.as_slice()).unwrap_or_default() {
            let below = |path: &str, of: &str| {
                path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let row = self.ignored.iter().find(|row| {
                (row.service == "*" || row.service == service)
                    && (row.operation == "*" || row.operation == operation)
                    && below(member, row.member)
            });
            match row.map(|row| (row.values, row.reason)) {
                None => refused.push(format!("`{member}`")),
                Some((Values::All, reason)) => passed.push(format!("`{member}`: {reason}")),
                Some((Values::These(values), _)) => {
                    let shown = |value: &&str| match *value {
                        "" => "nothing in it".to_owned(),
                        value => format!("`{value}`"),
                    };
                    let values: Vec<String> = values.iter().map(shown).collect();
                    refused.push(format!("`{member}` ({})", values.join(", ")));
                }
            }
        }
        let further = self.further.iter().filter(|(of, name, _)| is_this(of, name));
        refused.extend(further.map(|(_, _, text)| text.clone()));
        (refused.join(", "), passed.join("; "))
    }
}

#[test]
fn the_document_of_what_is_left_out_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/support.md");
    let expected = document();
    if super::is_to_be_written() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap();
    assert!(found == expected, "run `ISOBAR_UPDATE=1 cargo test -p isobar support`");
}
