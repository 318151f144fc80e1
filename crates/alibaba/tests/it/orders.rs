//! The order of members in answers, which some clients depend on: it is that of the vendor's recorded
//! answers, and of the examples in its documentation where none is recorded.

use isobar_wire::Value;
use serde_json::{Value as Json, json};

use crate::harness::{Cloud, Signing, text};

/// The members of the first item at the path, in the order of the answer.
fn members(answer: &Value, path: &str) -> Vec<String> {
    let mut here = answer;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        here = here.get(name).unwrap_or_else(|| panic!("{name} of {path}"));
        if let Value::List(items) = here {
            here = &items[0];
        }
    }
    let Value::Map(entries) = here else { panic!("{path} has no members") };
    entries.iter().map(|(name, _)| name.to_string()).collect()
}

async fn check(cloud: &Cloud, service: &str, operation: &str, input: Json, rows: &[(&str, &str)]) {
    let request = cloud.request(service, operation, &input, Signing::Rpc("JSON"));
    let body = cloud.answer(&request).await.body;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    for (path, order) in rows {
        let own: Vec<String> = members(&answer, path)
            .into_iter()
            .filter(|name| order.split_whitespace().any(|known| known == name))
            .collect();
        assert!(own.len() > 1, "{operation} {path} has few of {order}");
        let expected: Vec<&str> =
            order.split_whitespace().filter(|known| own.iter().any(|name| name == known)).collect();
        assert_eq!(own, expected, "{operation} {path}");
    }
}

const INSTANCE: &str = "ResourceGroupId Memory InstanceChargeType Cpu OSName InstanceNetworkType \
    InnerIpAddress ExpiredTime ImageId EipAddress VlanId HostName Status HibernationOptions \
    MetadataOptions InstanceId StoppedMode CpuOptions StartTime DeletionProtection VpcAttributes \
    SecurityGroupIds InternetChargeType InstanceName DeploymentSetId InternetMaxBandwidthOut \
    SerialNumber OSType CreationTime AutoReleaseTime Description InstanceTypeFamily \
    DedicatedInstanceAttribute PublicIpAddress GPUSpec NetworkInterfaces SpotPriceLimit SaleCycle \
    DeviceAvailable InstanceType OSNameEn SpotStrategy IoOptimized ZoneId ClusterId \
    EcsCapacityReservationAttr DedicatedHostAttribute GPUAmount OperationLocks \
    InternetMaxBandwidthIn Recyclable RegionId CreditSpecification";

#[tokio::test]
async fn instances_and_what_they_have() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let id = cloud.instances(&network, 1).await.remove(0);
    let region = json!({"RegionId": "cn-hangzhou"});
    let instance = "Instances/Instance";
    let rows = [
        ("", "NextToken PageSize PageNumber TotalCount Instances"),
        (instance, INSTANCE),
        ("Instances/Instance/EipAddress", "AllocationId IpAddress InternetChargeType"),
        ("Instances/Instance/VpcAttributes", "PrivateIpAddress VpcId VSwitchId NatIpAddress"),
    ];
    check(&cloud, "ecs", "DescribeInstances", region.clone(), &rows).await;
    // The older SDK's wrapper for Ansible looks for the elastic address while it reads the public one.
    let rows = [("", "Status SerialNumber CreationTime EipAddress PublicIpAddress InnerIpAddress")];
    check(&cloud, "ecs", "DescribeInstanceAttribute", json!({"InstanceId": id}), &rows).await;
    let rows = [("InstanceStatuses/InstanceStatus", "Status InstanceId")];
    check(&cloud, "ecs", "DescribeInstanceStatus", region.clone(), &rows).await;
    let rows = [(
        "Images/Image",
        "CreationTime Status ImageFamily Progress IsCopied ImageOwnerAlias Usage Description Size \
         Platform OSNameEn ImageName OSName ImageId OSType Architecture DiskDeviceMappings Tags \
         IsPublic ImageOwnerId",
    )];
    check(&cloud, "ecs", "DescribeImages", region.clone(), &rows).await;
    let rows = [(
        "Disks/Disk",
        "SerialNumber CreationTime Status Type PerformanceLevel DiskId Encrypted Description Device \
         DiskName Portable ImageId InstanceId RegionId Size ZoneId Category Tags Attachments",
    )];
    check(&cloud, "ecs", "DescribeDisks", region.clone(), &rows).await;
    let rows = [(
        "SecurityGroups/SecurityGroup",
        "SecurityGroupId SecurityGroupName Description SecurityGroupType VpcId CreationTime EcsCount \
         AvailableInstanceAmount ResourceGroupId ServiceManaged Tags",
    )];
    check(&cloud, "ecs", "DescribeSecurityGroups", region, &rows).await;
}

