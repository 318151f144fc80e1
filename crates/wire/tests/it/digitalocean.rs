//! DigitalOcean's REST, with requests as its clients were seen to send them.

use http::Method;
use isobar_catalogue::{Cloud, Protocol};
use isobar_wire::{
    Dialect, Reply, RouteProblem, decode_request, decode_response, encode_error, encode_request,
    encode_response, route_all,
};
use serde_json::json;

use crate::{body, error, json, operation, request, value};

const CLOUD: Cloud = Cloud::DigitalOcean;

fn routed(method: &str, target: &str) -> Result<(String, String), RouteProblem> {
    route_all(CLOUD, &request(method, target, &[], ""))
        .map(|(_, service, operation)| (service.name.clone(), operation.name.clone()))
        .map_err(|error| error.problem)
}

#[test]
fn paths_are_routed_over_all_services() {
    let check = |method, target, service: &str, operation: &str| {
        assert_eq!(routed(method, target), Ok((service.into(), operation.into())), "{target}");
    };
    check("GET", "/v2/droplets", "droplets", "list");
    check("GET", "/v2/droplets/?per_page=200", "droplets", "list");
    check("POST", "/v2/droplets", "droplets", "create");
    check("GET", "/v2/droplets/12", "droplets", "get");
    check("DELETE", "/v2/droplets/12/", "droplets", "destroy");
    check("POST", "/v2/droplets/12/actions", "droplet_actions", "post");
    check("GET", "/v2/account/keys", "ssh_keys", "list");
    assert_eq!(routed("GET", "/v2/nothing"), Err(RouteProblem::NoSuchPath));
    assert_eq!(
        routed("PATCH", "/v2/droplets/12"),
        Err(RouteProblem::MethodNotAllowed { allowed: vec![Method::DELETE, Method::GET] })
    );
}

#[test]
fn every_operation_is_found_by_its_own_path() {
    for entry in isobar_catalogue::services(CLOUD) {
        for operation in entry.operations() {
            let (path, query) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
            let path: Vec<_> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part })
                .collect();
            let target = format!("{}?{query}", path.join("/"));
            let found = routed(operation.method, &target);
            assert!(found.is_ok(), "{} {}: {found:?}", operation.method, operation.uri);
        }
    }
}

#[test]
fn nulls_are_absent_and_unknown_members_are_passed_over() {
    let sent = json!({
        "name": "d2", "size": "s-1vcpu-1gb", "image": 7, "region": "nyc3", "ssh_keys": [],
        "backups": false, "vpc_uuid": null, "tags": ["a"], "of_another_version": {"x": [1]},
    });
    let request = request("POST", "/v2/droplets/", &[], sent.to_string());
    let (dialect, service, operation) = route_all(CLOUD, &request).unwrap();
    let input = decode_request(service, operation, dialect, &request).unwrap();
    assert_eq!(
        json(&input),
        json!({
            "name": "d2", "size": "s-1vcpu-1gb", "image": 7, "region": "nyc3", "ssh_keys": [],
            "backups": false, "tags": ["a"],
        })
    );
}

#[test]
fn query_strings_are_typed() {
    let request = request("GET", "/v2/droplets?page=2&per_page=20&tag_name=a+b&x=1", &[], "");
    let (dialect, service, operation) = route_all(CLOUD, &request).unwrap();
    let input = decode_request(service, operation, dialect, &request).unwrap();
    assert_eq!(json(&input), json!({"page": 2, "per_page": 20, "tag_name": "a b"}));
}

#[test]
fn a_client_fills_the_path() {
    let (service, operation) = operation(CLOUD, "droplets", "destroy");
    let label = service.input_members(operation)[0].name.clone();
    let request = encode_request(service, operation, &value(json!({label: 3_164_494}))).unwrap();
    assert_eq!(
        (request.method.as_str(), request.target().as_str()),
        ("DELETE", "/v2/droplets/3164494")
    );
    assert!(request.body.is_empty());
    let response = encode_response(
        service,
        operation,
        Dialect::new(Protocol::DigitalOcean),
        &value(json!({})),
        "r",
    )
    .unwrap();
    assert_eq!(response.status, 204);
    assert!(response.body.is_empty());
}

#[test]
fn errors_have_an_id_and_a_message() {
    let (service, operation) = operation(CLOUD, "droplets", "get");
    let dialect = Dialect::new(Protocol::DigitalOcean);
    let response =
        encode_error(None, dialect, &error("not_found", "The \"resource\" is gone.", 404));
    assert_eq!(
        body(&response),
        r#"{"id":"not_found","message":"The \"resource\" is gone.","request_id":"req-1"}"#
    );
    let Reply::Failure(failure) = decode_response(service, operation, &response).unwrap() else {
        panic!("a failure")
    };
    assert_eq!((failure.code.as_str(), failure.status.as_u16()), ("not_found", 404));
    assert_eq!(failure.request_id.as_deref(), Some("req-1"));
}
