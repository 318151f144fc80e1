//! What can be had where: regions, zones, images, types.

use serde_json::json;

use crate::harness::{Cloud, IMAGE, TYPE, is_empty, text, texts};

#[tokio::test]
async fn regions_and_zones() {
    let cloud = Cloud::new();
    let regions = cloud.ok("ecs", "DescribeRegions", json!({"AcceptLanguage": "en-US"})).await;
    let regions = regions["Regions"]["Region"].as_array().unwrap();
    let hangzhou = regions.iter().find(|region| region["RegionId"] == "cn-hangzhou").unwrap();
    assert_eq!(hangzhou["LocalName"], "China (Hangzhou)");
    assert_eq!(hangzhou["RegionEndpoint"], "ecs.cn-hangzhou.aliyuncs.com");
    let code = "InvalidAcceptLanguage.NotFound";
    cloud.fails("ecs", "DescribeRegions", json!({"AcceptLanguage": "fr"}), 404, code).await;
    let zones = cloud.ok("ecs", "DescribeZones", json!({})).await;
    let zones = &zones["Zones"]["Zone"];
    assert!(texts(zones, "ZoneId").contains(&"cn-hangzhou-h".to_owned()));
    let types = &zones[0]["AvailableInstanceTypes"]["InstanceTypes"];
    assert!(types.as_array().unwrap().contains(&json!(TYPE)));
    for service in ["vpc", "slb"] {
        let regions = cloud.ok(service, "DescribeRegions", json!({})).await;
        assert!(texts(&regions["Regions"]["Region"], "RegionId").len() > 20, "{service}");
    }
    let regions = cloud.ok("vpc", "DescribeRegions", json!({})).await;
    assert_eq!(text(&regions["Regions"]["Region"][0]["LocalName"]), "华东1（杭州）");
    assert!(cloud.ok("slb", "DescribeRegions", json!({})).await["Regions"].is_object());
    let zones = cloud.ok("vpc", "DescribeZones", json!({})).await;
    assert!(texts(&zones["Zones"]["Zone"], "ZoneId").len() > 5);
    let zones = cloud.ok("slb", "DescribeZones", json!({})).await;
    assert!(texts(&zones["Zones"]["Zone"][0]["SlaveZones"]["SlaveZone"], "ZoneId").len() > 4);
}

#[tokio::test]
async fn products_are_at_the_local_address() {
    let cloud = Cloud::new();
    let input = json!({"Id": "cn-hangzhou", "ServiceCode": "ecs", "Type": "openAPI"});
    let output = cloud.ok("location", "DescribeEndpoints", input).await;
    let endpoint = &output["Endpoints"]["Endpoint"][0];
    assert_eq!(endpoint["Endpoint"], crate::harness::HOST);
    assert_eq!((&endpoint["SerivceCode"], &endpoint["Type"]), (&json!("ecs"), &json!("openAPI")));
    assert_eq!(endpoint["Protocols"]["Protocols"], json!(["HTTP"]));
    let nowhere = json!({"Id": "cn-atlantis", "ServiceCode": "ecs"});
    cloud.fails("location", "DescribeEndpoints", nowhere, 404, "InvalidRegionId").await;
    let nothing = json!({"Id": "cn-hangzhou", "ServiceCode": "moon"});
    cloud.fails("location", "DescribeEndpoints", nothing, 400, "Illegal Parameter").await;
}

#[tokio::test]
async fn images() {
    let cloud = Cloud::new();
    let all = cloud.ok("ecs", "DescribeImages", json!({"PageSize": 100})).await;
    assert!(all["TotalCount"].as_i64().unwrap() > 10);
    let one = cloud.ok("ecs", "DescribeImages", json!({"ImageId": IMAGE})).await;
    let image = &one["Images"]["Image"][0];
    assert_eq!((&image["OSType"], &image["Status"]), (&json!("linux"), &json!("Available")));
    assert_eq!(image["Usage"], "none");
    for (input, expected) in [
        (json!({"ImageName": "ubuntu_18*"}), 2),
        (json!({"ImageOwnerAlias": "self"}), 0),
        (json!({"Architecture": "arm64"}), 1),
        (json!({"ImageFamily": "acs:ubuntu_22_04_x64"}), 1),
        (json!({"OSType": "windows"}), 0),
        (json!({"IsPublic": true}), 0),
        (json!({"ImageId": IMAGE, "IsPublic": false, "ActionType": "ChangeOS"}), 1),
        (json!({"Filter": [{"Key": "CreationStartTime", "Value": "2999-01-01T00:00Z"}]}), 0),
        (json!({"InstanceType": "ecs.g8y.large"}), 1),
    ] {
        let output = cloud.ok("ecs", "DescribeImages", input.clone()).await;
        assert_eq!(output["TotalCount"], expected, "{input}");
    }
    let code = "InvalidImageOwnerAlias.ValueNotSupported";
    cloud.fails("ecs", "DescribeImages", json!({"ImageOwnerAlias": "me"}), 400, code).await;
}

