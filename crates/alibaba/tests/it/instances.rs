//! Instances.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::harness::{Cloud, IMAGE, Network, TYPE, is_empty, text, texts};

async fn status(cloud: &Cloud, id: &str) -> String {
    let input = json!({"InstanceId": [id]});
    let output = cloud.ok("ecs", "DescribeInstanceStatus", input).await;
    text(&output["InstanceStatuses"]["InstanceStatus"][0]["Status"])
}

async fn one(cloud: &Cloud, id: &str) -> Json {
    let input = json!({"InstanceIds": json!([id]).to_string()});
    let output = cloud.ok("ecs", "DescribeInstances", input).await;
    output["Instances"]["Instance"][0].clone()
}

async fn create(cloud: &Cloud, network: &Network) -> String {
    let input = json!({
        "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": network.group,
        "VSwitchId": network.vswitch, "InternetMaxBandwidthOut": 5,
    });
    text(&cloud.ok("ecs", "CreateInstance", input).await["InstanceId"])
}

#[tokio::test]
async fn a_created_instance_is_stopped_until_it_is_started() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let id = create(&cloud, &network).await;
    assert!(id.starts_with("i-bp1") && id.len() == 22, "{id}");
    assert_eq!(status(&cloud, &id).await, "Stopped");
    cloud.ok("ecs", "StartInstance", json!({"InstanceId": id})).await;
    assert_eq!(status(&cloud, &id).await, "Starting");
    let code = "IncorrectInstanceStatus";
    cloud.fails("ecs", "StopInstance", json!({"InstanceId": id}), 403, code).await;
    cloud.settle();
    assert_eq!(status(&cloud, &id).await, "Running");
    cloud.fails("ecs", "StartInstance", json!({"InstanceId": id}), 403, code).await;
    cloud.ok("ecs", "RebootInstance", json!({"InstanceId": id})).await;
    assert_eq!(status(&cloud, &id).await, "Stopping");
    cloud.settle();
    cloud.fails("ecs", "DeleteInstance", json!({"InstanceId": id}), 403, code).await;
    let stop = json!({"InstanceId": id, "StoppedMode": "StopCharging"});
    cloud.ok("ecs", "StopInstance", stop).await;
    assert_eq!(status(&cloud, &id).await, "Stopping");
    cloud.settle();
    assert_eq!(one(&cloud, &id).await["StoppedMode"], "StopCharging");
    cloud.ok("ecs", "DeleteInstance", json!({"InstanceId": id})).await;
    let code = "InvalidInstanceId.NotFound";
    cloud.fails("ecs", "DeleteInstance", json!({"InstanceId": id}), 404, code).await;
    let message = cloud.call("ecs", "StartInstance", json!({"InstanceId": id})).await.unwrap_err();
    assert_eq!(message.message, "The specified InstanceId does not exist.");
}

