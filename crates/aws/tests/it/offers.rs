//! What can be had: regions, zones, types, images.

use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, count, text};

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

/// The other partitions know nothing of these regions, and write their own names into ARNs.
#[tokio::test]
async fn regions_of_other_partitions_are_there() {
    let cloud = Cloud::new();
    for (region, partition, host, regions, zones) in [
        ("cn-north-1", "aws-cn", "amazonaws.com.cn", 2, 3),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com", 2, 3),
        ("us-iso-east-1", "aws-iso", "c2s.ic.gov", 2, 3),
        ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov", 2, 3),
    ] {
        let ask = |operation: &'static str| {
            let cloud = &cloud;
            async move { cloud.call_in(region, "ec2", operation, &json!({})).await.unwrap() }
        };
        let listed = ask("DescribeRegions").await;
        assert_eq!(count(&listed, "/Regions"), regions, "{region}");
        assert!(text(&listed, "/Regions/0/Endpoint").ends_with(host), "{listed}");
        assert_eq!(count(&ask("DescribeAvailabilityZones").await, "/AvailabilityZones"), zones);
        let begin = format!("arn:{partition}:ec2:{region}:{ACCOUNT}:subnet/");
        let subnets = ask("DescribeSubnets").await;
        assert!(text(&subnets, "/Subnets/0/SubnetArn").starts_with(&begin), "{subnets}");
        let me = cloud.call_in(region, "sts", "GetCallerIdentity", &json!({})).await.unwrap();
        assert_eq!(me["Arn"], format!("arn:{partition}:iam::{ACCOUNT}:root"));
    }
    let input = json!({ "RegionNames": ["cn-north-1"] });
    cloud.fails("ec2", "DescribeRegions", input, "InvalidParameterValue").await;
    let request = isobar_wire::Request::new("GET".parse().unwrap(), "/");
    let host = "ec2.cn-north-1.amazonaws.com.cn";
    assert!(isobar_kernel::face::Face::is_own_host(&cloud.local.face, host));
    let answer = cloud.local.answer(&request, host).await.unwrap();
    assert!(String::from_utf8_lossy(&answer.body).contains("<Code>MissingAction</Code>"));
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
    assert!(count(&types, "/InstanceTypes") > 10);
    let filters = json!([
        { "Name": "instance-storage-info.disk.type", "Values": ["ssd"] },
        { "Name": "ebs-info.ebs-optimized-info.maximum-iops", "Values": ["260000"] },
        { "Name": "instance-type", "Values": ["p5.*"] },
    ]);
    let types = cloud.ok("ec2", "DescribeInstanceTypes", json!({ "Filters": filters })).await;
    assert_eq!(types["InstanceTypes"][0]["InstanceType"], "p5.48xlarge");
    assert_eq!(types["InstanceTypes"][0]["GpuInfo"]["Gpus"][0]["Count"], 8);
    let page = cloud.ok("ec2", "DescribeInstanceTypes", json!({ "MaxResults": 5 })).await;
    assert_eq!(count(&page, "/InstanceTypes"), 5);
    let more = json!({ "MaxResults": 5, "NextToken": page["NextToken"] });
    let more = cloud.ok("ec2", "DescribeInstanceTypes", more).await;
    assert!(
        text(&more, "/InstanceTypes/0/InstanceType") > text(&page, "/InstanceTypes/4/InstanceType")
    );
    let input = json!({ "InstanceTypes": ["t3.micro", "x9.huge"] });
    let message = cloud.fails("ec2", "DescribeInstanceTypes", input, "InvalidInstanceType").await;
    assert_eq!(message, "The following supplied instance types do not exist: [x9.huge]");
    let input = json!({
        "LocationType": "availability-zone",
        "Filters": [{ "Name": "instance-type", "Values": ["t3.micro"] }],
    });
    let offerings = cloud.ok("ec2", "DescribeInstanceTypeOfferings", input).await;
    // One zone is older than the type.
    assert_eq!(count(&offerings, "/InstanceTypeOfferings"), 5);
    let there = |location: &Json| location["Location"] == "us-east-1e";
    assert!(!offerings["InstanceTypeOfferings"].as_array().unwrap().iter().any(there));
}

#[tokio::test]
async fn types_are_launched_where_they_are_offered() {
    let cloud = Cloud::new();
    let launch = |kind: &str, zone: Option<&str>, image: &str| {
        let mut input =
            json!({ "ImageId": image, "InstanceType": kind, "MinCount": 1, "MaxCount": 1 });
        if let Some(zone) = zone {
            input["Placement"] = json!({ "AvailabilityZone": zone });
        }
        input
    };
    let image = cloud.image().await;
    let asked = launch("t3.micro", Some("us-east-1e"), &image);
    let message = cloud.fails("ec2", "RunInstances", asked, "Unsupported").await;
    assert_eq!(
        message,
        "Your requested instance type (t3.micro) is not supported in your requested Availability \
         Zone (us-east-1e). Please retry your request by not specifying an Availability Zone or \
         choosing us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1f."
    );
    // Without a zone one is taken that offers the type.
    let filters = json!([{ "Name": "instance-type", "Values": ["p5.48xlarge"] }]);
    let input = json!({ "LocationType": "availability-zone", "Filters": filters });
    let offered = cloud.ok("ec2", "DescribeInstanceTypeOfferings", input).await;
    let zone = text(&offered, "/InstanceTypeOfferings/0/Location");
    let input = launch("p5.48xlarge", None, &image);
    let launched = cloud.ok("ec2", "RunInstances", input).await;
    assert_eq!(launched["Instances"][0]["Placement"]["AvailabilityZone"], zone);
    let images = json!({ "Owners": ["amazon"] });
    let images = cloud.call_in("eu-south-2", "ec2", "DescribeImages", &images).await.unwrap();
    let x86 = |image: &&Json| image["Architecture"] == "x86_64";
    let image = images["Images"].as_array().unwrap().iter().find(x86).unwrap();
    let old = launch("m1.small", None, &text(image, "/ImageId"));
    let error = cloud.call_in("eu-south-2", "ec2", "RunInstances", &old).await.unwrap_err();
    assert_eq!(error.code, "Unsupported", "{}", error.message);
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
    let missing = json!({ "ImageIds": ["ami-abcd1234", "ami-1234abcd"] });
    let message = cloud.fails("ec2", "DescribeImages", missing, "InvalidAMIID.NotFound").await;
    assert_eq!(message, "The image ids '[ami-abcd1234, ami-1234abcd]' do not exist");
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

/// Whoever moves the clock by years finds images as today: the vendors publish theirs anew.
#[tokio::test]
async fn images_do_not_age() {
    let cloud = Cloud::new();
    let ask = json!({ "Owners": ["amazon"] });
    let today = cloud.ok("ec2", "DescribeImages", ask.clone()).await;
    for _ in 0..3 {
        cloud.advance(jiff::SignedDuration::from_hours(3 * 366 * 24));
        let later = cloud.ok("ec2", "DescribeImages", ask.clone()).await;
        assert_eq!(count(&later, "/Images"), count(&today, "/Images"));
        let (ends, ended) =
            (text(&later, "/Images/0/DeprecationTime"), text(&today, "/Images/0/DeprecationTime"));
        assert!(ends > ended, "{ends}");
    }
}
