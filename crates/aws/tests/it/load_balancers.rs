//! Load balancers, target groups, listeners and targets.

use isobar_engines::balancers::{self, Protocol};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, count, text};

/// The default network and the ids of its subnets, by zone.
async fn network(cloud: &Cloud) -> (String, Vec<String>) {
    let found = cloud.ok("ec2", "DescribeSubnets", json!({})).await;
    let mut subnets: Vec<_> = found["Subnets"].as_array().unwrap().clone();
    subnets.sort_by_key(|subnet| text(subnet, "/AvailabilityZone"));
    let vpc = text(&subnets[0], "/VpcId");
    (vpc, subnets.iter().map(|subnet| text(subnet, "/SubnetId")).collect())
}

async fn balancer(cloud: &Cloud, name: &str, kind: &str) -> String {
    let (_, subnets) = network(cloud).await;
    let input = json!({ "Name": name, "Type": kind, "Subnets": &subnets[..2] });
    let created = cloud.ok("elbv2", "CreateLoadBalancer", input).await;
    text(&created, "/LoadBalancers/0/LoadBalancerArn")
}

async fn group(cloud: &Cloud, name: &str, protocol: &str) -> String {
    let (vpc, _) = network(cloud).await;
    let input = json!({ "Name": name, "Protocol": protocol, "Port": 8080, "VpcId": vpc });
    let created = cloud.ok("elbv2", "CreateTargetGroup", input).await;
    text(&created, "/TargetGroups/0/TargetGroupArn")
}

fn forward(group: &str) -> Json {
    json!([{ "Type": "forward", "TargetGroupArn": group }])
}

async fn listener(cloud: &Cloud, balancer: &str, group: &str, protocol: &str) -> String {
    let input = json!({
        "LoadBalancerArn": balancer, "Protocol": protocol, "Port": 80,
        "DefaultActions": forward(group),
    });
    let created = cloud.ok("elbv2", "CreateListener", input).await;
    text(&created, "/Listeners/0/ListenerArn")
}

/// What the engine was told about the only balancer.
fn told(cloud: &Cloud) -> balancers::Balancer {
    cloud
        .local
        .shared
        .store
        .read(|tables| tables.all::<balancers::Balancer>().next().unwrap().as_ref().clone())
}

async fn health(cloud: &Cloud, group: &str) -> Vec<(String, String)> {
    let input = json!({ "TargetGroupArn": group });
    let found = cloud.ok("elbv2", "DescribeTargetHealth", input).await;
    let descriptions = found["TargetHealthDescriptions"].as_array().unwrap().clone();
    descriptions
        .iter()
        .map(|row| (text(row, "/Target/Id"), text(row, "/TargetHealth/Reason")))
        .collect()
}

#[tokio::test]
async fn a_load_balancer_is_shown_as_it_was_created() {
    let cloud = Cloud::new();
    let (vpc, subnets) = network(&cloud).await;
    let input = json!({
        "Name": "web", "Subnets": [subnets[1], subnets[0]],
        "Tags": [{ "Key": "team", "Value": "a" }],
    });
    let created = cloud.ok("elbv2", "CreateLoadBalancer", input.clone()).await;
    let row = &created["LoadBalancers"][0];
    let arn = text(row, "/LoadBalancerArn");
    let begin = format!("arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/web/");
    assert!(arn.starts_with(&begin), "{arn}");
    assert_eq!(row["State"], json!({ "Code": "provisioning" }));
    assert_eq!(row["Type"], "application");
    assert_eq!(row["Scheme"], "internet-facing");
    assert_eq!(row["VpcId"], vpc.as_str());
    assert_eq!(row["IpAddressType"], "ipv4");
    assert_eq!(count(row, "/SecurityGroups"), 1);
    assert_eq!(row["AvailabilityZones"][0]["ZoneName"], "us-east-1a");
    assert!(text(row, "/DNSName").starts_with("127."));
    assert_eq!(row["CanonicalHostedZoneId"], "Z35SXDOTRQ7X7K");
    let input_arn = json!({ "LoadBalancerArn": arn });
    let reserved = cloud.ok("elbv2", "DescribeCapacityReservation", input_arn).await;
    assert_eq!(reserved, json!({ "CapacityReservationState": [] }));
    let by_name = cloud.ok("elbv2", "DescribeLoadBalancers", json!({ "Names": ["web"] })).await;
    assert_eq!(by_name["LoadBalancers"][0]["State"], json!({ "Code": "active" }));

    // The same again is the same; other settings are refused.
    let again = cloud.ok("elbv2", "CreateLoadBalancer", input).await;
    assert_eq!(again["LoadBalancers"][0]["LoadBalancerArn"], arn.as_str());
    let other = json!({ "Name": "web", "Subnets": &subnets[2..4] });
    let message =
        cloud.fails("elbv2", "CreateLoadBalancer", other, "DuplicateLoadBalancerName").await;
    assert_eq!(
        message,
        "A load balancer with the same name 'web' exists, but with different settings"
    );
    let missing = json!({ "Names": ["other"] });
    let message =
        cloud.fails("elbv2", "DescribeLoadBalancers", missing, "LoadBalancerNotFound").await;
    assert_eq!(message, "Load balancers '[other]' not found");
    cloud.ok("elbv2", "DeleteLoadBalancer", json!({ "LoadBalancerArn": arn })).await;
    cloud.ok("elbv2", "DeleteLoadBalancer", json!({ "LoadBalancerArn": arn })).await;
    cloud.local.shared.store.read(|tables| assert_eq!(tables.count::<balancers::Balancer>(), 0));
}

