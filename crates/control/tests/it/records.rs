//! Keys, idempotency, lists.

use std::sync::Arc;
use std::time::Duration;

use isobar_control::Error;
use isobar_control::config::Clock as _;
use isobar_control::faults::NoFaults;
use isobar_control::model::access::{Idempotency, Keep, Principal, Started, StoredResponse};
use isobar_control::model::operation::Operation;
use isobar_control::model::page::{Order, PageRequest};

use crate::bench::{Bench, bad, caller, manifest};

#[tokio::test]
async fn knows_its_keys_by_their_hash() {
    let bench = Bench::new().await;
    let key = bench.control.create_key("admin").await.unwrap();
    assert!(!format!("{key:?}").contains(&key.secret));
    assert_eq!(bench.control.authenticate(&key.secret).await.unwrap(), key.principal);
    let refused = bench.control.authenticate("isobar_wrong").await;
    assert!(matches!(refused, Err(Error::Unauthenticated)));
    let adopted = bench.control.adopt_key("admin", "another secret").await.unwrap();
    assert_eq!(adopted.id, key.principal.id);
    assert!(bench.control.authenticate(&key.secret).await.is_err(), "it was replaced");
}

#[tokio::test]
async fn replays_what_was_answered() {
    let bench = Bench::new().await;
    let (control, caller) = (&bench.control, caller());
    let begin = |hash: &'static [u8]| control.idempotency_begin(&caller, "k", hash);
    assert_eq!(begin(b"a").await.unwrap(), Idempotency::Fresh);
    assert!(matches!(begin(b"a").await, Err(Error::IdempotencyInProgress)));
    let response = StoredResponse { status: 202, headers: Vec::new(), body: b"{}".to_vec() };
    control.idempotency_finish(&caller, "k", &response).await.unwrap();
    assert_eq!(begin(b"a").await.unwrap(), Idempotency::Replay(response));
    assert!(matches!(begin(b"b").await, Err(Error::IdempotencyMismatch)));
    let other = Principal { id: "key_other".to_owned(), name: "other".to_owned() };
    let fresh = control.idempotency_begin(&other, "k", b"b").await.unwrap();
    assert_eq!(fresh, Idempotency::Fresh, "keys are per caller");
    control.idempotency_abandon(&other, "k").await.unwrap();
    assert_eq!(control.idempotency_begin(&other, "k", b"c").await.unwrap(), Idempotency::Fresh);
}

/// The process may end at any time between the work and the answer.
#[tokio::test]
async fn the_answer_is_kept_with_the_work() {
    let mut bench = Bench::new().await;
    let caller = caller();
    let answer = |started: &Started| StoredResponse {
        status: 202,
        headers: Vec::new(),
        body: started.operation.id.clone().into_bytes(),
    };
    bench.control.idempotency_begin(&caller, "k", b"a").await.unwrap();
    let keep = Keep { key: "k", answer: &answer };
    let manifest = manifest("1.0.0", 1);
    let started = bench.control.create(&caller, manifest.clone(), Some(keep)).await.unwrap();
    bench.restart(Arc::new(NoFaults)).await;
    let again = bench.control.idempotency_begin(&caller, "k", b"a").await.unwrap();
    assert_eq!(again, Idempotency::Replay(answer(&started)));
    let other = StoredResponse { status: 200, headers: Vec::new(), body: Vec::new() };
    bench.control.idempotency_finish(&caller, "k", &other).await.unwrap();
    bench.control.idempotency_abandon(&caller, "k").await.unwrap();
    let again = bench.control.idempotency_begin(&caller, "k", b"a").await.unwrap();
    assert_eq!(again, Idempotency::Replay(answer(&started)), "it is kept as it is");

    let id = &started.deployment.id;
    let answer = |operation: &Operation| StoredResponse {
        status: 202,
        headers: Vec::new(),
        body: operation.status.name().as_bytes().to_vec(),
    };
    bench.control.idempotency_begin(&caller, "c", b"c").await.unwrap();
    let keep = Keep { key: "c", answer: &answer };
    bench.control.cancel(&caller, id, Some(keep)).await.unwrap();
    bench.end(&started.operation.id).await;
    bench.restart(Arc::new(NoFaults)).await;
    let Idempotency::Replay(kept) =
        bench.control.idempotency_begin(&caller, "c", b"c").await.unwrap()
    else {
        panic!("the answer is gone");
    };
    assert_eq!(kept.body, b"cancelling");
}

#[tokio::test]
async fn work_that_was_not_done_leaves_its_key_to_the_next_process() {
    let mut bench = Bench::new().await;
    bench.control.idempotency_begin(&caller(), "k", b"a").await.unwrap();
    bench.restart(Arc::new(NoFaults)).await;
    let again = bench.control.idempotency_begin(&caller(), "k", b"a").await.unwrap();
    assert_eq!(again, Idempotency::Fresh);
}

