//! Account, regions and sizes.

use serde_json::json;

use crate::{ACCOUNT, READER, World};

#[tokio::test]
async fn the_account_is_whole() {
    let world = World::new();
    let answer = world.call("account", "get", json!({})).await.unwrap();
    let account = &answer["account"];
    assert_eq!(account["uuid"], ACCOUNT);
    assert_eq!(account["email"], "isobar@localhost");
    assert_eq!(account["status"], "active");
    assert_eq!(account["email_verified"], true);
    assert_eq!(account["status_message"], "");
    assert!(account["droplet_limit"].as_u64().unwrap() > 0);
    assert!(account["team"]["uuid"].is_string());
}

#[tokio::test]
async fn a_token_says_what_it_is_good_for() {
    let world = World::new();
    let token = world.call("oauth", "get_token_info", json!({})).await.unwrap();
    assert_eq!(token["scopes"], json!(["read", "write"]));
    assert!(token["created_at"].as_i64().unwrap() > 0);
    let project = world.get("/v2/projects/default").await;
    assert_eq!(token["resource_owner_id"], project["project"]["owner_id"]);
    let reader = world.call_with(READER, "oauth", "get_token_info", json!({})).await.unwrap();
    assert_eq!(reader["scopes"], json!(["read"]));
    let whole = world.get("/v1/oauth/token/info").await;
    assert!(whole["expires_in_seconds"].is_null() && whole["application"]["uid"].is_null());
}

#[tokio::test]
async fn regions_have_features_and_sizes() {
    let world = World::new();
    let answer = world.call("regions", "list", json!({"per_page": 200})).await.unwrap();
    let regions = answer["regions"].as_array().unwrap();
    assert_eq!(answer["meta"]["total"], regions.len());
    let nyc3 = regions.iter().find(|region| region["slug"] == "nyc3").unwrap();
    assert_eq!(nyc3["name"], "New York 3");
    assert_eq!(nyc3["available"], true);
    assert!(nyc3["sizes"].as_array().unwrap().contains(&json!("s-1vcpu-1gb")));
    let ams2 = regions.iter().find(|region| region["slug"] == "ams2").unwrap();
    assert_eq!((&ams2["available"], &ams2["sizes"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn sizes_have_prices() {
    let world = World::new();
    let answer = world.call("sizes", "list", json!({"per_page": 200})).await.unwrap();
    let sizes = answer["sizes"].as_array().unwrap();
    let small = sizes.iter().find(|size| size["slug"] == "s-1vcpu-1gb").unwrap();
    assert_eq!(small["memory"], 1024);
    assert_eq!(small["vcpus"], 1);
    assert_eq!(small["disk"], 25);
    assert_eq!(small["transfer"], 1.0);
    assert_eq!(small["price_monthly"], 6.0);
    assert_eq!(small["price_hourly"], 0.00893);
    assert_eq!(small["description"], "Basic");
    assert!(small["regions"].as_array().unwrap().contains(&json!("nyc3")));
    let first = world.call("sizes", "list", json!({})).await.unwrap();
    assert_eq!(first["sizes"].as_array().unwrap().len(), 20);
}
