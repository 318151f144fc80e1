//! The local clouds' fault rules and clock.

use serde_json::json;

use crate::world::World;

const FAULTS: &str = "/api/v1/local/faults";
const CLOCK: &str = "/api/v1/local/clock";

#[tokio::test]
async fn fault_rules_are_replaced_unless_in_trial() {
    let world = World::new().await;
    let rules = json!({ "rules": [{ "effect": { "error": { "status": 500, "code": "Odd" } } }] });
    let dry = world.call("PUT", &format!("{FAULTS}?dry_run=true"), &[], Some(&rules)).await;
    assert_eq!((dry.status.as_u16(), world.local.faults.rules().len()), (200, 0));
    let set = world.call("PUT", FAULTS, &[], Some(&rules)).await;
    assert_eq!((set.status.as_u16(), &set.body), (200, &dry.body));
    assert_eq!(world.get(FAULTS).await.body, set.body);
    for bad in [
        json!({ "rules": [{ "effect": { "error": { "status": 200 } } }] }),
        json!({ "rules": [{ "effect": { "error": { "status": 500, "code": "a\r\nb" } } }] }),
        json!({ "rules": [{ "effect": "silence", "probability": 2 }] }),
        json!({ "rules": [{ "effect": "noise" }] }),
        json!({ "rules": 1 }),
        json!({}),
    ] {
        for path in [FAULTS.to_owned(), format!("{FAULTS}?dry_run=true")] {
            let answer = world.call("PUT", &path, &[], Some(&bad)).await;
            assert_eq!(answer.code(), (400, "validation_error"), "{bad}");
        }
    }
    assert_eq!(world.local.faults.rules().len(), 1);
}

#[tokio::test]
async fn the_clock_moves_once_per_key_and_not_in_trial() {
    let world = World::new().await;
    let body = json!({ "advance_seconds": 60 });
    let dry = world.call("POST", &format!("{CLOCK}?dry_run=true"), &[], Some(&body)).await;
    assert_eq!(dry.body["offset_seconds"], 60);
    assert_eq!(world.local.clock.offset().as_secs(), 0);
    for replayed in ["", "true"] {
        let answer = world.call("POST", CLOCK, &[("idempotency-key", "k")], Some(&body)).await;
        assert_eq!(answer.body["offset_seconds"], 60);
        assert_eq!(answer.header("idempotency-replayed"), replayed);
    }
    assert_eq!(world.local.clock.offset().as_secs(), 60);
}

#[tokio::test]
async fn the_clock_has_bounds() {
    let world = World::new().await;
    for bad in [i64::MIN, i64::MAX, 11 * 366 * 86_400] {
        let answer = world.call("POST", CLOCK, &[], Some(&json!({ "advance_seconds": bad }))).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let decade = json!({ "advance_seconds": 10 * 366 * 86_400 });
    let mut moved = 0;
    while world.call("POST", CLOCK, &[], Some(&decade)).await.status == 200 {
        moved += 1;
    }
    assert_eq!(moved, 10);
}