#[tokio::test]
async fn a_database_that_lost_its_end_is_refused() {
    let mut bench = Bench::new().await;
    bench.control.shutdown().await;
    let early = std::fs::read(bench.file()).unwrap();
    bench.control = bench.reopen().await.unwrap();
    bench.control.create_key("late").await.unwrap();
    bench.control.shutdown().await;
    let whole = std::fs::read(bench.file()).unwrap();
    let mark = bench.file().with_extension("mark");
    std::fs::write(bench.file(), &early).unwrap();
    for garbled in [None, Some(""), Some("many\n")] {
        if let Some(text) = garbled {
            std::fs::write(&mark, text).unwrap();
        }
        let refused = bench.reopen().await.err();
        assert!(matches!(refused, Some(Error::Truncated { .. })), "{garbled:?}: {refused:?}");
    }
    std::fs::remove_file(&mark).unwrap();
    let refused = bench.reopen().await.err();
    assert!(matches!(refused, Some(Error::Truncated { marked: None, .. })), "{refused:?}");
    isobar_control::forget_mark(bench.file()).unwrap();
    bench.reopen().await.unwrap().shutdown().await;
    std::fs::write(bench.file(), &whole).unwrap();
    bench.control = bench.reopen().await.unwrap();
}

#[tokio::test]
async fn forgets_idempotency_keys_after_a_day() {
    let bench = Bench::new().await;
    let (control, caller) = (&bench.control, caller());
    let check = |hash: &'static [u8]| control.idempotency_check(&caller, "k", hash);
    check(b"a").await.unwrap();
    control.idempotency_begin(&caller, "k", b"a").await.unwrap();
    assert!(matches!(check(b"a").await, Err(Error::IdempotencyInProgress)));
    let response = StoredResponse { status: 200, headers: Vec::new(), body: Vec::new() };
    control.idempotency_finish(&caller, "k", &response).await.unwrap();
    let began = bench.door.clock.now();
    bench.door.clock.set(began + Duration::from_hours(23));
    check(b"a").await.unwrap();
    assert!(matches!(check(b"b").await, Err(Error::IdempotencyMismatch)));
    let again = control.idempotency_begin(&caller, "k", b"a").await.unwrap();
    assert_eq!(again, Idempotency::Replay(response));
    bench.door.clock.set(began + Duration::from_hours(25));
    check(b"b").await.unwrap();
    let fresh = control.idempotency_begin(&caller, "k", b"b").await.unwrap();
    assert_eq!(fresh, Idempotency::Fresh);
}

#[tokio::test]
async fn tells_no_duration_below_nothing_when_the_clock_is_set_back() {
    let bench = Bench::new().await;
    let operation = bench.start(&bad("1.0.0", 1)).await.unwrap();
    let begun = |kind: &str| kind == "planned";
    loop {
        let events = bench.control.events(&operation, 0, 100).await.unwrap();
        if events.iter().any(|event| begun(event.kind.name())) {
            break;
        }
        tokio::task::yield_now().await;
    }
    let now = bench.door.clock.now();
    bench.door.clock.set(now - Duration::from_hours(2));
    bench.control.cancel(&caller(), &deployment_of(&bench, &operation).await, None).await.unwrap();
    let (_, deployment) = bench.end(&operation).await;
    assert!(deployment.duration_seconds.is_some_and(|seconds| seconds >= 0.0), "{deployment:?}");
}

async fn deployment_of(bench: &Bench, operation: &str) -> String {
    bench.control.operation(operation).await.unwrap().deployment_id
}

#[tokio::test]
async fn lists_page_by_page() {
    let bench = Bench::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let mut manifest = manifest("1.0.0", 1);
        manifest.service = format!("service-{number}");
        manifest.targets.truncate(1);
        ids.push(bench.deploy(&manifest).await.1.id);
    }
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut page = PageRequest { limit: 2, after: None, order };
        let mut seen = Vec::new();
        loop {
            let found = bench.control.deployments(&Default::default(), &page).await.unwrap();
            seen.extend(found.items.into_iter().map(|it| it.id));
            let Some(next) = found.next else { break };
            page.after = Some(next);
        }
        assert_eq!(seen, ids);
        ids.reverse();
    }
    let services = bench.control.services(None, &PageRequest::default()).await.unwrap();
    assert_eq!(services.items.len(), 5);
    assert!(services.items.iter().all(|it| it.version.as_deref() == Some("1.0.0")));
    let environments = bench.control.environments(&PageRequest::default()).await.unwrap();
    assert_eq!((environments.items.len(), environments.items[0].services), (1, 5));
}

#[tokio::test]
async fn refuses_a_state_of_a_newer_version() {
    let mut bench = Bench::new().await;
    bench.pretend_newer().await;
    match bench.reopen().await {
        Err(Error::NewerSchema { found, known }) => assert_eq!((found, known), (99, 2)),
        other => panic!("{:?}", other.err()),
    }
}

/// Whoever asks needs no key, and each write waits for the disk.
#[tokio::test]
async fn readiness_writes_once_for_many_who_ask() {
    let bench = Bench::new().await;
    let number = || {
        let mark = std::fs::read_to_string(bench.file().with_extension("mark")).unwrap();
        mark.trim().parse::<u64>().unwrap()
    };
    let before = number();
    let asked = (0..200).map(|_| bench.control.readiness());
    let ready = futures_util::future::join_all(asked).await;
    assert!(ready.iter().all(|ready| ready.ready), "{ready:?}");
    assert!((before + 1..before + 20).contains(&number()), "{before} to {}", number());
}