#[tokio::test]
async fn networks_and_load_balancers() {
    let cloud = Cloud::new();
    let network = cloud.network().await;
    let region = json!({"RegionId": "cn-hangzhou"});
    let rows = [(
        "Vpcs/Vpc",
        "CreationTime Status VpcId IsDefault OwnerId RegionId VpcName VRouterId CidrBlock \
         Description ResourceGroupId CenStatus Tags VSwitchIds SecondaryCidrBlocks UserCidrs \
         NatGatewayIds RouterTableIds EnabledIpv6",
    )];
    check(&cloud, "vpc", "DescribeVpcs", region.clone(), &rows).await;
    let rows = [(
        "",
        "CreationTime Status VpcId IsDefault ClassicLinkEnabled OwnerId RegionId VpcName VRouterId \
         CidrBlock Description VSwitchIds UserCidrs AssociatedCens CloudResources \
         SupportIpv4Gateway Tags EnabledIpv6",
    )];
    let one = json!({"VpcId": network.vpc, "RegionId": "cn-hangzhou"});
    check(&cloud, "vpc", "DescribeVpcAttribute", one, &rows).await;
    let input = json!({"VSwitchId": network.vswitch, "LoadBalancerName": "front"});
    let made = cloud.ok("slb", "CreateLoadBalancer", input).await;
    let id = text(&made["LoadBalancerId"]);
    let rows = [(
        "LoadBalancers/LoadBalancer",
        "VpcId CreateTimeStamp LoadBalancerId CreateTime PayType AddressType NetworkType \
         LoadBalancerName Bandwidth Address SlaveZoneId MasterZoneId InternetChargeTypeAlias \
         RegionId VSwitchId LoadBalancerStatus InternetChargeType Tags",
    )];
    check(&cloud, "slb", "DescribeLoadBalancers", region, &rows).await;
    let rows = [(
        "",
        "VpcId Tags CreateTimeStamp CreateTime LoadBalancerId PayType AddressType Bandwidth \
         LoadBalancerName Address EndTimeStamp RegionId EndTime VSwitchId LoadBalancerStatus \
         InternetChargeType ListenerPorts ListenerPortsAndProtocal ListenerPortsAndProtocol \
         BackendServers",
    )];
    let one = json!({"LoadBalancerId": id, "RegionId": "cn-hangzhou"});
    check(&cloud, "slb", "DescribeLoadBalancerAttribute", one.clone(), &rows).await;
    let mut listener = json!({
        "ListenerPort": 80, "BackendServerPort": 8080, "Bandwidth": -1, "StickySession": "off",
        "HealthCheck": "off",
    });
    listener["LoadBalancerId"] = one["LoadBalancerId"].clone();
    cloud.ok("slb", "CreateLoadBalancerHTTPListener", listener).await;
    let rows = [(
        "",
        "Status Description Bandwidth BackendServerPort XForwardedFor RequestTimeout ListenerPort \
         Scheduler StickySession HealthCheck LoadBalancerId Tags",
    )];
    let mut one = one;
    one["ListenerPort"] = json!(80);
    check(&cloud, "slb", "DescribeLoadBalancerHTTPListenerAttribute", one, &rows).await;
}
