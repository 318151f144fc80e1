//! `Idempotency-Key` and `If-Match`: repeated requests, callers that hang up, work that breaks down.

use std::sync::atomic::Ordering;

use serde_json::json;

use crate::world::{World, manifest};

const KEYED: [(&str, &str); 1] = [("idempotency-key", "k")];

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first() {
    let world = World::new().await;
    let first = world.deploy("one", &KEYED).await;
    assert_eq!(first.status, 202, "{first:?}");
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = world.deploy("one", &[("idempotency-key", "\"k\"")]).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = world.deploy("two", &KEYED).await;
    assert_eq!(other.code(), (422, "idempotency_key_reused"));
    let long = "k".repeat(256);
    for bad in ["", "\"\"", &long] {
        let answer = world.deploy("two", &[("idempotency-key", bad)]).await;
        assert_eq!(answer.code(), (400, "validation_error"), "{bad}");
    }
    let count = world.get("/api/v1/deployments").await.body["data"].as_array().unwrap().len();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_trial_uses_no_key_up() {
    let world = World::new().await;
    let path = "/api/v1/deployments?dry_run=true";
    // The clouds cannot be read, so that there is no plan; but neither is there anything written.
    let dry = world.call("POST", path, &KEYED, Some(&manifest("one"))).await;
    assert_eq!(dry.code(), (503, "cloud_error"));
    assert_eq!(world.deploy("two", &KEYED).await.status, 202);
}

#[tokio::test]
async fn a_failed_request_frees_its_key() {
    let world = World::new().await;
    assert_eq!(world.deploy("one", &[]).await.status, 202);
    assert_eq!(world.deploy("one", &KEYED).await.code(), (409, "conflict"));
    assert_eq!(world.deploy("two", &KEYED).await.status, 202);
}

/// Polls the future until it waits, and drops it.
async fn hang_up(future: impl Future, until: impl Future) {
    tokio::select! {
        _ = future => panic!("nothing was answered yet"),
        _ = until => {}
    }
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_nothing_half_done() {
    let world = World::new().await;
    world.nowhere.gate.forget_permits(usize::MAX);
    hang_up(world.deploy("one", &KEYED), world.called(1)).await;
    assert_eq!(world.deploy("one", &KEYED).await.code(), (409, "idempotency_in_progress"));
    world.nowhere.gate.add_permits(1_000);
    let answer = loop {
        let answer = world.deploy("one", &KEYED).await;
        if answer.status != 409 {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn work_that_breaks_down_is_an_error_and_frees_its_key() {
    let world = World::new().await;
    world.nowhere.breaks.store(true, Ordering::Relaxed);
    let answer = world.deploy("one", &KEYED).await;
    assert_eq!(answer.code(), (500, "internal_error"));
    assert!(!answer.body.to_string().contains("a mistake"), "{}", answer.body);
    world.nowhere.breaks.store(false, Ordering::Relaxed);
    assert_eq!(world.deploy("one", &KEYED).await.status, 202);
}

#[tokio::test]
async fn a_replay_does_not_mind_that_the_state_has_moved_on() {
    let world = World::new().await;
    let started = world.deploy("one", &[]).await;
    let deployment =
        format!("/api/v1/deployments/{}", started.body["deployment_id"].as_str().unwrap());
    let operation = format!("/api/v1/operations/{}", started.body["id"].as_str().unwrap());
    for path in [&deployment, &operation] {
        let stale = [("if-match", "\"0123\"")];
        let answer = world.call("POST", &format!("{path}/cancel"), &stale, None).await;
        assert_eq!(answer.code(), (412, "precondition_failed"), "{path}");
    }
    let etag = world.get(&deployment).await.header("etag").to_owned();
    let weak = format!("W/{etag}");
    let cancel = format!("{deployment}/cancel");
    let answer = world.call("POST", &cancel, &[("if-match", &weak)], None).await;
    assert_eq!(answer.status, 412, "a weak tag is no match");
    let headers = [("if-match", etag.as_str()), KEYED[0]];
    let first = world.call("POST", &cancel, &headers, None).await;
    assert_eq!(first.status, 202, "{first:?}");
    let again = world.call("POST", &cancel, &headers, None).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (first.status, "true"));
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let world = World::new().await;
    let started = world.deploy("one", &[]).await;
    let path = format!("/api/v1/deployments/{}", started.body["deployment_id"].as_str().unwrap());
    let etag = world.get(&path).await.header("etag").to_owned();
    let weak = format!("\"other\", W/{etag}");
    for (known, status) in [(etag.as_str(), 304), (&weak, 304), ("*", 304), ("\"other\"", 200)] {
        let answer = world.call("GET", &path, &[("if-none-match", known)], None).await;
        assert_eq!(answer.status, status, "{known}");
        assert_eq!(answer.body.is_null(), status == 304);
    }
    assert_eq!(json!(world.get(&path).await.header("etag")), json!(etag));
}
