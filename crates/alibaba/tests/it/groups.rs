//! Security groups, their rules, key pairs and the tags of both.

use serde_json::json;

use crate::harness::{Cloud, is_empty, text, texts};

#[tokio::test]
async fn groups_live() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let input = json!({
        "VpcId": network.vpc, "SecurityGroupName": "web", "Description": "ports",
        "Tag": [{"Key": "team", "Value": "web"}],
    });
    let id = text(&cloud.ok("ecs", "CreateSecurityGroup", input).await["SecurityGroupId"]);
    assert!(id.starts_with("sg-bp1") && id.len() == 23, "{id}");
    let listed = cloud
        .ok("ecs", "DescribeSecurityGroups", json!({"SecurityGroupIds": json!([id]).to_string()}))
        .await;
    let group = &listed["SecurityGroups"]["SecurityGroup"][0];
    assert_eq!(group["SecurityGroupName"], "web");
    assert_eq!(group["VpcId"], network.vpc.as_str());
    assert_eq!(group["EcsCount"], 0);
    assert_eq!(group["Tags"]["Tag"], json!([{"TagValue": "web", "TagKey": "team"}]));
    let change = json!({"SecurityGroupId": id, "SecurityGroupName": "other"});
    cloud.ok("ecs", "ModifySecurityGroupAttribute", change).await;
    let first = cloud.ok("ecs", "DescribeSecurityGroups", json!({"MaxResults": 1})).await;
    let token = text(&first["NextToken"]);
    let next = json!({"MaxResults": 1, "NextToken": token});
    let next = cloud.ok("ecs", "DescribeSecurityGroups", next).await;
    assert_eq!((&first["TotalCount"], &next["NextToken"]), (&json!(2), &json!("")));
    cloud.ok("ecs", "DeleteSecurityGroup", json!({"SecurityGroupId": id})).await;
    let code = "InvalidSecurityGroupId.NotFound";
    let gone = json!({"SecurityGroupId": id});
    cloud.fails("ecs", "DeleteSecurityGroup", gone, 404, code).await;
}

#[tokio::test]
async fn bad_groups_are_refused() {
    let cloud = Cloud::new();
    for (input, status, code) in [
        (json!({}), 403, "InvalidVpcId.NotFound"),
        (json!({"VpcId": "vpc-none"}), 404, "InvalidVpcId.NotFound"),
        (json!({"SecurityGroupName": "1"}), 400, "InvalidSecurityGroupName.Malformed"),
        (json!({"SecurityGroupType": "odd"}), 400, "InvalidParams.GroupType"),
    ] {
        cloud.fails("ecs", "CreateSecurityGroup", input, status, code).await;
    }
}

#[tokio::test]
async fn rules_are_listed_in_the_order_in_which_they_came() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ports = ["90/90", "80/80", "443/443", "22/22"];
    for two in ports.chunks(2) {
        let rules: Vec<_> = two
            .iter()
            .map(
                |port| json!({"IpProtocol": "tcp", "PortRange": port, "SourceCidrIp": "0.0.0.0/0"}),
            )
            .collect();
        let input = json!({"SecurityGroupId": network.group, "Permissions": rules});
        cloud.ok("ecs", "AuthorizeSecurityGroup", input).await;
        cloud.local.shared.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let input = json!({"SecurityGroupId": network.group});
    let all = cloud.ok("ecs", "DescribeSecurityGroupAttribute", input).await;
    assert_eq!(texts(&all["Permissions"]["Permission"], "PortRange"), ports);
    let first = json!({"SecurityGroupId": network.group, "MaxResults": 3});
    let first = cloud.ok("ecs", "DescribeSecurityGroupAttribute", first).await;
    assert_eq!(texts(&first["Permissions"]["Permission"], "PortRange"), ports[..3]);
    let rest = json!({"SecurityGroupId": network.group, "NextToken": first["NextToken"]});
    let rest = cloud.ok("ecs", "DescribeSecurityGroupAttribute", rest).await;
    assert_eq!(texts(&rest["Permissions"]["Permission"], "PortRange"), ports[3..]);
}

