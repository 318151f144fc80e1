//! The vendor's own endpoint cases: what every service's rules give, and what the rules' functions
//! do.

use std::fs;
use std::path::{Path, PathBuf};

use isobar_catalogue::model::Endpoints;
use isobar_catalogue::{Cloud, services};
use isobar_client::{Parameters, RuleSet};
use serde_json::Value as Json;

fn cases(path: &str) -> PathBuf {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/cases/botocore-1.44.5").join(path);
    assert!(root.is_dir(), "{} is not there: run `cargo xtask cases`", root.display());
    root
}

fn json(path: &Path) -> Json {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What is wrong in a file of cases; and how many there are.
fn check(rules: &str, file: &Path) -> (usize, Vec<String>) {
    let rules = RuleSet::parse(rules).unwrap();
    let document = json(file);
    let cases = document["testCases"].as_array().unwrap();
    let wrong = cases.iter().filter_map(|case| {
        let mut parameters = Parameters::default();
        for (name, value) in case["params"].as_object().into_iter().flatten() {
            parameters.set(name, value.clone());
        }
        let result = rules.resolve(&parameters);
        let expected = &case["expect"];
        let right = match &result {
            Ok(resolved) => {
                let endpoint = &expected["endpoint"];
                let same = |name: &str, got: &Json| match &endpoint[name] {
                    Json::Null => got.as_object().is_some_and(serde_json::Map::is_empty),
                    expected => expected == got,
                };
                endpoint["url"] == Json::String(resolved.url.clone())
                    && same("properties", &resolved.properties)
                    && same("headers", &resolved.headers)
            }
            Err(text) => expected["error"] == Json::String(text.clone()),
        };
        (!right).then(|| format!("{}: {case} but {result:?}", file.display()))
    });
    let wrong = wrong.collect();
    (cases.len(), wrong)
}

#[test]
fn every_service_resolves_as_the_vendor_says() {
    let root = cases("tests/functional/endpoint-rules");
    let (mut all, mut wrong) = (0, Vec::new());
    for entry in services(Cloud::Aws) {
        let file = root.join(entry.name).join("endpoint-tests-1.json");
        let Endpoints::Rules(rules) = &entry.service().endpoints else { continue };
        if file.exists() {
            let (count, found) = check(rules, &file);
            all += count;
            wrong.extend(found);
        }
    }
    assert!(all > 5_000, "only {all} cases");
    wrong.truncate(10);
    assert!(wrong.is_empty(), "of {all} cases wrong are, among others:\n{}", wrong.join("\n"));
}

#[test]
fn the_functions_do_what_the_vendor_says() {
    let root = cases("tests/unit/data/endpoints");
    let (mut all, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(root.join("test-cases")).unwrap() {
        let file = entry.unwrap().path();
        let rules = fs::read_to_string(root.join("valid-rules").join(file.file_name().unwrap()));
        let (count, found) = check(&rules.unwrap(), &file);
        all += count;
        wrong.extend(found);
    }
    assert!(all > 50, "only {all} cases");
    assert!(wrong.is_empty(), "{} of {all} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