#[tokio::test]
async fn an_instance_is_shown_whole() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let input = json!({
        "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": network.group,
        "VSwitchId": network.vswitch, "InternetMaxBandwidthOut": 5, "Amount": 2,
        "InstanceName": "web-[1,3]", "HostName": "host-[1,3]", "Description": "two",
        "Tag": [{"Key": "team", "Value": "web"}],
    });
    let output = cloud.ok("ecs", "RunInstances", input).await;
    let id = text(&output["InstanceIdSets"]["InstanceIdSet"][0]);
    assert_eq!(status(&cloud, &id).await, "Pending");
    let initializing = "IncorrectInstanceStatus.Initializing";
    let force = json!({"InstanceId": id, "Force": true});
    cloud.fails("ecs", "DeleteInstance", force, 403, initializing).await;
    cloud.settle();
    let instance = one(&cloud, &id).await;
    for (member, value) in [
        ("Status", json!("Running")),
        ("InstanceName", json!("web-001")),
        ("HostName", json!("host-001")),
        ("RegionId", json!("cn-hangzhou")),
        ("ZoneId", json!("cn-hangzhou-h")),
        ("ImageId", json!(IMAGE)),
        ("OSNameEn", json!("Ubuntu  18.04 64 bit")),
        ("OSType", json!("linux")),
        ("InstanceType", json!(TYPE)),
        ("InstanceTypeFamily", json!("ecs.t5")),
        ("Cpu", json!(1)),
        ("Memory", json!(1024)),
        ("InstanceNetworkType", json!("vpc")),
        ("InstanceChargeType", json!("PostPaid")),
        ("InternetChargeType", json!("PayByTraffic")),
        ("InternetMaxBandwidthOut", json!(5)),
        ("CreditSpecification", json!("Standard")),
        ("DeletionProtection", json!(false)),
        ("SecurityGroupIds", json!({"SecurityGroupId": [network.group]})),
        ("Tags", json!({"Tag": [{"TagValue": "web", "TagKey": "team"}]})),
    ] {
        assert_eq!(instance[member], value, "{member}");
    }
    let address = text(&instance["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0]);
    assert!(address.starts_with("127."), "{address}");
    assert_eq!(instance["PublicIpAddress"]["IpAddress"], json!([address]));
    assert_eq!(instance["VpcAttributes"]["VpcId"], network.vpc.as_str());
    assert_eq!(text(&instance["CreationTime"]).len(), "2026-11-21T02:34Z".len());
    let attribute = cloud.ok("ecs", "DescribeInstanceAttribute", json!({"InstanceId": id})).await;
    assert_eq!(attribute["Status"], "Running");
    assert_eq!(attribute["IoOptimized"], "optimized");
    assert_eq!(attribute["PublicIpAddress"]["IpAddress"], json!([address]));
}

#[tokio::test]
async fn instances_are_found() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 3).await;
    cloud.ok("ecs", "StopInstance", json!({"InstanceId": ids[0]})).await;
    cloud.settle();
    let rename = json!({"InstanceId": ids[1], "InstanceName": "special"});
    cloud.ok("ecs", "ModifyInstanceAttribute", rename).await;
    let address =
        text(&one(&cloud, &ids[2]).await["VpcAttributes"]["PrivateIpAddress"]["IpAddress"][0]);
    for (input, expected) in [
        (json!({"PageSize": 10}), 3),
        (json!({"Status": "Stopped"}), 1),
        (json!({"Status": "Running"}), 2),
        (json!({"InstanceName": "spec*"}), 1),
        (json!({"InstanceName": "spec"}), 0),
        (json!({"VpcId": network.vpc}), 3),
        (json!({"VSwitchId": "vsw-none"}), 0),
        (json!({"SecurityGroupId": network.group}), 3),
        (json!({"PrivateIpAddresses": json!([address]).to_string()}), 1),
        (json!({"PublicIpAddresses": json!([address]).to_string()}), 0),
        (json!({"InstanceIds": json!([ids[0], ids[2], "i-none"]).to_string()}), 2),
        (json!({"InstanceIds": "[]"}), 0),
        (json!({"InstanceType": TYPE, "ImageId": IMAGE}), 3),
        (json!({"InstanceTypeFamily": "ecs.g6"}), 0),
        (json!({"ZoneId": "cn-hangzhou-h", "InstanceNetworkType": "vpc"}), 3),
        (json!({"InstanceChargeType": "PrePaid"}), 0),
        (json!({"Filter": [{"Key": "CreationStartTime", "Value": "2999-01-01T00:00Z"}]}), 0),
    ] {
        let output = cloud.ok("ecs", "DescribeInstances", input.clone()).await;
        assert_eq!(output["TotalCount"], expected, "{input}");
    }
    let first = cloud.ok("ecs", "DescribeInstances", json!({"MaxResults": 2})).await;
    let next = json!({"MaxResults": 2, "NextToken": first["NextToken"]});
    let next = cloud.ok("ecs", "DescribeInstances", next).await;
    assert_eq!(next["Instances"]["Instance"].as_array().unwrap().len(), 1);
    for (input, status, code) in [
        (json!({"Status": "Sleeping"}), 404, "InvalidStatus.NotFound"),
        (json!({"InstanceIds": "i-1"}), 400, "InvalidParameter"),
        (json!({"PageSize": 101}), 400, "InvalidParameter"),
        (json!({"Filter": [{"Key": "Colour", "Value": "red"}]}), 404, "InvalidFilterKey.NotFound"),
    ] {
        cloud.fails("ecs", "DescribeInstances", input, status, code).await;
    }
}

