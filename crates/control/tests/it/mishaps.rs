//! Deployments that do not go well.

use std::sync::Arc;

use isobar_control::Control;
use isobar_control::config::Clock as _;
use isobar_control::faults::NoFaults;
use isobar_control::model::deployment::{InstanceHealth, Status};
use isobar_control::model::manifest::Manifest;
use isobar_control::model::operation;
use isobar_control::model::operation::FailureCode;
use serde_json::json;

use crate::bench::{Bench, Crash, bad, caller, document, manifest};

#[tokio::test]
async fn undoes_a_first_deployment_that_never_becomes_healthy() {
    let bench = Bench::new().await;
    let (operation, deployment) = bench.deploy(&bad("1.0.0", 2)).await;
    assert_eq!(deployment.status, Status::RolledBack);
    assert_eq!(operation.status, operation::Status::Failed);
    let reason = deployment.status_reason.unwrap();
    assert!(reason.contains("connection refused") && reason.contains("/health"), "{reason}");
    assert!(bench.door.world.lock().things.is_empty());
    assert!(deployment.created_resources.iter().all(|it| it.deleted_at.is_some()));
    assert!(!deployment.created_resources.is_empty());
    for target in &deployment.targets {
        assert_eq!(target.url, None, "its load balancer is gone");
        for instance in &target.instances {
            assert_eq!(instance.state, "terminated");
            let health = (instance.health, instance.health_message.as_deref());
            assert_eq!(health, (InstanceHealth::Unknown, None));
        }
    }
}

#[tokio::test]
async fn does_not_say_that_the_script_of_a_terminated_instance_ended() {
    let bench = Bench::new().await;
    let mut manifest = bad("1.0.0", 1);
    manifest.health.deadline_seconds = 86_400;
    let operation = bench.start(&manifest).await.unwrap();
    // Until each was seen to run, and refuse.
    let mut refusals = 0;
    while refusals < 3 {
        let events = bench.control.events(&operation, 0, 1000).await.unwrap();
        refusals = events.iter().filter(|it| it.message.contains("connection refused")).count();
        tokio::task::yield_now().await;
    }
    bench.door.world.lock().things.retain(|_, it| it.kind != "instance");
    let (_, deployment) = bench.end(&operation).await;
    let reason = deployment.status_reason.unwrap();
    assert!(reason.ends_with(": the instance is terminated"), "{reason}");
}

#[tokio::test]
async fn puts_the_old_back_when_the_new_fails() {
    let bench = Bench::new().await;
    bench.deploy(&manifest("1.0.0", 3)).await;
    let before: Vec<_> = bench.door.world.lock().things.keys().cloned().collect();
    let (_, deployment) = bench.deploy(&bad("3.0.0", 3)).await;
    assert_eq!(deployment.status, Status::RolledBack);
    let after: Vec<_> = bench.door.world.lock().things.keys().cloned().collect();
    assert_eq!(before, after);
    assert_eq!(bench.outages(), Vec::<String>::new());
    bench.assert_owned("after the failure").await;
    assert!(deployment.targets.iter().all(|it| it.url.is_some()), "the load balancers stay");
}

#[tokio::test]
async fn leaves_the_old_version_a_load_balancer_where_its_own_was_removed() {
    let bench = Bench::new().await;
    let (_, first) = bench.deploy(&manifest("1.0.0", 2)).await;
    bench.door.world.lock().lose_balancers();
    let (_, failed) = bench.deploy(&bad("3.0.0", 2)).await;
    assert_eq!(failed.status, Status::RolledBack, "{failed:#?}");
    assert_eq!(bench.door.world.lock().serving("1.0.0"), 6);
    bench.assert_owned("after the failure").await;
    let first = bench.control.deployment(&first.id).await.unwrap();
    for (old, new) in first.targets.iter().zip(&failed.targets) {
        assert!(old.url.is_some() && old.url == new.url, "{old:?} {new:?}");
    }
    let resources =
        bench.control.resources(&Default::default(), &Default::default()).await.unwrap();
    assert!(resources.items.iter().all(|it| it.owner == first.id), "{resources:#?}");
    // Nothing is left to fail over in the next one.
    let (_, next) = bench.deploy(&manifest("4.0.0", 2)).await;
    assert_eq!(next.status, Status::Successful, "{next:#?}");
    bench.assert_owned("after the next").await;
}

