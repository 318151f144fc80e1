//! Networks, subnets, and what comes with them.

use serde_json::json;

use crate::harness::{ACCOUNT, Cloud, count, text};

async fn vpc(cloud: &Cloud, block: &str) -> String {
    let created = cloud.ok("ec2", "CreateVpc", json!({ "CidrBlock": block })).await;
    text(&created, "/Vpc/VpcId")
}

#[tokio::test]
async fn every_region_begins_with_a_default_network() {
    let cloud = Cloud::new();
    for (region, zones) in [("us-east-1", 6), ("eu-west-1", 3), ("us-west-1", 2)] {
        let vpcs = cloud.call_in(region, "ec2", "DescribeVpcs", &json!({})).await.unwrap();
        let vpc = &vpcs["Vpcs"][0];
        assert_eq!(vpc["CidrBlock"], "172.31.0.0/16");
        assert_eq!(vpc["IsDefault"], true);
        let filters = json!([
            { "Name": "vpc-id", "Values": [vpc["VpcId"]] },
            { "Name": "default-for-az", "Values": ["true"] },
        ]);
        let input = json!({ "Filters": filters });
        let subnets = cloud.call_in(region, "ec2", "DescribeSubnets", &input).await.unwrap();
        assert_eq!(count(&subnets, "/Subnets"), zones);
        assert_eq!(subnets["Subnets"][0]["AvailableIpAddressCount"], 4091);
        assert_eq!(subnets["Subnets"][0]["MapPublicIpOnLaunch"], true);
    }
}

#[tokio::test]
async fn a_network_is_shown_as_it_was_created() {
    let cloud = Cloud::new();
    let tags = json!([{ "Key": "Name", "Value": "main" }]);
    let created = cloud
        .ok(
            "ec2",
            "CreateVpc",
            json!({
                "CidrBlock": "10.0.3.4/16",
                "TagSpecifications": [{ "ResourceType": "vpc", "Tags": tags }],
            }),
        )
        .await;
    let vpc = &created["Vpc"];
    let id = text(vpc, "/VpcId");
    assert!(id.starts_with("vpc-0") && id.len() == 21, "{id}");
    assert_eq!(vpc["CidrBlock"], "10.0.0.0/16");
    assert_eq!(vpc["State"], "available");
    assert_eq!(vpc["OwnerId"], ACCOUNT);
    assert_eq!(vpc["Tags"], tags);
    assert_eq!(vpc["Ipv6CidrBlockAssociationSet"], json!([]));
    assert_eq!(vpc["CidrBlockAssociationSet"][0]["CidrBlockState"]["State"], "associated");
    let filters = json!([{ "Name": "tag:Name", "Values": ["m?i*"] }]);
    let found = cloud.ok("ec2", "DescribeVpcs", json!({ "Filters": filters })).await;
    assert_eq!(found["Vpcs"], json!([vpc]));
    let found = cloud.ok("ec2", "DescribeVpcs", json!({ "VpcIds": [id] })).await;
    assert_eq!(found["Vpcs"], json!([vpc]));
    let filters = json!([{ "Name": "vpc-id", "Values": [id] }]);
    let groups = cloud.ok("ec2", "DescribeSecurityGroups", json!({ "Filters": filters })).await;
    assert_eq!(groups["SecurityGroups"][0]["GroupName"], "default");
    let tables = cloud.ok("ec2", "DescribeRouteTables", json!({ "Filters": filters })).await;
    assert_eq!(tables["RouteTables"][0]["Associations"][0]["Main"], true);
    assert_eq!(tables["RouteTables"][0]["Routes"][0]["GatewayId"], "local");
    let acls = cloud.ok("ec2", "DescribeNetworkAcls", json!({ "Filters": filters })).await;
    assert_eq!(acls["NetworkAcls"][0]["IsDefault"], true);
    assert_eq!(count(&acls, "/NetworkAcls/0/Entries"), 4);
}