#[tokio::test]
async fn bad_instances_are_refused() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let stranger = cloud.network().await;
    for (change, status, code) in [
        (json!({"SecurityGroupId": "sg-bp1fg655nh68xyz"}), 404, "InvalidSecurityGroupId.NotFound"),
        (json!({"SecurityGroupId": stranger.group}), 400, "InvalidParameter.Mismatch"),
        (json!({"ImageId": "m-none"}), 404, "InvalidImageId.NotFound"),
        (json!({"ImageId": null}), 400, "MissingParameter"),
        (json!({"InstanceType": "ecs.none"}), 400, "InvalidInstanceType.ValueNotSupported"),
        (json!({"InstanceType": "ecs.g8y.large"}), 403, "ImageNotSupportInstanceType"),
        (json!({"VSwitchId": "vsw-none"}), 404, "InvalidVSwitchId.NotFound"),
        (json!({"ZoneId": "cn-hangzhou-z"}), 404, "InvalidZoneId.NotFound"),
        (json!({"InstanceName": "1"}), 400, "InvalidInstanceName.Malformed"),
        (json!({"HostName": "-"}), 400, "InvalidHostName.Malformed"),
        (json!({"Password": "short"}), 400, "InvalidPassword.Malformed"),
        (json!({"UserData": "?"}), 400, "InvalidUserData.Base64FormatInvalid"),
        (json!({"InternetMaxBandwidthOut": 101}), 400, "InvalidParameter"),
        (json!({"KeyPairName": "none"}), 404, "InvalidKeyPairName.NotFound"),
        (json!({"RamRoleName": "none"}), 404, "InvalidRamRole.NotFound"),
        (
            json!({"SystemDisk": {"Category": "tape"}}),
            400,
            "InvalidSystemDiskCategory.ValueNotSupported",
        ),
        (json!({"SystemDisk": {"Size": "1"}}), 404, "InvalidSystemDiskSize.LessThanImageSize"),
        (json!({"PrivateIpAddress": "10.0.0.1"}), 400, "InvalidPrivateIpAddress"),
        (json!({"Amount": 101}), 400, "InvalidMaxAmount.Malformed"),
        (json!({"Tag": [{"Key": "a"}, {"Key": "a"}]}), 400, "Duplicate.TagKey"),
        (json!({"DryRun": true}), 400, "DryRunOperation"),
    ] {
        let mut input = json!({
            "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": network.group,
            "VSwitchId": network.vswitch,
        });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        cloud.fails("ecs", "RunInstances", input, status, code).await;
    }
    assert_eq!(cloud.ok("ecs", "DescribeInstances", json!({})).await["TotalCount"], 0);
    let nothing = json!({"ImageId": IMAGE});
    cloud.fails("ecs", "CreateInstance", nothing, 400, "MissingParameter").await;
    let example = json!({
        "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": "sg-bp1fg655nh68xyz",
    });
    cloud.fails("ecs", "CreateInstance", example, 404, "InvalidSecurityGroupId.NotFound").await;
}

#[tokio::test]
async fn an_instance_without_a_network_gets_the_default_one() {
    let cloud = Cloud::new();
    let input = json!({"ImageId": IMAGE, "InstanceType": TYPE, "Amount": 2});
    cloud.ok("ecs", "RunInstances", input).await;
    let input = json!({"ImageId": IMAGE, "InstanceType": TYPE, "ZoneId": "cn-hangzhou-b"});
    cloud.ok("ecs", "CreateInstance", input).await;
    let vpcs = cloud.ok("vpc", "DescribeVpcs", json!({"IsDefault": true})).await;
    assert_eq!(vpcs["TotalCount"], 1);
    let vswitches = cloud.ok("vpc", "DescribeVSwitches", json!({})).await;
    assert_eq!(vswitches["TotalCount"], 2);
    let groups = cloud.ok("ecs", "DescribeSecurityGroups", json!({})).await;
    assert_eq!(groups["TotalCount"], 1);
    assert_eq!(groups["SecurityGroups"]["SecurityGroup"][0]["EcsCount"], 3);
}

#[tokio::test]
async fn a_token_makes_a_repeated_launch_safe() {
    let cloud = Cloud::new();
    let input = json!({"ImageId": IMAGE, "InstanceType": TYPE, "ClientToken": "once"});
    let first = cloud.ok("ecs", "RunInstances", input.clone()).await;
    let second = cloud.ok("ecs", "RunInstances", input).await;
    assert_eq!(first["InstanceIdSets"], second["InstanceIdSets"]);
    assert_eq!(cloud.ok("ecs", "DescribeInstances", json!({})).await["TotalCount"], 1);
}

#[tokio::test]
async fn several_instances_change_together() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 2).await;
    let all = json!({"InstanceId": ids});
    let code = "IncorrectInstanceStatus";
    cloud.fails("ecs", "StartInstances", all.clone(), 403, code).await;
    let stopped = cloud.ok("ecs", "StopInstances", all.clone()).await;
    let response = &stopped["InstanceResponses"]["InstanceResponse"][0];
    assert_eq!(response["Code"], "200");
    assert_eq!(response["PreviousStatus"], "Running");
    assert_eq!(response["CurrentStatus"], "Stopping");
    cloud.settle();
    cloud.ok("ecs", "StartInstances", json!({"InstanceId": [ids[0]]})).await;
    let some = json!({"InstanceId": ids, "BatchOptimization": "SuccessFirst"});
    let started = cloud.ok("ecs", "StartInstances", some).await;
    let codes = texts(&started["InstanceResponses"]["InstanceResponse"], "Code");
    assert_eq!(codes, ["IncorrectInstanceStatus", "200"]);
    cloud.settle();
    let rebooted = cloud.ok("ecs", "RebootInstances", all.clone()).await;
    let now = texts(&rebooted["InstanceResponses"]["InstanceResponse"], "CurrentStatus");
    assert_eq!(now, ["Stopping", "Stopping"]);
    cloud.settle();
    cloud.fails("ecs", "DeleteInstances", all, 403, code).await;
    cloud.ok("ecs", "DeleteInstances", json!({"InstanceId": ids, "Force": true})).await;
    assert_eq!(cloud.ok("ecs", "DescribeInstances", json!({})).await["TotalCount"], 0);
    let none = json!({"InstanceId": ["i-none"]});
    cloud.fails("ecs", "StopInstances", none, 404, "InvalidInstanceIds.NotFound").await;
}

