//! What is wrong with a manifest, all at once.

use isobar_control::Error;
use isobar_control::model::manifest::{Manifest, Strategy};
use serde_json::{Value, json};

use crate::bench::document;

/// The fields that are named, with the beginning of what would be valid.
fn check(change: impl FnOnce(&mut Value), expected: &[(&str, &str)]) {
    let mut document = document("1.0.0", 1);
    change(&mut document);
    let Err(Error::Validation(violations)) = Manifest::parse(&document) else {
        panic!("{document} passed")
    };
    let found: Vec<_> = violations.iter().map(|it| (&*it.field, &*it.constraint)).collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((field, constraint), (wanted, start)) in found.iter().zip(expected) {
        assert_eq!(field, wanted);
        assert!(constraint.starts_with(start), "{field}: {constraint}");
    }
}

#[test]
fn names_every_violation() {
    check(
        |it| {
            it["targets"][0]["count"] = json!(0);
            it["targets"][1]["count"] = json!(10_000);
            it["targets"][2]["cloud"] = json!("azure");
            it["run"].as_object_mut().unwrap().remove("script");
            it["surprise"] = json!(1);
            it["health"]["interval_seconds"] = json!("5");
        },
        &[
            ("targets[0].count", "must be a whole number from 1 to 100"),
            ("targets[1].count", "must be a whole number from 1 to 100"),
            ("targets[2].cloud", "must be one of aws, alibaba, digitalocean"),
            ("run.script", "is required"),
            ("health.interval_seconds", "must be a whole number"),
            ("surprise", "unknown field; the fields here are service"),
        ],
    );
}

#[test]
fn holds_fields_against_each_other() {
    check(
        |it| it["targets"][1] = it["targets"][0].clone(),
        &[("targets[1]", "must differ from the other targets")],
    );
    check(
        |it| it["strategy"] = json!({ "type": "rolling", "max_surge": 0 }),
        &[("strategy.max_surge", "must be at least 1")],
    );
    check(
        |it| it["strategy"] = json!({ "type": "canary" }),
        &[("strategy.type", "must be one of rolling, blue_green")],
    );
    check(
        |it| it["strategy"] = json!({ "type": "blue_green", "max_surge": 1 }),
        &[("strategy.max_surge", "unknown field; there is none here")],
    );
}

#[test]
fn fills_in_what_is_left_out() {
    let manifest = Manifest::parse(&json!({
        "service": "hello",
        "version": "1",
        "targets": [{ "cloud": "aws", "region": "us-east-1" }],
        "run": { "script": "serve", "port": 8000 },
    }))
    .unwrap();
    assert_eq!(manifest.environment, "default");
    assert_eq!(manifest.targets[0].count, 1);
    assert_eq!(manifest.targets[0].size, "small");
    assert_eq!(manifest.expose.port, 80);
    assert_eq!(manifest.strategy, Strategy::Rolling { max_unavailable: 0, max_surge: 1 });
    assert!(manifest.rollback.on_failure);
    manifest.validate().unwrap();
}
