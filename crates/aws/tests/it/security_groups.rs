//! Security groups and their rules.

use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, count, text};

async fn group(cloud: &Cloud, name: &str) -> String {
    let input = json!({ "GroupName": name, "Description": "for tests" });
    text(&cloud.ok("ec2", "CreateSecurityGroup", input).await, "/GroupId")
}

fn tcp(port: u16, block: &str) -> Json {
    json!({
        "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{ "CidrIp": block }],
    })
}

async fn shown(cloud: &Cloud, id: &str) -> Json {
    let groups = cloud.ok("ec2", "DescribeSecurityGroups", json!({ "GroupIds": [id] })).await;
    groups["SecurityGroups"][0].clone()
}

#[tokio::test]
async fn a_group_lets_everything_out_and_nothing_in() {
    let cloud = Cloud::new();
    let id = group(&cloud, "web").await;
    let group = shown(&cloud, &id).await;
    assert_eq!(group["IpPermissions"], json!([]));
    assert_eq!(
        group["IpPermissionsEgress"],
        json!([{
            "IpProtocol": "-1",
            "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [],
        }])
    );
    assert_eq!(group["OwnerId"], ACCOUNT);
    let by_name = json!({ "GroupNames": ["web"] });
    let by_name = cloud.ok("ec2", "DescribeSecurityGroups", by_name).await;
    assert_eq!(by_name["SecurityGroups"][0], group);
}

#[tokio::test]
async fn names_and_descriptions_are_checked() {
    let cloud = Cloud::new();
    group(&cloud, "web").await;
    for (name, description, code) in [
        ("web", "again", "InvalidGroup.Duplicate"),
        ("sg-web", "x", "InvalidParameterValue"),
        ("default", "x", "InvalidParameterValue"),
        ("other", "a < b", "InvalidParameterValue"),
        ("", "x", "MissingParameter"),
    ] {
        let input = json!({ "GroupName": name, "Description": description });
        cloud.fails("ec2", "CreateSecurityGroup", input, code).await;
    }
    let input = json!({ "GroupName": "other", "Description": "a < b" });
    let message = cloud.fails("ec2", "CreateSecurityGroup", input, "InvalidParameterValue").await;
    assert!(message.ends_with("a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"), "{message}");
}

#[tokio::test]
async fn rules_come_and_go() {
    let cloud = Cloud::new();
    let id = group(&cloud, "web").await;
    let open =
        json!({ "GroupId": id, "IpPermissions": [tcp(80, "0.0.0.0/0"), tcp(80, "10.1.2.3/8")] });
    let added = cloud.ok("ec2", "AuthorizeSecurityGroupIngress", open.clone()).await;
    assert_eq!(added["Return"], true);
    assert_eq!(count(&added, "/SecurityGroupRules"), 2);
    let rule = &added["SecurityGroupRules"][1];
    assert_eq!(rule["CidrIpv4"], "10.0.0.0/8");
    assert_eq!(rule["IsEgress"], false);
    assert!(text(rule, "/SecurityGroupRuleId").starts_with("sgr-0"));
    let group = shown(&cloud, &id).await;
    assert_eq!(count(&group, "/IpPermissions"), 1);
    assert_eq!(count(&group, "/IpPermissions/0/IpRanges"), 2);

    let message = cloud
        .fails("ec2", "AuthorizeSecurityGroupIngress", open, "InvalidPermission.Duplicate")
        .await;
    assert_eq!(
        message,
        "the specified rule \"peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW\" already \
         exists"
    );

    let filters = json!([{ "Name": "group-id", "Values": [id] }]);
    let rules = cloud.ok("ec2", "DescribeSecurityGroupRules", json!({ "Filters": filters })).await;
    assert_eq!(count(&rules, "/SecurityGroupRules"), 3);

    let input = json!({ "GroupId": id, "SecurityGroupRuleIds": [rule["SecurityGroupRuleId"]] });
    let gone = cloud.ok("ec2", "RevokeSecurityGroupIngress", input.clone()).await;
    assert_eq!(gone["RevokedSecurityGroupRules"][0]["CidrIpv4"], "10.0.0.0/8");
    cloud
        .fails("ec2", "RevokeSecurityGroupIngress", input, "InvalidSecurityGroupRuleId.NotFound")
        .await;
    let all = json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] });
    let input = json!({ "GroupId": id, "IpPermissions": [all] });
    cloud.ok("ec2", "RevokeSecurityGroupEgress", input.clone()).await;
    assert_eq!(shown(&cloud, &id).await["IpPermissionsEgress"], json!([]));
    cloud.ok("ec2", "AuthorizeSecurityGroupEgress", input).await;
    assert_eq!(count(&shown(&cloud, &id).await, "/IpPermissionsEgress"), 1);
}

