//! Tags.

use serde_json::json;

use crate::harness::{Cloud, count, text};

#[tokio::test]
async fn tags_are_put_found_and_taken_off() {
    let cloud = Cloud::new();
    let vpcs = cloud.ok("ec2", "DescribeVpcs", json!({})).await;
    let vpc = text(&vpcs, "/Vpcs/0/VpcId");
    let tags = json!([{ "Key": "Name", "Value": "main" }, { "Key": "team", "Value": "" }]);
    cloud.ok("ec2", "CreateTags", json!({ "Resources": [vpc], "Tags": tags })).await;
    let found = cloud.ok("ec2", "DescribeTags", json!({})).await;
    assert_eq!(
        found["Tags"][0],
        json!({ "Key": "Name", "ResourceId": vpc, "ResourceType": "vpc", "Value": "main" })
    );
    for (name, values, expected) in [
        ("key", json!(["te*"]), 1),
        ("resource-type", json!(["vpc"]), 2),
        ("resource-id", json!([vpc]), 2),
        ("value", json!(["main", "other"]), 1),
        ("tag:Name", json!(["m*"]), 1),
        ("tag:team", json!(["m*"]), 0),
    ] {
        let input = json!({ "Filters": [{ "Name": name, "Values": values }] });
        let found = cloud.ok("ec2", "DescribeTags", input).await;
        assert_eq!(count(&found, "/Tags"), expected, "{name}");
    }
    // Another value keeps the tag; without tags, all go.
    let keep = json!({ "Resources": [vpc], "Tags": [{ "Key": "Name", "Value": "other" }] });
    cloud.ok("ec2", "DeleteTags", keep).await;
    assert_eq!(count(&cloud.ok("ec2", "DescribeTags", json!({})).await, "/Tags"), 2);
    cloud.ok("ec2", "DeleteTags", json!({ "Resources": [vpc], "Tags": [{ "Key": "Name" }] })).await;
    assert_eq!(count(&cloud.ok("ec2", "DescribeTags", json!({})).await, "/Tags"), 1);
    cloud.ok("ec2", "DeleteTags", json!({ "Resources": [vpc] })).await;
    assert_eq!(count(&cloud.ok("ec2", "DescribeTags", json!({})).await, "/Tags"), 0);
}

#[tokio::test]
async fn tags_that_cannot_be_are_refused() {
    let cloud = Cloud::new();
    let vpcs = cloud.ok("ec2", "DescribeVpcs", json!({})).await;
    let vpc = text(&vpcs, "/Vpcs/0/VpcId");
    let tag = |key: &str| json!({ "Resources": [vpc], "Tags": [{ "Key": key, "Value": "x" }] });
    cloud.fails("ec2", "CreateTags", tag("aws:mine"), "InvalidParameterValue").await;
    cloud.fails("ec2", "CreateTags", tag(&"k".repeat(129)), "InvalidParameterValue").await;
    let missing = json!({ "Resources": ["i-0123456789abcdef0"], "Tags": [{ "Key": "a" }] });
    cloud.fails("ec2", "CreateTags", missing, "InvalidInstanceID.NotFound").await;
    let nonsense = json!({ "Resources": ["nonsense"], "Tags": [{ "Key": "a" }] });
    let message = cloud.fails("ec2", "CreateTags", nonsense, "InvalidID").await;
    assert_eq!(message, "The ID 'nonsense' is not valid");
    let tags = json!([{ "Tags": [{ "Key": "a", "Value": "b" }] }]);
    for (operation, input, code) in [
        ("CreateKeyPair", json!({ "KeyName": "a" }), "InvalidParameterValue"),
        (
            "CreateSubnet",
            json!({ "VpcId": vpc, "CidrBlock": "172.31.128.0/24" }),
            "InvalidParameter",
        ),
    ] {
        let mut input = input;
        input["TagSpecifications"] = tags.clone();
        let message = cloud.fails("ec2", operation, input, code).await;
        assert_eq!(message, "Tag specification resource type must have a value");
    }
    let many: Vec<_> = (0..51).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    let input = json!({ "Resources": [vpc], "Tags": many });
    cloud.fails("ec2", "CreateTags", input, "TagLimitExceeded").await;
    assert_eq!(count(&cloud.ok("ec2", "DescribeTags", json!({})).await, "/Tags"), 0);
}