#[tokio::test]
async fn networks_that_cannot_be_are_refused() {
    let cloud = Cloud::new();
    let create = |block: &str| json!({ "CidrBlock": block });
    let message = cloud.fails("ec2", "CreateVpc", create("10.0.0.0/8"), "InvalidVpc.Range").await;
    assert_eq!(message, "The CIDR '10.0.0.0/8' is invalid.");
    let message = cloud.fails("ec2", "CreateVpc", create("10.0.0"), "InvalidParameterValue").await;
    assert_eq!(
        message,
        "Value (10.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."
    );
    cloud.fails("ec2", "CreateVpc", json!({}), "MissingParameter").await;
    let specification = json!([{ "ResourceType": "subnet", "Tags": [] }]);
    let input = json!({ "CidrBlock": "10.0.0.0/16", "TagSpecifications": specification });
    cloud.fails("ec2", "CreateVpc", input, "InvalidParameter").await;
    for _ in 0..4 {
        vpc(&cloud, "10.0.0.0/16").await;
    }
    let message = cloud.fails("ec2", "CreateVpc", create("10.0.0.0/16"), "VpcLimitExceeded").await;
    assert_eq!(message, "The maximum number of VPCs has been reached.");
}

#[tokio::test]
async fn ids_are_checked_before_they_are_looked_up() {
    let cloud = Cloud::new();
    let unknown = "vpc-0123456789abcdef0";
    let input = json!({ "VpcIds": [unknown, "nonsense"] });
    let message = cloud.fails("ec2", "DescribeVpcs", input, "InvalidVpcID.Malformed").await;
    assert_eq!(message, "Invalid id: \"nonsense\" (expecting \"vpc-...\")");
    let input = json!({ "VpcIds": [unknown] });
    let message = cloud.fails("ec2", "DescribeVpcs", input, "InvalidVpcID.NotFound").await;
    assert_eq!(message, "The vpc ID 'vpc-0123456789abcdef0' does not exist");
    let filters = json!([{ "Name": "colour", "Values": ["red"] }]);
    let input = json!({ "Filters": filters });
    let message = cloud.fails("ec2", "DescribeVpcs", input, "InvalidParameterValue").await;
    assert_eq!(message, "The filter 'colour' is invalid");
}

#[tokio::test]
async fn pages_follow_each_other() {
    let cloud = Cloud::new();
    let subnets = cloud.ok("ec2", "DescribeSubnets", json!({ "MaxResults": 5 })).await;
    assert_eq!(count(&subnets, "/Subnets"), 5);
    let token = text(&subnets, "/NextToken");
    let rest = json!({ "MaxResults": 5, "NextToken": token });
    let rest = cloud.ok("ec2", "DescribeSubnets", rest).await;
    assert_eq!(count(&rest, "/Subnets"), 1);
    assert!(rest.get("NextToken").is_none());
    let input = json!({ "MaxResults": 2 });
    let message = cloud.fails("ec2", "DescribeSubnets", input, "InvalidParameterValue").await;
    assert_eq!(
        message,
        "Value ( 2 ) for parameter maxResults is invalid. Expecting a value greater than 5."
    );
    let input = json!({ "MaxResults": 5, "NextToken": "nonsense" });
    let message = cloud.fails("ec2", "DescribeSubnets", input, "InvalidParameterValue").await;
    assert_eq!(message, "Unable to parse pagination token");
}

