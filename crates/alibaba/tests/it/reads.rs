//! What is read beside what is served: disks, interfaces, maintenance, roles, route tables.

use serde_json::{Value as Json, json};

use crate::harness::{Cloud, IMAGE, TYPE, is_empty, text, texts};

#[tokio::test]
async fn disks_of_instances() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let input = json!({
        "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": network.group,
        "VSwitchId": network.vswitch, "Tag": [{"Key": "team", "Value": "web"}],
        "SystemDisk": {
            "Category": "cloud_essd", "Size": "60", "DiskName": "root-1", "Description": "first",
            "PerformanceLevel": "PL0",
        },
    });
    let output = cloud.ok("ecs", "RunInstances", input).await;
    let id = text(&output["InstanceIdSets"]["InstanceIdSet"][0]);
    let of_instance = json!({"InstanceId": id, "AdditionalAttributes": ["IOPS"]});
    let disks = cloud.ok("ecs", "DescribeDisks", of_instance).await;
    let disk = &disks["Disks"]["Disk"][0];
    for (member, value) in [
        ("InstanceId", json!(id)),
        ("DiskId", json!(id.replace("i-", "d-"))),
        ("Type", json!("system")),
        ("Status", json!("In_use")),
        ("Category", json!("cloud_essd")),
        ("PerformanceLevel", json!("PL0")),
        ("Size", json!(60)),
        ("DiskName", json!("root-1")),
        ("Description", json!("first")),
        ("IOPS", json!(2520)),
        ("DeleteWithInstance", json!(true)),
        ("ZoneId", json!("cn-hangzhou-h")),
        ("Tags", json!({"Tag": [{"TagValue": "web", "TagKey": "team"}]})),
    ] {
        assert_eq!(disk[member], value, "{member}");
    }
    let plain = cloud.instances(&network, 2).await;
    let one = json!({"InstanceId": plain[0]});
    let one = cloud.ok("ecs", "DescribeDisks", one).await;
    assert_eq!(one["Disks"]["Disk"][0]["Category"], "cloud_efficiency");
    assert_eq!(one["Disks"]["Disk"][0]["Size"], 40);
    for (input, expected) in [
        (json!({}), 3),
        (json!({"DiskIds": json!([disk["DiskId"], "d-none"]).to_string()}), 1),
        (json!({"DiskIds": format!("['{}']", text(&disk["DiskId"]))}), 1),
        (json!({"DiskType": "data"}), 0),
        (json!({"DiskType": "system", "Category": "cloud_essd"}), 1),
        (json!({"Status": "Available"}), 0),
        (json!({"Portable": true}), 0),
        (json!({"DiskName": "root*"}), 1),
        (json!({"Tag": [{"Key": "team"}]}), 1),
        (json!({"Encrypted": true}), 0),
        (json!({"Filter": [{"Key": "CreationStartTime", "Value": "2999-01-01T00:00Z"}]}), 0),
    ] {
        let disks = cloud.ok("ecs", "DescribeDisks", input.clone()).await;
        assert_eq!(disks["TotalCount"], expected, "{input}");
    }
    let first = cloud.ok("ecs", "DescribeDisks", json!({"MaxResults": 2})).await;
    let rest = json!({"MaxResults": 2, "NextToken": first["NextToken"]});
    let rest = cloud.ok("ecs", "DescribeDisks", rest).await;
    assert_eq!(rest["Disks"]["Disk"].as_array().unwrap().len(), 1);
    for (input, status, code) in [
        (json!({"DiskType": "tape"}), 400, "InvalidDiskType.ValueNotSupported"),
        (json!({"Category": "tape"}), 400, "InvalidCategory.ValueNotSupported"),
        (json!({"Status": "Lost"}), 400, "InvalidStatus.ValueNotSupported"),
        (json!({"MultiAttach": "Maybe"}), 403, "InvalidParameter.MultiAttach"),
        (json!({"Filter": [{"Key": "Colour", "Value": "red"}]}), 404, "InvalidFilterKey.NotFound"),
        (json!({"MaxResults": 100_000}), 400, "InvalidParameter"),
        (json!({"MaxResults": 0}), 400, "InvalidParameter"),
    ] {
        cloud.fails("ecs", "DescribeDisks", input, status, code).await;
    }
}