#[tokio::test]
async fn makes_load_balancers_again_that_were_removed() {
    let bench = Bench::new().await;
    bench.deploy(&manifest("1.0.0", 2)).await;
    for version in ["1.0.0", "2.0.0"] {
        bench.door.world.lock().lose_balancers();
        let (_, next) = bench.deploy(&manifest(version, 2)).await;
        assert_eq!(next.status, Status::Successful, "{next:#?}");
        assert_eq!(bench.door.world.lock().serving(version), 6);
        bench.sweep().await;
        bench.assert_owned(version).await;
    }
}

#[tokio::test]
async fn tells_that_a_cloud_limits_calls() {
    let bench = Bench::new().await;
    let operation = bench.start(&manifest("1.0.0", 1)).await.unwrap();
    while bench.door.world.lock().count("instance") < 3 {
        tokio::task::yield_now().await;
    }
    bench.door.world.lock().limited_until = bench.door.clock.now().as_second() + 60;
    let (_, deployment) = bench.end(&operation).await;
    assert_eq!(deployment.status, Status::Successful, "{deployment:#?}");
    let events = bench.control.events(&operation, 0, 1000).await.unwrap();
    let told = events.iter().find(|it| it.message == "DigitalOcean limits calls; again in 7 s");
    let told = told.unwrap();
    assert_eq!(told.kind, operation::EventKind::Retrying);
    assert_eq!(told.target.as_deref(), Some("digitalocean/nyc3"));
}

#[tokio::test]
async fn makes_old_instances_again_when_a_later_batch_fails() {
    let bench = Bench::new().await;
    let (_, first) = bench.deploy(&manifest("1.0.0", 3)).await;
    // The first new instance of each cloud is well; what comes later is not.
    bench.door.world.lock().healthy_instances = 9 + 3;
    let mut second = document("2.0.0", 3);
    second["health"]["deadline_seconds"] = json!(120);
    let operation = bench.start(&Manifest::parse(&second).unwrap()).await.unwrap();
    while !bench.control.operation(&operation).await.unwrap().status.is_final() {
        // Once everything is being undone, instances are well again.
        let events = bench.control.events(&operation, 0, 1000).await.unwrap();
        if events.iter().any(|it| it.kind == operation::EventKind::UndoStarted) {
            bench.door.world.lock().healthy_instances = usize::MAX;
        }
        tokio::task::yield_now().await;
    }
    let (_, deployment) = bench.end(&operation).await;
    assert_eq!(deployment.status, Status::RolledBack, "{deployment:#?}");
    assert_eq!(bench.outages(), Vec::<String>::new());
    {
        let world = bench.door.world.lock();
        assert_eq!(world.count("instance"), 9);
        let instances = world.things.values().filter(|it| it.kind == "instance");
        assert!(instances.clone().all(|it| it.script.contains("1.0.0") && !it.sick));
    }
    bench.sweep().await;
    bench.assert_owned("after the failure").await;
    let resources =
        bench.control.resources(&Default::default(), &Default::default()).await.unwrap();
    assert!(resources.items.iter().all(|it| it.owner == first.id));
}

#[tokio::test]
async fn keeps_what_is_there_where_failures_are_not_undone() {
    let bench = Bench::new().await;
    let mut document = document("1.0.0", 1);
    document["run"]["script"] = json!("BAD");
    document["health"]["deadline_seconds"] = json!(60);
    document["rollback"] = json!({ "on_failure": false });
    let (_, failed) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(bench.door.world.lock().count("instance"), 3);
    bench.assert_owned("after the failure").await;
    // The next deployment takes over what fits and removes the rest.
    let (_, next) = bench.deploy(&manifest("1.0.1", 1)).await;
    assert_eq!(next.status, Status::Successful, "{next:#?}");
    assert_eq!(bench.door.world.lock().count("instance"), 3);
    bench.assert_owned("after the next").await;
}