#[tokio::test]
async fn groups_that_others_name() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let other = cloud.ok("ecs", "CreateSecurityGroup", json!({"VpcId": network.vpc})).await;
    let other = text(&other["SecurityGroupId"]);
    let rule = json!({
        "SecurityGroupId": network.group, "IpProtocol": "tcp", "PortRange": "80/80",
        "SourceGroupId": other,
    });
    cloud.ok("ecs", "AuthorizeSecurityGroup", rule).await;
    let both = json!({"SecurityGroupId": [other, network.group]});
    let output = cloud.ok("ecs", "DescribeSecurityGroupReferences", both).await;
    let references = &output["SecurityGroupReferences"]["SecurityGroupReference"];
    assert_eq!(texts(references, "SecurityGroupId"), [other.as_str()]);
    let naming = &references[0]["ReferencingSecurityGroups"]["ReferencingSecurityGroup"];
    assert_eq!(texts(naming, "SecurityGroupId"), [network.group.as_str()]);
    for (input, status, code) in [
        (json!({}), 400, "InvalidSecurityGroupId.Malformed"),
        (json!({"SecurityGroupId": ["sg-none"]}), 404, "InvalidSecurityGroupId.NotFound"),
    ] {
        cloud.fails("ecs", "DescribeSecurityGroupReferences", input, status, code).await;
    }
}

#[tokio::test]
async fn rules_come_and_go() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let group = &network.group;
    let rule = json!({
        "SecurityGroupId": group, "IpProtocol": "tcp", "PortRange": "80/80",
        "SourceCidrIp": "0.0.0.0/0", "Description": "web",
    });
    cloud.ok("ecs", "AuthorizeSecurityGroup", rule.clone()).await;
    cloud.ok("ecs", "AuthorizeSecurityGroup", rule.clone()).await;
    let several = json!({"SecurityGroupId": group, "Permissions": [
        {"IpProtocol": "TCP", "PortRange": "443/443", "SourceCidrIp": "10.0.0.0/8", "Priority": "5"},
        {"IpProtocol": "ALL", "PortRange": "-1/-1", "Ipv6SourceCidrIp": "::/0", "Policy": "drop"},
    ]});
    cloud.ok("ecs", "AuthorizeSecurityGroup", several).await;
    let egress = json!({
        "SecurityGroupId": group, "IpProtocol": "udp", "PortRange": "53/53",
        "DestCidrIp": "0.0.0.0/0",
    });
    cloud.ok("ecs", "AuthorizeSecurityGroupEgress", egress.clone()).await;
    let all = json!({"SecurityGroupId": group});
    let attribute = cloud.ok("ecs", "DescribeSecurityGroupAttribute", all.clone()).await;
    let rules = attribute["Permissions"]["Permission"].as_array().unwrap();
    assert_eq!(rules.len(), 4);
    let web = rules.iter().find(|rule| rule["PortRange"] == "80/80").unwrap();
    assert_eq!(web["IpProtocol"], "TCP");
    assert_eq!(web["Policy"], "Accept");
    assert_eq!(web["Priority"], "1");
    assert_eq!(web["Direction"], "ingress");
    assert_eq!(web["NicType"], "intranet");
    assert_eq!(web["Description"], "web");
    let out = json!({"SecurityGroupId": group, "Direction": "egress"});
    let out = cloud.ok("ecs", "DescribeSecurityGroupAttribute", out).await;
    assert_eq!(texts(&out["Permissions"]["Permission"], "IpProtocol"), ["UDP"]);
    cloud.ok("ecs", "RevokeSecurityGroupEgress", egress).await;
    cloud.ok("ecs", "RevokeSecurityGroup", rule.clone()).await;
    cloud.ok("ecs", "RevokeSecurityGroup", rule).await;
    let by_id = rules.iter().find(|rule| rule["PortRange"] == "443/443").unwrap();
    let by_id = json!({
        "SecurityGroupId": group, "SecurityGroupRuleId": [by_id["SecurityGroupRuleId"]],
    });
    cloud.ok("ecs", "RevokeSecurityGroup", by_id.clone()).await;
    let code = "InvalidSecurityGroupRuleId.NotFound";
    cloud.fails("ecs", "RevokeSecurityGroup", by_id, 404, code).await;
    let left = cloud.ok("ecs", "DescribeSecurityGroupAttribute", all).await;
    assert_eq!(texts(&left["Permissions"]["Permission"], "Policy"), ["Drop"]);
}

