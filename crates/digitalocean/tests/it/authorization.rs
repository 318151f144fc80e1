//! What a token that may only read is good for.

use http::StatusCode;
use isobar_catalogue::Cloud;
use isobar_digitalocean::SERVICES;
use isobar_kernel::served_operations;
use serde_json::{Value, json};

use crate::{READER, World};

#[tokio::test]
async fn every_write_is_refused() {
    let world = World::new();
    let mut refused = 0;
    for (service, operation) in served_operations(Cloud::DigitalOcean, SERVICES) {
        let group = isobar_catalogue::service(Cloud::DigitalOcean, service).unwrap();
        let record = group.operation(operation).unwrap();
        if record.read_only {
            continue;
        }
        // What a path names need not be there: whoever may not ask is not told.
        let named =
            record.uri.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = named.collect::<Vec<_>>().join("/");
        let method = record.method.parse().unwrap();
        let response = world.send_with(READER, method, &path, "{}").await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{service}.{operation}");
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(body["id"], "Forbidden");
        assert_eq!(body["message"], "You are not authorized to perform this operation");
        assert_eq!(body["request_id"], response.header("x-request-id").unwrap());
        refused += 1;
    }
    assert!(refused > 40, "{refused} operations write");
}

#[tokio::test]
async fn what_reads_is_allowed() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let input = json!({ "droplet_id": droplet });
    let seen = world.call_with(READER, "droplets", "get", input).await.unwrap();
    assert_eq!(seen["droplet"]["name"], "web");
    let account = world.call_with(READER, "account", "get", json!({})).await.unwrap();
    assert_eq!(account["account"]["status"], "active");
}
