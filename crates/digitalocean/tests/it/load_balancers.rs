//! Load balancers.

use isobar_engines::balancers::{Algorithm, Balancer, Probe, Protocol};
use isobar_kernel::Tables;
use serde_json::{Value, json};

use crate::{World, failed, not_found, unprocessable};

fn request(more: Value) -> Value {
    let mut request = json!({
        "name": "web-lb", "region": "nyc3",
        "forwarding_rules": [{
            "entry_protocol": "http", "entry_port": 80,
            "target_protocol": "http", "target_port": 8080,
        }],
        "health_check": {"protocol": "http", "port": 8080, "path": "/"},
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    request
}

async fn create(world: &World, more: Value) -> Value {
    let made = world.call("load_balancers", "create", request(more)).await.unwrap();
    made["load_balancer"].clone()
}

async fn get(world: &World, id: &Value) -> Value {
    let answer = world.call("load_balancers", "get", json!({"lb_id": id})).await.unwrap();
    answer["load_balancer"].clone()
}

/// The engine's side of the load balancer.
fn engine(world: &World, id: &Value) -> Balancer {
    let key = format!("do-{}", id.as_str().unwrap());
    world.local.shared.store.read(|tables| {
        Balancer::clone(isobar_engines::balancers::find(tables, &key).expect("a balancer"))
    })
}

fn targets(world: &World, id: &Value) -> Vec<(String, u16)> {
    let targets = &engine(world, id).listeners[0].pool.targets;
    targets.iter().map(|target| (target.id.clone(), target.port)).collect()
}

#[tokio::test]
async fn a_load_balancer_is_whole() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let made = create(
        &world,
        json!({
            "droplet_ids": [droplet], "algorithm": "least_connections", "size": null,
            "redirect_http_to_https": false, "vpc_uuid": null, "sticky_sessions": {"type": "none"},
        }),
    )
    .await;
    let id = made["id"].clone();
    assert_eq!((&made["status"], &made["ip"]), (&json!("new"), &json!("")));
    assert_eq!(made["droplet_ids"], json!([droplet]));
    assert_eq!(made["tag"], "");
    assert_eq!(made["region"]["slug"], "nyc3");
    assert_eq!(
        made["forwarding_rules"],
        json!([{
            "entry_protocol": "http", "entry_port": 80, "target_protocol": "http",
            "target_port": 8080, "certificate_id": "", "tls_passthrough": false,
        }])
    );
    assert_eq!(
        made["health_check"],
        json!({
            "protocol": "http", "port": 8080, "path": "/", "check_interval_seconds": 10,
            "response_timeout_seconds": 5, "unhealthy_threshold": 3, "healthy_threshold": 5,
        })
    );
    assert_eq!(made["sticky_sessions"], json!({"type": "none"}));
    assert_eq!((&made["size"], &made["size_unit"]), (&json!("lb-small"), &json!(1)));
    assert_eq!(made["http_idle_timeout_seconds"], 60);
    assert!(made["project_id"].is_string() && made["vpc_uuid"].is_string());
    world.settle();
    let now = get(&world, &id).await;
    assert_eq!(now["status"], "active");
    let engine = engine(&world, &id);
    assert_eq!(now["ip"], engine.address.to_string());
    let listener = &engine.listeners[0];
    assert_eq!((listener.port, listener.protocol), (80, Protocol::Http));
    assert_eq!((listener.idle_timeout_ms, listener.keep_alive), (60_000, false));
    assert_eq!(listener.pool.algorithm, Algorithm::LeastConnections);
    assert!(!listener.pool.fail_open);
    let check = listener.pool.health_check.as_ref().unwrap();
    assert!(matches!(&check.probe, Probe::Http { path, .. } if path == "/"));
    assert_eq!((check.port, check.interval_ms, check.timeout_ms), (Some(8080), 10_000, 5_000));
    assert_eq!(targets(&world, &id), [(droplet.to_string(), 8080)]);
    let droplet = world.get(&format!("/v2/droplets/{droplet}")).await;
    assert_eq!(
        droplet["droplet"]["networks"]["v4"][1]["ip_address"],
        engine.listeners[0].pool.targets[0].address.to_string()
    );
    let list = world.call("load_balancers", "list", json!({})).await.unwrap();
    assert_eq!(list["meta"]["total"], 1);
}

#[tokio::test]
async fn droplets_come_and_go() {
    let world = World::new();
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        ids.push(world.droplet(name, json!({})).await);
    }
    let id = create(&world, json!({"droplet_ids": []})).await["id"].clone();
    let both = json!({"lb_id": id, "droplet_ids": [ids[1], ids[0]]});
    world.rest();
    world.call("load_balancers", "add_droplets", both).await.unwrap();
    let target = |id: u64| (id.to_string(), 8080);
    assert_eq!(targets(&world, &id), [target(ids[0]), target(ids[1])]);
    let one = json!({"lb_id": id, "droplet_ids": [ids[0], 7]});
    world.rest();
    world.call("load_balancers", "remove_droplets", one).await.unwrap();
    assert_eq!(get(&world, &id).await["droplet_ids"], json!([ids[1]]));
    world.call("droplets", "destroy", json!({"droplet_id": ids[1]})).await.unwrap();
    assert_eq!(get(&world, &id).await["droplet_ids"], json!([]));
    assert_eq!(targets(&world, &id), []);
    let unknown = json!({"lb_id": id, "droplet_ids": [7]});
    world.rest();
    let unknown = world.call("load_balancers", "add_droplets", unknown).await;
    assert_eq!(unknown, unprocessable("droplets not found: 7"));
    let none = json!({"lb_id": id, "droplet_ids": []});
    world.rest();
    let none = world.call("load_balancers", "add_droplets", none).await;
    assert_eq!(none, unprocessable("droplet_ids is required"));
    let far = world.droplet("far", json!({"region": "fra1"})).await;
    let far_input = json!({"lb_id": id, "droplet_ids": [far]});
    world.rest();
    let answer = world.call("load_balancers", "add_droplets", far_input).await;
    let message = format!("droplets must be in the same region as the load balancer: {far}");
    assert_eq!(answer, unprocessable(&message));
}

