//! What is done with droplets.

use serde_json::{Value, json};

use crate::{World, not_found, unprocessable};

async fn droplet(world: &World, id: u64) -> Value {
    let answer = world.call("droplets", "get", json!({"droplet_id": id})).await.unwrap();
    answer["droplet"].clone()
}

#[tokio::test]
async fn creation_is_an_action_that_follows_the_machine() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    let list = world.call("droplet_actions", "list", json!({"droplet_id": id})).await.unwrap();
    let action = &list["actions"][0];
    assert_eq!(action["type"], "create");
    assert_eq!(action["status"], "in-progress");
    assert_eq!(action["resource_type"], "droplet");
    assert_eq!(action["resource_id"], id);
    assert_eq!(action["region"]["slug"], "nyc3");
    assert_eq!(action["region_slug"], "nyc3");
    let number = action["id"].clone();
    assert!(number.as_u64().unwrap() > 1 << 31, "as the vendor's: {number}");
    let raw = world.get(&format!("/v2/droplets/{id}/actions/{number}")).await;
    assert_eq!(raw["action"]["completed_at"], Value::Null);
    assert!(raw["action"].as_object().unwrap().contains_key("completed_at"));
    world.settle();
    let of = json!({"droplet_id": id, "action_id": number});
    let ended = world.call("droplet_actions", "get", of).await.unwrap();
    assert_eq!(ended["action"]["status"], "completed");
    assert!(ended["action"]["completed_at"].is_string());
    let other = json!({"droplet_id": id, "action_id": 1});
    assert_eq!(world.call("droplet_actions", "get", other).await, not_found());
    assert_eq!(world.call("actions", "get", json!({"action_id": 1})).await, not_found());
    let all = world.call("actions", "list", json!({})).await.unwrap();
    assert_eq!(all["meta"]["total"], 1);
}

#[tokio::test]
async fn a_droplet_does_one_thing_at_a_time() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    let reboot = json!({"droplet_id": id, "type": "reboot"});
    let answer = world.call("droplet_actions", "post", reboot.clone()).await;
    assert_eq!(answer, unprocessable("Droplet already has a pending event."));
    world.settle();
    world.call("droplet_actions", "post", reboot.clone()).await.unwrap();
    assert_eq!(droplet(&world, id).await["status"], "active");
    let answer = world.call("droplet_actions", "post", reboot).await;
    assert_eq!(answer, unprocessable("Droplet already has a pending event."));
    world.call("droplets", "destroy", json!({"droplet_id": id})).await.unwrap();
}

#[tokio::test]
async fn droplets_are_switched_off_and_on() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    world.settle();
    let address = droplet(&world, id).await["networks"]["v4"].clone();
    for (off, on) in [("power_off", "power_on"), ("shutdown", "power_on")] {
        let ended = world.act(id, json!({"type": off})).await.unwrap();
        assert_eq!((&ended["type"], &ended["status"]), (&json!(off), &json!("completed")));
        assert_eq!(droplet(&world, id).await["status"], "off");
        let again = world.act(id, json!({"type": off})).await;
        assert_eq!(again, unprocessable("Droplet is already powered off"));
        let reboot = world.act(id, json!({"type": "power_cycle"})).await;
        let message = "Droplet is currently off. Please power it on to run this event.";
        assert_eq!(reboot, unprocessable(message));
        world.act(id, json!({"type": on})).await.unwrap();
        assert_eq!(droplet(&world, id).await["status"], "active");
        let again = world.act(id, json!({"type": on})).await.unwrap();
        assert_eq!((&again["type"], &again["status"]), (&json!(on), &json!("completed")));
        assert_eq!(droplet(&world, id).await["status"], "active", "it stays on");
    }
    for kind in ["reboot", "power_cycle", "password_reset"] {
        let ended = world.act(id, json!({"type": kind})).await.unwrap();
        assert_eq!(ended["status"], "completed", "{kind}");
    }
    assert_eq!(droplet(&world, id).await["networks"]["v4"], address, "the address stays");
    let list = world.call("actions", "list", json!({})).await.unwrap();
    let actions = list["actions"].as_array().unwrap();
    assert!(actions.iter().all(|action| action["status"] == "completed"));
}

