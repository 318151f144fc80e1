//! Where Alibaba Cloud's products are: by the packages' lists, by the vendor's rule, by the location
//! service.

use isobar_catalogue::Cloud;
use isobar_client::{Client, Config, Kind, Network};
use isobar_wire::Value;

use crate::server::{Server, answer};
use crate::world::with;

fn client(region: &str, network: Network, location: Option<&str>) -> Client {
    let change = |config: &mut Config| {
        config.region = region.into();
        config.endpoint = None;
        config.network = network;
        config.location = location.map(str::to_owned);
    };
    with(Cloud::Alibaba, "http://127.0.0.1:9", change).0
}

async fn host(client: &Client, service: &str, operation: &str) -> String {
    let (service, operation) = client.find(service, operation).unwrap();
    let prepared = client.prepare(service, operation, Value::Null).await.unwrap();
    prepared.url.host().unwrap().to_owned()
}

#[tokio::test]
async fn hosts_are_the_packages_or_by_the_rule() {
    use Network::{Public, Vpc};
    for (region, network, expected) in [
        ("cn-hangzhou", Public, "ecs-cn-hangzhou.aliyuncs.com"),
        ("cn-nowhere-1", Public, "ecs.cn-nowhere-1.aliyuncs.com"),
        ("cn-hangzhou", Vpc, "ecs-vpc.cn-hangzhou.aliyuncs.com"),
    ] {
        let client = client(region, network, None);
        assert_eq!(host(&client, "ecs", "DescribeRegions").await, expected, "{region} {network:?}");
    }
    let client = client("cn-nowhere-1", Vpc, None);
    let central = host(&client, "resourcemanager", "ListAccounts").await;
    assert_eq!(central, "resourcemanager-vpc.aliyuncs.com");
}

#[tokio::test]
async fn the_location_service_is_asked_once_for_what_nobody_knows() {
    let known = r#"{"RequestId": "r", "Endpoints": {"Endpoint": [
        {"Endpoint": "ecs.special.example.com", "Id": "cn-nowhere-1", "Type": "openAPI"}]}}"#;
    let server = Server::start([answer(200, known)]).await;
    let client = client("cn-nowhere-1", Network::Public, Some(server.url()));
    for _ in 0..2 {
        assert_eq!(host(&client, "ecs", "DescribeRegions").await, "ecs.special.example.com");
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "the answer is kept");
    let (request, _) = seen[0].parsed();
    assert_eq!(request.query, "Id=cn-nowhere-1&ServiceCode=ecs&Type=openAPI");
    assert_eq!(request.header("x-acs-action"), Some("DescribeEndpoints"));
    assert_eq!(request.header("x-acs-version"), Some("2015-06-12"));
}

#[tokio::test]
async fn the_location_service_is_not_asked_for_what_is_known() {
    let server = Server::start([answer(200, "{}")]).await;
    let client = client("cn-hangzhou", Network::Public, Some(server.url()));
    let found = host(&client, "ecs", "DescribeRegions").await;
    assert_eq!(found, "ecs-cn-hangzhou.aliyuncs.com");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_the_location_service_does_not_know_goes_by_the_rule() {
    let unknown =
        r#"{"Code": "Illegal Parameter", "Message": "no such service", "RequestId": "r"}"#;
    let empty = r#"{"RequestId": "r", "Endpoints": {"Endpoint": []}}"#;
    let odd = r#"{"RequestId": "r", "Endpoints": {"Endpoint": [{"Endpoint": "a.b/c?d"}]}}"#;
    for act in [answer(400, unknown), answer(200, empty), answer(200, odd)] {
        let server = Server::start([act]).await;
        let client = client("cn-hangzhou", Network::Vpc, Some(server.url()));
        let found = host(&client, "ecs", "DescribeRegions").await;
        assert_eq!(found, "ecs-vpc.cn-hangzhou.aliyuncs.com");
        let seen = server.seen();
        assert_eq!(seen.len(), 1);
        assert!(seen[0].head.contains("Type=innerAPI"));
    }
}

#[tokio::test]
async fn a_location_service_that_refuses_the_caller_ends_the_call() {
    let denied = r#"{"Code": "Forbidden.RAM", "Message": "not allowed", "RequestId": "r"}"#;
    let server = Server::start([answer(403, denied)]).await;
    let client = client("cn-nowhere-1", Network::Public, Some(server.url()));
    let (service, operation) = client.find("ecs", "DescribeRegions").unwrap();
    let error = client.prepare(service, operation, Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
}
