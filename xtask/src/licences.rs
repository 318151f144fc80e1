//! What the dependencies may be, as `deny.toml` says: by cargo-deny where it is installed; else the
//! licences, the banned crates and the sources, which need no network.

use std::process::Command;

use serde_json::Value;
use spdx::{Expression, LicenseReq, Licensee, ParseMode};

use crate::steps::{self, cargo, run};

/// Checks them.
pub(crate) fn check() -> Result<(), Box<dyn std::error::Error>> {
    let has_deny = Command::new("cargo").args(["deny", "--version"]).output();
    if has_deny.is_ok_and(|output| output.status.success()) {
        return Ok(run("deny", cargo().args(["deny", "check", "licenses", "bans", "sources"]))?);
    }
    println!("== deny: cargo-deny is not installed; licences, bans and sources are checked alone");
    let text = std::fs::read_to_string(steps::root().join("deny.toml"))?;
    let rules: toml::Table = text.parse()?;
    let output = cargo().args(["metadata", "--format-version", "1", "--locked"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let wrong = wrong(&rules, packages)?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// What of the packages the rules do not let through.
fn wrong(
    rules: &toml::Table,
    packages: &[Value],
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let names = |section: &str, list: &str, member: &str| -> Vec<String> {
        let rows = rules.get(section).and_then(|section| section.get(list)?.as_array());
        let name = |row: &toml::Value| {
            row.as_str().or_else(|| row.get(member)?.as_str()).map(str::to_owned)
        };
        rows.into_iter().flatten().filter_map(name).collect()
    };
    let allowed = names("licenses", "allow", "");
    let allowed: Vec<_> =
        allowed.iter().map(|licence| Licensee::parse(licence)).collect::<Result<_, _>>()?;
    let banned = names("bans", "deny", "crate");
    let mut wrong = Vec::new();
    for package in packages {
        let text = |member: &str| package[member].as_str().unwrap_or_default();
        let name = text("name");
        if banned.iter().any(|one| one == name) {
            wrong.push(format!("{name} is banned"));
        }
        let source = text("source");
        if !source.is_empty() && !source.starts_with("registry+") && !source.starts_with("sparse+")
        {
            wrong.push(format!("{name} is from {source}"));
        }
        let licence = Expression::parse_mode(text("license"), ParseMode::LAX);
        let fits = |needed: &LicenseReq| allowed.iter().any(|one| one.satisfies(needed));
        if !licence.is_ok_and(|licence| licence.evaluate(fits)) {
            wrong.push(format!("{name} has the licence {:?}", text("license")));
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_rules_do_not_name_is_found() {
        let rules = r#"
            [licenses]
            allow = ["MIT", "Apache-2.0"]
            [bans]
            deny = [{ crate = "openssl-sys", reason = "TLS is rustls" }]
        "#;
        let rules: toml::Table = rules.parse().unwrap();
        let package = |name: &str, licence: &str, source: &str| json!({ "name": name, "license": licence, "source": source });
        let packages = [
            package("good", "MIT OR GPL-3.0-only", "registry+here"),
            package("old", "MIT/Apache-2.0", "registry+here"),
            package("own", "Apache-2.0", ""),
            package("both", "MIT AND GPL-3.0-only", "registry+here"),
            package("none", "", "registry+here"),
            package("openssl-sys", "MIT", "registry+here"),
            package("other", "MIT", "git+there"),
        ];
        let found = wrong(&rules, &packages).unwrap().join("\n");
        assert_eq!(found.lines().count(), 4, "{found}");
        for name in ["both", "none", "openssl-sys", "other"] {
            assert!(found.contains(name), "{found}");
        }
    }
}
