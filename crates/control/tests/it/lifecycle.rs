//! Deployments that go well.

use isobar_catalogue::model::Cloud;
use isobar_control::Error;
use isobar_control::model::access::RollbackRequest;
use isobar_control::model::deployment::{InstanceHealth, Status};
use isobar_control::model::manifest::Manifest;
use isobar_control::model::operation::{self, EventKind};
use isobar_control::model::page::ResourceFilter;
use isobar_control::model::resource::Kind;
use serde_json::json;

use crate::bench::{Bench, caller, document, manifest};

#[tokio::test]
async fn deploys_to_three_clouds() {
    let bench = Bench::new().await;
    let (operation, deployment) = bench.deploy(&manifest("1.0.0", 2)).await;
    assert_eq!(deployment.status, Status::Successful, "{deployment:#?}");
    assert_eq!(operation.status, operation::Status::Succeeded);
    assert_eq!(operation.progress.percent, 100);
    let urls: Vec<_> = deployment.targets.iter().map(|it| it.url.clone().unwrap()).collect();
    // An address that carries a port is used as it is; 80 is left out.
    assert!(urls[0].ends_with(".elb.test:8080"), "{urls:?}");
    assert_eq!(urls[1..], ["http://127.8.8.8", "http://127.7.7.7"]);
    for target in &deployment.targets {
        assert_eq!(target.instances.len(), 2);
        assert!(target.instances.iter().all(|it| it.health == InstanceHealth::Healthy));
    }
    bench.assert_owned("after the first deployment").await;
    let events = bench.control.events(&operation.id, 0, 1000).await.unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.sequence).collect();
    assert!(numbers.iter().copied().eq(1..=numbers.len() as u64));
    assert_eq!(events.last().unwrap().kind, EventKind::Finished);
    assert_eq!(events.iter().filter(|event| event.kind == EventKind::Finished).count(), 1);
}

#[tokio::test]
async fn tells_the_address_that_stands_once_the_listener_does() {
    let bench = Bench::new().await;
    bench.door.world.lock().no_port_80 = true;
    let (_, first) = bench.deploy(&manifest("1.0.0", 1)).await;
    assert_eq!(first.targets[1].url.as_deref(), Some("http://127.8.8.8:40080"));
    let balancers = ResourceFilter {
        kind: Some(Kind::LoadBalancer),
        cloud: Some("alibaba".to_owned()),
        ..ResourceFilter::default()
    };
    let page = bench.control.resources(&balancers, &Default::default()).await.unwrap();
    assert_eq!(page.items[0].address.as_deref(), Some("127.8.8.8:40080"));
}

#[tokio::test]
async fn gives_scripts_of_other_interpreters_a_file_in_the_machines_home() {
    let bench = Bench::new().await;
    let mut document = document("1.0.0", 1);
    document["run"]["script"] = json!("#!/usr/bin/env python3 -u\nprint('it')\n");
    let (_, first) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(first.status, Status::Successful, "{first:#?}");
    let world = bench.door.world.lock();
    for instance in world.things.values().filter(|it| it.kind == "instance") {
        let script = &instance.script;
        assert!(script.starts_with("#!/bin/sh\nexport PORT='8000'\n"), "{script}");
        assert!(script.contains("\nfile=\"${HOME:-/root}/.isobar-script\"\n"), "{script}");
        assert!(script.ends_with("exec '/usr/bin/env' 'python3 -u' \"$file\"\n"), "{script}");
    }
}

#[tokio::test]
async fn knows_no_health_of_instances_that_gave_way() {
    let bench = Bench::new().await;
    let (_, first) = bench.deploy(&manifest("1.0.0", 3)).await;
    let (_, second) = bench.deploy(&manifest("2.0.0", 3)).await;
    let first = bench.control.deployment(&first.id).await.unwrap();
    for instance in first.targets.iter().flat_map(|target| &target.instances) {
        assert_eq!(instance.state, "terminated");
        assert_eq!((instance.health, &instance.health_message), (InstanceHealth::Unknown, &None));
    }
    let serving = second.targets.iter().flat_map(|target| &target.instances);
    assert!(serving.clone().all(|it| it.health == InstanceHealth::Healthy));
    assert_eq!(serving.count(), 9);
}

