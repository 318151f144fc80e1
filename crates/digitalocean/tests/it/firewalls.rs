//! Firewalls.

use serde_json::{Value, json};

use crate::{World, failed, unprocessable};

fn request(more: Value) -> Value {
    let mut request = json!({
        "name": "web-firewall",
        "inbound_rules": [
            {"protocol": "tcp", "ports": "80", "sources": {"addresses": ["0.0.0.0/0", "::/0"]}},
        ],
        "outbound_rules": [
            {"protocol": "tcp", "ports": "all", "destinations": {"addresses": ["0.0.0.0/0"]}},
        ],
        "droplet_ids": null, "tags": null,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    request
}

async fn get(world: &World, id: &Value) -> Value {
    let answer = world.call("firewalls", "get", json!({"firewall_id": id})).await.unwrap();
    answer["firewall"].clone()
}

#[tokio::test]
async fn a_firewall_waits_until_it_has_succeeded() {
    let world = World::new();
    let droplet = world.droplet("web", json!({"tags": ["web"]})).await;
    let input = request(json!({"droplet_ids": [droplet], "tags": ["WEB"]}));
    let made = world.call("firewalls", "create", input.clone()).await.unwrap();
    let firewall = &made["firewall"];
    assert_eq!(firewall["status"], "waiting");
    assert_eq!(
        firewall["pending_changes"],
        json!([{"droplet_id": droplet, "removing": false, "status": "waiting"}])
    );
    assert_eq!(
        firewall["inbound_rules"],
        json!([{"protocol": "tcp", "ports": "80", "sources": {"addresses": ["0.0.0.0/0", "::/0"]}}])
    );
    assert_eq!(firewall["outbound_rules"][0]["ports"], "0", "all ports are written 0");
    assert_eq!((&firewall["tags"], &firewall["droplet_ids"]), (&json!(["web"]), &json!([droplet])));
    world.pass(2);
    let now = get(&world, &firewall["id"]).await;
    assert_eq!((&now["status"], &now["pending_changes"]), (&json!("succeeded"), &json!([])));
    let again = world.call("firewalls", "create", input).await;
    assert_eq!(again, failed(409, "conflict", "duplicate name"));
    let list = world.call("firewalls", "list", json!({})).await.unwrap();
    assert_eq!(list["meta"]["total"], 1);
    let of = json!({"droplet_id": droplet});
    let of_droplet = world.call("droplets", "list_firewalls", of).await.unwrap();
    assert_eq!(of_droplet["firewalls"][0]["id"], firewall["id"]);
    world.call("droplets", "destroy", json!({"droplet_id": droplet})).await.unwrap();
    assert_eq!(get(&world, &firewall["id"]).await["droplet_ids"], json!([]));
}

#[tokio::test]
async fn members_and_rules_change() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    world.call("tags", "create", json!({"name": "blue"})).await.unwrap();
    let made = world.call("firewalls", "create", request(json!({}))).await.unwrap();
    let id = made["firewall"]["id"].clone();
    let droplets = json!({"firewall_id": id, "droplet_ids": [droplet]});
    world.call("firewalls", "assign_droplets", droplets.clone()).await.unwrap();
    assert_eq!(get(&world, &id).await["droplet_ids"], json!([droplet]));
    world.call("firewalls", "delete_droplets", droplets).await.unwrap();
    assert_eq!(get(&world, &id).await["pending_changes"][0]["removing"], true);
    let tags = json!({"firewall_id": id, "tags": ["blue"]});
    world.call("firewalls", "add_tags", tags.clone()).await.unwrap();
    assert_eq!(get(&world, &id).await["tags"], json!(["blue"]));
    world.call("firewalls", "delete_tags", tags).await.unwrap();
    assert_eq!(get(&world, &id).await["tags"], json!([]));
    let unknown = json!({"firewall_id": id, "tags": ["red"]});
    let unknown = world.call("firewalls", "add_tags", unknown).await;
    assert_eq!(unknown, unprocessable("tag red does not exist"));

    let ssh = json!({"protocol": "tcp", "ports": "22", "sources": {"tags": ["blue"]}});
    let rules = json!({"firewall_id": id, "inbound_rules": [ssh]});
    world.call("firewalls", "add_rules", rules.clone()).await.unwrap();
    let again = world.call("firewalls", "add_rules", rules.clone()).await;
    assert_eq!(again, failed(409, "conflict", "duplicate rule"));
    assert_eq!(get(&world, &id).await["inbound_rules"].as_array().unwrap().len(), 2);
    world.call("firewalls", "delete_rules", rules.clone()).await.unwrap();
    let gone = world.call("firewalls", "delete_rules", rules.clone()).await;
    assert_eq!(gone, unprocessable("rule not found"));
    world.call("firewalls", "add_rules", rules).await.unwrap();
    world.call("tags", "delete", json!({"tag_id": "blue"})).await.unwrap();
    assert_eq!(get(&world, &id).await["inbound_rules"].as_array().unwrap().len(), 1);

    let mut update = request(json!({"name": "renamed"}));
    update["firewall_id"] = id.clone();
    let updated = world.call("firewalls", "update", update).await.unwrap();
    assert_eq!(updated["firewall"]["name"], "renamed");
    world.call("firewalls", "delete", json!({"firewall_id": id})).await.unwrap();
    for operation in ["delete", "get"] {
        let gone = world.call("firewalls", operation, json!({"firewall_id": id})).await;
        assert_eq!(gone, failed(404, "not_found", "Firewall not found"), "{operation}");
    }
}

#[tokio::test]
async fn bad_firewalls_are_refused() {
    let world = World::new();
    let inbound = |protocol: &str, ports: &str, sources: Value| json!({"inbound_rules": [{"protocol": protocol, "ports": ports, "sources": sources}]});
    let any = json!({"addresses": ["0.0.0.0/0"]});
    let protocol = "you specified an invalid protocol";
    let ports = "invalid port range";
    let cases = [
        (json!({"name": ""}), "invalid name"),
        (json!({"name": "a b"}), "invalid name"),
        (json!({"inbound_rules": [], "outbound_rules": []}), "must have at least one rule"),
        (inbound("gre", "80", any.clone()), protocol),
        (inbound("tcp", "http", any.clone()), ports),
        (inbound("tcp", "90-80", any.clone()), ports),
        (inbound("tcp", "65536", any), ports),
        (inbound("tcp", "80", json!({"addresses": ["1.2.3"]})), "invalid address: 1.2.3"),
        (inbound("tcp", "80", json!({"addresses": ["1.2.3.4/33"]})), "invalid address: 1.2.3.4/33"),
        (inbound("tcp", "80", json!({"tags": ["x"]})), "tag x does not exist"),
        (inbound("tcp", "80", json!({"droplet_ids": [1]})), "droplet does not exist"),
        (
            inbound("tcp", "80", json!({"load_balancer_uids": ["x"]})),
            "load balancer does not exist",
        ),
        (json!({"droplet_ids": [1]}), "droplet does not exist"),
        (json!({"tags": ["x"]}), "tag x does not exist"),
    ];
    for (more, message) in cases {
        let answer = world.call("firewalls", "create", request(more.clone())).await;
        assert_eq!(answer, unprocessable(message), "{more}");
    }
    let icmp =
        json!({"inbound_rules": [{"protocol": "icmp", "sources": {"addresses": ["1.2.3.4"]}}]});
    let made = world.call("firewalls", "create", request(icmp)).await.unwrap();
    assert_eq!(made["firewall"]["inbound_rules"][0]["ports"], "0");
    assert_eq!(made["firewall"]["status"], "succeeded", "there is no droplet to wait for");
    let nobody = json!({"name": "nobody", "inbound_rules": [
        {"protocol": "TCP", "ports": 80, "sources": {}},
    ]});
    let made = world.send(http::Method::POST, "/v2/firewalls", &request(nobody).to_string()).await;
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    let rule = &made["firewall"]["inbound_rules"][0];
    assert_eq!((&rule["protocol"], &rule["ports"]), (&json!("tcp"), &json!("80")));
    assert_eq!(rule["sources"], json!({}));
    let deny = json!({"name": "deny", "inbound_rules": [
        {"protocol": "tcp", "ports": "1", "action": "deny", "sources": {"addresses": ["1.2.3.4"]}},
    ]});
    let made = world.call("firewalls", "create", request(deny)).await.unwrap();
    assert_eq!(made["firewall"]["inbound_rules"][0]["action"], "deny");
}