#[tokio::test]
async fn bad_rules_are_refused() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    for (change, status, code) in [
        (json!({"SecurityGroupId": "sg-none"}), 404, "InvalidSecurityGroupId.NotFound"),
        (json!({"IpProtocol": "sctp"}), 400, "InvalidIpProtocol.ValueNotSupported"),
        (json!({"PortRange": "80"}), 400, "InvalidParam.PortRange"),
        (json!({"PortRange": null}), 400, "InvalidPortRange.Malformed"),
        (json!({"IpProtocol": "icmp"}), 400, "OperationDenied"),
        (json!({"SourceCidrIp": "everywhere"}), 400, "InvalidSourceCidrIp.Malformed"),
        (json!({"SourceCidrIp": null}), 400, "MissingParameter.Source"),
        (json!({"Ipv6SourceCidrIp": "::/0"}), 400, "InvalidParam.SourceIp"),
        (json!({"SourceGroupId": "sg-none"}), 404, "InvalidSourceGroupId.NotFound"),
        (json!({"SourceGroupId": network.group}), 403, "InvalidParamter.Conflict"),
        (json!({"Policy": "maybe"}), 400, "InvalidPolicy.Malformed"),
        (json!({"Priority": "101"}), 400, "InvalidPriority.ValueNotSupported"),
        (json!({"NicType": "extranet"}), 400, "InvalidNicType.ValueNotSupported"),
        (json!({"Permissions": [{"IpProtocol": "tcp"}]}), 400, "InvalidParam.Permissions"),
    ] {
        let mut input = json!({
            "SecurityGroupId": network.group, "IpProtocol": "tcp", "PortRange": "80/80",
            "SourceCidrIp": "0.0.0.0/0",
        });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        cloud.fails("ecs", "AuthorizeSecurityGroup", input, status, code).await;
    }
}

#[tokio::test]
async fn groups_that_are_needed_stay() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let other = cloud.ok("ecs", "CreateSecurityGroup", json!({"VpcId": network.vpc})).await;
    let other = text(&other["SecurityGroupId"]);
    let rule = json!({
        "SecurityGroupId": other, "IpProtocol": "tcp", "PortRange": "22/22",
        "SourceGroupId": network.group,
    });
    cloud.ok("ecs", "AuthorizeSecurityGroup", rule.clone()).await;
    let delete = json!({"SecurityGroupId": network.group});
    cloud.fails("ecs", "DeleteSecurityGroup", delete.clone(), 403, "DependencyViolation").await;
    cloud.ok("ecs", "RevokeSecurityGroup", rule).await;
    let instance = cloud.instances(&network, 1).await.remove(0);
    cloud.fails("ecs", "DeleteSecurityGroup", delete.clone(), 403, "DependencyViolation").await;
    let own = json!({"SecurityGroupId": network.group, "InstanceId": instance});
    cloud.fails("ecs", "LeaveSecurityGroup", own.clone(), 403, "InstanceLastSecurityGroup").await;
    let join = json!({"SecurityGroupId": other, "InstanceId": instance});
    cloud.ok("ecs", "JoinSecurityGroup", join.clone()).await;
    cloud.fails("ecs", "JoinSecurityGroup", join, 403, "InvalidInstanceId.AlreadyExists").await;
    cloud.ok("ecs", "LeaveSecurityGroup", own.clone()).await;
    cloud.fails("ecs", "LeaveSecurityGroup", own, 403, "InstanceNotInSecurityGroup").await;
    cloud.ok("ecs", "DeleteSecurityGroup", delete).await;
}

