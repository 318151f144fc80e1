//! Load balancers, listeners and backend servers, and what the engine is told.

use isobar_engines::balancers::{self, Algorithm, Balancer, Probe, Protocol};
use serde_json::{Value as Json, json};

use crate::harness::{Cloud, is_empty, text, texts};

fn engine(cloud: &Cloud, id: &str) -> Balancer {
    let found = |tables: &isobar_kernel::Tables| balancers::find(tables, id).cloned();
    Balancer::clone(&cloud.local.shared.store.read(found).unwrap())
}

async fn balancer(cloud: &Cloud) -> String {
    let created = cloud.ok("slb", "CreateLoadBalancer", json!({"LoadBalancerName": "front"})).await;
    text(&created["LoadBalancerId"])
}

fn servers(ids: &[String], weight: &Json) -> String {
    let servers: Vec<Json> =
        ids.iter().map(|id| json!({"ServerId": id, "Weight": weight})).collect();
    json!(servers).to_string()
}

#[tokio::test]
async fn balancers_live() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let input = json!({
        "LoadBalancerName": "inner", "AddressType": "intranet", "VSwitchId": network.vswitch,
        "LoadBalancerSpec": "slb.s2.small", "DeleteProtection": "on",
        "Tag": [{"Key": "team", "Value": "web"}], "ClientToken": "once",
    });
    let created = cloud.ok("slb", "CreateLoadBalancer", input.clone()).await;
    let again = cloud.ok("slb", "CreateLoadBalancer", input).await;
    assert_eq!(created["LoadBalancerId"], again["LoadBalancerId"]);
    let id = text(&created["LoadBalancerId"]);
    assert!(id.starts_with("lb-bp1"), "{id}");
    assert_eq!(created["NetworkType"], "vpc");
    assert!(text(&created["Address"]).starts_with("127."));
    let listed = cloud.ok("slb", "DescribeLoadBalancers", json!({"LoadBalancerId": id})).await;
    let row = &listed["LoadBalancers"]["LoadBalancer"][0];
    for (member, value) in [
        ("LoadBalancerName", json!("inner")),
        ("LoadBalancerStatus", json!("active")),
        ("AddressType", json!("intranet")),
        ("VpcId", json!(network.vpc)),
        ("VSwitchId", json!(network.vswitch)),
        ("Address", created["Address"].clone()),
        ("InternetChargeType", json!("4")),
        ("InternetChargeTypeAlias", json!("paybytraffic")),
        ("DeleteProtection", json!("on")),
        ("MasterZoneId", json!("cn-hangzhou-h")),
        ("PayType", json!("PayOnDemand")),
        ("Tags", json!({"Tag": [{"TagValue": "web", "TagKey": "team"}]})),
    ] {
        assert_eq!(row[member], value, "{member}");
    }
    let vswitch = json!({"VSwitchId": network.vswitch});
    cloud.fails("vpc", "DeleteVSwitch", vswitch.clone(), 400, "DependencyViolation").await;
    let name = json!({"LoadBalancerId": id, "LoadBalancerName": "renamed"});
    cloud.ok("slb", "SetLoadBalancerName", name).await;
    let attribute =
        cloud.ok("slb", "DescribeLoadBalancerAttribute", json!({"LoadBalancerId": id})).await;
    assert_eq!(attribute["LoadBalancerName"], "renamed");
    assert_eq!(attribute["InternetChargeType"], "paybytraffic");
    assert!(is_empty(&attribute["ListenerPorts"]["ListenerPort"]));
    let code = "OperationDenied.DeleteProtectionIsOn";
    let delete = json!({"LoadBalancerId": id});
    cloud.fails("slb", "DeleteLoadBalancer", delete.clone(), 400, code).await;
    let off = json!({"LoadBalancerId": id, "DeleteProtection": "off"});
    cloud.ok("slb", "SetLoadBalancerDeleteProtection", off).await;
    cloud.ok("slb", "DeleteLoadBalancer", delete.clone()).await;
    let code = "InvalidLoadBalancerId.NotFound";
    cloud.fails("slb", "DeleteLoadBalancer", delete, 404, code).await;
    cloud.ok("vpc", "DeleteVSwitch", vswitch).await;
}