#[tokio::test]
async fn attributes_change() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let id = create(&cloud, &network).await;
    let script = STANDARD.encode("#!/bin/sh\n");
    let change = json!({
        "InstanceId": id, "Description": "new", "DeletionProtection": true, "UserData": script,
    });
    cloud.ok("ecs", "ModifyInstanceAttribute", change).await;
    assert_eq!(one(&cloud, &id).await["Description"], "new");
    let data = cloud.ok("ecs", "DescribeUserData", json!({"InstanceId": id})).await;
    assert_eq!(data["UserData"], script);
    let code = "InvalidOperation.DeletionProtection";
    cloud.fails("ecs", "DeleteInstance", json!({"InstanceId": id}), 403, code).await;
    let bad = json!({"InstanceId": id, "InstanceName": "http://a"});
    let code = "InvalidInstanceName.Malformed";
    cloud.fails("ecs", "ModifyInstanceAttribute", bad, 400, code).await;
    let stranger = cloud.network().await;
    let moved = json!({"InstanceId": id, "SecurityGroupIds": [stranger.group]});
    let code = "InvalidInstanceId.Mismatch";
    cloud.fails("ecs", "ModifyInstanceAttribute", moved, 400, code).await;
}

#[tokio::test]
async fn a_public_address_is_allocated() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let id = create(&cloud, &network).await;
    assert!(is_empty(&one(&cloud, &id).await["PublicIpAddress"]["IpAddress"]));
    let allocated = cloud.ok("ecs", "AllocatePublicIpAddress", json!({"InstanceId": id})).await;
    let shown = one(&cloud, &id).await;
    assert_eq!(shown["PublicIpAddress"]["IpAddress"], json!([allocated["IpAddress"]]));
    let again = json!({"InstanceId": id});
    cloud.fails("ecs", "AllocatePublicIpAddress", again, 403, "AllocatedAlready").await;
    let other = cloud.instances(&network, 1).await.remove(0);
    let code = "AllocateIpInvalidInstanceBandwidth";
    let input = json!({"InstanceId": other});
    cloud.fails("ecs", "AllocatePublicIpAddress", input, 400, code).await;
}

#[tokio::test]
async fn the_console_of_a_machine_that_never_ran_is_empty() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let id = create(&cloud, &network).await;
    let console = cloud.ok("ecs", "GetInstanceConsoleOutput", json!({"InstanceId": id})).await;
    assert_eq!((&console["ConsoleOutput"], &console["InstanceId"]), (&json!(""), &json!(id)));
    assert_eq!(text(&console["LastUpdateTime"]).len(), "2026-11-21 02:34:56".len());
    let code = "InvalidInstanceId.NotFound";
    let none = json!({"InstanceId": "i-none"});
    cloud.fails("ecs", "GetInstanceConsoleOutput", none, 404, code).await;
}

#[tokio::test]
async fn instances_elsewhere_are_found_by_their_ids() {
    let cloud = Cloud::new();
    let input = json!({"RegionId": "us-west-1", "ImageId": IMAGE, "InstanceType": TYPE});
    let id = text(&cloud.ok("ecs", "CreateInstance", input).await["InstanceId"]);
    assert!(id.starts_with("i-rj9"), "{id}");
    cloud.ok("ecs", "StartInstance", json!({"InstanceId": id})).await;
    let here = cloud.ok("ecs", "DescribeInstances", json!({})).await;
    assert_eq!(here["TotalCount"], 0);
    let there = cloud.ok("ecs", "DescribeInstances", json!({"RegionId": "us-west-1"})).await;
    assert_eq!(there["Instances"]["Instance"][0]["RegionId"], "us-west-1");
}

#[tokio::test]
async fn the_clean_up_loop_of_the_manual() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let running = cloud.instances(&network, 1).await;
    for _ in 0..2 {
        create(&cloud, &network).await;
    }
    let stopped = cloud.ok("ecs", "DescribeInstances", json!({"Status": "Stopped"})).await;
    for id in texts(&stopped["Instances"]["Instance"], "InstanceId") {
        cloud.ok("ecs", "DeleteInstance", json!({"InstanceId": id})).await;
    }
    let left = cloud.ok("ecs", "DescribeInstances", json!({"PageSize": 10})).await;
    assert_eq!(texts(&left["Instances"]["Instance"], "InstanceId"), running);
}
