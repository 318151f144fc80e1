//! VPCs and vSwitches, by VPC's calls and by ECS's.

use jiff::SignedDuration;
use serde_json::json;

use crate::harness::{Cloud, text, texts};

#[tokio::test]
async fn vpcs_live() {
    let cloud = Cloud::new();
    let input = json!({
        "CidrBlock": "192.168.0.0/16", "VpcName": "main", "Description": "one",
        "UserCidr": "8.0.0.0/8", "Tag": [{"Key": "team", "Value": "web"}],
    });
    let created = cloud.ok("vpc", "CreateVpc", input).await;
    let id = text(&created["VpcId"]);
    assert!(id.starts_with("vpc-bp1") && id.len() == 25, "{id}");
    assert!(text(&created["VRouterId"]).starts_with("vrt-bp1"));
    let listed = cloud.ok("vpc", "DescribeVpcs", json!({})).await;
    assert_eq!((&listed["TotalCount"], &listed["PageSize"]), (&json!(1), &json!(10)));
    let vpc = &listed["Vpcs"]["Vpc"][0];
    assert_eq!(vpc["VpcId"], id.as_str());
    assert_eq!(vpc["Status"], "Available");
    assert_eq!(vpc["IsDefault"], false);
    assert_eq!(vpc["CidrBlock"], "192.168.0.0/16");
    assert_eq!(vpc["Tags"]["Tag"], json!([{"Key": "team", "Value": "web"}]));
    assert_eq!(vpc["UserCidrs"]["UserCidr"], json!(["8.0.0.0/8"]));
    assert_eq!(vpc["OwnerId"], 1_234_567_890_123_456_i64);
    assert_eq!(text(&vpc["CreationTime"]).len(), "2026-11-21T02:34:56Z".len());
    let change = json!({"VpcId": id, "VpcName": "other", "Description": "two"});
    cloud.ok("vpc", "ModifyVpcAttribute", change).await;
    let vpc = cloud.ok("vpc", "DescribeVpcAttribute", json!({"VpcId": id})).await;
    assert_eq!((&vpc["VpcName"], &vpc["Description"]), (&json!("other"), &json!("two")));
    assert_eq!(vpc["RegionId"], "cn-hangzhou");
    cloud.ok("vpc", "DeleteVpc", json!({"VpcId": id})).await;
    cloud.fails("vpc", "DeleteVpc", json!({"VpcId": id}), 404, "InvalidVpcId.NotFound").await;
}

#[tokio::test]
async fn vpcs_are_found() {
    let cloud = Cloud::new();
    for at in 0..12 {
        let input = json!({
            "VpcName": format!("vpc-{at}"), "Tag": [{"Key": "parity", "Value": (at % 2).to_string()}],
        });
        cloud.ok("vpc", "CreateVpc", input).await;
        cloud.local.shared.clock.advance(SignedDuration::from_secs(1));
    }
    let first = cloud.ok("vpc", "DescribeVpcs", json!({"PageSize": 2})).await;
    assert_eq!(texts(&first["Vpcs"]["Vpc"], "VpcName"), ["vpc-11", "vpc-10"]);
    let second = cloud.ok("vpc", "DescribeVpcs", json!({"PageNumber": 2})).await;
    assert_eq!(second["Vpcs"]["Vpc"].as_array().unwrap().len(), 2);
    let odd = json!({"Tag": [{"Key": "parity", "Value": "1"}], "PageSize": 50});
    let odd = cloud.ok("vpc", "DescribeVpcs", odd).await;
    assert_eq!(odd["TotalCount"], 6);
    let named = cloud.ok("vpc", "DescribeVpcs", json!({"VpcName": "vpc-7"})).await;
    assert_eq!(texts(&named["Vpcs"]["Vpc"], "VpcName"), ["vpc-7"]);
    let ids = texts(&odd["Vpcs"]["Vpc"], "VpcId")[..2].join(",");
    let both = cloud.ok("vpc", "DescribeVpcs", json!({"VpcId": ids})).await;
    assert_eq!(both["TotalCount"], 2);
    let elsewhere = cloud.ok("vpc", "DescribeVpcs", json!({"RegionId": "us-west-1"})).await;
    assert_eq!(elsewhere["TotalCount"], 0);
    let bad = json!({"PageSize": 51});
    cloud.fails("vpc", "DescribeVpcs", bad, 400, "InvalidParameter").await;
}

