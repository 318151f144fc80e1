//! The rules that a manifest must keep, as one table.

use serde_json::{Value, json};

use super::rules::{Rule, optional, required};
use crate::error::Violation;

/// The longest script: EC2's limit on user data, 16 KiB, less what is put before it.
const LONGEST_SCRIPT: usize = 15 * 1024;

const NAME: Rule = Rule::Text {
    longest: 40,
    of: is_name,
    pattern: r#"^[a-z]([a-z0-9-]*[a-z0-9])?$"#,
    what: "1 to 40 lower case letters, digits and hyphens, beginning with a letter and not ending \
           with a hyphen",
};
const PORT: Rule = Rule::Whole { least: 1, most: 65_535 };
/// The clouds, by the names that manifests have for them.
pub(crate) const CLOUDS: &[&str] = &["aws", "alibaba", "digitalocean"];

const TARGET: Rule = Rule::Fields(&[
    required("cloud", Rule::Word(CLOUDS)),
    required(
        "region",
        Rule::Text {
            longest: 40,
            of: is_identifier,
            pattern: r#"^[A-Za-z0-9._:/-]+$"#,
            what: "the name of one of the cloud's regions",
        },
    ),
    optional(
        "size",
        Rule::Text {
            longest: 64,
            of: is_identifier,
            pattern: r#"^[A-Za-z0-9._:/-]+$"#,
            what: "small, medium, large, or the cloud's own name of a size",
        },
    ),
    optional(
        "image",
        Rule::Text {
            longest: 255,
            of: is_identifier,
            pattern: r#"^[A-Za-z0-9._:/-]+$"#,
            what: "the cloud's own id of an image",
        },
    ),
    optional("count", Rule::Whole { least: 1, most: 100 }).or("1"),
]);

/// A manifest.
pub const MANIFEST: Rule = Rule::Fields(&[
    required("service", NAME),
    required(
        "version",
        Rule::Text {
            longest: 64,
            of: is_version,
            pattern: r#"^[A-Za-z0-9._+-]+$"#,
            what: "1 to 64 letters, digits, dots, hyphens, underscores and plus signs",
        },
    ),
    optional("environment", NAME).or(r#""default""#),
    required("targets", Rule::List { of: &TARGET, least: 1, most: 50 }),
    required(
        "run",
        Rule::Fields(&[
            required(
                "script",
                Rule::Text {
                    longest: LONGEST_SCRIPT,
                    of: |text| !text.trim().is_empty() && !text.contains('\0'),
                    pattern: r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
                    what: "a script of at most 15360 bytes",
                },
            ),
            required("port", PORT),
        ]),
    ),
    optional(
        "expose",
        Rule::Fields(&[
            optional("port", PORT).or("80"),
            optional("protocol", Rule::Word(&["http", "tcp"])).or(r#""http""#),
            optional("drain_seconds", Rule::Whole { least: 0, most: 300 }).or("10"),
        ]),
    ),
    optional(
        "health",
        Rule::Fields(&[
            optional(
                "path",
                Rule::Text {
                    longest: 200,
                    of: is_path,
                    pattern: r#"^/[!-"$-~]*$"#,
                    what: "a path that begins with /, without spaces",
                },
            ),
            optional("interval_seconds", Rule::Whole { least: 1, most: 300 }).or("5"),
            optional("timeout_seconds", Rule::Whole { least: 1, most: 60 }).or("2"),
            optional("healthy_after", Rule::Whole { least: 1, most: 10 }).or("2"),
            optional("unhealthy_after", Rule::Whole { least: 1, most: 10 }).or("3"),
            optional("deadline_seconds", Rule::Whole { least: 1, most: 86_400 }).or("600"),
        ]),
    ),
    optional(
        "strategy",
        Rule::Tagged(&[
            (
                "rolling",
                &[
                    optional("max_unavailable", Rule::Whole { least: 0, most: 100 }).or("0"),
                    optional("max_surge", Rule::Whole { least: 0, most: 100 }).or("1"),
                ],
            ),
            ("blue_green", &[]),
        ]),
    ),
    optional("rollback", Rule::Fields(&[optional("on_failure", Rule::Flag).or("true")])),
]);

/// Everything that is wrong with a manifest, in its own order.
#[must_use]
pub fn check(document: &Value) -> Vec<Violation> {
    let mut found = super::rules::check(&MANIFEST, document);
    across_fields(document, &mut found);
    found
}

/// The rules that hold between fields.
fn across_fields(document: &Value, found: &mut Vec<Violation>) {
    let places: Vec<_> = document["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|target| (target["cloud"].as_str(), target["region"].as_str()))
        .collect();
    for (index, place) in places.iter().enumerate() {
        if place.0.is_some() && place.1.is_some() && places[..index].contains(place) {
            found.push(Violation {
                field: format!("targets[{index}]"),
                value: json!({ "cloud": place.0, "region": place.1 }),
                constraint: "must differ from the other targets in cloud or region; raise its \
                             count instead"
                    .to_owned(),
            });
        }
    }
    let strategy = &document["strategy"];
    if strategy["type"] == "rolling" && strategy["max_surge"] == 0 {
        let unavailable = strategy["max_unavailable"].as_u64().unwrap_or(0);
        if unavailable == 0 {
            found.push(Violation {
                field: "strategy.max_surge".to_owned(),
                value: json!(0),
                constraint: "must be at least 1 where max_unavailable is 0, since nothing could \
                             move"
                    .to_owned(),
            });
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-:/".contains(c))
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.chars().all(|c| c.is_ascii_graphic() && c != '#')
}