#[tokio::test]
async fn keeps_its_deadline_when_nothing_can_be_placed() {
    let bench = Bench::new().await;
    bench.door.world.lock().full = true;
    let mut manifest = bad("1.0.0", 1);
    manifest.targets.truncate(1);
    let (operation, deployment) = bench.deploy(&manifest).await;
    assert_eq!(deployment.status, Status::RolledBack);
    let error = operation.error.unwrap();
    assert_eq!(error.code, FailureCode::DeadlineExceeded);
    assert!(error.message.contains("InsufficientInstanceCapacity"), "{}", error.message);
    let spent = deployment.duration_seconds.unwrap();
    assert!((60.0..200.0).contains(&spent), "{spent}");
    bench.sweep().await;
    assert!(bench.door.world.lock().things.is_empty());
}

#[tokio::test]
async fn cancels_and_undoes() {
    let bench = Bench::new().await;
    bench.deploy(&manifest("1.0.0", 2)).await;
    let before: Vec<_> = bench.door.world.lock().things.keys().cloned().collect();
    let mut second = bad("2.0.0", 2);
    second.health.deadline_seconds = 86_400;
    let operation = bench.start(&second).await.unwrap();
    let deployment = bench.control.operation(&operation).await.unwrap().deployment_id;
    while bench.door.world.lock().count("instance") < 8 {
        tokio::task::yield_now().await;
    }
    let cancelling = bench.control.cancel(&caller(), &deployment, None).await.unwrap();
    assert_eq!(cancelling.status, operation::Status::Cancelling);
    let (operation, deployment) = bench.end(&operation).await;
    assert_eq!(operation.status, operation::Status::Cancelled);
    assert_eq!(deployment.status, Status::Cancelled);
    let after: Vec<_> = bench.door.world.lock().things.keys().cloned().collect();
    assert_eq!(before, after);
    assert!(bench.control.cancel(&caller(), &deployment.id, None).await.is_err(), "it is over");
}

#[tokio::test]
async fn ends_well_when_a_third_of_all_calls_fails() {
    let bench = Bench::new().await;
    bench.door.world.lock().flaky = true;
    let (_, first) = bench.deploy(&manifest("1.0.0", 2)).await;
    assert_eq!(first.status, Status::Successful, "{first:#?}");
    let (_, second) = bench.deploy(&manifest("2.0.0", 2)).await;
    assert_eq!(second.status, Status::Successful, "{second:#?}");
    let (_, third) = bench.deploy(&bad("3.0.0", 2)).await;
    assert_eq!(third.status, Status::RolledBack, "{third:#?}");
    bench.sweep().await;
    assert_eq!(bench.outages(), Vec::<String>::new());
    bench.assert_owned("after all").await;
    assert_eq!(bench.door.world.lock().count("instance"), 6);
}

/// The process dies at each fault point in turn: during a first deployment, during a rolling one,
/// and during one that is undone. Each time another process takes up the work and ends it.
#[tokio::test]
async fn resumes_after_a_crash_at_every_fault_point() {
    let mut crashes = 0;
    for point in Control::fault_points() {
        let mut bench = Bench::new().await;
        for (version, next) in
            [("1", manifest("1.0.0", 2)), ("2", manifest("2.0.0", 2)), ("3", bad("3.0.0", 2))]
        {
            bench.restart(Arc::new(Crash(point.clone()))).await;
            let operation = bench.start(&next).await.unwrap();
            if !bench.ends(&operation).await {
                crashes += 1;
                bench.restart(Arc::new(NoFaults)).await;
            }
            let (_, deployment) = bench.end(&operation).await;
            let expected = if version == "3" { Status::RolledBack } else { Status::Successful };
            assert_eq!(deployment.status, expected, "{point}: {deployment:#?}");
            bench.sweep().await;
            bench.assert_owned(&format!("{point}, version {version}")).await;
        }
        assert_eq!(bench.outages(), Vec::<String>::new(), "{point}");
        assert_eq!(bench.door.world.lock().count("instance"), 6, "{point}");
    }
    // Not every version reaches every point; most do.
    assert!(crashes > 40, "{crashes}");
}