#[tokio::test]
async fn a_tag_is_followed_as_it_changes() {
    let world = World::new();
    let first = world.droplet("one", json!({"tags": ["Web"]})).await;
    world.droplet("far", json!({"tags": ["web"], "region": "fra1"})).await;
    let made = create(&world, json!({"tag": "web"})).await;
    let id = made["id"].clone();
    assert_eq!((&made["tag"], &made["droplet_ids"]), (&json!("Web"), &json!([first])));
    let second = world.droplet("two", json!({"tags": ["web"]})).await;
    let target = |id: u64| (id.to_string(), 8080);
    assert_eq!(targets(&world, &id), [target(first), target(second)]);
    let third = world.droplet("three", json!({})).await;
    let resources = json!([{"resource_id": third.to_string(), "resource_type": "droplet"}]);
    let change = json!({"tag_id": "Web", "resources": resources});
    world.call("tags", "assign_resources", change.clone()).await.unwrap();
    assert_eq!(targets(&world, &id).len(), 3);
    world.call("tags", "unassign_resources", change).await.unwrap();
    world.call("droplets", "destroy", json!({"droplet_id": first})).await.unwrap();
    assert_eq!(targets(&world, &id), [target(second)]);
    assert_eq!(get(&world, &id).await["droplet_ids"], json!([second]));
    let add = json!({"lb_id": id, "droplet_ids": [third]});
    world.rest();
    let answer = world.call("load_balancers", "add_droplets", add).await;
    let message = "droplets of a load balancer with a tag are managed through the tag";
    assert_eq!(answer, unprocessable(message));
    world.call("tags", "delete", json!({"tag_id": "Web"})).await.unwrap();
    assert_eq!(targets(&world, &id), []);
    let left = get(&world, &id).await;
    assert_eq!((&left["tag"], &left["droplet_ids"]), (&json!(""), &json!([])));
    // It is nobody's any more, so droplets can be put behind it by name.
    let add = json!({"lb_id": id, "droplet_ids": [third]});
    world.rest();
    world.call("load_balancers", "add_droplets", add).await.unwrap();
    world.call("tags", "create", json!({"name": "web"})).await.unwrap();
    world.droplet("four", json!({"tags": ["web"]})).await;
    assert_eq!(targets(&world, &id), [target(third)]);
}