#[tokio::test]
async fn bad_vpcs_are_refused() {
    let cloud = Cloud::new();
    for (input, code) in [
        (json!({"CidrBlock": "10.0.0.1/8"}), "InvalidParameter"),
        (json!({"CidrBlock": "10.0.0.0/29"}), "InvalidParameter"),
        (json!({"CidrBlock": "100.64.0.0/16"}), "InvalidParameter"),
        (json!({"VpcName": "http://a"}), "InvalidVpcName.Malformed"),
        (json!({"UserCidr": "8.8.8.8"}), "IllegalParam.UserCidr"),
        (json!({"ResourceGroupId": "rg-none"}), "InvalidResourceGroupId"),
        (json!({"Tag": [{"Key": "acs:a"}]}), "InvalidTagKey"),
        (json!({"Tag": [{"Key": "a"}, {"Key": "a"}]}), "Forbidden.TagKey.Duplicated"),
        (json!({"DryRun": true}), "DryRunOperation"),
    ] {
        cloud.fails("vpc", "CreateVpc", input, 400, code).await;
    }
    assert_eq!(cloud.ok("vpc", "DescribeVpcs", json!({})).await["TotalCount"], 0);
}

#[tokio::test]
async fn a_token_makes_a_repeated_call_safe() {
    let cloud = Cloud::new();
    let input = json!({"VpcName": "one", "ClientToken": "token"});
    let first = cloud.ok("vpc", "CreateVpc", input.clone()).await;
    let second = cloud.ok("vpc", "CreateVpc", input).await;
    assert_eq!(first["VpcId"], second["VpcId"]);
    let other = json!({"VpcName": "two", "ClientToken": "token"});
    cloud.fails("vpc", "CreateVpc", other, 400, "IdempotentParameterMismatch").await;
}

#[tokio::test]
async fn vswitches_live() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let id = &network.vswitch;
    let listed = cloud.ok("vpc", "DescribeVSwitches", json!({"VpcId": network.vpc})).await;
    let vswitch = &listed["VSwitches"]["VSwitch"][0];
    assert_eq!(vswitch["VSwitchId"], id.as_str());
    assert_eq!(vswitch["AvailableIpAddressCount"], 252);
    assert_eq!(vswitch["ZoneId"], "cn-hangzhou-h");
    let change = json!({"VSwitchId": id, "VSwitchName": "front"});
    cloud.ok("vpc", "ModifyVSwitchAttribute", change).await;
    let vswitch = cloud.ok("vpc", "DescribeVSwitchAttributes", json!({"VSwitchId": id})).await;
    assert_eq!(vswitch["VSwitchName"], "front");
    let vpc = cloud.ok("vpc", "DescribeVpcAttribute", json!({"VpcId": network.vpc})).await;
    assert_eq!(vpc["VSwitchIds"]["VSwitchId"], json!([id]));
    let delete = json!({"VpcId": network.vpc});
    cloud.fails("vpc", "DeleteVpc", delete.clone(), 400, "DependencyViolation.VSwitch").await;
    cloud.ok("vpc", "DeleteVSwitch", json!({"VSwitchId": id})).await;
    let code = "DependencyViolation.SecurityGroup";
    cloud.fails("vpc", "DeleteVpc", delete.clone(), 400, code).await;
    let group = json!({"SecurityGroupId": network.group});
    cloud.ok("ecs", "DeleteSecurityGroup", group).await;
    cloud.ok("vpc", "DeleteVpc", delete).await;
    let code = "InvalidVSwitchId.NotFound";
    cloud.fails("vpc", "DeleteVSwitch", json!({"VSwitchId": id}), 404, code).await;
    cloud.fails("vpc", "DescribeVSwitchAttributes", json!({"VSwitchId": id}), 404, code).await;
}

#[tokio::test]
async fn bad_vswitches_are_refused() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    for (change, status, code) in [
        (json!({"VpcId": "vpc-none"}), 404, "InvalidVpcId.NotFound"),
        (json!({"ZoneId": "cn-hangzhou-z"}), 404, "InvalidZoneId.NotFound"),
        (json!({"CidrBlock": "172.16.0.128/25"}), 400, "InvalidCidrBlock.Overlapped"),
        (json!({"CidrBlock": "10.0.0.0/24"}), 400, "InvalidParameter"),
        (json!({"CidrBlock": "172.16.1.0/30"}), 400, "InvalidCirdrBlock.MaskLength"),
        (json!({"CidrBlock": "here"}), 400, "InvalidCidrBlock.Malformed"),
    ] {
        let mut input = json!({
            "VpcId": network.vpc, "ZoneId": "cn-hangzhou-h", "CidrBlock": "172.16.1.0/24",
        });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        cloud.fails("vpc", "CreateVSwitch", input, status, code).await;
    }
    let instances = cloud.instances(&network, 1).await;
    assert_eq!(instances.len(), 1);
    let delete = json!({"VSwitchId": network.vswitch});
    cloud.fails("vpc", "DeleteVSwitch", delete, 400, "DependencyViolation").await;
}