#[tokio::test]
async fn a_machine_that_cannot_run_errs_its_action() {
    let world = World::new();
    let id = world.droplet("web", json!({"user_data": "#!/no/such\n"})).await;
    let store = &world.local.shared.store;
    let now = world.local.shared.clock.now();
    let key = format!("droplet-{id}");
    store
        .update(|tx| {
            tx.modify::<isobar_engines::machines::Machine>(&key, |machine| {
                machine.phase = isobar_engines::machines::Phase::Stopped;
                machine.desired = isobar_engines::machines::Desired::Stopped;
                machine.exit = Some(isobar_engines::machines::Exit::Failed("gone".to_owned()));
                machine.phase_at = now;
            });
        })
        .unwrap();
    let list = world.call("droplet_actions", "list", json!({"droplet_id": id})).await.unwrap();
    assert_eq!(list["actions"][0]["status"], "errored");
    assert_eq!(droplet(&world, id).await["status"], "off");
}

#[tokio::test]
async fn names_sizes_and_disks_change() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    world.settle();
    world.act(id, json!({"type": "rename", "name": "renamed"})).await.unwrap();
    assert_eq!(droplet(&world, id).await["name"], "renamed");
    let name = "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)";
    assert_eq!(world.act(id, json!({"type": "rename", "name": "a b"})).await, unprocessable(name));
    assert_eq!(world.act(id, json!({"type": "rename"})).await, unprocessable(name));

    let larger = json!({"type": "resize", "size": "s-2vcpu-2gb"});
    let on = "Droplet is currently on. Please power it off to run this event.";
    assert_eq!(world.act(id, larger.clone()).await, unprocessable(on));
    world.act(id, json!({"type": "power_off"})).await.unwrap();
    world.act(id, larger).await.unwrap();
    let resized = droplet(&world, id).await;
    assert_eq!((&resized["size_slug"], &resized["disk"]), (&json!("s-2vcpu-2gb"), &json!(25)));
    assert_eq!(resized["memory"], 2048);
    let disk = json!({"type": "resize", "size": "s-2vcpu-4gb", "disk": true});
    world.act(id, disk).await.unwrap();
    assert_eq!(droplet(&world, id).await["disk"], 80);
    let smaller = world.act(id, json!({"type": "resize", "size": "s-1vcpu-1gb"})).await;
    let message = "This size is not available because it has a smaller disk.";
    assert_eq!(smaller, unprocessable(message));
    let unknown = world.act(id, json!({"type": "resize", "size": "x"})).await;
    assert_eq!(unknown, unprocessable("You specified an invalid size for Droplet resize."));
}

#[tokio::test]
async fn features_are_switched() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    world.settle();
    let daily = json!({"type": "enable_backups", "backup_policy": {"plan": "daily", "hour": 4}});
    world.act(id, daily).await.unwrap();
    let again = world.act(id, json!({"type": "enable_backups"})).await;
    assert_eq!(again, unprocessable("Backups are already enabled for this Droplet."));
    let weekly = json!({"type": "change_backup_policy", "backup_policy": {"plan": "weekly", "weekday": "WED"}});
    world.act(id, weekly).await.unwrap();
    world.act(id, json!({"type": "disable_backups"})).await.unwrap();
    let again = world.act(id, json!({"type": "disable_backups"})).await;
    assert_eq!(again, unprocessable("Backups are not enabled for this Droplet."));
    world.act(id, json!({"type": "enable_ipv6"})).await.unwrap();
    let again = world.act(id, json!({"type": "enable_ipv6"})).await;
    assert_eq!(again, unprocessable("IPv6 is already enabled for this Droplet."));
    world.act(id, json!({"type": "change_kernel", "kernel": 7515})).await.unwrap();
    let unknown = world.act(id, json!({"type": "change_kernel", "kernel": 1})).await;
    assert_eq!(unknown, unprocessable("You specified an invalid kernel."));
    let now = world.get(&format!("/v2/droplets/{id}")).await;
    assert_eq!(now["droplet"]["kernel"]["id"], 7515);
    assert_eq!(now["droplet"]["features"], json!(["droplet_agent", "ipv6", "private_networking"]));
    assert_eq!(now["droplet"]["next_backup_window"], Value::Null);
}