#[tokio::test]
async fn rules_are_added_and_removed() {
    let world = World::new();
    let id = create(&world, json!({})).await["id"].clone();
    let rule = |port: u16| {
        json!({
            "entry_protocol": "tcp", "entry_port": port,
            "target_protocol": "tcp", "target_port": 9000,
        })
    };
    let change = |rule: Value| json!({"lb_id": id, "forwarding_rules": [rule]});
    world.rest();
    world.call("load_balancers", "add_forwarding_rules", change(rule(9000))).await.unwrap();
    let passthrough = json!({
        "entry_protocol": "https", "entry_port": 443, "target_protocol": "https",
        "target_port": 8443, "tls_passthrough": true,
    });
    world.rest();
    world.call("load_balancers", "add_forwarding_rules", change(passthrough)).await.unwrap();
    let listeners: Vec<_> =
        engine(&world, &id).listeners.iter().map(|one| (one.port, one.protocol)).collect();
    assert_eq!(listeners, [(80, Protocol::Http), (9000, Protocol::Tcp), (443, Protocol::Tcp)]);
    world.rest();
    let again = world.call("load_balancers", "add_forwarding_rules", change(rule(80))).await;
    assert_eq!(again, unprocessable("forwarding_rules must have unique entry ports: 80"));
    world.rest();
    world.call("load_balancers", "remove_forwarding_rules", change(rule(9000))).await.unwrap();
    world.rest();
    let gone = world.call("load_balancers", "remove_forwarding_rules", change(rule(9000))).await;
    assert_eq!(gone, unprocessable("forwarding rule for entry port 9000 not found"));
    assert_eq!(get(&world, &id).await["forwarding_rules"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_update_replaces_everything() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let made = create(&world, json!({"droplet_ids": [droplet]})).await;
    let id = made["id"].clone();
    world.settle();
    let before = engine(&world, &id);
    let mut update = request(json!({"name": "renamed", "algorithm": "round_robin"}));
    update["lb_id"] = id.clone();
    world.rest();
    let updated = world.call("load_balancers", "update", update.clone()).await.unwrap();
    assert_eq!(updated["load_balancer"]["name"], "renamed");
    assert_eq!(updated["load_balancer"]["droplet_ids"], json!([]), "what is left out is empty");
    assert_eq!(updated["load_balancer"]["created_at"], made["created_at"]);
    assert_eq!(engine(&world, &id).address, before.address, "the address stays");
    update["region"] = json!("fra1");
    world.rest();
    let moved = world.call("load_balancers", "update", update).await;
    assert_eq!(moved, unprocessable("region cannot be changed"));
    world.call("load_balancers", "delete", json!({"lb_id": id})).await.unwrap();
    assert_eq!(world.call("load_balancers", "delete", json!({"lb_id": id})).await, not_found());
    assert_eq!(world.call("load_balancers", "get", json!({"lb_id": id})).await, not_found());
    let left = world.local.shared.store.read(Tables::count::<Balancer>);
    assert_eq!(left, 0);
}

#[tokio::test]
async fn bad_load_balancers_are_refused() {
    let world = World::new();
    create(&world, json!({"name": "taken"})).await;
    let rule = |entry: &str, target: &str| {
        json!({"forwarding_rules": [{
            "entry_protocol": entry, "entry_port": 81,
            "target_protocol": target, "target_port": 80,
        }]})
    };
    let health = |name: &str, value: i64| json!({"health_check": {name: value}});
    let cases = [
        (json!({"name": ""}), "name is required".to_owned()),
        (json!({"name": "TAKEN"}), "Load balancer name must be unique: TAKEN is in use".to_owned()),
        (json!({"region": ""}), "region is required".to_owned()),
        (json!({"region": "mars1"}), "Region is not available".to_owned()),
        (
            json!({"forwarding_rules": []}),
            "forwarding_rules must have at least one rule".to_owned(),
        ),
        (rule("ftp", "http"), "ftp is an invalid entry_protocol".to_owned()),
        (rule("http", ""), " is an invalid target_protocol".to_owned()),
        (
            rule("tcp", "http"),
            "invalid combination of entry_protocol tcp and target_protocol http".to_owned(),
        ),
        (
            health("check_interval_seconds", 1),
            "check_interval_seconds must be from 3 to 300".to_owned(),
        ),
        (health("healthy_threshold", 11), "healthy_threshold must be from 2 to 10".to_owned()),
        (health("port", 70_000), "health_check port must be from 1 to 65535".to_owned()),
        (
            json!({"health_check": {"path": "x"}}),
            "health_check path must begin with a slash".to_owned(),
        ),
        (
            json!({"algorithm": "random"}),
            "algorithm must be one of round_robin, least_connections".to_owned(),
        ),
        (json!({"size_unit": 101}), "size_unit must be from 1 to 100".to_owned()),
        (
            json!({"droplet_ids": [1], "tag": "web"}),
            "only one of droplet_ids and tag can be set".to_owned(),
        ),
        (json!({"droplet_ids": [1]}), "droplets not found: 1".to_owned()),
        (json!({"project_id": "x"}), "project x not found".to_owned()),
    ];
    for (more, message) in cases {
        let answer = world.call("load_balancers", "create", request(more.clone())).await;
        assert_eq!(answer, unprocessable(&message), "{more}");
    }
    let vpc = request(json!({"vpc_uuid": "x"}));
    let answer = world.call("load_balancers", "create", vpc).await;
    assert_eq!(answer, failed(404, "not_found", "Failed to resolve VPC"));
    assert_eq!(world.get("/v2/load_balancers").await["meta"]["total"], 1);
    assert_eq!(world.get("/v2/tags").await["meta"]["total"], 0);
}

#[tokio::test]
async fn what_is_not_built_says_so() {
    let world = World::new();
    let rule = |entry: &str, target: &str| {
        json!({"forwarding_rules": [{
            "entry_protocol": entry, "entry_port": 81,
            "target_protocol": target, "target_port": 80,
        }]})
    };
    let cases = [
        (rule("https", "http"), "forwarding that needs a certificate"),
        (rule("udp", "udp"), "forwarding of UDP"),
        (json!({"sticky_sessions": {"type": "cookies"}}), "a sticky session"),
        (json!({"redirect_http_to_https": true}), "redirect_http_to_https"),
        (json!({"enable_proxy_protocol": true}), "enable_proxy_protocol"),
        (json!({"firewall": {"deny": ["ip:1.2.3.4"]}}), "a load balancer's firewall"),
        (json!({"health_check": {"protocol": "https"}}), "a health check over https"),
        (json!({"network": "INTERNAL"}), "an internal load balancer"),
        (json!({"network_stack": "DUALSTACK"}), "a dual-stack load balancer"),
        (json!({"type": "GLOBAL"}), "a load balancer that is not REGIONAL"),
    ];
    for (more, what) in cases {
        let answer = world.call("load_balancers", "create", request(more.clone())).await;
        let message = format!("{what} is not implemented by this local cloud");
        assert_eq!(answer, failed(501, "not_implemented", &message), "{more}");
    }
    let members = [
        ("domains", json!([{"name": "example.com"}])),
        ("glb_settings", json!({"target_protocol": "http"})),
        ("target_load_balancer_ids", json!(["4de7ac8b-495b-4884-9a69-1050c6793cd6"])),
    ];
    for (member, value) in members {
        let answer = world.call("load_balancers", "create", request(json!({member: value}))).await;
        let refused = answer.unwrap_err();
        assert_eq!((refused.status, refused.id.as_str()), (501, "not_implemented"), "{member}");
        assert!(refused.message.contains(member), "{}", refused.message);
    }
    assert_eq!(world.get("/v2/load_balancers").await["meta"]["total"], 0);
    let empty = json!({
        "domains": [], "target_load_balancer_ids": [],
        "sticky_sessions": {"type": "none", "cookie_name": "", "cookie_ttl_seconds": 0},
    });
    create(&world, empty).await;
}

#[tokio::test]
async fn a_load_balancer_does_one_thing_after_the_other() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let id = create(&world, json!({})).await["id"].clone();
    let droplets = json!({"lb_id": id, "droplet_ids": [droplet]});
    let rules = json!({"lb_id": id, "forwarding_rules": [{
        "entry_protocol": "tcp", "entry_port": 81, "target_protocol": "tcp", "target_port": 81,
    }]});
    let mut update = request(json!({}));
    update["lb_id"] = id.clone();
    let changes = [
        ("add_droplets", droplets.clone()),
        ("remove_droplets", droplets),
        ("add_forwarding_rules", rules.clone()),
        ("remove_forwarding_rules", rules),
        ("update", update),
    ];
    let message = "Load Balancer can't be updated while it processes previous actions";
    let busy = failed(403, "forbidden", message);
    for (operation, change) in &changes {
        let new = world.call("load_balancers", operation, change.clone()).await;
        assert_eq!(new, busy, "{operation} before it is active");
    }
    world.settle();
    for (operation, change) in &changes {
        world.call("load_balancers", operation, change.clone()).await.unwrap();
        for (other, change) in &changes {
            let again = world.call("load_balancers", other, change.clone()).await;
            assert_eq!(again, busy, "{other} after {operation}");
        }
        world.rest();
    }
    assert_eq!(get(&world, &id).await["status"], "active");
    world.call("load_balancers", "delete", json!({"lb_id": id})).await.unwrap();
}

#[tokio::test]
async fn connections_to_droplets_are_kept_where_that_is_asked_for() {
    let world = World::new();
    let made = create(&world, json!({"enable_backend_keepalive": true})).await;
    assert_eq!(made["enable_backend_keepalive"], true);
    assert!(engine(&world, &made["id"]).listeners[0].keep_alive);
}

#[tokio::test]
async fn a_check_by_tcp_has_no_path() {
    let world = World::new();
    for more in [json!({}), json!({"path": "/"})] {
        let mut check = json!({"protocol": "tcp", "port": 22});
        check.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = create(&world, json!({"health_check": check})).await;
        assert_eq!(made["health_check"]["path"], "");
        world.call("load_balancers", "delete", json!({"lb_id": made["id"]})).await.unwrap();
    }
    let made = create(&world, json!({"health_check": {"protocol": "http", "port": 80}})).await;
    assert_eq!(made["health_check"]["path"], "/");
}

#[tokio::test]
async fn the_size_changes_once_in_an_hour() {
    let world = World::new();
    let made = create(&world, json!({"size_unit": 1})).await;
    let mut update = request(json!({"size_unit": 2}));
    update["lb_id"] = made["id"].clone();
    world.rest();
    let early = world.call("load_balancers", "update", update.clone()).await;
    let at = made["created_at"].as_str().unwrap();
    let message =
        format!("Load Balancer can only be resized once every hour, last resized at: {at}");
    assert_eq!(early, unprocessable(&message));
    world.pass(3600);
    let updated = world.call("load_balancers", "update", update.clone()).await.unwrap();
    assert_eq!(updated["load_balancer"]["size_unit"], 2);
    world.rest();
    world.call("load_balancers", "update", update.clone()).await.unwrap();
    world.rest();
    update["size_unit"] = json!(3);
    assert_eq!(world.call("load_balancers", "update", update).await.unwrap_err().status, 422);
}

#[tokio::test]
async fn whole_numbers_may_be_text() {
    let world = World::new();
    let droplet = world.droplet("web", json!({})).await;
    let mut body = request(json!({"droplet_ids": [droplet.to_string()], "size_unit": "2"}));
    body["forwarding_rules"][0]["entry_port"] = json!("80");
    let made = world.send(http::Method::POST, "/v2/load_balancers", &body.to_string()).await;
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(made["load_balancer"]["droplet_ids"], json!([droplet]), "{made}");
    assert_eq!(made["load_balancer"]["size_unit"], 2);
    for ids in [json!(["one"]), json!(["1.5"]), json!([""]), json!([true])] {
        body["droplet_ids"] = ids;
        let answer = world.send(http::Method::POST, "/v2/load_balancers", &body.to_string()).await;
        assert_eq!(answer.status, 400, "{body}");
    }
}