#[tokio::test]
async fn rolls_without_an_outage_and_within_its_limits() {
    let bench = Bench::new().await;
    let (_, first) = bench.deploy(&manifest("1.0.0", 3)).await;
    let (_, second) = bench.deploy(&manifest("2.0.0", 3)).await;
    assert_eq!(second.status, Status::Successful, "{second:#?}");
    assert_eq!(second.previous_deployment, Some(first.id.clone()));
    assert_eq!(bench.outages(), Vec::<String>::new());
    assert_eq!(first.targets[0].url, second.targets[0].url, "the load balancer is the same");
    {
        let world = bench.door.world.lock();
        assert!(world.most.values().all(|most| *most == 4), "{:?}", world.most);
        assert_eq!(world.count("instance"), 9);
        assert!(
            world
                .things
                .values()
                .filter(|it| it.kind == "instance")
                .all(|it| it.script.contains("2.0.0"))
        );
    }
    bench.assert_owned("after the second deployment").await;
    let resources =
        bench.control.resources(&Default::default(), &Default::default()).await.unwrap();
    assert!(resources.items.iter().all(|it| it.owner == second.id));
}

#[tokio::test]
async fn switches_from_blue_to_green() {
    let bench = Bench::new().await;
    bench.deploy(&manifest("1.0.0", 2)).await;
    let mut document = document("2.0.0", 2);
    document["strategy"] = json!({ "type": "blue_green" });
    let (_, second) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(second.status, Status::Successful);
    assert_eq!(bench.outages(), Vec::<String>::new());
    assert_eq!(bench.door.world.lock().most[&Cloud::Aws], 4);
    bench.assert_owned("after the switch").await;
}

#[tokio::test]
async fn changes_counts_and_targets_without_replacing_what_fits() {
    let bench = Bench::new().await;
    bench.deploy(&manifest("1.0.0", 2)).await;
    let before: Vec<_> = bench.door.world.lock().things.keys().cloned().collect();
    let mut document = document("1.0.0", 3);
    document["targets"].as_array_mut().unwrap().pop();
    let (_, second) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(second.status, Status::Successful, "{second:#?}");
    {
        let world = bench.door.world.lock();
        assert_eq!(world.count("instance"), 6);
        let gone = before.iter().filter(|id| !world.things.contains_key(*id)).count();
        assert_eq!(gone, 4, "two droplets, a firewall and a load balancer are gone");
        assert!(world.things.values().all(|it| it.cloud != Cloud::DigitalOcean));
    }
    bench.assert_owned("after the change").await;
    // The same again changes nothing.
    let calls = bench.door.world.lock().calls.len();
    let (_, third) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(third.status, Status::Successful);
    assert_eq!(bench.door.world.lock().calls.len(), calls);
}

#[tokio::test]
async fn moves_to_another_port_beside_the_old() {
    let bench = Bench::new().await;
    bench.deploy(&manifest("1.0.0", 1)).await;
    let mut document = document("2.0.0", 1);
    document["run"]["port"] = json!(9000);
    let (_, second) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(second.status, Status::Successful, "{second:#?}");
    bench.assert_owned("after the move").await;
}

#[tokio::test]
async fn offers_tcp_and_changes_health_checks_in_place() {
    let bench = Bench::new().await;
    let mut document = document("1.0.0", 1);
    document["expose"] = json!({ "port": 5432, "protocol": "tcp" });
    let (_, first) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(first.status, Status::Successful, "{first:#?}");
    assert_eq!(first.targets[1].url.as_deref(), Some("tcp://127.8.8.8:5432"));
    document["health"]["interval_seconds"] = json!(10);
    let before = bench.door.world.lock().calls.len();
    let (_, second) = bench.deploy(&Manifest::parse(&document).unwrap()).await;
    assert_eq!(second.status, Status::Successful);
    let calls = bench.door.world.lock().calls[before..].to_vec();
    let mut changed: Vec<_> = calls.iter().map(|(_, operation, _)| &**operation).collect();
    changed.sort_unstable();
    assert_eq!(changed, ["ModifyTargetGroup", "SetLoadBalancerTCPListenerAttribute", "update"]);
    bench.assert_owned("after the change").await;
}