#[tokio::test]
async fn load_balancers_that_cannot_be_are_refused() {
    let cloud = Cloud::new();
    let (_, subnets) = network(&cloud).await;
    for (input, code, message) in [
        (
            json!({ "Name": "web", "Subnets": [subnets[0]] }),
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
        ),
        (
            json!({ "Name": "web", "Subnets": [subnets[0], "subnet-1"] }),
            "SubnetNotFound",
            "The subnet ID 'subnet-1' does not exist",
        ),
        (
            json!({ "Name": "w_b", "Subnets": &subnets[..2] }),
            "ValidationError",
            "Load balancer name 'w_b' can only contain characters that are alphanumeric characters \
             and hyphens(-)",
        ),
        (
            json!({ "Name": "web", "Subnets": &subnets[..2], "SecurityGroups": ["sg-1"] }),
            "InvalidSecurityGroup",
            "One or more security groups are invalid",
        ),
    ] {
        assert_eq!(cloud.fails("elbv2", "CreateLoadBalancer", input, code).await, message);
    }
    let input = json!({ "LoadBalancerArns": ["nonsense"] });
    let message = cloud.fails("elbv2", "DescribeLoadBalancers", input, "ValidationError").await;
    assert_eq!(message, "'nonsense' is not a valid load balancer ARN");
}

