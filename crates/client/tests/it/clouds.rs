//! What differs between the clouds: signatures, pages, codes.

use futures_util::TryStreamExt;
use isobar_auth::{Key, alibaba, bearer};
use isobar_catalogue::Cloud;
use isobar_client::Kind;
use isobar_wire::Value;

use crate::server::{Act, Server, answer};
use crate::world::{client, with};

fn map(entries: &[(&'static str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
}

fn ids(items: &[Value], name: &str) -> Vec<String> {
    let id = |item: &Value| match item.get(name).unwrap() {
        Value::Integer(number) => number.to_string(),
        other => other.as_str().unwrap().to_owned(),
    };
    items.iter().map(id).collect()
}

/// A page of ECS's instances.
fn instances(ids: &[&str], total: usize) -> Act {
    let items: Vec<_> = ids.iter().map(|id| format!("{{\"InstanceId\":\"{id}\"}}")).collect();
    answer(
        200,
        format!(
            "{{\"RequestId\":\"r\",\"TotalCount\":{total},\"Instances\":{{\"Instance\":[{}]}}}}",
            items.join(",")
        ),
    )
}

#[tokio::test]
async fn alibaba_numbers_its_pages_and_signs_in_headers() {
    let server = Server::start([instances(&["i-1", "i-2"], 3), instances(&["i-3"], 3)]).await;
    let (client, _) = client(Cloud::Alibaba, server.url());
    let input = map(&[("PageSize", Value::from(2))]);
    let items: Vec<Value> =
        client.items("ecs", "DescribeInstances", input).try_collect().await.unwrap();
    assert_eq!(ids(&items, "InstanceId"), ["i-1", "i-2", "i-3"]);
    let keys = |id: &str| (id == "AKID").then(|| Key::new("very-secret", ()));
    let verifier = alibaba::Verifier::default();
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for (page, seen) in seen.iter().enumerate() {
        let (request, host) = seen.parsed();
        verifier.verify(&request, &host, now, &keys).unwrap();
        assert_eq!(request.header("x-acs-action"), Some("DescribeInstances"));
        assert!(request.query.contains("RegionId=us-east-1"), "{}", request.query);
        assert_eq!(request.query.contains("PageNumber=2"), page == 1, "{}", request.query);
    }
}

#[tokio::test]
async fn alibaba_is_told_when_it_is_asked_without_a_signature_too() {
    let (client, _) = client(Cloud::Alibaba, "http://127.0.0.1:9");
    let newer: &[&str] = &["x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"];
    let older: &[&str] =
        &["date", "x-acs-signature-method", "x-acs-signature-nonce", "x-acs-signature-version"];
    for (service, operation, headers, parameters) in [
        ("holowatcher", "GetBimProjectShareModelList", newer, false),
        ("gemp", "PushMonitor", older, false),
        ("ice", "ListAllPublicMediaTags", &[], true),
    ] {
        let (service, operation) = client.find(service, operation).unwrap();
        let input = map(&[("api_key", Value::from("k"))]);
        let has_key = service.input_members(operation).iter().any(|it| it.name == "api_key");
        let input = if has_key { input } else { Value::Null };
        let prepared = client.prepare(service, operation, input).await.unwrap();
        let found: Vec<&str> = prepared.headers.keys().map(http::HeaderName::as_str).collect();
        assert!(!found.contains(&"authorization"), "{found:?}");
        for name in newer.iter().chain(older) {
            assert_eq!(found.contains(name), headers.contains(name), "{} {name}", operation.name);
        }
        let query = prepared.url.query().unwrap_or_default();
        for name in ["SignatureNonce=", "Timestamp=2026-11-21T00%3A00%3A00Z"] {
            assert_eq!(query.contains(name), parameters, "{} {query}", operation.name);
        }
        assert!(!query.contains("Signature="), "{query}");
    }
}

#[tokio::test]
async fn alibaba_throttles_with_any_status() {
    let error = |status, code| {
        answer(status, format!("{{\"RequestId\":\"r\",\"Code\":\"{code}\",\"Message\":\"m\"}}"))
    };
    for (act, requests, kind) in [
        (error(400, "Throttling.User"), 4, Kind::Throttled),
        (error(503, "ServiceUnavailable"), 4, Kind::Throttled),
        (error(500, "InternalError"), 1, Kind::Unavailable),
        (error(404, "InvalidInstanceId.NotFound"), 1, Kind::NotFound),
        (error(403, "IncorrectInstanceStatus"), 1, Kind::Conflict),
        (error(403, "Forbidden.RAM"), 1, Kind::Denied),
        (error(400, "InvalidParameter"), 1, Kind::Refused),
    ] {
        let server = Server::start([act]).await;
        let (client, _) =
            with(Cloud::Alibaba, server.url(), |config| config.retry.attempts = Some(4));
        let input = map(&[("InstanceId", Value::from("i-1"))]);
        let error = client.call("ecs", "DeleteInstance", input).await.unwrap_err();
        assert_eq!((error.kind(), server.seen().len()), (kind, requests), "{error:?}");
        assert_eq!(error.request_id(), Some("r"));
    }
}

/// A page of droplets, with the number of the next.
fn droplets(ids: &[u32], next: Option<u32>) -> Act {
    let items: Vec<_> = ids.iter().map(|id| format!("{{\"id\":{id}}}")).collect();
    let pages = next.map_or(String::new(), |page| {
        format!(
            "\"pages\":{{\"next\":\"https://api.digitalocean.com/v2/droplets?page={page}&per_page=2\"}}"
        )
    });
    answer(
        200,
        format!(
            "{{\"droplets\":[{}],\"links\":{{{pages}}},\"meta\":{{\"total\":3}}}}",
            items.join(",")
        ),
    )
}

#[tokio::test]
async fn digitalocean_links_its_pages_and_takes_a_token() {
    let server = Server::start([droplets(&[1, 2], Some(2)), droplets(&[3], None)]).await;
    let (client, _) = client(Cloud::DigitalOcean, server.url());
    let input = map(&[("per_page", Value::from(2)), ("tag_name", Value::from("a b"))]);
    let items: Vec<Value> = client.items("droplets", "list", input).try_collect().await.unwrap();
    assert_eq!(ids(&items, "id"), ["1", "2", "3"]);
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for (page, seen) in seen.iter().enumerate() {
        let (request, _) = seen.parsed();
        assert_eq!(bearer::token(&request), Some("very-secret"));
        assert_eq!(request.path, "/v2/droplets");
        for part in ["per_page=2", "tag_name=a%20b"] {
            assert!(request.query.contains(part), "{}", request.query);
        }
        assert_eq!(request.query.split('&').any(|pair| pair == "page=2"), page == 1);
    }
}

#[tokio::test]
async fn digitalocean_repeats_by_method() {
    let error = |status, id| {
        answer(status, format!("{{\"id\":\"{id}\",\"message\":\"m\",\"request_id\":\"r\"}}"))
    };
    let droplet = || map(&[("droplet_id", Value::from(7))]);
    let tag = || map(&[("name", Value::from("t"))]);
    for (act, operation, requests, kind) in [
        (error(500, "server_error"), "get", 4, Kind::Unavailable),
        (error(500, "server_error"), "destroy", 4, Kind::Unavailable),
        (error(500, "server_error"), "create", 1, Kind::Unavailable),
        (error(429, "too_many_requests"), "create", 4, Kind::Throttled),
        (error(404, "not_found"), "get", 1, Kind::NotFound),
        (error(401, "unauthorized"), "get", 1, Kind::Denied),
        (error(422, "unprocessable_entity"), "create", 1, Kind::Refused),
        (Act::Close, "create", 1, Kind::Interrupted),
    ] {
        let server = Server::start([act]).await;
        let (client, _) =
            with(Cloud::DigitalOcean, server.url(), |config| config.retry.attempts = Some(4));
        let error = if operation == "create" {
            client.call("tags", operation, tag()).await.unwrap_err()
        } else {
            client.call("droplets", operation, droplet()).await.unwrap_err()
        };
        assert_eq!((error.kind(), server.seen().len()), (kind, requests), "{operation} {error:?}");
    }
}
