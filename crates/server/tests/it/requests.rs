//! What is the same for every request: keys, errors, ids, and whom the server refuses.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::world::{KEY, World, request};

fn bare(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_key_is_asked_for() {
    let world = World::new().await;
    let good = format!("Bearer {KEY}");
    let lower = format!("bearer  {KEY}");
    for (headers, status) in [
        (vec![], 401),
        (vec![("authorization", "Bearer wrong")], 401),
        (vec![("authorization", "Bearer")], 401),
        (vec![("authorization", "Bearer ")], 401),
        (vec![("authorization", KEY)], 401),
        (vec![("authorization", "Basic aXNvYmFy"), ("x-api-key", KEY)], 401),
        (vec![("x-api-key", "")], 401),
        (vec![("x-api-key", KEY)], 200),
        (vec![("authorization", &good)], 200),
        (vec![("authorization", &lower)], 200),
    ] {
        let answer = world.send(bare("/api/v1/operations", &headers)).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.header("www-authenticate") == "Bearer", status == 401);
        assert!(!answer.body.to_string().contains(KEY));
    }
    for path in ["/healthz", "/openapi.json"] {
        assert_eq!(world.send(bare(path, &[])).await.status, 200, "{path}");
    }
    assert_eq!(world.send(bare("/readyz", &[])).await.status, 503, "nothing runs yet");
}

#[tokio::test]
async fn errors_have_one_shape() {
    let world = World::new().await;
    for (method, path, expected) in [
        ("GET", "/api/v1/nothing", (404, "not_found")),
        ("GET", "/", (404, "not_found")),
        ("GET", "/api/v1/deployments/dep_none", (404, "not_found")),
        ("GET", "/api/v1/deployments/%FF", (404, "not_found")),
        ("GET", "/api/v1/operations/a%2Fb", (404, "not_found")),
        ("GET", "/api/v1/operations/op_none/events", (404, "not_found")),
        ("POST", "/api/v1/operations/op_none/cancel", (404, "not_found")),
        ("DELETE", "/api/v1/deployments", (405, "method_not_allowed")),
        ("OPTIONS", "/api/v1/operations", (405, "method_not_allowed")),
        ("POST", "/healthz", (405, "method_not_allowed")),
        ("GET", "/api/v1/operations?colour=red", (400, "validation_error")),
        ("POST", "/api/v1/deployments", (415, "unsupported_media_type")),
    ] {
        let answer = world.call(method, path, &[], None).await;
        assert_eq!(answer.code(), expected, "{method} {path}: {answer:?}");
        let error = &answer.body["error"];
        assert_eq!(error["request_id"], answer.header("x-request-id"));
        assert!(error["timestamp"].is_string() && error["details"].is_array(), "{error}");
        assert_eq!(answer.headers.contains_key("allow"), expected.0 == 405, "{method} {path}");
    }
}

#[tokio::test]
async fn an_error_may_be_a_problem_document() {
    let world = World::new().await;
    for accept in ["application/problem+json", "text/html, Application/Problem+JSON;q=0.5"] {
        let answer = world.call("GET", "/api/v1/resources/x", &[("accept", accept)], None).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let body = &answer.body;
        assert_eq!((&body["status"], &body["code"]), (&json!(404), &json!("not_found")));
        assert_eq!(body["instance"], "/api/v1/resources/x");
        assert!(body["detail"].is_string() && body["title"].is_string(), "{body}");
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_is_refused() {
    let world = World::new().await;
    for (accept, status) in
        [("text/html", 406), ("*/*", 200), ("text/html, APPLICATION/JSON;q=0.1", 200), ("", 406)]
    {
        let answer = world.call("GET", "/api/v1/operations", &[("accept", accept)], None).await;
        assert_eq!(answer.status, status, "{accept}");
    }
}

#[tokio::test]
async fn bodies_are_checked() {
    let world = World::new().await;
    let json = "application/json";
    for (content, kind, status) in [
        (b"{".to_vec(), json, 400),
        (b"\xff".to_vec(), json, 400),
        (b"[]".to_vec(), json, 400),
        (br#"{"service": "a", "service": "a"}"#.to_vec(), json, 400),
        ([b"[".repeat(100_000), b"]".repeat(100_000)].concat(), json, 400),
        (vec![b' '; (1 << 20) + 1], json, 413),
        (b"{}".to_vec(), "text/plain", 415),
        (b"{}".to_vec(), "", 415),
    ] {
        let start: Vec<u8> = content.iter().copied().take(20).collect();
        let headers = [("content-type", kind)];
        let mut made = request("POST", "/api/v1/deployments", &headers, None);
        *made.body_mut() = Body::from(content);
        assert_eq!(world.send(made).await.status, status, "{kind} {start:?}");
    }
}

#[tokio::test]
async fn request_ids_are_taken_over_where_they_are_well_formed() {
    let world = World::new().await;
    let long = "x".repeat(129);
    for (given, taken) in
        [("abc-1.2:3_x", true), ("", false), ("a b", false), ("a\"b", false), (&long, false)]
    {
        let headers = [("x-request-id", given)];
        let answer = world.call("GET", "/api/v1/operations", &headers, None).await;
        let id = answer.header("x-request-id");
        assert_eq!(id == given, taken, "{given}");
        assert!(taken || id.starts_with("req_"), "{id}");
    }
}

#[tokio::test]
async fn web_pages_and_foreign_hosts_are_refused() {
    let world = World::new().await;
    for (headers, status) in [
        (vec![("host", "127.0.0.1:1")], 200),
        (vec![("host", "[::1]:1")], 200),
        (vec![("host", "localhost")], 200),
        (vec![("host", "evil.example")], 403),
        (vec![("host", "")], 400),
        (vec![("host", "127.0.0.1"), ("origin", "http://127.0.0.1")], 403),
        (vec![("host", "127.0.0.1"), ("origin", "null")], 403),
    ] {
        for path in ["/healthz", "/api/v1/operations"] {
            let with_key = [headers.clone(), vec![("x-api-key", KEY)]].concat();
            let answer = world.send(bare(path, &with_key)).await;
            assert_eq!(answer.status, status, "{path} {headers:?}");
        }
    }
}

#[tokio::test]
async fn rate_limits_are_shown_and_do_not_follow_the_local_clock() {
    let world = World::new().await;
    let hour = 3600;
    for (used, seconds) in [(1, 24 * hour), (2, -48 * hour), (3, 0)] {
        world.local.clock.advance(jiff::SignedDuration::from_secs(seconds));
        let answer = world.get("/api/v1/operations").await;
        assert_eq!(answer.header("x-ratelimit-limit"), "5000");
        assert_eq!(answer.header("x-ratelimit-remaining"), (5000 - used).to_string());
        let reset: i64 = answer.header("x-ratelimit-reset").parse().unwrap();
        let left = reset - world.local.clock.system().as_second();
        assert!((0..=60).contains(&left), "{left} seconds");
        assert!(answer.header("ratelimit").starts_with("\"default\";r="));
    }
}

#[tokio::test]
async fn every_row_of_the_openapi_document_is_routed() {
    let world = World::new().await;
    let document = world.get("/openapi.json").await.body;
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 15, "{} paths", paths.len());
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let path = path.replace("{id}", "x");
            let answer = world.call(&method.to_uppercase(), &path, &[], None).await;
            let said = answer.body["error"]["message"].as_str().unwrap_or_default();
            assert_ne!(answer.status, 405, "{method} {path}");
            assert_ne!(said, "there is nothing at this path", "{method} {path}");
        }
    }
}