#[tokio::test]
async fn target_groups_are_created_changed_and_deleted() {
    let cloud = Cloud::new();
    let (vpc, _) = network(&cloud).await;
    let input = json!({ "Name": "web", "Protocol": "HTTP", "Port": 80, "VpcId": vpc });
    let created = cloud.ok("elbv2", "CreateTargetGroup", input.clone()).await;
    let row = &created["TargetGroups"][0];
    let arn = text(row, "/TargetGroupArn");
    for (member, value) in [
        ("HealthCheckProtocol", json!("HTTP")),
        ("HealthCheckPort", json!("traffic-port")),
        ("HealthCheckPath", json!("/")),
        ("HealthCheckIntervalSeconds", json!(30)),
        ("HealthCheckTimeoutSeconds", json!(5)),
        ("HealthyThresholdCount", json!(5)),
        ("UnhealthyThresholdCount", json!(2)),
        ("Matcher", json!({ "HttpCode": "200" })),
        ("TargetType", json!("instance")),
        ("ProtocolVersion", json!("HTTP1")),
        ("LoadBalancerArns", json!([])),
    ] {
        assert_eq!(row[member], value, "{member}");
    }
    let again = cloud.ok("elbv2", "CreateTargetGroup", input.clone()).await;
    assert_eq!(again, created);
    let mut other = input.clone();
    other["Port"] = json!(81);
    cloud.fails("elbv2", "CreateTargetGroup", other, "DuplicateTargetGroupName").await;
    let change = json!({
        "TargetGroupArn": arn, "HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 10,
        "Matcher": { "HttpCode": "200-299" },
    });
    let changed = cloud.ok("elbv2", "ModifyTargetGroup", change).await;
    assert_eq!(changed["TargetGroups"][0]["HealthCheckPath"], "/health");
    let bad = json!({ "TargetGroupArn": arn, "HealthCheckTimeoutSeconds": 10 });
    let message = cloud.fails("elbv2", "ModifyTargetGroup", bad, "ValidationError").await;
    assert_eq!(message, "Health check interval must be greater than the timeout.");
    let bad = json!({ "TargetGroupArn": arn, "HealthCheckIntervalSeconds": 1000 });
    let message = cloud.fails("elbv2", "ModifyTargetGroup", bad, "ValidationError").await;
    assert_eq!(
        message,
        "1 validation error detected: Value '1000' at 'healthCheckIntervalSeconds' failed to \
         satisfy \
         constraint: Member must have value less than or equal to 300"
    );
    let found = cloud.ok("elbv2", "DescribeTargetGroups", json!({ "Names": ["web"] })).await;
    assert_eq!(found["TargetGroups"], changed["TargetGroups"]);
    cloud.ok("elbv2", "DeleteTargetGroup", json!({ "TargetGroupArn": arn })).await;
    let gone = json!({ "TargetGroupArns": [arn] });
    let message = cloud.fails("elbv2", "DescribeTargetGroups", gone, "TargetGroupNotFound").await;
    assert_eq!(message, "One or more target groups not found");
    let mut https = input;
    https["Protocol"] = json!("HTTPS");
    cloud.fails("elbv2", "CreateTargetGroup", https, "NotImplemented").await;
}

#[tokio::test]
async fn listeners_tell_the_engine_what_to_do() {
    let cloud = Cloud::new();
    let balancer = balancer(&cloud, "web", "application").await;
    let group = group(&cloud, "web", "HTTP").await;
    let listener = listener(&cloud, &balancer, &group, "HTTP").await;
    let ids = cloud.run(2).await;
    let targets = json!([{ "Id": ids[0] }, { "Id": ids[1], "Port": 9090 }]);
    let input = json!({ "TargetGroupArn": group, "Targets": targets });
    cloud.ok("elbv2", "RegisterTargets", input).await;

    let engine = told(&cloud);
    let [at] = engine.listeners.as_slice() else { panic!("one listener") };
    assert_eq!((at.port, at.protocol), (80, Protocol::Http));
    let ports: Vec<u16> = at.pool.targets.iter().map(|target| target.port).collect();
    assert_eq!(ports, [8080, 9090]);
    assert_eq!(at.pool.drain_ms, 300_000);

    let found =
        cloud.ok("elbv2", "DescribeListeners", json!({ "LoadBalancerArn": balancer })).await;
    let action = &found["Listeners"][0]["DefaultActions"][0];
    assert_eq!(action["TargetGroupArn"], group.as_str());
    assert_eq!(
        action["ForwardConfig"]["TargetGroups"],
        json!([{ "TargetGroupArn": group, "Weight": 1 }])
    );
    let rules = cloud.ok("elbv2", "DescribeRules", json!({ "ListenerArn": listener })).await;
    assert_eq!(rules["Rules"][0]["Priority"], "default");
    assert_eq!(rules["Rules"][0]["IsDefault"], true);
    let message = cloud
        .fails(
            "elbv2",
            "CreateListener",
            json!({
                "LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80,
                "DefaultActions": forward(&group),
            }),
            "DuplicateListener",
        )
        .await;
    assert_eq!(
        message,
        format!("A listener already exists on this port for this load balancer '{balancer}'")
    );
    let input = json!({ "TargetGroupArn": group });
    let message = cloud.fails("elbv2", "DeleteTargetGroup", input, "ResourceInUse").await;
    assert_eq!(
        message,
        format!("Target group '{group}' is currently in use by a listener or a rule")
    );
    let input = json!({ "ListenerArn": listener, "Port": 8000 });
    cloud.ok("elbv2", "ModifyListener", input).await;
    assert_eq!(told(&cloud).listeners[0].port, 8000);
    cloud.ok("elbv2", "DeleteListener", json!({ "ListenerArn": listener })).await;
    assert!(told(&cloud).listeners.is_empty());
    let gone = json!({ "ListenerArn": listener });
    let message = cloud.fails("elbv2", "DeleteListener", gone, "ListenerNotFound").await;
    assert_eq!(message, "One or more listeners not found");
}