#[tokio::test]
async fn types() {
    let cloud = Cloud::new();
    let one = json!({"InstanceTypes": [TYPE]});
    let one = cloud.ok("ecs", "DescribeInstanceTypes", one).await;
    let kind = &one["InstanceTypes"]["InstanceType"][0];
    assert_eq!((&kind["CpuCoreCount"], &kind["MemorySize"]), (&json!(1), &json!(1.0)));
    assert_eq!(kind["InitialCredit"], 30);
    let g6 = json!({
        "InstanceTypeFamily": "ecs.g6", "MinimumCpuCoreCount": 4, "MaximumMemorySize": 32.0,
    });
    let g6 = cloud.ok("ecs", "DescribeInstanceTypes", g6).await;
    let ids = texts(&g6["InstanceTypes"]["InstanceType"], "InstanceTypeId");
    assert_eq!(ids, ["ecs.g6.2xlarge", "ecs.g6.xlarge"]);
    for (input, none) in [
        (json!({"MaximumGPUAmount": 0}), false),
        (json!({"GpuSpecs": ["NVIDIA T4"]}), true),
        (json!({"MinimumDiskQuantity": 18}), true),
        (json!({"MinimumEriQuantity": 1}), true),
        (json!({"MinimumPrimaryEniQueueNumber": 4}), false),
        (json!({"NvmeSupport": "required"}), false),
        (json!({"LocalStorageCategories": ["local_ssd_pro"]}), true),
        (json!({"PhysicalProcessorModels": ["Abacus"]}), true),
    ] {
        let output = cloud.ok("ecs", "DescribeInstanceTypes", input.clone()).await;
        assert_eq!(is_empty(&output["InstanceTypes"]["InstanceType"]), none, "{input}");
    }
    for most in [0, 1601, 100_000] {
        let bad = json!({"MaxResults": most});
        cloud.fails("ecs", "DescribeInstanceTypes", bad, 400, "InvalidParameter").await;
    }
    let first = cloud.ok("ecs", "DescribeInstanceTypes", json!({"MaxResults": 5})).await;
    assert_eq!(first["InstanceTypes"]["InstanceType"].as_array().unwrap().len(), 5);
    assert!(!text(&first["NextToken"]).is_empty());
}

#[tokio::test]
async fn available_resources() {
    let cloud = Cloud::new();
    let input = json!({"DestinationResource": "InstanceType", "InstanceType": TYPE});
    let output = cloud.ok("ecs", "DescribeAvailableResource", input).await;
    let zone = &output["AvailableZones"]["AvailableZone"][0];
    assert_eq!(zone["Status"], "Available");
    let resource = &zone["AvailableResources"]["AvailableResource"][0];
    assert_eq!(resource["SupportedResources"]["SupportedResource"][0]["Value"], TYPE);
    for more in [
        json!({"IoOptimized": "none"}),
        json!({"NetworkCategory": "classic"}),
        json!({"InstanceType": "ecs.none.large"}),
    ] {
        let mut input = json!({"DestinationResource": "InstanceType"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let output = cloud.ok("ecs", "DescribeAvailableResource", input).await;
        assert!(is_empty(&output["AvailableZones"]["AvailableZone"]), "{more}");
    }
    let disks = json!({"DestinationResource": "SystemDisk", "SystemDiskCategory": "cloud_ssd"});
    let disks = cloud.ok("ecs", "DescribeAvailableResource", disks).await;
    let resource = &disks["AvailableZones"]["AvailableZone"][0]["AvailableResources"];
    let resource = &resource["AvailableResource"][0]["SupportedResources"]["SupportedResource"];
    assert_eq!(texts(resource, "Value"), ["cloud_ssd"]);
    for (more, status, code) in [
        (json!({"ResourceType": "moon"}), 404, "Invalid.ResourceType"),
        (json!({"Scope": "Moon"}), 403, "InvalidParameter.Scope"),
        (json!({"DedicatedHostId": "dh-1"}), 403, "InvalidDedicatedHostId.NotFound"),
    ] {
        let mut input = json!({"DestinationResource": "Zone"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cloud.fails("ecs", "DescribeAvailableResource", input, status, code).await;
    }
    let bad = json!({"DestinationResource": "Moon"});
    let code = "Invalid.DestinationResource";
    cloud.fails("ecs", "DescribeAvailableResource", bad, 404, code).await;
}