#[tokio::test]
async fn bad_balancers_are_refused() {
    let cloud = Cloud::new();
    for (input, code) in [
        (json!({"AddressType": "intranet"}), "MissingParam.VSwitchId"),
        (json!({"AddressType": "intranet", "VSwitchId": "vsw-none"}), "VSwitchNotExist"),
        (json!({"AddressType": "nowhere"}), "InvalidParameter"),
        (json!({"InternetChargeType": "paybybandwidth"}), "InvalidParameter.Bandwidth"),
        (json!({"Bandwidth": 5001}), "InvalidParameter.Bandwidth"),
        (json!({"LoadBalancerSpec": "slb.none"}), "InvalidParameter"),
        (json!({"InstanceChargeType": "Free"}), "IllegalParam.InstanceChargeType"),
        (json!({"Tag": [{"Value": "a"}]}), "MissingParam.TagKey"),
    ] {
        cloud.fails("slb", "CreateLoadBalancer", input, 400, code).await;
    }
}

#[tokio::test]
async fn an_http_listener_reaches_the_engine_once_it_is_started() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 2).await;
    let id = balancer(&cloud).await;
    let add = json!({"LoadBalancerId": id, "BackendServers": servers(&ids, &json!("100"))});
    let added = cloud.ok("slb", "AddBackendServers", add).await;
    assert_eq!(texts(&added["BackendServers"]["BackendServer"], "ServerId"), ids);
    assert_eq!(texts(&added["BackendServers"]["BackendServer"], "Weight"), ["100", "100"]);
    let listener = json!({
        "LoadBalancerId": id, "ListenerPort": 80, "BackendServerPort": 8080, "Bandwidth": -1,
        "StickySession": "off", "HealthCheck": "on", "HealthCheckURI": "/healthz",
        "HealthCheckHttpCode": "http_2xx,http_3xx", "HealthCheckInterval": 1,
        "HealthyThreshold": 2, "UnhealthyThreshold": 2, "HealthCheckTimeout": 2,
    });
    cloud.ok("slb", "CreateLoadBalancerHTTPListener", listener.clone()).await;
    let code = "ListenerAlreadyExists";
    cloud.fails("slb", "CreateLoadBalancerHTTPListener", listener, 400, code).await;
    assert_eq!(engine(&cloud, &id).listeners, []);
    let which = json!({"LoadBalancerId": id, "ListenerPort": 80});
    cloud.ok("slb", "StartLoadBalancerListener", which.clone()).await;
    let made = engine(&cloud, &id).listeners.remove(0);
    assert_eq!((made.port, made.protocol), (80, Protocol::Http));
    let targets: Vec<_> = made.pool.targets.iter().map(|target| target.id.clone()).collect();
    assert_eq!(targets, ids);
    assert!(made.pool.targets.iter().all(|target| target.port == 8080 && target.weight == 100));
    let check = made.pool.health_check.unwrap();
    assert_eq!((check.interval_ms, check.timeout_ms), (1000, 2000));
    assert!(matches!(check.probe, Probe::Http { path, .. } if path == "/healthz"));
    let shown = cloud.ok("slb", "DescribeLoadBalancerHTTPListenerAttribute", which.clone()).await;
    assert_eq!((&shown["Status"], &shown["BackendServerPort"]), (&json!("running"), &json!(8080)));
    assert_eq!(
        (&shown["HealthCheck"], &shown["HealthCheckURI"]),
        (&json!("on"), &json!("/healthz"))
    );
    let health = cloud.ok("slb", "DescribeHealthStatus", which.clone()).await;
    let states = texts(&health["BackendServers"]["BackendServer"], "ServerHealthStatus");
    assert_eq!(states, ["unavailable", "unavailable"]);
    let change = json!({
        "LoadBalancerId": id, "ListenerPort": 80, "Scheduler": "wlc", "HealthCheck": "off",
    });
    cloud.ok("slb", "SetLoadBalancerHTTPListenerAttribute", change).await;
    let made = engine(&cloud, &id).listeners.remove(0);
    assert_eq!(made.pool.algorithm, Algorithm::LeastConnections);
    assert_eq!(made.pool.health_check, None);
    cloud.ok("slb", "StopLoadBalancerListener", which.clone()).await;
    assert_eq!(engine(&cloud, &id).listeners, []);
    cloud.ok("slb", "DeleteLoadBalancerListener", which.clone()).await;
    let code = "ResourceNotFound.Listener";
    cloud.fails("slb", "DeleteLoadBalancerListener", which.clone(), 404, code).await;
    let error =
        cloud.call("slb", "DescribeLoadBalancerHTTPListenerAttribute", which).await.unwrap_err();
    assert_eq!(error.message, "The specified resource does not exist.");
}