#[tokio::test]
async fn weights_are_shared_by_targets() {
    let cloud = Cloud::new();
    let balancer = balancer(&cloud, "web", "application").await;
    let (blue, green) = (group(&cloud, "blue", "HTTP").await, group(&cloud, "green", "HTTP").await);
    let groups = json!([
        { "TargetGroupArn": blue, "Weight": 90 }, { "TargetGroupArn": green, "Weight": 10 },
    ]);
    let input = json!({
        "LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80,
        "DefaultActions": [{ "Type": "forward", "ForwardConfig": { "TargetGroups": groups } }],
    });
    cloud.ok("elbv2", "CreateListener", input).await;
    let ids = cloud.run(3).await;
    for (group, targets) in [(&blue, &ids[..2]), (&green, &ids[2..])] {
        let targets: Vec<_> = targets.iter().map(|id| json!({ "Id": id })).collect();
        let input = json!({ "TargetGroupArn": group, "Targets": targets });
        cloud.ok("elbv2", "RegisterTargets", input).await;
    }
    let weights: Vec<u32> =
        told(&cloud).listeners[0].pool.targets.iter().map(|target| target.weight).collect();
    assert_eq!(weights, [45_000, 45_000, 10_000]);
    let redirect = json!([{ "Type": "redirect", "RedirectConfig": { "StatusCode": "HTTP_301" } }]);
    let input = json!({
        "LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 81, "DefaultActions": redirect,
    });
    cloud.fails("elbv2", "CreateListener", input, "NotImplemented").await;
}

#[tokio::test]
async fn targets_say_how_they_are() {
    let cloud = Cloud::new();
    let group = group(&cloud, "web", "HTTP").await;
    let ids = cloud.run(2).await;
    let register = |id: &str| json!({ "TargetGroupArn": group, "Targets": [{ "Id": id }] });
    for id in &ids {
        cloud.ok("elbv2", "RegisterTargets", register(id)).await;
    }
    let unused = || "Target.NotInUse".to_owned();
    assert_eq!(
        health(&cloud, &group).await,
        [(ids[0].clone(), unused()), (ids[1].clone(), unused())]
    );
    let balancer = balancer(&cloud, "web", "application").await;
    listener(&cloud, &balancer, &group, "HTTP").await;
    assert_eq!(health(&cloud, &group).await[0].1, "Elb.RegistrationInProgress");
    cloud.ok("ec2", "StopInstances", json!({ "InstanceIds": [ids[0]] })).await;
    assert_eq!(health(&cloud, &group).await[0].1, "Target.InvalidState");
    let input = json!({ "TargetGroupArn": group, "Targets": [{ "Id": "i-0123456789abcdef0" }] });
    let found = cloud.ok("elbv2", "DescribeTargetHealth", input).await;
    assert_eq!(
        found["TargetHealthDescriptions"],
        json!([{
            "Target": { "Id": "i-0123456789abcdef0", "Port": 8080 },
            "HealthCheckPort": "8080",
            "TargetHealth": {
                "State": "unused",
                "Reason": "Target.NotRegistered",
                "Description": "Target is not registered to the target group",
            },
        }])
    );

    let message = cloud.fails("elbv2", "RegisterTargets", register(&ids[0]), "InvalidTarget").await;
    assert_eq!(
        message,
        format!(
            "The following targets are not in a running state and cannot be registered: '{}'",
            ids[0]
        )
    );
    let message =
        cloud.fails("elbv2", "RegisterTargets", register("i-nonsense"), "InvalidTarget").await;
    assert_eq!(message, "Instance ID 'i-nonsense' is not valid");

    cloud.ok("elbv2", "DeregisterTargets", register(&ids[1])).await;
    assert_eq!(health(&cloud, &group).await[1].1, "Target.DeregistrationInProgress");
    assert!(told(&cloud).listeners[0].pool.targets[1].draining);
    // Nothing is under way there, and it is shown until its time is over all the same.
    cloud.advance(SignedDuration::from_secs(290));
    assert_eq!(health(&cloud, &group).await[1].1, "Target.DeregistrationInProgress");
    cloud.advance(SignedDuration::from_secs(301));
    assert_eq!(health(&cloud, &group).await.len(), 1);
    cloud.ok("ec2", "TerminateInstances", json!({ "InstanceIds": [ids[0]] })).await;
    assert!(health(&cloud, &group).await.is_empty());
}

