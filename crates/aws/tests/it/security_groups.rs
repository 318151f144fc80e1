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
    // Of a permission only what was not there is told; the rest is gone.
    let input = json!({ "GroupId": id, "IpPermissions": [tcp(81, "10.0.0.0/8")] });
    cloud.ok("ec2", "AuthorizeSecurityGroupIngress", input).await;
    let mut both = tcp(81, "10.0.0.0/8");
    both["IpRanges"] = json!([{ "CidrIp": "10.0.0.0/8" }, { "CidrIp": "11.0.0.0/8" }]);
    let input = json!({ "GroupId": id, "IpPermissions": [both] });
    let revoked = cloud.ok("ec2", "RevokeSecurityGroupIngress", input).await;
    let unknown = &revoked["UnknownIpPermissions"][0]["IpRanges"];
    assert_eq!(*unknown, json!([{ "CidrIp": "11.0.0.0/8" }]));
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

#[tokio::test]
async fn rules_are_shown_in_the_order_in_which_they_were_made() {
    let cloud = Cloud::new();
    let id = group(&cloud, "web").await;
    let blocks: Vec<String> = (0..20).map(|at| format!("10.{}.0.0/16", (at * 7) % 20)).collect();
    let ranges = |blocks: &[String]| -> Vec<Json> {
        blocks.iter().map(|block| json!({ "CidrIp": block })).collect()
    };
    for part in [&blocks[..12], &blocks[12..]] {
        let permission =
            json!({ "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": ranges(part) });
        let input = json!({ "GroupId": id, "IpPermissions": [permission] });
        cloud.ok("ec2", "AuthorizeSecurityGroupIngress", input).await;
    }
    let group = shown(&cloud, &id).await;
    assert_eq!(group["IpPermissions"][0]["IpRanges"], json!(ranges(&blocks)));
}

/// A group with a rule for one block of addresses, and the rule's id.
async fn with_rule(cloud: &Cloud, name: &str) -> (String, String) {
    let id = group(cloud, name).await;
    let input = json!({ "GroupId": id, "IpPermissions": [tcp(80, "1.2.3.4/32")] });
    let added = cloud.ok("ec2", "AuthorizeSecurityGroupIngress", input).await;
    (id, text(&added, "/SecurityGroupRules/0/SecurityGroupRuleId"))
}

async fn rule(cloud: &Cloud, id: &str) -> Json {
    let input = json!({ "SecurityGroupRuleIds": [id] });
    let rules = cloud.ok("ec2", "DescribeSecurityGroupRules", input).await;
    rules["SecurityGroupRules"][0].clone()
}

