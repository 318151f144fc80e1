//! What can be had: regions, zones, types, images.

use serde_json::json;

use crate::harness::{Cloud, count, text};

#[tokio::test]
async fn regions_and_zones_are_listed() {
    let cloud = Cloud::new();
    let regions = cloud.ok("ec2", "DescribeRegions", json!({})).await;
    assert_eq!(count(&regions, "/Regions"), 34);
    let input = json!({ "RegionNames": ["eu-west-1"] });
    let one = cloud.ok("ec2", "DescribeRegions", input).await;
    assert_eq!(
        one["Regions"],
        json!([{
            "OptInStatus": "opt-in-not-required",
            "Geography": [{ "Name": "Ireland" }],
            "RegionName": "eu-west-1",
            "Endpoint": "ec2.eu-west-1.amazonaws.com",
        }])
    );
    let input = json!({ "RegionNames": ["eu-west-9"] });
    cloud.fails("ec2", "DescribeRegions", input, "InvalidParameterValue").await;
    let zones = cloud.ok("ec2", "DescribeAvailabilityZones", json!({})).await;
    assert_eq!(count(&zones, "/AvailabilityZones"), 6);
    assert_eq!(zones["AvailabilityZones"][4]["ZoneId"], "use1-az3");
    let filters = json!([{ "Name": "zone-name", "Values": ["*a"] }]);
    let zones = cloud.ok("ec2", "DescribeAvailabilityZones", json!({ "Filters": filters })).await;
    assert_eq!(zones["AvailabilityZones"][0]["ZoneName"], "us-east-1a");
    let input = json!({ "ZoneNames": ["us-east-1z"] });
    let message =
        cloud.fails("ec2", "DescribeAvailabilityZones", input, "InvalidParameterValue").await;
    assert_eq!(message, "Invalid availability zones: [us-east-1z]");
}

#[tokio::test]
async fn types_are_listed() {
    let cloud = Cloud::new();
    let input = json!({ "InstanceTypes": ["t3.micro", "m7g.large"] });
    let types = cloud.ok("ec2", "DescribeInstanceTypes", input).await;
    let (graviton, micro) = (&types["InstanceTypes"][0], &types["InstanceTypes"][1]);
    assert_eq!(graviton["ProcessorInfo"]["SupportedArchitectures"], json!(["arm64"]));
    assert_eq!(micro["VCpuInfo"]["DefaultVCpus"], 2);
    assert_eq!(micro["VCpuInfo"]["DefaultCores"], 1);
    assert_eq!(micro["MemoryInfo"]["SizeInMiB"], 1024);
    assert_eq!(micro["BurstablePerformanceSupported"], true);
    assert_eq!(micro["Hypervisor"], "nitro");
    let filters = json!([
        { "Name": "vcpu-info.default-vcpus", "Values": ["96"] },
        { "Name": "memory-info.size-in-mib", "Values": ["393216"] },
    ]);
    let types = cloud.ok("ec2", "DescribeInstanceTypes", json!({ "Filters": filters })).await;
    assert_eq!(count(&types, "/InstanceTypes"), 2);
    let input = json!({ "InstanceTypes": ["t3.micro", "x9.huge"] });
    let message = cloud.fails("ec2", "DescribeInstanceTypes", input, "InvalidInstanceType").await;
    assert_eq!(message, "The following supplied instance types do not exist: [x9.huge]");
    let input = json!({
        "LocationType": "availability-zone",
        "Filters": [{ "Name": "instance-type", "Values": ["t3.micro"] }],
    });
    let offerings = cloud.ok("ec2", "DescribeInstanceTypeOfferings", input).await;
    assert_eq!(count(&offerings, "/InstanceTypeOfferings"), 6);
}

#[tokio::test]
async fn images_are_found() {
    let cloud = Cloud::new();
    let id = cloud.image().await;
    assert_eq!(id.len(), 21);
    let images = cloud.ok("ec2", "DescribeImages", json!({ "ImageIds": [id] })).await;
    let image = &images["Images"][0];
    assert_eq!(image["ImageOwnerAlias"], "amazon");
    assert_eq!(image["State"], "available");
    assert_eq!(image["RootDeviceName"], "/dev/xvda");
    assert_eq!(image["BlockDeviceMappings"][0]["Ebs"]["VolumeType"], "gp3");
    let by = |owner: &str, name: &str| json!({ "Owners": [owner], "Filters": [{ "Name": "name", "Values": [name] }] });
    let ubuntu = by("099720109477", "ubuntu/images/*/ubuntu-noble-24.04-amd64-server-*");
    assert_eq!(count(&cloud.ok("ec2", "DescribeImages", ubuntu).await, "/Images"), 1);
    let debian = by("136693071363", "debian-12-*");
    assert_eq!(count(&cloud.ok("ec2", "DescribeImages", debian).await, "/Images"), 2);
    let own = cloud.ok("ec2", "DescribeImages", json!({ "Owners": ["self"] })).await;
    assert_eq!(own["Images"], json!([]));
    let missing = json!({ "ImageIds": ["ami-0123456789abcdef0"] });
    let message = cloud.fails("ec2", "DescribeImages", missing, "InvalidAMIID.NotFound").await;
    assert_eq!(message, "The image id '[ami-0123456789abcdef0]' does not exist");
    let other = cloud
        .call_in("eu-west-1", "ec2", "DescribeImages", &json!({ "Owners": ["amazon"] }))
        .await
        .unwrap();
    assert_ne!(text(&other, "/Images/0/ImageId"), id);
}

#[tokio::test]
async fn the_accounts_attributes_are_shown() {
    let cloud = Cloud::new();
    let input = json!({ "AttributeNames": ["supported-platforms"] });
    let shown = cloud.ok("ec2", "DescribeAccountAttributes", input).await;
    assert_eq!(
        shown["AccountAttributes"],
        json!([{
            "AttributeName": "supported-platforms",
            "AttributeValues": [{ "AttributeValue": "VPC" }],
        }])
    );
}