#[tokio::test]
async fn plans_exactly_what_it_then_does_and_writes_nothing() {
    let bench = Bench::new().await;
    for version in ["1.0.0", "2.0.0"] {
        let manifest = manifest(version, 2);
        let before = bench.door.world.lock().calls.len();
        let plan = bench.control.plan(manifest.clone()).await.unwrap();
        assert_eq!(bench.door.world.lock().calls.len(), before, "a plan writes nothing");
        let page = bench.control.deployments(&Default::default(), &Default::default()).await;
        assert_eq!(page.unwrap().items.len(), usize::from(version == "2.0.0"));
        let mut planned: Vec<_> = plan
            .targets
            .iter()
            .flat_map(|target| &target.steps)
            .flat_map(|step| &step.calls)
            .filter(|call| call.mutates)
            .map(|call| (call.cloud.clone(), call.operation.clone()))
            .collect();
        let (_, deployment) = bench.deploy(&manifest).await;
        assert_eq!(deployment.status, Status::Successful);
        let mut made: Vec<_> = bench.door.world.lock().calls[before..]
            .iter()
            .map(|(cloud, operation, _)| (cloud.name().to_owned(), operation.clone()))
            .collect();
        planned.sort();
        made.sort();
        // Alibaba Cloud refuses to delete an instance that is still starting; nothing else is
        // ever asked for twice.
        assert_eq!(planned, made);
    }
}

#[tokio::test]
async fn rolls_back_to_what_was_healthy() {
    let bench = Bench::new().await;
    let (_, first) = bench.deploy(&manifest("1.0.0", 2)).await;
    let refused =
        bench.control.rollback(&caller(), &first.id, RollbackRequest::default(), None).await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "nothing was healthy before");
    let (_, second) = bench.deploy(&manifest("2.0.0", 2)).await;
    let request = RollbackRequest { reason: Some("slow".to_owned()) };
    let started = bench.control.rollback(&caller(), &second.id, request, None).await.unwrap();
    assert_eq!(started.operation.kind, operation::Kind::Rollback);
    assert_eq!(started.operation.reason.as_deref(), Some("slow"));
    let (_, third) = bench.end(&started.operation.id).await;
    assert_eq!(third.status, Status::Successful, "{third:#?}");
    assert_eq!((&*third.version, third.rollback_of), ("1.0.0", Some(second.id)));
    assert_eq!(bench.outages(), Vec::<String>::new());
    bench.assert_owned("after the rollback").await;
}

#[tokio::test]
async fn lets_one_deployment_of_a_service_run_at_a_time() {
    let bench = Bench::new().await;
    let operation = bench.start(&manifest("1.0.0", 1)).await.unwrap();
    let refused = bench.start(&manifest("2.0.0", 1)).await;
    let running = bench.control.operation(&operation).await.unwrap().deployment_id;
    match refused {
        Err(Error::Conflict { deployment, .. }) => assert_eq!(deployment, Some(running)),
        other => panic!("{other:?}"),
    }
    bench.end(&operation).await;
}

#[tokio::test]
async fn refuses_what_the_clouds_do_not_have() {
    let bench = Bench::new().await;
    let mut document = document("1.0.0", 1);
    document["targets"][0]["region"] = json!("moon-1");
    document["targets"][2]["size"] = json!("huge");
    let refused = bench.start(&Manifest::parse(&document).unwrap()).await;
    let Err(Error::Validation(violations)) = refused else { panic!("{refused:?}") };
    let fields: Vec<_> = violations.iter().map(|it| &*it.field).collect();
    assert_eq!(fields, ["targets[0].region", "targets[2].size"]);
    assert!(violations[0].constraint.contains("eu-central-1"), "{violations:?}");
    assert!(violations[1].constraint.contains("s-1vcpu-1gb"), "{violations:?}");
}