#[tokio::test]
async fn network_load_balancers_speak_tcp() {
    let cloud = Cloud::new();
    let balancer = balancer(&cloud, "net", "network").await;
    assert!(balancer.contains(":loadbalancer/net/net/"), "{balancer}");
    let (tcp, http) = (group(&cloud, "tcp", "TCP").await, group(&cloud, "http", "HTTP").await);
    listener(&cloud, &balancer, &tcp, "TCP").await;
    let at = told(&cloud).listeners.remove(0);
    assert_eq!(at.protocol, Protocol::Tcp);
    assert_eq!(at.idle_timeout_ms, 350_000);
    let wrong = |protocol: &str, group: &str| {
        json!({
            "LoadBalancerArn": balancer, "Protocol": protocol, "Port": 81,
            "DefaultActions": forward(group),
        })
    };
    cloud.fails("elbv2", "CreateListener", wrong("TCP", &http), "IncompatibleProtocols").await;
    cloud.fails("elbv2", "CreateListener", wrong("HTTP", &http), "ValidationError").await;
    cloud.fails("elbv2", "CreateListener", wrong("UDP", &tcp), "NotImplemented").await;
}

#[tokio::test]
async fn attributes_have_effects() {
    let cloud = Cloud::new();
    let balancer = balancer(&cloud, "web", "application").await;
    let group = group(&cloud, "web", "HTTP").await;
    let listener = listener(&cloud, &balancer, &group, "HTTP").await;
    let input = json!({
        "LoadBalancerArn": balancer,
        "Attributes": [
            { "Key": "deletion_protection.enabled", "Value": "true" },
            { "Key": "idle_timeout.timeout_seconds", "Value": "30" },
        ],
    });
    cloud.ok("elbv2", "ModifyLoadBalancerAttributes", input).await;
    assert_eq!(told(&cloud).listeners[0].idle_timeout_ms, 30_000);
    let input = json!({ "LoadBalancerArn": balancer });
    let message =
        cloud.fails("elbv2", "DeleteLoadBalancer", input.clone(), "OperationNotPermitted").await;
    assert!(message.ends_with("cannot be deleted because deletion protection is enabled"));
    let shown = cloud.ok("elbv2", "DescribeLoadBalancerAttributes", input).await;
    let idle = json!({ "Key": "idle_timeout.timeout_seconds", "Value": "30" });
    assert!(shown["Attributes"].as_array().unwrap().contains(&idle));
    let set = |key: &str, value: &str| json!({ "TargetGroupArn": group, "Attributes": [{ "Key": key, "Value": value }] });
    let delay = set("deregistration_delay.timeout_seconds", "7");
    cloud.ok("elbv2", "ModifyTargetGroupAttributes", delay).await;
    assert_eq!(told(&cloud).listeners[0].pool.drain_ms, 7000);
    let shown = cloud
        .ok("elbv2", "DescribeTargetGroupAttributes", json!({ "TargetGroupArn": group }))
        .await;
    assert_eq!(shown["Attributes"][0]["Value"], "7");
    for (key, value, code) in [
        ("colour", "red", "ValidationError"),
        ("deregistration_delay.timeout_seconds", "never", "ValidationError"),
        ("stickiness.enabled", "true", "NotImplemented"),
    ] {
        cloud.fails("elbv2", "ModifyTargetGroupAttributes", set(key, value), code).await;
    }
    let input = json!({ "ListenerArn": listener });
    let shown = cloud.ok("elbv2", "DescribeListenerAttributes", input).await;
    assert_eq!(count(&shown, "/Attributes"), 1);
    let input = json!({ "ListenerArn": listener, "Attributes": shown["Attributes"] });
    cloud.ok("elbv2", "ModifyListenerAttributes", input).await;
}

