//! Tags.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{HOST, World, failed, not_found, unprocessable};

#[tokio::test]
async fn tags_are_put_on_things_and_taken_off() {
    let world = World::new();
    let body = json!({"name": "Extra-awesome"}).to_string();
    let response = world.send(Method::POST, "/v2/tags", &body).await;
    assert_eq!(response.status, StatusCode::CREATED);
    let made: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(
        made["tag"],
        json!({"name": "Extra-awesome", "resources": {
            "count": 0, "droplets": {"count": 0}, "images": {"count": 0}, "volumes": {"count": 0},
            "volume_snapshots": {"count": 0}, "databases": {"count": 0},
        }})
    );
    let again = world.call("tags", "create", json!({"name": "extra-AWESOME"})).await.unwrap();
    assert_eq!(again["tag"]["name"], "Extra-awesome");

    let id = world.droplet("web", json!({})).await;
    let resources = json!([{"resource_id": id.to_string(), "resource_type": "droplet"}]);
    let change = json!({"tag_id": "Extra-awesome", "resources": resources});
    world.call("tags", "assign_resources", change.clone()).await.unwrap();
    world.call("tags", "assign_resources", change.clone()).await.unwrap();
    let droplet = world.call("droplets", "get", json!({"droplet_id": id})).await.unwrap();
    assert_eq!(droplet["droplet"]["tags"], json!(["Extra-awesome"]));
    let tag = world.call("tags", "get", json!({"tag_id": "Extra-awesome"})).await.unwrap();
    let uri = format!("http://{HOST}/v2/droplets/{id}");
    assert_eq!(tag["tag"]["resources"]["count"], 1);
    assert_eq!(tag["tag"]["resources"]["last_tagged_uri"], uri);
    assert_eq!(tag["tag"]["resources"]["droplets"], json!({"count": 1, "last_tagged_uri": uri}));
    let other_case = json!({"tag_id": "extra-awesome"});
    assert_eq!(world.call("tags", "get", other_case).await, not_found());
    world.call("tags", "unassign_resources", change).await.unwrap();
    let list = world.call("tags", "list", json!({})).await.unwrap();
    assert_eq!(list["tags"][0]["resources"]["count"], 0);
}

#[tokio::test]
async fn a_tag_that_goes_leaves_nothing_tagged() {
    let world = World::new();
    let id = world.droplet("web", json!({"tags": ["blue", "green"]})).await;
    world.call("tags", "delete", json!({"tag_id": "blue"})).await.unwrap();
    let droplet = world.call("droplets", "get", json!({"droplet_id": id})).await.unwrap();
    assert_eq!(droplet["droplet"]["tags"], json!(["green"]));
    assert_eq!(world.call("tags", "get", json!({"tag_id": "blue"})).await, not_found());
    assert_eq!(world.call("tags", "delete", json!({"tag_id": "blue"})).await, not_found());
}

#[tokio::test]
async fn bad_tags_are_refused() {
    let world = World::new();
    let name = "Tags can only contain letters, numbers, colons, dashes, and underscores, and at most 255 of them";
    let create = |name: &str| json!({"name": name});
    for bad in ["a b", "a/b"] {
        let message = format!(
            "Error validating resource tag: \"tag-name \\\"{bad}\\\" contains invalid characters\""
        );
        let answer = world.call("tags", "create", create(bad)).await;
        assert_eq!(answer, failed(400, "bad_request", &message));
    }
    assert_eq!(world.call("tags", "create", create(&"a".repeat(256))).await, unprocessable(name));
    assert_eq!(world.call("tags", "create", create("")).await, unprocessable("name is required"));
    world.call("tags", "create", create("here")).await.unwrap();
    let assign = |tag: &str, id: &str, kind: &str| json!({"tag_id": tag, "resources": [{"resource_id": id, "resource_type": kind}]});
    for input in [
        assign("gone", "1", "droplet"),
        assign("here", "1", "droplet"),
        assign("here", "1", "image"),
        assign("here", "506f78a4-e098-11e5-ad9f-000f53306ae1", "volume"),
    ] {
        assert_eq!(world.call("tags", "assign_resources", input).await, not_found());
    }
    let kind = world.call("tags", "assign_resources", assign("here", "1", "boat")).await;
    assert_eq!(kind, unprocessable("boat is an invalid resource type"));
    let none = json!({"tag_id": "here", "resources": []});
    let none = world.call("tags", "unassign_resources", none).await;
    assert_eq!(none, unprocessable("resources is required"));
}
