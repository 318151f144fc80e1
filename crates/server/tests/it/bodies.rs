//! Bodies: what they must be is told by place and in words, all at once, and the description says the
//! same.

use serde_json::{Value, json};

use crate::world::{World, manifest, request};

const FAULTS: &str = "/api/v1/local/faults";
const CLOCK: &str = "/api/v1/local/clock";
const DEPLOYMENTS: &str = "/api/v1/deployments";

/// The fields that the answer finds wrong.
fn fields(body: &Value) -> Vec<&str> {
    let details = body["error"]["details"].as_array().unwrap();
    details.iter().map(|detail| detail["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn all_that_is_wrong_is_named_by_its_place() {
    let world = World::new().await;
    for (method, path, body, wrong) in [
        ("POST", CLOCK, json!([5]), vec!["body"]),
        ("POST", CLOCK, json!(null), vec!["body"]),
        ("POST", CLOCK, json!({}), vec!["advance_seconds"]),
        ("POST", CLOCK, json!({ "advance_seconds": "1", "x": 1 }), vec!["advance_seconds", "x"]),
        ("POST", CLOCK, json!({ "advance_seconds": 1.5 }), vec!["advance_seconds"]),
        ("PUT", FAULTS, json!([[]]), vec!["body"]),
        (
            "PUT",
            FAULTS,
            json!({ "rules": [
                { "effect": "silence", "probability": 2, "until": "soon" },
                { "effect": { "error": { "status": 200, "code": "a b" } }, "phase": "now" },
                { "effect": "error" },
                { "effect": { "latency": { "milliseconds": -1 }, "error": {} } },
                [],
            ] }),
            vec![
                "rules[0].probability",
                "rules[0].until",
                "rules[1].effect.error.status",
                "rules[1].effect.error.code",
                "rules[1].phase",
                "rules[2].effect",
                "rules[3].effect",
                "rules[4]",
            ],
        ),
        ("POST", "/api/v1/deployments/dep_x/rollback", json!(["x"]), vec!["body"]),
        ("POST", "/api/v1/deployments/dep_x/rollback", json!({ "reason": 1 }), vec!["reason"]),
        ("POST", "/api/v1/deployments/dep_x/cancel", json!([]), vec!["body"]),
        ("POST", "/api/v1/operations/op_x/cancel", json!({ "now": true }), vec!["now"]),
        ("POST", DEPLOYMENTS, json!([]), vec!["body"]),
    ] {
        let answer = world.call(method, path, &[], Some(&body)).await;
        assert_eq!(answer.code(), (400, "validation_error"), "{path} {body}");
        assert_eq!(fields(&answer.body), wrong, "{path} {body}");
        let text = answer.body.to_string();
        for word in ["i64", "u16", "u64", "struct ", "variant", "expected"] {
            assert!(!text.contains(word), "{text}");
        }
    }
    assert_eq!(world.local.clock.offset().as_secs(), 0);
    assert!(world.local.faults.rules().is_empty());
}

#[tokio::test]
async fn a_null_is_what_was_left_out_and_a_whole_number_may_have_a_point() {
    let world = World::new().await;
    let mut document = manifest("one");
    for name in ["environment", "expose", "health", "strategy", "rollback"] {
        document[name] = Value::Null;
    }
    document["run"]["port"] = json!(8080.0);
    document["targets"][0]["image"] = Value::Null;
    let answer = world.call("POST", DEPLOYMENTS, &[], Some(&document)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let rule = json!({ "rules": [{ "effect": "silence", "cloud": null, "until": null, "probability": 1 }] });
    assert_eq!(world.call("PUT", FAULTS, &[], Some(&rule)).await.status, 200);
}

#[tokio::test]
async fn a_coded_body_is_not_taken() {
    let world = World::new().await;
    let body = json!({ "advance_seconds": 1 });
    for (coding, status) in [("gzip", 415), ("br", 415), ("identity", 200)] {
        let answer = world.call("POST", CLOCK, &[("content-encoding", coding)], Some(&body)).await;
        assert_eq!(answer.status, status, "{coding}");
    }
}

#[tokio::test]
async fn a_dry_run_looks_at_the_idempotency_key_and_leaves_it() {
    let world = World::new().await;
    let dry = format!("{CLOCK}?dry_run=true");
    let (one, two) = (json!({ "advance_seconds": 1 }), json!({ "advance_seconds": 2 }));
    let key = [("idempotency-key", "k")];
    assert_eq!(world.call("POST", &dry, &key, Some(&one)).await.status, 200);
    // The dry run left no trace of the key.
    assert_eq!(world.call("POST", CLOCK, &key, Some(&two)).await.status, 200);
    let reused = world.call("POST", &dry, &key, Some(&one)).await;
    assert_eq!(reused.code(), (422, "idempotency_key_reused"));
    assert_eq!(world.call("POST", &dry, &key, Some(&two)).await.status, 200);
    let bad = world.call("POST", &dry, &[("idempotency-key", "")], Some(&one)).await;
    assert_eq!(bad.code(), (400, "validation_error"));
}

#[tokio::test]
async fn the_etag_of_a_running_deployment_stays_while_it_does() {
    let world = World::new().await;
    let started = world.deploy("one", &[]).await;
    let path = format!("{DEPLOYMENTS}/{}", started.body["deployment_id"].as_str().unwrap());
    let first = world.get(&path).await;
    world.local.clock.advance(jiff::SignedDuration::from_secs(5));
    let second = world.get(&path).await;
    assert_eq!((first.header("etag"), &first.body), (second.header("etag"), &second.body));
    let cancel = format!("{path}/cancel");
    let held = [("if-match", first.header("etag"))];
    assert_eq!(world.call("POST", &cancel, &held, None).await.status, 202);
}

#[tokio::test]
async fn a_link_to_a_rollback_is_there_where_one_is_possible() {
    let world = World::new().await;
    let started = world.deploy("one", &[]).await;
    let path = format!("{DEPLOYMENTS}/{}", started.body["deployment_id"].as_str().unwrap());
    let links = world.get(&path).await.body["_links"].clone();
    assert!(links["rollback"].is_null() && links["cancel"].is_string(), "{links}");
}

#[tokio::test]
async fn links_to_oneself_lead_there() {
    let world = World::new().await;
    world.deploy("one", &[]).await;
    for list in ["/api/v1/environments", "/api/v1/services", DEPLOYMENTS, "/api/v1/operations"] {
        let item = world.get(list).await.body["data"][0].clone();
        let own = item["_links"]["self"].as_str().unwrap_or_else(|| panic!("{list}: {item}"));
        let shown = world.get(own).await;
        assert_eq!((shown.status.as_u16(), &shown.body), (200, &item), "{own}");
    }
    for nothing in ["/api/v1/environments/no", "/api/v1/environments/default/services/no"] {
        assert_eq!(world.get(nothing).await.code(), (404, "not_found"));
    }
}

#[tokio::test]
async fn errors_are_problems_where_those_weigh_more() {
    let world = World::new().await;
    for (accept, kind) in [
        ("application/problem+json, application/json", "application/problem+json"),
        ("application/problem+json;q=0.1, application/json", "application/json"),
        ("application/json", "application/json"),
    ] {
        let answer =
            world.send(request("GET", "/api/v1/nothing", &[("accept", accept)], None)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (404, kind),
            "{accept}"
        );
    }
    let refused = [("accept", "application/json;q=0")];
    assert_eq!(world.call("GET", DEPLOYMENTS, &refused, None).await.status, 406);
}