#[tokio::test]
async fn a_tcp_listener_lives() {
    let cloud = Cloud::new();
    let id = balancer(&cloud).await;
    let listener = json!({
        "LoadBalancerId": id, "ListenerPort": 22, "BackendServerPort": 2222, "Bandwidth": -1,
        "ConnectionDrain": "on", "ConnectionDrainTimeout": 20, "Description": "ssh",
        "healthCheckInterval": 7,
    });
    cloud.ok("slb", "CreateLoadBalancerTCPListener", listener).await;
    let which = json!({"LoadBalancerId": id, "ListenerPort": 22});
    let shown = cloud.ok("slb", "DescribeLoadBalancerTCPListenerAttribute", which.clone()).await;
    for (member, value) in [
        ("Status", json!("stopped")),
        ("ConnectionDrain", json!("on")),
        ("ConnectionDrainTimeout", json!(20)),
        ("HealthCheck", json!("on")),
        ("HealthCheckType", json!("tcp")),
        ("HealthCheckInterval", json!(7)),
        ("HealthCheckConnectPort", json!(2222)),
        ("EstablishedTimeout", json!(900)),
        ("Bandwidth", json!(-1)),
        ("Scheduler", json!("wrr")),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    cloud.ok("slb", "StartLoadBalancerListener", which.clone()).await;
    let change = json!({
        "LoadBalancerId": id, "ListenerPort": 22, "ConnectionDrain": "off",
        "EstablishedTimeout": 10, "HealthCheckSwitch": "off",
    });
    cloud.ok("slb", "SetLoadBalancerTCPListenerAttribute", change).await;
    let made = engine(&cloud, &id).listeners.remove(0);
    assert_eq!((made.protocol, made.idle_timeout_ms), (Protocol::Tcp, 10_000));
    let all = cloud.ok("slb", "DescribeLoadBalancerListeners", json!({})).await;
    assert_eq!(all["TotalCount"], 1);
    assert_eq!(all["Listeners"][0]["ListenerProtocol"], "tcp");
    assert_eq!(all["Listeners"][0]["TCPListenerConfig"]["EstablishedTimeout"], 10);
    let inactive = json!({"LoadBalancerId": id, "LoadBalancerStatus": "inactive"});
    cloud.ok("slb", "SetLoadBalancerStatus", inactive).await;
    assert_eq!(engine(&cloud, &id).listeners, []);
}

#[tokio::test]
async fn bad_listeners_are_refused() {
    let cloud = Cloud::new();
    let id = balancer(&cloud).await;
    for (change, status, code) in [
        (json!({"LoadBalancerId": "lb-none"}), 404, "InvalidLoadBalancerId.NotFound"),
        (json!({"ListenerPort": 0}), 400, "InvalidParam.ListenerPort"),
        (json!({"ListenerPort": 65_536}), 400, "InvalidParam.ListenerPort"),
        (json!({"BackendServerPort": null}), 400, "MissingParameter"),
        (json!({"Bandwidth": null}), 400, "MissingParameter"),
        (json!({"Scheduler": "best"}), 400, "InvalidParameter"),
        (json!({"Scheduler": "sch"}), 501, "NotImplemented"),
        (json!({"HealthyThreshold": 11}), 400, "InvalidParameter"),
        (json!({"VServerGroupId": "rsp-none"}), 400, "InvalidParam.VServerGroupId"),
        (json!({"AclId": "acl-none"}), 400, "AclNotExist"),
    ] {
        let mut input = json!({
            "LoadBalancerId": id, "ListenerPort": 80, "BackendServerPort": 80, "Bandwidth": 1,
        });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        cloud.fails("slb", "CreateLoadBalancerTCPListener", input, status, code).await;
    }
    let http = json!({"LoadBalancerId": id, "ListenerPort": 80, "HealthCheck": "off"});
    cloud.fails("slb", "CreateLoadBalancerHTTPListener", http, 400, "MissingParameter").await;
    let which = json!({"LoadBalancerId": id, "ListenerPort": 80});
    cloud.fails("slb", "StartLoadBalancerListener", which, 400, "InvalidParameter").await;
}

#[tokio::test]
async fn servers_come_and_go() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 3).await;
    let id = balancer(&cloud).await;
    let add = json!({"LoadBalancerId": id, "BackendServers": servers(&ids, &json!(50))});
    cloud.ok("slb", "AddBackendServers", add).await;
    let set = json!({"LoadBalancerId": id, "BackendServers": servers(&ids[..1], &json!("0"))});
    let set = cloud.ok("slb", "SetBackendServers", set).await;
    assert_eq!(texts(&set["BackendServers"]["BackendServer"], "Weight"), ["0", "50", "50"]);
    let remove = json!({"LoadBalancerId": id, "BackendServers": json!([ids[0]]).to_string()});
    let left = cloud.ok("slb", "RemoveBackendServers", remove).await;
    assert_eq!(left["BackendServers"]["BackendServer"][0]["Weight"], 50);
    assert_eq!(texts(&left["BackendServers"]["BackendServer"], "ServerId"), ids[1..]);
    let release = json!({"InstanceId": ids[1], "Force": true});
    cloud.ok("ecs", "DeleteInstance", release).await;
    let attribute =
        cloud.ok("slb", "DescribeLoadBalancerAttribute", json!({"LoadBalancerId": id})).await;
    assert_eq!(texts(&attribute["BackendServers"]["BackendServer"], "ServerId"), ids[2..]);
    let by_server = cloud.ok("slb", "DescribeLoadBalancers", json!({"ServerId": ids[2]})).await;
    assert_eq!(by_server["TotalCount"], 1);
    for (servers, code) in [
        (json!([{"ServerId": "i-none"}]).to_string(), "InvalidServerId.NotExist"),
        (json!([{"ServerId": ids[2], "Weight": 101}]).to_string(), "InvalidParameter"),
        (json!([{"ServerId": ids[2], "Type": "eci"}]).to_string(), "BackendServer.InvalidType"),
        ("servers".to_owned(), "InvalidParameter"),
    ] {
        let add = json!({"LoadBalancerId": id, "BackendServers": servers});
        cloud.fails("slb", "AddBackendServers", add, 400, code).await;
    }
}

