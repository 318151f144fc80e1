//! Tokens, paths, bodies and limits: what every operation has.

use http::{HeaderValue, Method, StatusCode};
use isobar_wire::{Request, Response};
use serde_json::{Value, json};

use crate::{HOST, World};

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).expect("JSON")
}

#[tokio::test]
async fn the_token_comes_first() {
    let world = World::new();
    for authorization in [None, Some("Bearer dop_v1_other"), Some("Basic dop_v1_test"), Some("")] {
        let mut request = Request::new(Method::POST, "/v2/no/such/path");
        request.body = "{".into();
        if let Some(text) = authorization {
            request.headers.insert("authorization", HeaderValue::from_static(text));
        }
        let response = world.local.answer(&request, HOST).await.unwrap();
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
        let body = body(&response);
        assert_eq!(body["id"], "unauthorized");
        assert_eq!(body["message"], "Unable to authenticate you");
        assert_eq!(body["request_id"], response.header("x-request-id").unwrap());
        assert_eq!(response.header("ratelimit-limit"), None);
    }
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let world = World::new();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/v2"),
        (Method::GET, "/v2/no/such/path"),
        (Method::POST, "/v2/account"),
        (Method::GET, "/v1/droplets"),
    ] {
        let response = world.send(method, path, "").await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        let body = body(&response);
        assert_eq!(body["id"], "not_found");
        assert_eq!(body["message"], "The resource you requested could not be found.");
        assert_eq!(response.header("ratelimit-limit"), Some("5000"));
    }
}

