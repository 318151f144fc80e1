//! What new instances can be asked to have, and what is refused.

use serde_json::{Value as Json, json};

use crate::harness::{Cloud, IMAGE, Network, TYPE, text};

fn with(network: &Network, more: &Json) -> Json {
    let mut input = json!({
        "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": network.group,
        "VSwitchId": network.vswitch,
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn what_cannot_be_had_is_refused() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let not_built = (501, "NotImplemented");
    for (more, (status, code)) in [
        (json!({"DataDisk": [{"Size": 20}]}), not_built),
        (json!({"PasswordInherit": true}), not_built),
        (json!({"InstanceChargeType": "PrePaid"}), not_built),
        (json!({"AutoReleaseTime": "2027-01-01T00:00:00Z"}), not_built),
        (json!({"NetworkInterface": [{"InstanceType": "Secondary"}]}), not_built),
        (json!({"ImageOptions": {"LoginAsNonRoot": true}}), not_built),
        (json!({"Tenancy": "host"}), not_built),
        (json!({"Tenancy": "shared"}), (400, "InvalidParameter")),
        (json!({"HibernationOptions": {"Configured": true}}), not_built),
        (json!({"HttpEndpoint": "enabled"}), not_built),
        (json!({"CpuOptions": {"Core": 1}}), not_built),
        (json!({"NetworkInterfaceQueueNumber": 2}), not_built),
        (json!({"SystemDisk": {"Encrypted": "true"}}), not_built),
        (json!({"IoOptimized": "none"}), (404, "DependencyViolation.IoOptimized")),
        (json!({"IoOptimized": "maybe"}), (400, "InvalidIoOptimize.ValueNotSupported")),
        (json!({"Ipv6AddressCount": 1}), (403, "InvalidVSwitch.Ipv6NotTurnOn")),
        (json!({"AutoPay": false}), (400, "InvalidAutoPay.PostPaidUnsupported")),
        (
            json!({"PrivatePoolOptions": {"MatchCriteria": "Target", "Id": "eap-1"}}),
            (400, "Invalid.PrivatePoolOptions.Id"),
        ),
        (
            json!({"PrivatePoolOptions": {"MatchCriteria": "Target"}}),
            (400, "MissingParameter.PrivatePoolOptions.Id"),
        ),
        (json!({"SpotStrategy": "SpotAsPriceGo", "SpotDuration": 7}), (400, "InvalidSpotDuration")),
        (json!({"SystemDisk": {"DiskName": "1"}}), (400, "InvalidDiskName.Malformed")),
        (
            json!({"SystemDisk": {"PerformanceLevel": "PL9"}}),
            (400, "InvalidPerformanceLevel.Malformed"),
        ),
        (json!({"Amount": 2, "HostNames": ["one"]}), (400, "InvalidParameter")),
        (json!({"Amount": 1, "HostNames": ["-one"]}), (400, "InvalidHostName.Malformed")),
        (json!({"NetworkInterface": [{"NetworkInterfaceName": "eth"}]}), not_built),
    ] {
        let input = with(&network, &more);
        cloud.fails("ecs", "RunInstances", input, status, code).await;
    }
    let none = cloud.ok("ecs", "DescribeInstances", json!({})).await;
    assert_eq!(none["TotalCount"], 0);
}

#[tokio::test]
async fn what_the_vendor_does_nothing_with_is_taken() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    for more in [
        json!({"IoOptimized": "optimized", "Tenancy": "default", "AutoPay": true}),
        json!({"Period": 1, "PeriodUnit": "Month", "AutoRenew": false}),
        json!({"SpotDuration": 3, "SpotPriceLimit": 0.5}),
        json!({"DeploymentSetGroupNo": 1, "StorageSetPartitionNumber": 2}),
        json!({"PrivatePoolOptions": {"MatchCriteria": "None"}}),
        json!({"Ipv6AddressCount": 0, "PasswordInherit": false, "DataDisk": []}),
        json!({"SecurityEnhancementStrategy": "Deactive", "ImageOptions": {"LoginAsNonRoot": false}}),
    ] {
        cloud.ok("ecs", "RunInstances", with(&network, &more)).await;
    }
}

#[tokio::test]
async fn spot_prices_and_names_of_hosts_are_kept() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let more = json!({
        "SpotStrategy": "SpotWithPriceLimit", "SpotPriceLimit": 0.25, "SpotDuration": 0,
        "SpotInterruptionBehavior": "Stop", "Amount": 2, "HostNames": ["one", "two"],
    });
    let output = cloud.ok("ecs", "RunInstances", with(&network, &more)).await;
    let id = text(&output["InstanceIdSets"]["InstanceIdSet"][1]);
    let input = json!({"InstanceIds": format!("['{id}']")});
    let output = cloud.ok("ecs", "DescribeInstances", input).await;
    let instance = &output["Instances"]["Instance"][0];
    assert_eq!(instance["HostName"], "two");
    assert_eq!(instance["SpotPriceLimit"], 0.25);
    assert_eq!(instance["SpotDuration"], 0);
    assert_eq!(instance["SpotInterruptionBehavior"], "Stop");
}

#[tokio::test]
async fn networks_have_no_ipv6() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let not_built = "NotImplemented";
    cloud.fails("vpc", "CreateVpc", json!({"EnableIpv6": true}), 501, not_built).await;
    cloud.ok("vpc", "CreateVpc", json!({"EnableIpv6": false})).await;
    let switch = json!({
        "VpcId": network.vpc, "ZoneId": "cn-hangzhou-h", "CidrBlock": "172.16.1.0/24",
        "Ipv6CidrBlock": 1,
    });
    cloud.fails("vpc", "CreateVSwitch", switch, 501, not_built).await;
}