#[tokio::test]
async fn an_inner_balancer_takes_servers_of_its_network_alone() {
    let cloud = Cloud::new();
    let (own, other) = (cloud.network().await, cloud.network().await);
    let ids = cloud.instances(&other, 1).await;
    let input = json!({"AddressType": "intranet", "VSwitchId": own.vswitch});
    let id = text(&cloud.ok("slb", "CreateLoadBalancer", input).await["LoadBalancerId"]);
    let add = json!({"LoadBalancerId": id, "BackendServers": servers(&ids, &json!(1))});
    cloud.fails("slb", "AddBackendServers", add, 400, "InvalidParameter").await;
}

#[tokio::test]
async fn tags_of_balancers() {
    let cloud = Cloud::new();
    let id = balancer(&cloud).await;
    let tag = json!({
        "ResourceType": "instance", "ResourceId": [id], "Tag": [{"Key": "a", "Value": "1"}],
    });
    cloud.ok("slb", "TagResources", tag).await;
    let more = json!({"LoadBalancerId": id, "Tags": "[{\"TagKey\":\"b\",\"TagValue\":\"2\"}]"});
    cloud.ok("slb", "AddTags", more.clone()).await;
    let all = json!({"ResourceType": "instance", "ResourceId": [id]});
    let listed = cloud.ok("slb", "ListTagResources", all.clone()).await;
    assert_eq!(texts(&listed["TagResources"]["TagResource"], "TagKey"), ["a", "b"]);
    let found = json!({"Tags": "[{\"tagKey\":\"b\"}]"});
    assert_eq!(cloud.ok("slb", "DescribeLoadBalancers", found).await["TotalCount"], 1);
    cloud.ok("slb", "RemoveTags", more).await;
    let untag = json!({"ResourceType": "instance", "ResourceId": [id], "TagKey": ["a"]});
    cloud.ok("slb", "UntagResources", untag).await;
    let listed = cloud.ok("slb", "ListTagResources", all).await;
    assert!(is_empty(&listed["TagResources"]["TagResource"]));
}