#[tokio::test]
async fn interfaces_of_instances() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 2).await;
    let all = cloud.ok("ecs", "DescribeNetworkInterfaces", json!({})).await;
    assert_eq!(all["TotalCount"], 2);
    let of_instance = json!({"InstanceId": ids[0]});
    let one = cloud.ok("ecs", "DescribeNetworkInterfaces", of_instance).await;
    let interface = &one["NetworkInterfaceSets"]["NetworkInterfaceSet"][0];
    assert_eq!(interface["Type"], "Primary");
    assert_eq!(interface["Status"], "InUse");
    assert_eq!(interface["VSwitchId"], network.vswitch.as_str());
    assert_eq!(interface["SecurityGroupIds"]["SecurityGroupId"], json!([network.group]));
    let address = text(&interface["PrivateIpAddress"]);
    for (input, expected) in [
        (json!({"NetworkInterfaceId": [interface["NetworkInterfaceId"]]}), 1),
        (json!({"PrimaryIpAddress": address}), 1),
        (json!({"PrivateIpAddress": [address]}), 1),
        (json!({"VpcId": network.vpc, "SecurityGroupId": network.group}), 2),
        (json!({"VSwitchId": "vsw-none"}), 0),
        (json!({"Type": "Secondary"}), 0),
        (json!({"Status": "Available"}), 0),
        (json!({"NetworkInterfaceName": "eth"}), 0),
        (json!({"Tag": [{"Key": "team"}]}), 0),
    ] {
        let found = cloud.ok("ecs", "DescribeNetworkInterfaces", input.clone()).await;
        assert_eq!(found["TotalCount"], expected, "{input}");
    }
    let bad = json!({"Type": "Third"});
    cloud.fails("ecs", "DescribeNetworkInterfaces", bad, 400, "InvalidParameter").await;
}

#[tokio::test]
async fn maintenance_pools_and_roles() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 2).await;
    let input = json!({"InstanceId": [ids[0]]});
    let output = cloud.ok("ecs", "DescribeInstanceMaintenanceAttributes", input).await;
    let attribute = &output["MaintenanceAttributes"]["MaintenanceAttribute"][0];
    assert_eq!((&output["TotalCount"], &attribute["InstanceId"]), (&json!(1), &json!(ids[0])));
    assert_eq!(attribute["ActionOnMaintenance"]["Value"], "AutoRecover");
    assert_eq!(attribute["NotifyOnMaintenance"], false);
    let both = json!({"InstanceIds": json!(ids).to_string()});
    let output = cloud.ok("ecs", "DescribeInstanceAttachmentAttributes", both.clone()).await;
    let pools = texts(&output["Instances"]["Instance"], "PrivatePoolOptionsMatchCriteria");
    assert_eq!(pools, ["Open", "Open"]);
    let none = json!({"InstanceIds": r#"["i-none"]"#});
    let code = "InvalidInstanceIds.NotFound";
    cloud.fails("ecs", "DescribeInstanceAttachmentAttributes", none.clone(), 404, code).await;
    let output = cloud.ok("ecs", "DescribeInstanceRamRole", both).await;
    assert_eq!(output["TotalCount"], 2);
    let sets = &output["InstanceRamRoleSets"]["InstanceRamRoleSet"];
    assert!(texts(sets, "InstanceId").contains(&ids[1]));
    let of_role = json!({"RamRoleName": "worker"});
    let output = cloud.ok("ecs", "DescribeInstanceRamRole", of_role).await;
    assert!(is_empty(&output["InstanceRamRoleSets"]["InstanceRamRoleSet"]));
    let code = "InvalidParameter.AllEmpty";
    cloud.fails("ecs", "DescribeInstanceRamRole", json!({}), 403, code).await;
    let code = "InvalidInstanceId.NotFound";
    cloud.fails("ecs", "DescribeInstanceRamRole", none, 404, code).await;
}

#[tokio::test]
async fn families_of_types() {
    let cloud = Cloud::new();
    let all = cloud.ok("ecs", "DescribeInstanceTypeFamilies", json!({})).await;
    let families =
        texts(&all["InstanceTypeFamilies"]["InstanceTypeFamily"], "InstanceTypeFamilyId");
    assert!(families.contains(&"ecs.g6".to_owned()), "{families:?}");
    let later = json!({"Generation": "ecs-9"});
    let later = cloud.ok("ecs", "DescribeInstanceTypeFamilies", later).await;
    assert!(is_empty(&later["InstanceTypeFamilies"]["InstanceTypeFamily"]));
}

#[tokio::test]
async fn route_tables_of_vpcs() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let vpc = cloud.ok("vpc", "DescribeVpcAttribute", json!({"VpcId": network.vpc})).await;
    let router = text(&vpc["VRouterId"]);
    let list = cloud.ok("vpc", "DescribeRouteTableList", json!({"VpcId": network.vpc})).await;
    let table: &Json = &list["RouterTableList"]["RouterTableListType"][0];
    assert_eq!(table["RouterId"], router.as_str());
    assert_eq!(
        (&table["RouteTableType"], &table["Status"]),
        (&json!("System"), &json!("Available"))
    );
    assert_eq!(table["VSwitchIds"]["VSwitchId"], json!([network.vswitch]));
    let tables = cloud.ok("vpc", "DescribeRouteTables", json!({"VRouterId": router})).await;
    let shown = &tables["RouteTables"]["RouteTable"][0];
    assert_eq!(shown["RouteTableId"], table["RouteTableId"]);
    let entries = texts(&shown["RouteEntrys"]["RouteEntry"], "DestinationCidrBlock");
    assert_eq!(entries, ["172.16.0.0/24", "100.64.0.0/10"]);
    for (input, expected) in [
        (json!({}), 1),
        (json!({"RouteTableId": table["RouteTableId"]}), 1),
        (json!({"RouteTableType": "Custom"}), 0),
        (json!({"RouterType": "VBR"}), 0),
    ] {
        let found = cloud.ok("vpc", "DescribeRouteTableList", input.clone()).await;
        assert_eq!(found["TotalCount"], expected, "{input}");
    }
    let none = json!({"VRouterId": "vrt-none"});
    let code = "InvalidVRouterId.NotFound";
    cloud.fails("vpc", "DescribeRouteTables", none, 400, code).await;
}