#[tokio::test]
async fn subnets_lie_in_their_network_side_by_side() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud, "10.0.0.0/16").await;
    let create = |block: &str, zone: &str| json!({ "VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone });
    let created = cloud.ok("ec2", "CreateSubnet", create("10.0.1.0/24", "us-east-1b")).await;
    let subnet = &created["Subnet"];
    assert_eq!(subnet["AvailabilityZoneId"], "use1-az2");
    assert_eq!(subnet["AvailableIpAddressCount"], 251);
    assert_eq!(subnet["MapPublicIpOnLaunch"], false);
    assert_eq!(subnet["Tags"], json!([]));
    let arn = format!("arn:aws:ec2:us-east-1:{ACCOUNT}:subnet/{}", text(subnet, "/SubnetId"));
    assert_eq!(subnet["SubnetArn"], arn);
    for (block, zone, code) in [
        ("10.0.1.128/25", "us-east-1a", "InvalidSubnet.Conflict"),
        ("10.1.0.0/24", "us-east-1a", "InvalidSubnet.Range"),
        ("10.0.0.0/30", "us-east-1a", "InvalidSubnet.Range"),
        ("10.0.2.0/24", "us-east-1z", "InvalidParameterValue"),
        ("nonsense", "us-east-1a", "InvalidParameterValue"),
    ] {
        cloud.fails("ec2", "CreateSubnet", create(block, zone), code).await;
    }
    let id = text(subnet, "/SubnetId");
    let input = json!({ "SubnetId": id, "MapPublicIpOnLaunch": { "Value": true } });
    cloud.ok("ec2", "ModifySubnetAttribute", input).await;
    let shown = cloud.ok("ec2", "DescribeSubnets", json!({ "SubnetIds": [id] })).await;
    assert_eq!(shown["Subnets"][0]["MapPublicIpOnLaunch"], true);
    let message =
        cloud.fails("ec2", "DeleteVpc", json!({ "VpcId": vpc }), "DependencyViolation").await;
    assert_eq!(message, format!("The vpc '{vpc}' has dependencies and cannot be deleted."));
    cloud.ok("ec2", "DeleteSubnet", json!({ "SubnetId": id })).await;
    cloud.ok("ec2", "DeleteVpc", json!({ "VpcId": vpc })).await;
    cloud.fails("ec2", "DeleteVpc", json!({ "VpcId": vpc }), "InvalidVpcID.NotFound").await;
    cloud.fails("ec2", "DeleteSubnet", json!({ "SubnetId": id }), "InvalidSubnetID.NotFound").await;
}

#[tokio::test]
async fn a_networks_attributes_change_one_at_a_time() {
    let cloud = Cloud::new();
    let vpc = vpc(&cloud, "10.0.0.0/16").await;
    let input = json!({ "VpcId": vpc, "EnableDnsHostnames": { "Value": true } });
    cloud.ok("ec2", "ModifyVpcAttribute", input).await;
    let input = json!({ "VpcId": vpc, "Attribute": "enableDnsHostnames" });
    let shown = cloud.ok("ec2", "DescribeVpcAttribute", input).await;
    assert_eq!(shown, json!({ "VpcId": vpc, "EnableDnsHostnames": { "Value": true } }));
    let input = json!({
        "VpcId": vpc, "EnableDnsHostnames": { "Value": true }, "EnableDnsSupport": { "Value": true },
    });
    cloud.fails("ec2", "ModifyVpcAttribute", input, "InvalidParameterCombination").await;
}

#[tokio::test]
async fn the_default_network_can_be_deleted_for_good() {
    let cloud = Cloud::new();
    let subnets = cloud.ok("ec2", "DescribeSubnets", json!({})).await;
    let input = json!({
        "ImageId": cloud.image().await, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1,
    });
    let mut here = input.clone();
    here["Placement"] = json!({ "AvailabilityZone": "us-east-1a" });
    let subnets = subnets["Subnets"].as_array().unwrap();
    let (near, far): (Vec<_>, Vec<_>) =
        subnets.iter().partition(|subnet| subnet["AvailabilityZone"] == "us-east-1a");
    for subnet in near {
        cloud.ok("ec2", "DeleteSubnet", json!({ "SubnetId": subnet["SubnetId"] })).await;
    }
    let message = cloud.fails("ec2", "RunInstances", here.clone(), "InvalidInput").await;
    assert_eq!(message, "No default subnet for availability zone: 'us-east-1a'.");
    for subnet in far {
        cloud.ok("ec2", "DeleteSubnet", json!({ "SubnetId": subnet["SubnetId"] })).await;
    }
    cloud.fails("ec2", "RunInstances", here, "MissingInput").await;
    cloud.fails("ec2", "RunInstances", input.clone(), "MissingInput").await;
    let vpc = cloud.ok("ec2", "DescribeVpcs", json!({})).await;
    cloud.ok("ec2", "DeleteVpc", json!({ "VpcId": vpc["Vpcs"][0]["VpcId"] })).await;
    cloud.fails("ec2", "RunInstances", input, "VPCIdNotSpecified").await;
}

/// Clients ask for elastic addresses where they list instances; the account has none.
#[tokio::test]
async fn there_are_no_elastic_addresses() {
    let cloud = Cloud::new();
    cloud.run(1).await;
    let filters = json!([{ "Name": "domain", "Values": ["vpc"] }]);
    let shown = cloud.ok("ec2", "DescribeAddresses", json!({ "Filters": filters })).await;
    assert_eq!(shown, json!({ "Addresses": [] }));
    let input = json!({ "AllocationIds": ["eipalloc-0123456789abcdef0"] });
    cloud.fails("ec2", "DescribeAddresses", input, "InvalidAllocationID.NotFound").await;
    let input = json!({ "PublicIps": ["192.0.2.1"] });
    let message = cloud.fails("ec2", "DescribeAddresses", input, "InvalidAddress.NotFound").await;
    assert_eq!(message, "Address '192.0.2.1' not found.");
    let input = json!({ "Filters": [{ "Name": "colour", "Values": ["red"] }] });
    cloud.fails("ec2", "DescribeAddresses", input, "InvalidParameterValue").await;
}
