//! What is kept outlives the process.

use std::path::Path;

use isobar_kernel::Store;
use serde_json::json;

use crate::{World, kinds};

#[tokio::test]
async fn a_restart_finds_everything_again() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("digitalocean-restart");
    let _ = std::fs::remove_dir_all(&directory);
    let open = || World::over(Store::open(&directory, kinds()).unwrap());
    let world = open();
    let policy = json!({"plan": "weekly", "weekday": "MON", "hour": 4});
    let more = json!({"tags": ["web"], "ipv6": true, "backups": true, "backup_policy": policy});
    let id = world.droplet("web", more).await;
    world.settle();
    world.act(id, json!({"type": "snapshot", "name": "kept"})).await.unwrap();
    let balancer = json!({
        "name": "lb", "region": "nyc3", "tag": "web",
        "forwarding_rules": [{
            "entry_protocol": "tcp", "entry_port": 80,
            "target_protocol": "tcp", "target_port": 80,
        }],
    });
    world.call("load_balancers", "create", balancer).await.unwrap();
    let firewall = json!({
        "name": "fw", "droplet_ids": [id],
        "inbound_rules": [{"protocol": "tcp", "ports": "1-9", "sources": {"tags": ["web"]}}],
    });
    world.call("firewalls", "create", firewall).await.unwrap();
    world.settle();
    world.pass(10);
    let lists = [
        "/v2/droplets",
        "/v2/actions",
        "/v2/images?private=true",
        "/v2/load_balancers",
        "/v2/firewalls",
        "/v2/vpcs",
        "/v2/projects",
        "/v2/projects/default/resources",
        "/v2/tags",
    ];
    let mut before = Vec::new();
    for list in lists {
        before.push(world.get(list).await);
    }
    drop(world);
    let world = open();
    world.pass(10);
    for (list, before) in lists.into_iter().zip(before) {
        assert!(before["meta"]["total"].as_u64().unwrap() > 0, "{list}");
        assert_eq!(world.get(list).await, before, "{list}");
    }
    assert!(world.droplet("next", json!({})).await > id, "ids go on growing");
}