#[tokio::test]
async fn snapshots_are_taken_and_restored() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    world.settle();
    let input = json!({"droplet_id": id, "type": "snapshot", "name": "Nifty"});
    world.call("droplet_actions", "post", input).await.unwrap();
    assert_eq!(droplet(&world, id).await["snapshot_ids"], json!([]), "it takes a moment");
    world.pass(2);
    let snapshots = droplet(&world, id).await["snapshot_ids"].clone();
    let snapshot = snapshots[0].clone();
    let list = world.call("droplets", "list_snapshots", json!({"droplet_id": id})).await.unwrap();
    assert_eq!(list["snapshots"][0]["id"], snapshot);
    assert_eq!(list["snapshots"][0]["name"], "Nifty");
    assert_eq!(list["snapshots"][0]["type"], "snapshot");
    world.act(id, json!({"type": "rebuild", "image": "debian-12-x64"})).await.unwrap();
    assert_eq!(droplet(&world, id).await["image"]["slug"], "debian-12-x64");
    world.act(id, json!({"type": "restore", "image": snapshot})).await.unwrap();
    assert_eq!(droplet(&world, id).await["image"]["id"], snapshot);
    let public = world.act(id, json!({"type": "restore", "image": 142_129_713})).await;
    assert_eq!(public, unprocessable("You specified an invalid image for Droplet restore."));
    let unknown = world.act(id, json!({"type": "rebuild", "image": 1})).await;
    assert_eq!(unknown, unprocessable("You specified an invalid image for Droplet rebuild."));

    let copy = world.droplet("copy", json!({"image": snapshot})).await;
    assert_eq!(droplet(&world, copy).await["image"]["name"], "Nifty");
    let elsewhere = json!({
        "name": "far", "region": "fra1", "size": "s-1vcpu-1gb", "image": snapshot,
    });
    let message = "The image you specified is not available in the selected region, you can transfer it to this region from your control panel.";
    assert_eq!(world.call("droplets", "create", elsewhere).await, unprocessable(message));
}

#[tokio::test]
async fn unknown_actions_are_refused() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    world.settle();
    let unknown = world.act(id, json!({"type": "dance"})).await;
    assert_eq!(unknown, unprocessable("The action type 'dance' is invalid."));
    let none = world.send(http::Method::POST, &format!("/v2/droplets/{id}/actions"), "{}").await;
    let body: Value = serde_json::from_slice(&none.body).unwrap();
    assert_eq!(body["message"], "Type can't be blank");
    assert_eq!(world.act(1, json!({"type": "reboot"})).await, not_found());
}

#[tokio::test]
async fn a_tag_names_all_its_droplets() {
    let world = World::new();
    for name in ["one", "two"] {
        world.droplet(name, json!({"tags": ["pair"]})).await;
    }
    world.settle();
    let off = json!({"tag_name": "pair", "type": "power_off"});
    let answer = world.call("droplet_actions", "post_by_tag", off.clone()).await.unwrap();
    assert_eq!(answer["actions"].as_array().unwrap().len(), 2);
    world.settle();
    let answer = world.call("droplet_actions", "post_by_tag", off).await;
    assert_eq!(answer, unprocessable("Droplet is already powered off"));
    let rename = json!({"tag_name": "pair", "type": "rename", "name": "x"});
    let answer = world.call("droplet_actions", "post_by_tag", rename).await;
    assert_eq!(answer, unprocessable("The action type 'rename' cannot be performed by tag."));
    let nobody = json!({"tag_name": "nobody", "type": "power_on"});
    assert_eq!(world.call("droplet_actions", "post_by_tag", nobody).await, not_found());
}