#[tokio::test]
async fn what_is_not_built_says_so() {
    let world = World::new();
    for (method, path) in [
        (Method::GET, "/v2/kubernetes/clusters"),
        (Method::POST, "/v2/volumes"),
        (Method::GET, "/v2/droplets/1/destroy_with_associated_resources"),
        (Method::DELETE, "/v2/droplets/1/destroy_with_associated_resources/dangerous"),
        (Method::GET, "/v2/floating_ips"),
        (Method::POST, "/v2/floating_ips"),
        (Method::GET, "/v2/floating_ips/192.0.2.1"),
        (Method::DELETE, "/v2/floating_ips/192.0.2.1"),
        (Method::GET, "/v2/floating_ips/192.0.2.1/actions"),
        (Method::POST, "/v2/floating_ips/192.0.2.1/actions"),
        (Method::GET, "/v2/floating_ips/192.0.2.1/actions/1"),
    ] {
        let response = world.send(method, path, "{}").await;
        assert_eq!(response.status, StatusCode::NOT_IMPLEMENTED, "{path}");
        assert_eq!(body(&response)["id"], "not_implemented");
    }
    let response = world.send(Method::GET, "/v2/volumes", "").await;
    let message = "The operation list of volumes is not implemented by this local cloud";
    assert_eq!(body(&response)["message"], message);
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_bad_requests() {
    let world = World::new();
    for text in ["{not json", "{\"name\": \"a\"", "[]", "\"text\"", "{\"name\": \"a\"} more"] {
        let response = world.send(Method::POST, "/v2/droplets", text).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{text}");
        assert_eq!(body(&response)["id"], "bad_request");
        assert_eq!(body(&response)["message"], "error parsing request body", "{text}");
    }
    for (text, member) in [
        (r#"{"name": {"a": 1}}"#, "name"),
        (r#"{"name": "a", "tags": "b"}"#, "tags"),
        (r#"{"name": "a", "backups": "perhaps"}"#, "backups"),
        (r#"{"names": [["a"]]}"#, "names[0]"),
    ] {
        let response = world.send(Method::POST, "/v2/droplets", text).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{text}");
        let message = body(&response)["message"].as_str().unwrap().to_owned();
        let begin = format!("error parsing request body: {member}: must be");
        assert!(message.starts_with(&begin), "{message}");
    }
    // Where a member may be anything, nonsense is found to be none of what there is.
    let text = r#"{"name": "a", "size": "s-1vcpu-1gb", "image": {"a": 1}}"#;
    let response = world.send(Method::POST, "/v2/droplets", text).await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.get("/v2/droplets").await["meta"]["total"], 0);
}

#[tokio::test]
async fn members_of_another_type_make_nothing() {
    let world = World::new();
    for (path, name) in [
        ("/v2/droplets", "name"),
        ("/v2/droplets", "region"),
        ("/v2/droplets", "size"),
        ("/v2/droplets", "user_data"),
        ("/v2/droplets", "vpc_uuid"),
        ("/v2/droplets", "backups"),
        ("/v2/droplets", "monitoring"),
        ("/v2/load_balancers", "name"),
        ("/v2/load_balancers", "region"),
        ("/v2/load_balancers", "size_unit"),
        ("/v2/firewalls", "name"),
        ("/v2/vpcs", "name"),
        ("/v2/vpcs", "ip_range"),
        ("/v2/projects", "name"),
        ("/v2/tags", "name"),
        ("/v2/account/keys", "name"),
    ] {
        let wrong = match name {
            "size_unit" => json!("two"),
            "backups" => json!(1),
            _ => json!(5),
        };
        let mut asked = json!({
            "name": "a", "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-24-04-x64",
            "purpose": "none", "public_key": "ssh-ed25519 AAAA",
        });
        asked[name] = wrong;
        let response = world.send(Method::POST, path, &asked.to_string()).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{path} {asked}");
        let message = body(&response)["message"].as_str().unwrap().to_owned();
        let begin = format!("error parsing request body: {name}: must be");
        assert!(message.starts_with(&begin), "{path} {name}: {message}");
    }
    for list in ["droplets", "load_balancers", "firewalls", "tags"] {
        assert_eq!(world.get(&format!("/v2/{list}")).await["meta"]["total"], 0, "{list}");
    }
}

#[tokio::test]
async fn open_members_take_what_clients_send() {
    let world = World::new();
    let image = world.get("/v2/images/ubuntu-24-04-x64").await["image"]["id"].clone();
    for image in [image, json!("ubuntu-24-04-x64")] {
        let asked = json!({
            "name": "a", "region": null, "size": "s-1vcpu-1gb", "image": image, "ssh_keys": null,
            "user_data": null, "vpc_uuid": null, "tags": null, "backups": false, "volumes": [],
        });
        let response = world.send(Method::POST, "/v2/droplets", &asked.to_string()).await;
        assert_eq!(response.status, StatusCode::ACCEPTED, "{:?}", response.body);
    }
}

#[tokio::test]
async fn what_can_be_got_can_be_asked_for() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    for (path, status) in [
        ("/v2/droplets".to_owned(), StatusCode::OK),
        (format!("/v2/droplets/{id}"), StatusCode::OK),
        ("/v2/droplets/1".to_owned(), StatusCode::NOT_FOUND),
        ("/v2/no/such/path".to_owned(), StatusCode::NOT_FOUND),
        (
            format!("/v2/droplets/{id}/destroy_with_associated_resources/dangerous"),
            StatusCode::NOT_FOUND,
        ),
    ] {
        assert_eq!(world.send(Method::HEAD, &path, "").await.status, status, "{path}");
    }
    assert_eq!(world.get("/v2/droplets").await["meta"]["total"], 1);
}

/// The vendor's own SDK sends some truth values as text.
#[tokio::test]
async fn flags_may_be_text() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    world.settle();
    world.act(id, json!({"type": "power_off"})).await.unwrap();
    let text = r#"{"type": "resize", "size": "s-2vcpu-2gb", "disk": "true"}"#;
    let response = world.send(Method::POST, &format!("/v2/droplets/{id}/actions/"), text).await;
    assert_eq!(response.status, StatusCode::CREATED);
    assert_eq!(world.get(&format!("/v2/droplets/{id}")).await["droplet"]["disk"], 60);
}

#[tokio::test]
async fn ids_that_can_be_nothings_are_not_found() {
    let world = World::new();
    for path in ["/v2/droplets/abc", "/v2/droplets/-1", "/v2/droplets/1", "/v2/vpcs/x"] {
        let response = world.send(Method::GET, path, "").await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
    }
    let response = world.send(Method::GET, "/v2/droplets?page=many", "").await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_slash_may_end_a_path() {
    let world = World::new();
    let id = world.droplet("web", json!({})).await;
    assert_eq!(world.get("/v2/droplets/?per_page=200").await["meta"]["total"], 1);
    assert_eq!(world.get(&format!("/v2/droplets/{id}/")).await["droplet"]["id"], id);
    assert_eq!(world.get(&format!("/v2/droplets/{id}/actions/")).await["meta"]["total"], 1);
}

#[tokio::test]
async fn answers_have_the_usual_headers() {
    let world = World::new();
    let response = world.send(Method::GET, "/v2/account", "").await;
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(response.header("x-response-from"), Some("service"));
    assert_eq!(response.header("x-request-id").unwrap().len(), 36);
    assert_eq!(response.header("ratelimit-limit"), Some("5000"));
    assert_eq!(response.header("ratelimit-remaining"), Some("4999"));
    let reset: i64 = response.header("ratelimit-reset").unwrap().parse().unwrap();
    let now = world.local.shared.clock.now().as_second();
    assert!((now + 3598..=now + 3600).contains(&reset));
}

#[tokio::test]
async fn a_burst_is_refused_until_it_is_over() {
    let world = World::new();
    for _ in 0..250 {
        assert_eq!(world.send(Method::GET, "/v2/account", "").await.status, StatusCode::OK);
    }
    let response = world.send(Method::GET, "/v2/account", "").await;
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(body(&response)["id"], "too_many_requests");
    assert_eq!(body(&response)["message"], "API Rate limit exceeded.");
    let wait: i64 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(response.header("ratelimit-remaining"), Some("4750"));
    world.pass(wait);
    assert_eq!(world.send(Method::GET, "/v2/account", "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn keys_are_listed_ten_times_a_minute() {
    let world = World::new();
    for _ in 0..10 {
        assert_eq!(world.send(Method::GET, "/v2/account/keys", "").await.status, StatusCode::OK);
    }
    let response = world.send(Method::GET, "/v2/account/keys?page=2", "").await;
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(body(&response)["id"], "too_many_requests");
    let wait: i64 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    for other in ["/v2/account", "/v2/account/keys/1"] {
        let response = world.send(Method::GET, other, "").await;
        assert_ne!(response.status, StatusCode::TOO_MANY_REQUESTS, "{other}");
    }
    world.pass(wait);
    assert_eq!(world.send(Method::GET, "/v2/account/keys", "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn pages_link_to_their_neighbours() {
    let world = World::new();
    for n in 0..5 {
        world.droplet(&format!("web-{n}"), json!({"tags": ["env:prod"]})).await;
    }
    let url = format!("http://{HOST}/v2/droplets");
    let link = |page: u8| format!("{url}?page={page}&per_page=2&tag_name=env:prod");
    let first = world.get("/v2/droplets?per_page=2&tag_name=env:prod").await;
    assert_eq!(first["links"], json!({"pages": {"next": link(2), "last": link(3)}}));
    assert_eq!(first["meta"], json!({"total": 5}));
    let middle = world.get("/v2/droplets?per_page=2&tag_name=env:prod&page=2").await;
    assert_eq!(
        middle["links"]["pages"],
        json!({"first": link(1), "prev": link(1), "next": link(3), "last": link(3)})
    );
    let last = world.get("/v2/droplets?per_page=2&tag_name=env:prod&page=3").await;
    assert_eq!(last["links"]["pages"], json!({"first": link(1), "prev": link(2)}));
    assert_eq!(last["droplets"].as_array().unwrap().len(), 1);
    let beyond = world.get("/v2/droplets?per_page=2&tag_name=env:prod&page=9").await;
    assert_eq!(beyond["droplets"], json!([]));
    assert_eq!(world.get("/v2/droplets?per_page=1000").await["links"], json!({}));
}

#[tokio::test]
async fn links_have_the_scheme_that_the_caller_spoke() {
    let world = World::new();
    for (forwarded, scheme) in
        [("https", "https"), ("HTTPS, http", "https"), ("http", "http"), ("gopher", "http")]
    {
        let mut request = Request::new(Method::GET, "/v2/regions");
        request.query = "per_page=1".to_owned();
        request.headers.insert("authorization", HeaderValue::from_static("Bearer dop_v1_test"));
        request.headers.insert("x-forwarded-proto", HeaderValue::from_static(forwarded));
        let response = world.local.answer(&request, HOST).await.unwrap();
        let next = body(&response)["links"]["pages"]["next"].clone();
        assert!(next.as_str().unwrap().starts_with(&format!("{scheme}://{HOST}/v2/")), "{next}");
    }
}

#[tokio::test]
async fn the_journal_and_the_debug_output_hold_no_token() {
    let world = World::new();
    world.get("/v2/account").await;
    let entries = world.local.shared.journal.newest(10, |_| true);
    assert_eq!(entries[0].operation, Some("get"));
    assert!(!format!("{entries:?}{:?}", world.local).contains("dop_v1"));
}
