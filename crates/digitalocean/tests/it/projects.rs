//! Projects and what they hold.

use serde_json::{Value, json};

use crate::{HOST, World, failed, not_found};

async fn create(world: &World, name: &str) -> Value {
    let input = json!({"name": name, "purpose": "Service or API", "environment": "Production"});
    world.call("projects", "create", input).await.unwrap()["project"].clone()
}

#[tokio::test]
async fn projects_are_whole() {
    let world = World::new();
    let project = create(&world, "my-web-api").await;
    assert_eq!(project["is_default"], false);
    assert_eq!(project["environment"], "Production");
    assert_eq!(project["description"], "");
    assert!(project["owner_uuid"].is_string() && project["owner_id"].is_u64());
    assert!(project["created_at"].is_string() && project["updated_at"].is_string());
    let of = json!({"project_id": project["id"]});
    assert_eq!(world.call("projects", "get", of).await.unwrap()["project"], project);
    let default = world.call("projects", "get_default", json!({})).await.unwrap();
    assert_eq!(default["project"]["is_default"], true);
    assert_eq!(default["project"]["purpose"], "Just trying out DigitalOcean");
    assert_eq!(world.get("/v2/projects/default").await, default);
    let list = world.call("projects", "list", json!({})).await.unwrap();
    assert_eq!(list["meta"]["total"], 2);
    assert_eq!(world.call("projects", "get", json!({"project_id": "x"})).await, not_found());
}

#[tokio::test]
async fn projects_change() {
    let world = World::new();
    let id = create(&world, "one").await["id"].clone();
    let patch = json!({"project_id": id, "description": "d"});
    let patched = world.call("projects", "patch", patch).await.unwrap();
    assert_eq!(
        (&patched["project"]["name"], &patched["project"]["description"]),
        (&json!("one"), &json!("d"))
    );
    let update = json!({
        "project_id": id, "name": "two", "description": "", "purpose": "IoT",
        "environment": "Staging", "is_default": true,
    });
    let updated = world.call("projects", "update", update).await.unwrap();
    assert_eq!(updated["project"]["is_default"], true);
    let list = world.get("/v2/projects").await;
    let defaults = list["projects"].as_array().unwrap();
    assert_eq!(defaults.iter().filter(|one| one["is_default"] == true).count(), 1);
    let patch = json!({"environment": "development"});
    let patched = world.call("projects", "patch_default", patch).await.unwrap();
    assert_eq!(patched["project"]["id"], id);
    assert_eq!(patched["project"]["environment"], "Development");
    let update = json!({
        "name": "three", "description": "x", "purpose": "IoT", "environment": "Staging",
        "is_default": true,
    });
    let updated = world.call("projects", "update_default", update).await.unwrap();
    assert_eq!(updated["project"]["name"], "three");
    let unset =
        world.call("projects", "patch", json!({"project_id": id, "is_default": false})).await;
    assert_eq!(unset.unwrap_err().status, 412);
}

#[tokio::test]
async fn resources_move_between_projects() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let urn = format!("do:droplet:{droplet}");
    let held = world.call("projects", "list_resources_default", json!({})).await.unwrap();
    let resource = &held["resources"][0];
    assert_eq!((&resource["urn"], &resource["status"]), (&json!(urn), &json!("ok")));
    assert_eq!(resource["links"]["self"], format!("http://{HOST}/v2/droplets/{droplet}"));
    let id = create(&world, "one").await["id"].clone();
    let input = json!({"project_id": id, "resources": [urn, "do:droplet:1", "do:volume:x"]});
    let answer = world.call("projects", "assign_resources", input.clone()).await.unwrap();
    let statuses: Vec<_> = answer["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource["status"].clone())
        .collect();
    assert_eq!(statuses, ["assigned", "not_found", "not_found"]);
    let answer = world.call("projects", "assign_resources", input).await.unwrap();
    assert_eq!(answer["resources"][0]["status"], "already_assigned");
    let of = json!({"project_id": id});
    let held = world.call("projects", "list_resources", of.clone()).await.unwrap();
    assert_eq!(held["meta"]["total"], 1);
    let full = world.call("projects", "delete", of.clone()).await;
    let message = "cannot delete a project with resources. move or remove the resources first";
    assert_eq!(full, failed(412, "precondition_failed", message));
    let back = json!({"resources": [urn]});
    world.call("projects", "assign_resources_default", back).await.unwrap();
    let full = world.call("projects", "delete", of.clone()).await;
    assert_eq!(full, failed(412, "precondition_failed", message), "it takes a moment");
    world.rest();
    world.call("projects", "delete", of.clone()).await.unwrap();
    assert_eq!(world.call("projects", "delete", of).await, not_found());
    world.call("droplets", "destroy", json!({"droplet_id": droplet})).await.unwrap();
    assert_eq!(world.get("/v2/projects/default/resources").await["resources"], json!([]));
}

#[tokio::test]
async fn bad_projects_are_refused() {
    let world = World::new();
    create(&world, "taken").await;
    let bad = |message: &str| failed(400, "bad_request", message);
    let good = json!({"name": "a", "purpose": "IoT"});
    let cases = [
        ("name", json!(""), bad("name is required")),
        ("purpose", json!(""), bad("purpose is required")),
        ("name", json!("x".repeat(176)), bad("name must not be longer than 175 characters")),
        (
            "environment",
            json!("Moon"),
            bad("environment must be one of Development, Staging, Production"),
        ),
        ("name", json!("TAKEN"), failed(409, "conflict", "name is already in use")),
    ];
    for (name, value, error) in cases {
        let mut input = good.clone();
        input[name] = value;
        assert_eq!(world.call("projects", "create", input).await, error, "{name}");
    }
    let default = world.get("/v2/projects/default").await;
    let of = json!({"project_id": default["project"]["id"]});
    let deleted = world.call("projects", "delete", of).await;
    assert_eq!(deleted, failed(412, "precondition_failed", "cannot delete the default project"));
    let urn = json!({"resources": ["droplet:1"]});
    let urn = world.call("projects", "assign_resources_default", urn).await;
    assert_eq!(urn, bad("droplet:1 is not a valid urn"));
}

#[tokio::test]
async fn what_a_project_held_counts_for_a_moment() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let of = json!({"project_id": create(&world, "one").await["id"]});
    let mut input = of.clone();
    input["resources"] = json!([format!("do:droplet:{droplet}")]);
    world.call("projects", "assign_resources", input).await.unwrap();
    world.call("droplets", "destroy", json!({"droplet_id": droplet})).await.unwrap();
    assert_eq!(world.call("projects", "delete", of.clone()).await.unwrap_err().status, 412);
    world.rest();
    world.call("projects", "delete", of).await.unwrap();
}
