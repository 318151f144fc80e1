//! What can be had where: regions, zones, images, types.

use serde_json::json;

use crate::harness::{Cloud, IMAGE, TYPE, text, texts};

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
    let bad = json!({"DestinationResource": "Moon"});
    let code = "Invalid.DestinationResource";
    cloud.fails("ecs", "DescribeAvailableResource", bad, 404, code).await;
}