#[tokio::test]
async fn the_older_members_are_one_rule() {
    let cloud = Cloud::new();
    let id = group(&cloud, "old").await;
    let input = json!({
        "GroupName": "old", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0",
    });
    cloud.ok("ec2", "AuthorizeSecurityGroupIngress", input.clone()).await;
    assert_eq!(shown(&cloud, &id).await["IpPermissions"][0]["FromPort"], 22);
    cloud.ok("ec2", "RevokeSecurityGroupIngress", input).await;
    assert_eq!(shown(&cloud, &id).await["IpPermissions"], json!([]));
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let cloud = Cloud::new();
    let id = group(&cloud, "web").await;
    let range = json!([{ "CidrIp": "0.0.0.0/0" }]);
    for (permission, code, message) in [
        (
            json!({ "IpProtocol": "tcp", "IpRanges": range }),
            "InvalidParameterValue",
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        ),
        (
            json!({ "IpProtocol": "tcp", "FromPort": 90, "ToPort": 80, "IpRanges": range }),
            "InvalidParameterValue",
            "Invalid TCP/UDP port range (90:80)",
        ),
        (
            json!({ "IpProtocol": "udp", "FromPort": 1, "ToPort": 70000, "IpRanges": range }),
            "InvalidParameterValue",
            "TCP/UDP port (70000) out of range",
        ),
        (
            json!({ "IpProtocol": "nonsense", "IpRanges": range }),
            "InvalidParameterValue",
            "Invalid value 'nonsense' for IP protocol. Unknown protocol.",
        ),
        (
            json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.0.0.0" }] }),
            "InvalidParameterValue",
            "CIDR block 10.0.0.0 is malformed",
        ),
        (
            json!({ "IpProtocol": "-1" }),
            "MissingParameter",
            "The request must contain the parameter cidrIp",
        ),
    ] {
        let input = json!({ "GroupId": id, "IpPermissions": [permission] });
        let said = cloud.fails("ec2", "AuthorizeSecurityGroupIngress", input, code).await;
        assert_eq!(said, message);
    }
    let input =
        json!({ "GroupId": id, "IpPermissions": [tcp(1, "0.0.0.0/0"), tcp(1, "0.0.0.0/0")] });
    let message =
        cloud.fails("ec2", "AuthorizeSecurityGroupIngress", input, "InvalidParameterValue").await;
    assert_eq!(message, "The same permission must not appear multiple times");
}

#[tokio::test]
async fn what_was_not_there_is_refused_or_reported() {
    let cloud = Cloud::new();
    let id = group(&cloud, "web").await;
    let input = json!({ "GroupId": id, "IpPermissions": [tcp(80, "0.0.0.0/0")] });
    let revoked = cloud.ok("ec2", "RevokeSecurityGroupIngress", input).await;
    assert_eq!(count(&revoked, "/UnknownIpPermissions"), 1);
    let vpc = cloud.ok("ec2", "CreateVpc", json!({ "CidrBlock": "10.0.0.0/16" })).await;
    let input = json!({ "GroupName": "x", "Description": "x", "VpcId": vpc["Vpc"]["VpcId"] });
    let id = text(&cloud.ok("ec2", "CreateSecurityGroup", input).await, "/GroupId");
    let input = json!({ "GroupId": id, "IpPermissions": [tcp(80, "0.0.0.0/0")] });
    let message =
        cloud.fails("ec2", "RevokeSecurityGroupIngress", input, "InvalidPermission.NotFound").await;
    assert_eq!(message, "The specified rule does not exist in this security group.");
}

#[tokio::test]
async fn groups_that_are_needed_stay() {
    let cloud = Cloud::new();
    let (front, back) = (group(&cloud, "front").await, group(&cloud, "back").await);
    let permission = json!({ "IpProtocol": "-1", "UserIdGroupPairs": [{ "GroupId": front }] });
    let input = json!({ "GroupId": back, "IpPermissions": [permission] });
    cloud.ok("ec2", "AuthorizeSecurityGroupIngress", input).await;
    let pair = &shown(&cloud, &back).await["IpPermissions"][0]["UserIdGroupPairs"][0];
    assert_eq!(*pair, json!({ "GroupId": front, "UserId": ACCOUNT }));
    let delete = |id: &str| json!({ "GroupId": id });
    let message =
        cloud.fails("ec2", "DeleteSecurityGroup", delete(&front), "DependencyViolation").await;
    assert_eq!(message, format!("resource {front} has a dependent object"));
    cloud.ok("ec2", "DeleteSecurityGroup", delete(&back)).await;
    let deleted = cloud.ok("ec2", "DeleteSecurityGroup", delete(&front)).await;
    assert_eq!(deleted, json!({ "Return": true, "GroupId": front }));
    cloud.fails("ec2", "DeleteSecurityGroup", delete(&front), "InvalidGroup.NotFound").await;
    let input = json!({ "GroupNames": ["default"] });
    let default = cloud.ok("ec2", "DescribeSecurityGroups", input).await;
    let default = text(&default, "/SecurityGroups/0/GroupId");
    let message = cloud.fails("ec2", "DeleteSecurityGroup", delete(&default), "CannotDelete").await;
    assert_eq!(
        message,
        format!("the specified group: \"{default}\" name: \"default\" cannot be deleted by a user")
    );
}