#[tokio::test]
async fn key_pairs_are_made_and_given_to_instances() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let ids = cloud.instances(&network, 1).await;
    let made = cloud.ok("ecs", "CreateKeyPair", json!({"KeyPairName": "drawn"})).await;
    assert!(text(&made["PrivateKeyBody"]).starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert!(text(&made["KeyPairId"]).starts_with("ssh-bp1"));
    assert_eq!(text(&made["KeyPairFingerPrint"]).len(), 47);
    let listed = json!({"KeyPairName": "drawn", "IncludePublicKey": true});
    let listed = cloud.ok("ecs", "DescribeKeyPairs", listed).await;
    assert!(text(&listed["KeyPairs"]["KeyPair"][0]["PublicKey"]).starts_with("ssh-rsa AAAA"));
    let twice = json!({"KeyPairName": "drawn"});
    cloud.fails("ecs", "CreateKeyPair", twice, 400, "KeyPair.AlreadyExist").await;
    let attach = json!({
        "KeyPairName": "drawn", "InstanceIds": json!([ids[0], "i-none"]).to_string(),
    });
    let attached = cloud.ok("ecs", "AttachKeyPair", attach).await;
    assert_eq!((&attached["TotalCount"], &attached["FailCount"]), (&json!("2"), &json!("1")));
    assert_eq!(texts(&attached["Results"]["Result"], "Success"), ["true", "false"]);
    let having = json!({"KeyPairName": "drawn"});
    let having = cloud.ok("ecs", "DescribeInstances", having).await;
    assert_eq!(having["TotalCount"], 1);
    let detach = json!({"KeyPairName": "drawn", "InstanceIds": format!("['{}']", ids[0])});
    cloud.ok("ecs", "DetachKeyPair", detach).await;
    let names = json!({"KeyPairNames": "['drawn']"});
    cloud.ok("ecs", "DeleteKeyPairs", names).await;
    let unknown = json!({"KeyPairName": "drawn", "InstanceIds": json!(ids).to_string()});
    cloud.fails("ecs", "AttachKeyPair", unknown, 400, "InvalidKeyPairName.NotFound").await;
}
