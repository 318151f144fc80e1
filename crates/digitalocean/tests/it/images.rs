//! Images and snapshots.

use serde_json::{Value, json};

use crate::{World, not_found, unprocessable};

async fn snapshot(world: &World, name: &str) -> u64 {
    let id = world.droplet("source", json!({})).await;
    world.settle();
    world.act(id, json!({"type": "snapshot", "name": name})).await.unwrap();
    let droplet = world.call("droplets", "get", json!({"droplet_id": id})).await.unwrap();
    droplet["droplet"]["snapshot_ids"][0].as_u64().unwrap()
}

#[tokio::test]
async fn public_images_have_ids_and_slugs() {
    let world = World::new();
    let answer = world.call("images", "list", json!({"per_page": 200})).await.unwrap();
    let slugs: Vec<_> =
        answer["images"].as_array().unwrap().iter().map(|image| image["slug"].clone()).collect();
    for slug in ["ubuntu-20-04-x64", "ubuntu-22-04-x64", "ubuntu-24-04-x64", "debian-12-x64"] {
        assert!(slugs.contains(&json!(slug)), "{slug}");
    }
    let by_slug = world.call("images", "get", json!({"image_id": "ubuntu-20-04-x64"})).await;
    let by_slug = by_slug.unwrap();
    assert_eq!(by_slug["image"]["id"], 63_663_980);
    assert_eq!(by_slug["image"]["name"], "20.04 (LTS) x64");
    assert_eq!(by_slug["image"]["public"], true);
    assert_eq!(by_slug["image"]["type"], "snapshot");
    assert_eq!(by_slug["image"]["status"], "available");
    let by_id = world.get("/v2/images/63663980").await;
    assert_eq!(by_id["image"]["slug"], "ubuntu-20-04-x64");
    let droplet = world.droplet("web", json!({})).await;
    let droplet = world.get(&format!("/v2/droplets/{droplet}")).await;
    assert_eq!(droplet["droplet"]["image"]["type"], "base", "it is one in a droplet");
    assert_eq!(world.call("images", "get", json!({"image_id": "no-such"})).await, not_found());
    assert_eq!(world.call("images", "get", json!({"image_id": "7"})).await, not_found());
}

#[tokio::test]
async fn images_are_listed_by_kind() {
    let world = World::new();
    let id = snapshot(&world, "mine").await;
    let list = async |query: &str| {
        let answer = world.get(&format!("/v2/images?per_page=200&{query}")).await;
        answer["images"].as_array().unwrap().clone()
    };
    let private = list("private=true").await;
    assert_eq!(private.len(), 1);
    assert_eq!(private[0]["id"], id);
    assert_eq!(private[0]["slug"], Value::Null);
    assert_eq!(private[0]["description"], "", "it is always text");
    assert_eq!((&private[0]["public"], &private[0]["type"]), (&json!(false), &json!("snapshot")));
    assert_eq!(private[0]["regions"], json!(["nyc3"]));
    assert!(list("type=distribution").await.iter().all(|image| image["type"] == "snapshot"));
    let applications = list("type=application").await;
    assert!(applications.iter().any(|image| image["slug"] == "docker-20-04"));
    assert_eq!(list("tag_name=golden").await, [] as [Value; 0]);
    world.call("tags", "create", json!({"name": "golden"})).await.unwrap();
    let resources = json!([{"resource_id": id.to_string(), "resource_type": "image"}]);
    let input = json!({"tag_id": "golden", "resources": resources});
    world.call("tags", "assign_resources", input).await.unwrap();
    assert_eq!(list("tag_name=golden").await.len(), 1);
}

#[tokio::test]
async fn own_images_are_renamed_and_deleted() {
    let world = World::new();
    let id = snapshot(&world, "mine").await;
    let input = json!({"image_id": id, "name": "better", "description": "A good one"});
    let updated = world.call("images", "update", input).await.unwrap();
    assert_eq!(updated["image"]["name"], "better");
    assert_eq!(updated["image"]["description"], "A good one");
    let empty = world.call("images", "update", json!({"image_id": id, "name": ""})).await;
    assert_eq!(empty, unprocessable("name is required"));
    let public = json!({"image_id": 63_663_980});
    assert_eq!(world.call("images", "delete", public).await, not_found());
    world.call("images", "delete", json!({"image_id": id})).await.unwrap();
    assert_eq!(world.call("images", "delete", json!({"image_id": id})).await, not_found());
}

#[tokio::test]
async fn snapshots_are_a_list_of_their_own() {
    let world = World::new();
    let id = snapshot(&world, "mine").await;
    let list = world.call("snapshots", "list", json!({"resource_type": "droplet"})).await.unwrap();
    assert_eq!(list["snapshots"][0]["id"], id.to_string());
    assert_eq!(list["snapshots"][0]["resource_type"], "droplet");
    let volumes =
        world.call("snapshots", "list", json!({"resource_type": "volume"})).await.unwrap();
    assert_eq!(volumes["snapshots"], json!([]));
    let one = json!({"snapshot_id": id.to_string()});
    let found = world.call("snapshots", "get", one.clone()).await.unwrap();
    assert_eq!(found["snapshot"]["name"], "mine");
    assert_eq!(found["snapshot"]["min_disk_size"], 25);
    world.call("snapshots", "delete", one.clone()).await.unwrap();
    assert_eq!(world.call("snapshots", "get", one.clone()).await, not_found());
    assert_eq!(world.call("snapshots", "delete", one).await, not_found());
}
