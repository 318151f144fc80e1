//! VPCs.

use serde_json::{Value, json};

use crate::{World, failed, not_found, unprocessable};

async fn create(world: &World, more: Value) -> Result<Value, crate::Failed> {
    let mut input = json!({"name": "env.prod-vpc", "region": "nyc1"});
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    Ok(world.call("vpcs", "create", input).await?["vpc"].clone())
}

#[tokio::test]
async fn every_region_has_a_default() {
    let world = World::new();
    let list = world.call("vpcs", "list", json!({"per_page": 200})).await.unwrap();
    let vpcs = list["vpcs"].as_array().unwrap();
    assert!(vpcs.iter().all(|vpc| vpc["default"] == true));
    let nyc3 = vpcs.iter().find(|vpc| vpc["region"] == "nyc3").unwrap();
    assert_eq!(nyc3["name"], "default-nyc3");
    assert_eq!(nyc3["ip_range"], "10.108.0.0/20");
    assert_eq!(nyc3["urn"], format!("do:vpc:{}", nyc3["id"].as_str().unwrap()));
    let input = json!({"vpc_id": nyc3["id"]});
    let deleted = world.call("vpcs", "delete", input).await;
    assert_eq!(deleted, failed(403, "forbidden", "Can not delete default VPCs"));
}

#[tokio::test]
async fn vpcs_hold_droplets_and_load_balancers() {
    let world = World::new();
    let vpc =
        create(&world, json!({"ip_range": "10.10.10.0/24", "description": "d"})).await.unwrap();
    let id = vpc["id"].clone();
    assert_eq!((&vpc["default"], &vpc["description"]), (&json!(false), &json!("d")));
    let droplet = world.droplet("web", json!({"region": "nyc1", "vpc_uuid": id})).await;
    let members = json!({"vpc_id": id});
    let listed = world.call("vpcs", "list_members", members).await.unwrap();
    assert_eq!(listed["members"][0]["urn"], format!("do:droplet:{droplet}"));
    assert_eq!(listed["members"][0]["name"], "web");
    let none = json!({"vpc_id": id, "resource_type": "loadbalancer"});
    let none = world.call("vpcs", "list_members", none).await.unwrap();
    assert_eq!(none["members"], json!([]));
    let used = world.call("vpcs", "delete", json!({"vpc_id": id})).await;
    assert_eq!(used, failed(409, "conflict", "Can not delete VPC with members"));
    let elsewhere = json!({
        "name": "a", "region": "fra1", "size": "s-1vcpu-1gb", "image": "debian-12-x64",
        "vpc_uuid": id,
    });
    let message = "Failed to resolve VPC: VPC is not in the same region as the Droplet";
    assert_eq!(world.call("droplets", "create", elsewhere).await, unprocessable(message));
    world.call("droplets", "destroy", json!({"droplet_id": droplet})).await.unwrap();
    let left = world.call("vpcs", "delete", json!({"vpc_id": id})).await;
    assert_eq!(
        left,
        failed(409, "conflict", "Can not delete VPC with members"),
        "it was just left"
    );
    world.rest();
    world.call("vpcs", "delete", json!({"vpc_id": id})).await.unwrap();
    assert_eq!(world.call("vpcs", "get", json!({"vpc_id": id})).await, not_found());
}

#[tokio::test]
async fn names_and_defaults_change() {
    let world = World::new();
    let vpc = create(&world, json!({})).await.unwrap();
    let id = vpc["id"].clone();
    let patch = json!({"vpc_id": id, "description": "new"});
    let patched = world.call("vpcs", "patch", patch).await.unwrap();
    assert_eq!(patched["vpc"]["name"], "env.prod-vpc");
    assert_eq!(patched["vpc"]["description"], "new");
    let update = json!({"vpc_id": id, "name": "renamed", "default": true});
    let updated = world.call("vpcs", "update", update).await.unwrap();
    assert_eq!(updated["vpc"]["default"], true);
    assert_eq!(updated["vpc"]["description"], "", "what is left out is empty");
    let list = world.get("/v2/vpcs?per_page=200").await;
    let defaults: Vec<_> = list["vpcs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|vpc| vpc["region"] == "nyc1" && vpc["default"] == true)
        .map(|vpc| vpc["name"].clone())
        .collect();
    assert_eq!(defaults, ["renamed"]);
    let no = world.call("vpcs", "patch", json!({"vpc_id": id, "default": false})).await;
    let message = "default can only be changed by making another VPC of the region the default";
    assert_eq!(no, unprocessable(message));
}

#[tokio::test]
async fn bad_vpcs_are_refused() {
    let world = World::new();
    create(&world, json!({"name": "taken", "ip_range": "10.10.0.0/16"})).await.unwrap();
    let overlap =
        "This range/size overlaps with another VPC network in your account: taken 10.10.0.0/16.";
    let cases = [
        (json!({"name": ""}), "name is required"),
        (
            json!({"name": "a b"}),
            "name is invalid, it can only contain alphanumeric characters, periods and dashes",
        ),
        (json!({"region": "mars1"}), "Region is not available"),
        (json!({"ip_range": "10.0.0.0"}), "ip_range 10.0.0.0 is not a valid CIDR range"),
        (json!({"ip_range": "10.0.0.0/8"}), "ip_range must be between /16 and /28 in size"),
        (
            json!({"ip_range": "8.8.8.0/24"}),
            "ip_range must be in the range of private addresses of RFC 1918",
        ),
        (json!({"ip_range": "10.10.10.0/24"}), overlap),
        (json!({"description": "x".repeat(256)}), "description is limited to 255 characters"),
    ];
    for (more, message) in cases {
        assert_eq!(create(&world, more.clone()).await, unprocessable(message), "{more}");
    }
    let taken = create(&world, json!({"name": "taken"})).await;
    assert_eq!(taken, failed(409, "conflict", "name must be unique: taken is in use"));
    let free = create(&world, json!({"name": "free"})).await.unwrap();
    assert!(free["ip_range"].as_str().unwrap().ends_with("/20"));
}
