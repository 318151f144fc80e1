//! Droplets.

use http::{Method, StatusCode};
use isobar_engines::machines;
use isobar_kernel::Tables;
use serde_json::{Value, json};

use crate::{World, failed, not_found, unprocessable};

async fn get(world: &World, id: u64) -> Value {
    world.get(&format!("/v2/droplets/{id}")).await["droplet"].clone()
}

#[tokio::test]
async fn a_droplet_is_whole() {
    let world = World::new();
    let body = json!({
        "name": "example.com", "region": "nyc3", "size": "s-1vcpu-1gb",
        "image": "ubuntu-20-04-x64", "ssh_keys": [], "backups": true, "ipv6": true,
        "monitoring": true, "tags": ["env:prod", "web"], "user_data": "#!/bin/sh\nexit 0\n",
        "private_networking": null, "volumes": [], "vpc_uuid": null,
    });
    let response = world.send(Method::POST, "/v2/droplets/", &body.to_string()).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    let droplet = &answer["droplet"];
    let id = droplet["id"].as_u64().unwrap();
    assert_eq!(droplet["status"], "new");
    assert_eq!(droplet["networks"], json!({"v4": [], "v6": []}));
    assert_eq!(droplet["kernel"], Value::Null);
    assert!(droplet.as_object().unwrap().contains_key("kernel"));
    assert_eq!(droplet["name"], "example.com");
    assert_eq!(
        (&droplet["memory"], &droplet["vcpus"], &droplet["disk"]),
        (&json!(1024), &json!(1), &json!(25))
    );
    assert_eq!(droplet["locked"], false);
    assert_eq!(
        droplet["features"],
        json!(["backups", "monitoring", "droplet_agent", "ipv6", "private_networking"])
    );
    assert_eq!(droplet["backup_ids"], json!([]));
    assert_eq!(droplet["snapshot_ids"], json!([]));
    assert_eq!(droplet["volume_ids"], json!([]));
    assert_eq!(droplet["tags"], json!(["env:prod", "web"]));
    assert_eq!(droplet["size_slug"], "s-1vcpu-1gb");
    assert_eq!(droplet["size"]["slug"], "s-1vcpu-1gb");
    assert_eq!(droplet["region"]["slug"], "nyc3");
    assert_eq!(droplet["image"]["slug"], "ubuntu-20-04-x64");
    assert_eq!(droplet["image"]["distribution"], "Ubuntu");
    assert!(droplet["next_backup_window"]["start"].as_str().unwrap().ends_with("T00:00:00Z"));
    assert_eq!(droplet["created_at"].as_str().unwrap().len(), 20);
    let action = &answer["links"]["actions"][0];
    assert_eq!(action["rel"], "create");
    assert_eq!(action["href"], format!("http://{}/v2/actions/{}", crate::HOST, action["id"]));

    world.settle();
    let droplet = get(&world, id).await;
    assert_eq!(droplet["status"], "active");
    let networks = &droplet["networks"];
    let address = networks["v4"][0]["ip_address"].as_str().unwrap();
    assert!(address.starts_with("127."));
    assert_eq!(networks["v4"][0]["type"], "private");
    assert_eq!(networks["v4"][1]["type"], "public");
    assert_eq!(networks["v4"][1]["ip_address"], address);
    assert_eq!(networks["v6"][0]["ip_address"], format!("::ffff:{address}"));
    let vpcs = world.get("/v2/vpcs?per_page=200").await;
    let default = vpcs["vpcs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|vpc| vpc["region"] == "nyc3" && vpc["default"] == true)
        .unwrap();
    assert_eq!(droplet["vpc_uuid"], default["id"]);
    let script =
        world.local.shared.store.read(|tables| {
            machines::find(tables, &format!("droplet-{id}")).unwrap().script.clone()
        });
    assert_eq!(script, b"#!/bin/sh\nexit 0\n");
}

#[tokio::test]
async fn several_droplets_are_created_at_once() {
    let world = World::new();
    let input = json!({
        "names": ["sub-01.example.com", "sub-02.example.com"], "region": "sfo3",
        "size": "s-2vcpu-2gb", "image": 142_129_713, "tags": ["many"],
    });
    let made = world.call("droplets", "create", input).await.unwrap();
    let names: Vec<_> =
        made["droplets"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["sub-01.example.com", "sub-02.example.com"]);
    assert_eq!(made["links"]["actions"].as_array().unwrap().len(), 2);
    assert_eq!(made["droplets"][0]["image"]["slug"], "debian-12-x64");
    let one = json!({
        "names": ["alone"], "region": "sfo3", "size": "s-2vcpu-2gb", "image": "debian-12-x64",
    });
    let made = world.call("droplets", "create", one).await.unwrap();
    assert_eq!(made["droplets"].as_array().unwrap().len(), 1, "names answers with a list");
}

#[tokio::test]
async fn bad_droplets_are_refused() {
    let world = World::new();
    let name = "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)";
    let image = "You specified an invalid image for Droplet creation.";
    let size = "You specified an invalid size for Droplet creation.";
    let none = "00000000-0000-4000-8000-000000000000";
    let cases = [
        (json!({"name": "a b"}), name),
        (json!({"name": "-a"}), name),
        (json!({"name": "a_b"}), name),
        (json!({"name": ""}), "Name can't be blank"),
        (json!({"names": ["a"]}), "You can only specify either name or names."),
        (json!({"region": "mars1"}), "Region is not available"),
        (json!({"region": "ams2"}), "Region is not available"),
        (json!({"size": "s-900vcpu"}), size),
        (json!({"image": "no-such"}), image),
        (json!({"image": 1}), image),
        (
            json!({"size": "s-1vcpu-512mb-10gb", "image": "docker-20-04"}),
            "The image you specified requires a larger disk than the size you specified.",
        ),
        (
            json!({"ssh_keys": [1, "aa:bb"]}),
            "1, aa:bb are invalid key identifiers for Droplet creation.",
        ),
        (json!({"volumes": [none]}), &format!("failed to resolve volume: volume {none} not found")),
        (
            json!({"tags": ["a b"]}),
            "Tags can only contain letters, numbers, colons, dashes, and underscores, and at most 255 of them",
        ),
        (
            json!({"backups": true, "backup_policy": {"plan": "daily", "hour": 3}}),
            "backup hour must be one of 0, 4, 8, 12, 16, 20",
        ),
        (json!({"user_data": "x".repeat(70_000)}), "User data must be smaller than 64 KiB"),
    ];
    for (more, message) in cases {
        let mut input = json!({
            "name": "a", "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64",
        });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let answer = world.call("droplets", "create", input).await;
        assert_eq!(answer, unprocessable(message), "{more}");
    }
    let mut input = json!({
        "name": "a", "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64",
    });
    input["vpc_uuid"] = json!("00000000-0000-4000-8000-000000000000");
    let answer = world.call("droplets", "create", input).await;
    assert_eq!(answer, failed(404, "not_found", "Failed to resolve VPC"));
    let mut input = json!({"name": "a", "region": "nyc3", "image": "ubuntu-22-04-x64"});
    input["size"] = json!("gpu-h100x1-80gb");
    let answer = world.call("droplets", "create", input).await;
    let message = "a droplet with a GPU is not implemented by this local cloud";
    assert_eq!(answer, failed(501, "not_implemented", message));
    let eleven: Vec<_> = (0..11).map(|n| format!("a{n}")).collect();
    let input = json!({
        "names": eleven, "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64",
    });
    let answer = world.call("droplets", "create", input).await;
    assert_eq!(answer, unprocessable("You can only create up to 10 Droplets at a time."));
    assert_eq!(world.get("/v2/droplets").await["meta"]["total"], 0);
    assert_eq!(world.get("/v2/tags").await["meta"]["total"], 0);
    assert_eq!(world.get("/v2/actions").await["meta"]["total"], 0);
}

#[tokio::test]
async fn droplets_are_listed_by_name_and_tag() {
    let world = World::new();
    let first = world.droplet("one", json!({"tags": ["Blue"]})).await;
    let second = world.droplet("two", json!({"tags": ["blue", "green"]})).await;
    assert!(second > first);
    let ids = |answer: Value| -> Vec<u64> {
        let droplets = answer["droplets"].as_array().unwrap();
        droplets.iter().map(|one| one["id"].as_u64().unwrap()).collect()
    };
    let list = async |input| ids(world.call("droplets", "list", input).await.unwrap());
    assert_eq!(list(json!({})).await, [first, second]);
    assert_eq!(list(json!({"name": "two"})).await, [second]);
    assert_eq!(list(json!({"tag_name": "BLUE"})).await, [first, second]);
    assert_eq!(list(json!({"tag_name": "green"})).await, [second]);
    assert_eq!(list(json!({"tag_name": "red"})).await, [] as [u64; 0]);
    assert_eq!(list(json!({"type": "gpus"})).await, [] as [u64; 0]);
    assert_eq!(list(json!({"type": "droplets"})).await, [first, second]);
    let two = world.call("droplets", "get", json!({"droplet_id": second})).await.unwrap();
    assert_eq!(two["droplet"]["tags"], json!(["Blue", "green"]), "a tag keeps its first case");
    assert_eq!(world.call("droplets", "get", json!({"droplet_id": 1})).await, not_found());
}

#[tokio::test]
async fn droplets_are_destroyed_one_by_one_and_by_tag() {
    let world = World::new();
    let alone = world.droplet("alone", json!({})).await;
    let tagged = world.droplet("tagged", json!({"tags": ["old"]})).await;
    world.settle();
    world.call("droplets", "destroy", json!({"droplet_id": alone})).await.unwrap();
    let again = world.call("droplets", "destroy", json!({"droplet_id": alone})).await;
    assert_eq!(again, not_found());
    world.call("droplets", "destroy_by_tag", json!({"tag_name": "old"})).await.unwrap();
    let again = world.call("droplets", "destroy_by_tag", json!({"tag_name": "old"})).await;
    assert_eq!(again, not_found());
    assert_eq!(world.get("/v2/droplets").await["droplets"], json!([]));
    world.settle();
    let machines = world.local.shared.store.read(Tables::count::<machines::Machine>);
    assert_eq!(machines, 0, "nothing is left running");
    let actions = world.get("/v2/actions").await;
    let kinds: Vec<_> = actions["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| {
            (action["type"].clone(), action["status"].clone(), action["resource_id"].clone())
        })
        .collect();
    let done = |kind: &str, id: u64| (json!(kind), json!("completed"), json!(id));
    assert_eq!(
        kinds,
        [
            done("destroy", tagged),
            done("destroy", alone),
            done("create", tagged),
            done("create", alone)
        ]
    );
}