#[tokio::test]
async fn tags_of_networks() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let tag = json!({
        "ResourceType": "VPC", "ResourceId": [network.vpc],
        "Tag": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    });
    cloud.ok("vpc", "TagResources", tag).await;
    let list = json!({"ResourceType": "VPC", "ResourceId": [network.vpc]});
    let tags = cloud.ok("vpc", "ListTagResources", list.clone()).await;
    assert_eq!(texts(&tags["TagResources"]["TagResource"], "TagKey"), ["a", "b"]);
    let first = json!({"ResourceType": "VPC", "ResourceId": [network.vpc], "MaxResults": 1});
    let first = cloud.ok("vpc", "ListTagResources", first).await;
    let rest = json!({
        "ResourceType": "VPC", "ResourceId": [network.vpc], "NextToken": first["NextToken"],
    });
    let rest = cloud.ok("vpc", "ListTagResources", rest).await;
    assert_eq!(texts(&rest["TagResources"]["TagResource"], "TagKey"), ["b"]);
    for most in [0, 51, 100_000] {
        let bad = json!({"ResourceType": "VPC", "ResourceId": [network.vpc], "MaxResults": most});
        cloud.fails("vpc", "ListTagResources", bad, 400, "IllegalParam.MaxResults").await;
    }
    let bad = json!({"ResourceType": "VPC", "ResourceId": [network.vpc], "NextToken": "?"});
    cloud.fails("vpc", "ListTagResources", bad, 400, "IllegalParam.NextToken").await;
    let untag = json!({"ResourceType": "VPC", "ResourceId": [network.vpc], "TagKey": ["a"]});
    cloud.ok("vpc", "UnTagResources", untag).await;
    let tags = cloud.ok("vpc", "ListTagResources", list).await;
    assert_eq!(texts(&tags["TagResources"]["TagResource"], "TagKey"), ["b"]);
    let unknown = json!({
        "ResourceType": "VSWITCH", "ResourceId": ["vsw-none"], "Tag": [{"Key": "a"}],
    });
    cloud.fails("vpc", "TagResources", unknown, 400, "InvalidInstanceIds.NotFound").await;
}

#[tokio::test]
async fn the_first_version_sees_the_same() {
    let cloud = Cloud::new();
    let vpc = cloud.ok("ecs", "CreateVpc", json!({"VpcName": "old"})).await;
    let vpc = text(&vpc["VpcId"]);
    let input = json!({"VpcId": vpc, "ZoneId": "cn-hangzhou-h", "CidrBlock": "172.16.0.0/24"});
    let vswitch = text(&cloud.ok("ecs", "CreateVSwitch", input).await["VSwitchId"]);
    cloud.ok("ecs", "ModifyVpcAttribute", json!({"VpcId": vpc, "VpcName": "new"})).await;
    let change = json!({"VSwitchId": vswitch, "VSwitchName": "new"});
    cloud.ok("ecs", "ModifyVSwitchAttribute", change).await;
    let vpcs = cloud.ok("ecs", "DescribeVpcs", json!({})).await;
    assert_eq!(texts(&vpcs["Vpcs"]["Vpc"], "VpcName"), ["new"]);
    let vswitches = cloud.ok("ecs", "DescribeVSwitches", json!({"VpcId": vpc})).await;
    assert_eq!(texts(&vswitches["VSwitches"]["VSwitch"], "VSwitchName"), ["new"]);
    let same = cloud.ok("vpc", "DescribeVpcs", json!({"VpcId": vpc})).await;
    assert_eq!(same["TotalCount"], 1);
    cloud.ok("ecs", "DeleteVSwitch", json!({"VSwitchId": vswitch})).await;
    cloud.ok("ecs", "DeleteVpc", json!({"VpcId": vpc})).await;
}