#[tokio::test]
async fn balancers_are_tagged_and_moved() {
    let cloud = Cloud::new();
    let (_, subnets) = network(&cloud).await;
    let arn = balancer(&cloud, "web", "application").await;
    let tags = json!([{ "Key": "team", "Value": "a" }, { "Key": "tier", "Value": "front" }]);
    let input = json!({ "ResourceArns": [arn], "Tags": tags });
    cloud.ok("elbv2", "AddTags", input).await;
    let input = json!({ "ResourceArns": [arn], "TagKeys": ["team"] });
    cloud.ok("elbv2", "RemoveTags", input).await;
    let shown = cloud.ok("elbv2", "DescribeTags", json!({ "ResourceArns": [arn] })).await;
    assert_eq!(
        shown["TagDescriptions"],
        json!([{ "ResourceArn": arn, "Tags": [{ "Key": "tier", "Value": "front" }] }])
    );
    let twice = json!([{ "Key": "a", "Value": "1" }, { "Key": "a", "Value": "2" }]);
    let input = json!({ "ResourceArns": [arn], "Tags": twice });
    cloud.fails("elbv2", "AddTags", input, "DuplicateTagKeys").await;

    let input = json!({ "LoadBalancerArn": arn, "Subnets": &subnets[..3] });
    let moved = cloud.ok("elbv2", "SetSubnets", input).await;
    assert_eq!(count(&moved, "/AvailabilityZones"), 3);
    let input = json!({ "SubnetId": subnets[2] });
    cloud.fails("ec2", "DeleteSubnet", input, "DependencyViolation").await;
    let group = json!({ "GroupName": "lb", "Description": "lb" });
    let group = text(&cloud.ok("ec2", "CreateSecurityGroup", group).await, "/GroupId");
    let input = json!({ "LoadBalancerArn": arn, "SecurityGroups": [group] });
    let set = cloud.ok("elbv2", "SetSecurityGroups", input).await;
    assert_eq!(set["SecurityGroupIds"], json!([group]));
    let input = json!({ "GroupId": group });
    cloud.fails("ec2", "DeleteSecurityGroup", input, "DependencyViolation").await;
    let input = json!({ "LoadBalancerArn": arn, "IpAddressType": "ipv4" });
    cloud.ok("elbv2", "SetIpAddressType", input).await;
}

#[tokio::test]
async fn unknown_words_are_told_with_those_that_are_known() {
    let cloud = Cloud::new();
    let (vpc, subnets) = network(&cloud).await;
    let balancer = |member: &str, value: &str| {
        let mut input = json!({ "Name": "web", "Subnets": &subnets[..2] });
        input[member] = json!(value);
        input
    };
    let group = |member: &str, value: &str| {
        let mut input = json!({ "Name": "web", "Protocol": "HTTP", "Port": 80, "VpcId": vpc });
        input[member] = json!(value);
        input
    };
    for (operation, input, path, set) in [
        ("CreateLoadBalancer", balancer("Scheme", "open"), "scheme", "internet-facing, internal"),
        ("CreateLoadBalancer", balancer("Type", "open"), "type", "application, network, gateway"),
        (
            "CreateTargetGroup",
            group("TargetType", "open"),
            "targetType",
            "instance, ip, lambda, alb",
        ),
        (
            "CreateTargetGroup",
            group("HealthCheckProtocol", "open"),
            "healthCheckProtocol",
            "HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, GENEVE, QUIC, TCP_QUIC",
        ),
    ] {
        let message = cloud.fails("elbv2", operation, input, "ValidationError").await;
        assert_eq!(
            message,
            format!(
                "1 validation error detected: Value 'open' at '{path}' failed to satisfy \
                 constraint: Member must satisfy enum value set: [{set}]"
            )
        );
    }
    let input = json!({
        "LoadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/a/b",
        "Protocol": "open", "Port": 80, "DefaultActions": [{ "Type": "jump" }],
    });
    let message = cloud.fails("elbv2", "CreateListener", input, "ValidationError").await;
    assert!(message.starts_with("2 validation errors detected: "), "{message}");
    assert!(message.contains("Value 'jump' at 'defaultActions.1.member.type'"), "{message}");
}