#[tokio::test]
async fn neighbours_share_a_region() {
    let world = World::new();
    let first = world.droplet("one", json!({})).await;
    let second = world.droplet("two", json!({})).await;
    world.droplet("far", json!({"region": "fra1"})).await;
    let input = json!({"droplet_id": first});
    let answer = world.call("droplets", "list_neighbors", input).await.unwrap();
    assert_eq!(answer["droplets"].as_array().unwrap().len(), 1);
    assert_eq!(answer["droplets"][0]["id"], second);
    let groups = world.call("droplets", "list_neighbors_ids", json!({})).await.unwrap();
    assert_eq!(groups["neighbor_ids"], json!([[first, second]]));
}

#[tokio::test]
async fn kernels_and_backups_are_listed() {
    let world = World::new();
    let id = world
        .droplet("one", json!({"backups": true, "backup_policy": {"plan": "daily", "hour": 8}}))
        .await;
    let of = json!({"droplet_id": id});
    let kernels = world.call("droplets", "list_kernels", of.clone()).await.unwrap();
    assert!(kernels["kernels"][0]["version"].is_string());
    let backups = world.call("droplets", "list_backups", of.clone()).await.unwrap();
    assert_eq!(backups["backups"], json!([]));
    let policy = world.call("droplets", "get_backup_policy", of.clone()).await.unwrap();
    assert_eq!(policy["policy"]["backup_enabled"], true);
    assert_eq!(policy["policy"]["backup_policy"]["plan"], "daily");
    assert_eq!(policy["policy"]["backup_policy"]["hour"], 8);
    assert_eq!(policy["policy"]["backup_policy"]["retention_period_days"], 7);
    assert!(policy["policy"]["next_backup_window"]["end"].is_string());
    let all = world.call("droplets", "list_backup_policies", json!({})).await.unwrap();
    assert_eq!(all["policies"][id.to_string()]["droplet_id"], id);
    let offered =
        world.call("droplets", "list_supported_backup_policies", json!({})).await.unwrap();
    assert_eq!(offered["supported_policies"][0]["name"], "weekly");
    assert_eq!(world.call("droplets", "list_kernels", json!({"droplet_id": 1})).await, not_found());
}