#[tokio::test]
async fn tags_of_resources() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let instance = cloud.instances(&network, 1).await.remove(0);
    let tag = json!({
        "ResourceType": "instance", "ResourceId": [instance],
        "Tag": [{"Key": "env", "Value": "test"}, {"Key": "team", "Value": "web"}],
    });
    cloud.ok("ecs", "TagResources", tag).await;
    let filter = json!({"ResourceType": "instance", "Tag": [{"Key": "env", "Value": "test"}]});
    let listed = cloud.ok("ecs", "ListTagResources", filter).await;
    assert_eq!(texts(&listed["TagResources"]["TagResource"], "TagKey"), ["env", "team"]);
    let found = json!({"Tag": [{"Key": "team"}]});
    let found = cloud.ok("ecs", "DescribeInstances", found).await;
    assert_eq!(texts(&found["Instances"]["Instance"], "InstanceId"), [instance.as_str()]);
    let untag = json!({"ResourceType": "instance", "ResourceId": [instance], "All": true});
    cloud.ok("ecs", "UntagResources", untag).await;
    let all = json!({"ResourceType": "instance", "ResourceId": [instance]});
    let listed = cloud.ok("ecs", "ListTagResources", all).await;
    assert!(is_empty(&listed["TagResources"]["TagResource"]));
    for (input, status, code) in [
        (json!({"ResourceType": "moon"}), 404, "InvalidResourceType.NotFound"),
        (json!({"ResourceId": ["i-none"]}), 404, "InvalidResourceId.NotFound"),
        (json!({"ResourceId": []}), 404, "MissingParameter.ResourceIds"),
        (json!({"Tag": []}), 404, "MissingParameter.Tags"),
        (json!({"Tag": [{"Key": "aliyun"}]}), 400, "InvalidTagKey.Malformed"),
    ] {
        let mut tag = json!({
            "ResourceType": "instance", "ResourceId": [instance], "Tag": [{"Key": "a"}],
        });
        tag.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        cloud.fails("ecs", "TagResources", tag, status, code).await;
    }
    let nothing = json!({"ResourceType": "instance"});
    let code = "BothEmpty.TagsAndResources";
    cloud.fails("ecs", "ListTagResources", nothing, 403, code).await;
}

#[tokio::test]
async fn key_pairs_live() {
    let cloud = Cloud::new();
    let key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQDKqZ9a user@host";
    let import = json!({"KeyPairName": "mine", "PublicKeyBody": key});
    let imported = cloud.ok("ecs", "ImportKeyPair", import.clone()).await;
    assert_eq!(text(&imported["KeyPairFingerPrint"]).len(), 47);
    cloud.fails("ecs", "ImportKeyPair", import, 400, "KeyPair.AlreadyExist").await;
    let bad = json!({"KeyPairName": "other", "PublicKeyBody": "key"});
    cloud.fails("ecs", "ImportKeyPair", bad, 400, "InvalidPublicKeyBody.Malformed").await;
    let list = json!({"KeyPairName": "m*", "IncludePublicKey": true});
    let listed = cloud.ok("ecs", "DescribeKeyPairs", list).await;
    assert_eq!(texts(&listed["KeyPairs"]["KeyPair"], "PublicKey"), [key]);
    let delete = json!({"KeyPairNames": "[\"mine\"]"});
    cloud.ok("ecs", "DeleteKeyPairs", delete).await;
    assert_eq!(cloud.ok("ecs", "DescribeKeyPairs", json!({})).await["TotalCount"], 0);
}