#[tokio::test]
async fn rules_are_changed_in_place() {
    let cloud = Cloud::new();
    let (id, first) = with_rule(&cloud, "web").await;
    let input = json!({ "GroupId": id, "IpPermissions": [tcp(443, "1.2.3.4/32")] });
    let added = cloud.ok("ec2", "AuthorizeSecurityGroupEgress", input).await;
    let second = text(&added, "/SecurityGroupRules/0/SecurityGroupRuleId");
    let update = |rule: &str, port: u16, description: Option<&str>| {
        json!({
            "SecurityGroupRuleId": rule,
            "SecurityGroupRule": {
                "IpProtocol": "udp", "FromPort": port, "ToPort": port, "CidrIpv4": "2.3.4.5/32",
                "Description": description,
            },
        })
    };
    let input = json!({
        "GroupId": id,
        "SecurityGroupRules": [update(&first, 7, Some("seven")), update(&second, 8, None)],
    });
    let mut dry = input.clone();
    dry["DryRun"] = json!(true);
    cloud.fails("ec2", "ModifySecurityGroupRules", dry, "DryRunOperation").await;
    assert_eq!(rule(&cloud, &first).await["IpProtocol"], "tcp");
    let changed = cloud.ok("ec2", "ModifySecurityGroupRules", input).await;
    assert_eq!(changed, json!({ "Return": true }));
    let shown = rule(&cloud, &first).await;
    assert_eq!(shown["SecurityGroupRuleId"], json!(first));
    for (member, value) in [
        ("IpProtocol", json!("udp")),
        ("FromPort", json!(7)),
        ("CidrIpv4", json!("2.3.4.5/32")),
        ("Description", json!("seven")),
        ("IsEgress", json!(false)),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let shown = rule(&cloud, &second).await;
    assert_eq!((&shown["ToPort"], &shown["IsEgress"]), (&json!(8), &json!(true)));
    // What is left out is not kept.
    let input = json!({ "GroupId": id, "SecurityGroupRules": [update(&first, 7, None)] });
    cloud.ok("ec2", "ModifySecurityGroupRules", input).await;
    assert_eq!(rule(&cloud, &first).await.get("Description"), None);
}

#[tokio::test]
async fn changes_of_rules_that_cannot_be_are_refused() {
    let cloud = Cloud::new();
    let (id, own) = with_rule(&cloud, "web").await;
    let (other, foreign) = with_rule(&cloud, "other").await;
    let input = json!({ "GroupId": id, "IpPermissions": [tcp(81, "1.2.3.4/32")] });
    cloud.ok("ec2", "AuthorizeSecurityGroupIngress", input).await;
    let good = json!({ "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIpv4": "2.3.4.5/32" });
    let but = |member: &str, value: Json| {
        let mut rule = good.clone();
        rule[member] = value;
        rule
    };
    let missing = format!("The security group rule ID '{foreign}' does not exist");
    let kind = format!(
        "Invalid rule type for security group rule '{own}'. You may not specify CidrIpv6 for an \
         existing IPv4 CIDR rule."
    );
    let mut v6 = but("CidrIpv6", json!("2001:db8::/32"));
    v6["CidrIpv4"] = Json::Null;
    for (group, rule, wanted, code, message) in [
        (
            "sg-00000000",
            own.as_str(),
            good.clone(),
            "InvalidGroup.NotFound",
            "The security group 'sg-00000000' does not exist",
        ),
        (&id, &foreign, good.clone(), "InvalidSecurityGroupRuleId.NotFound", &missing),
        (
            &id,
            "sgr-1",
            good.clone(),
            "InvalidSecurityGroupRuleId.Malformed",
            "Invalid id: \"sgr-1\"",
        ),
        (
            &id,
            &own,
            but("IpProtocol", Json::Null),
            "InvalidParameterValue",
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols \
             explicitly.",
        ),
        (
            &id,
            &own,
            but("FromPort", Json::Null),
            "InvalidParameterValue",
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
        ),
        (
            &id,
            &own,
            but("CidrIpv4", Json::Null),
            "MissingParameter",
            "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or \
             referencedGroupId",
        ),
        (
            &id,
            &own,
            but("ReferencedGroupId", json!(other)),
            "InvalidParameterCombination",
            "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
        ),
        (&id, &own, v6, "InvalidParameterValue", &kind),
        (
            &id,
            &own,
            json!({ "IpProtocol": "6", "FromPort": 81, "ToPort": 81, "CidrIpv4": "1.2.3.4/32" }),
            "InvalidPermission.Duplicate",
            "the specified rule \"peer: 1.2.3.4/32, TCP, from port: 81, to port: 81, ALLOW\" \
             already exists",
        ),
    ] {
        let update = json!({ "SecurityGroupRuleId": rule, "SecurityGroupRule": wanted });
        let input = json!({ "GroupId": group, "SecurityGroupRules": [update] });
        let said = cloud.fails("ec2", "ModifySecurityGroupRules", input, code).await;
        assert_eq!(said, message);
    }
    let update = json!({ "SecurityGroupRuleId": own, "SecurityGroupRule": good });
    for (input, parameter) in [
        (json!({ "SecurityGroupRules": [update] }), "groupId"),
        (json!({ "GroupId": id, "SecurityGroupRules": [] }), "SecurityGroupRule"),
    ] {
        let said = cloud.fails("ec2", "ModifySecurityGroupRules", input, "MissingParameter").await;
        assert_eq!(said, format!("The request must contain the parameter {parameter}"));
    }
}

#[tokio::test]
async fn descriptions_of_rules_are_changed() {
    const INGRESS: &str = "UpdateSecurityGroupRuleDescriptionsIngress";
    let cloud = Cloud::new();
    let (id, own) = with_rule(&cloud, "web").await;
    let (_, foreign) = with_rule(&cloud, "other").await;
    let mut permission = tcp(80, "1.2.3.4/32");
    permission["IpRanges"][0]["Description"] = json!("four");
    let by_content = json!({ "GroupName": "web", "IpPermissions": [permission] });
    let input = by_content.clone();
    let changed = cloud.ok("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", input).await;
    assert_eq!(changed, json!({ "Return": true }));
    assert_eq!(rule(&cloud, &own).await["Description"], "four");
    let rows = |rule: &str, description: Option<&str>| json!([{ "SecurityGroupRuleId": rule, "Description": description }]);
    let by_id = |rule: &str, description: Option<&str>| json!({ "GroupId": id, "SecurityGroupRuleDescriptions": rows(rule, description) });
    cloud.ok("ec2", INGRESS, by_id(&own, Some("five"))).await;
    assert_eq!(rule(&cloud, &own).await["Description"], "five");
    cloud.ok("ec2", INGRESS, by_id(&own, None)).await;
    assert_eq!(rule(&cloud, &own).await.get("Description"), None);
    let all = json!([{ "CidrIp": "0.0.0.0/0", "Description": "out" }]);
    let all = json!([{ "IpProtocol": "-1", "IpRanges": all }]);
    let input = json!({ "GroupId": id, "IpPermissions": all });
    cloud.ok("ec2", "UpdateSecurityGroupRuleDescriptionsEgress", input).await;
    let shown = shown(&cloud, &id).await;
    assert_eq!(shown["IpPermissionsEgress"][0]["IpRanges"][0]["Description"], "out");

    let mut both = by_content;
    both["SecurityGroupRuleDescriptions"] = rows(&own, None);
    let strange = json!({ "GroupId": id, "IpPermissions": [tcp(81, "1.2.3.4/32")] });
    for (input, code, message) in [
        (
            both,
            "InvalidParameterCombination",
            "The parameter 'ipPermissions' may not be used in combination with \
             'securityGroupRuleDescriptions'.",
        ),
        (
            json!({ "GroupId": id }),
            "MissingParameter",
            "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.",
        ),
        (
            strange,
            "InvalidPermission.NotFound",
            "The specified rule does not exist in this security group.",
        ),
        (
            by_id(&foreign, Some("x")),
            "InvalidSecurityGroupRuleId.NotFound",
            &format!("The security group rule ID '{foreign}' does not exist"),
        ),
    ] {
        assert_eq!(cloud.fails("ec2", INGRESS, input, code).await, message);
    }
    let input = by_id(&own, Some("a < b"));
    cloud.fails("ec2", INGRESS, input, "InvalidParameterValue").await;
    let egress = "UpdateSecurityGroupRuleDescriptionsEgress";
    let input = by_id(&own, Some("x"));
    cloud.fails("ec2", egress, input, "InvalidSecurityGroupRuleId.NotFound").await;
}

#[tokio::test]
async fn rules_of_what_is_no_group_are_refused() {
    let cloud = Cloud::new();
    let of = |id: &str| json!({ "Filters": [{ "Name": "group-id", "Values": [id] }] });
    let code = "InvalidGroupId.Malformed";
    let message = cloud.fails("ec2", "DescribeSecurityGroupRules", of("foobar"), code).await;
    assert_eq!(message, "The security group ID 'foobar' is malformed");
    let none = cloud.ok("ec2", "DescribeSecurityGroupRules", of("sg-005216b55886f0fdc")).await;
    assert_eq!(none["SecurityGroupRules"], json!([]));
    let all = cloud.ok("ec2", "DescribeSecurityGroupRules", of("sg-*")).await;
    assert_eq!(count(&all, "/SecurityGroupRules"), 2);
}