/// The name is the same before and after there are listeners; where those are, tags say.
#[tokio::test]
async fn names_are_stable_and_listeners_are_found() {
    let cloud = Cloud::new();
    let arn = balancer(&cloud, "web", "application").await;
    let name = || async {
        let shown = cloud.ok("elbv2", "DescribeLoadBalancers", json!({ "Names": ["web"] })).await;
        text(&shown, "/LoadBalancers/0/DNSName")
    };
    let before = name().await;
    let group = group(&cloud, "web", "HTTP").await;
    listener(&cloud, &arn, &group, "HTTP").await;
    let input = json!({
        "LoadBalancerArn": arn, "Protocol": "HTTP", "Port": 8080, "DefaultActions": forward(&group),
    });
    cloud.ok("elbv2", "CreateListener", input).await;
    // The first listener's port is taken, and the second's is not.
    let bind = |balancer: &mut balancers::Balancer| {
        for (listener, port) in balancer.listeners.iter_mut().zip([40_001, 8080]) {
            listener.bound_port = Some(port);
        }
    };
    let id = told(&cloud).id;
    let store = &cloud.local.shared.store;
    store.update(|tx| tx.modify::<balancers::Balancer>(&id, bind)).unwrap();
    assert_eq!(name().await, before);
    let input = json!({ "ResourceArns": [arn] });
    let tags = cloud.ok("elbv2", "DescribeTags", input).await;
    assert_eq!(
        tags["TagDescriptions"][0]["Tags"],
        json!([
            { "Key": "aws:isobar:listener:80", "Value": format!("{before}:40001") },
            { "Key": "aws:isobar:listener:8080", "Value": format!("{before}:8080") },
        ])
    );
}

#[tokio::test]
async fn application_load_balancers_name_themselves_and_trace() {
    let cloud = Cloud::new();
    let arn = balancer(&cloud, "web", "application").await;
    let group = group(&cloud, "web", "HTTP").await;
    let listener = listener(&cloud, &arn, &group, "HTTP").await;
    let manner = || told(&cloud).listeners[0].manner.clone();
    assert_eq!(manner().server.as_deref(), Some("awselb/2.0"));
    assert_eq!(manner().trace.as_deref(), Some("x-amzn-trace-id"));
    let off = json!([{ "Key": "routing.http.response.server.enabled", "Value": "false" }]);
    let input = json!({ "ListenerArn": listener, "Attributes": off });
    cloud.ok("elbv2", "ModifyListenerAttributes", input).await;
    assert_eq!(manner().server, None);
}

/// Instances begin with their clients' addresses kept, addresses without; both can be changed.
#[tokio::test]
async fn whether_clients_addresses_are_kept_depends_on_the_targets() {
    const KEY: &str = "preserve_client_ip.enabled";
    let cloud = Cloud::new();
    let (vpc, _) = network(&cloud).await;
    let has = |shown: &Json, row: &Json| shown["Attributes"].as_array().unwrap().contains(row);
    for (kind, first, other) in [("instance", "true", "false"), ("ip", "false", "true")] {
        let input = json!({
            "Name": kind, "Protocol": "TCP", "Port": 80, "VpcId": vpc, "TargetType": kind,
        });
        let created = cloud.ok("elbv2", "CreateTargetGroup", input).await;
        let arn = text(&created, "/TargetGroups/0/TargetGroupArn");
        let with = |value: &str| json!({ "TargetGroupArn": arn, "Attributes": [{ "Key": KEY, "Value": value }] });
        let input = json!({ "TargetGroupArn": arn });
        let shown = cloud.ok("elbv2", "DescribeTargetGroupAttributes", input).await;
        assert!(has(&shown, &with(first)["Attributes"][0]), "{kind}: {shown}");
        let shown = cloud.ok("elbv2", "ModifyTargetGroupAttributes", with(other)).await;
        assert!(has(&shown, &with(other)["Attributes"][0]), "{kind}: {shown}");
        let input = with("perhaps");
        cloud.fails("elbv2", "ModifyTargetGroupAttributes", input, "ValidationError").await;
    }
}
