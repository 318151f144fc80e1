//! What a user who may only read is told: each service's code, and the right that is missing.

use std::collections::BTreeSet;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud as Vendor;
use isobar_wire::ServiceError;
use serde_json::{Value as Json, json};

use crate::harness::{ACCOUNT, Cloud, READER, REGION, SECRET, decoded, find};

/// Calls as the user who may only read.
async fn read(
    cloud: &Cloud,
    service: &str,
    operation: &str,
    input: &Json,
) -> Result<Json, ServiceError> {
    let mut request = cloud.unsigned(service, operation, input);
    cloud.sign_with(&mut request, service, REGION, &Credentials::new(READER, SECRET));
    decoded(service, operation, &cloud.answer(&request).await)
}

const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1";
const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1";
const LISTENER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2";

/// Each operation that writes, an input that names something, and the resource that its right is on.
fn writes() -> Vec<(&'static str, &'static str, Json, &'static str)> {
    let instances = json!({ "InstanceIds": ["i-1", "i-2"] });
    let group = json!({ "GroupId": "sg-1" });
    let vpc = json!({ "VpcId": "vpc-1" });
    let subnet = json!({ "SubnetId": "subnet-1" });
    let key = json!({ "KeyName": "a" });
    let name = json!({ "Name": "a" });
    let network = json!({ "Name": "a", "Type": "network" });
    let balancer = json!({ "LoadBalancerArn": BALANCER });
    let targets = json!({ "TargetGroupArn": GROUP });
    let listener = json!({ "ListenerArn": LISTENER });
    let arns = json!({ "ResourceArns": [GROUP] });
    vec![
        ("ec2", "AuthorizeSecurityGroupEgress", group.clone(), "security-group/sg-1"),
        ("ec2", "AuthorizeSecurityGroupIngress", group.clone(), "security-group/sg-1"),
        ("ec2", "CreateKeyPair", key.clone(), "key-pair/a"),
        ("ec2", "CreateSecurityGroup", vpc.clone(), "security-group/*"),
        ("ec2", "CreateSubnet", vpc.clone(), "subnet/*"),
        ("ec2", "CreateTags", json!({ "Resources": ["vpc-1", "i-1"] }), "vpc/vpc-1"),
        ("ec2", "CreateVpc", json!({}), "vpc/*"),
        ("ec2", "DeleteKeyPair", key.clone(), "key-pair/a"),
        (
            "ec2",
            "DeleteNetworkInterface",
            json!({ "NetworkInterfaceId": "eni-1" }),
            "network-interface/eni-1",
        ),
        ("ec2", "DeleteSecurityGroup", group.clone(), "security-group/sg-1"),
        ("ec2", "DeleteSubnet", subnet.clone(), "subnet/subnet-1"),
        ("ec2", "DeleteTags", json!({ "Resources": ["eni-1"] }), "network-interface/eni-1"),
        ("ec2", "DeleteVolume", json!({ "VolumeId": "vol-1" }), "volume/vol-1"),
        ("ec2", "DeleteVpc", vpc.clone(), "vpc/vpc-1"),
        ("ec2", "ImportKeyPair", key, "key-pair/a"),
        ("ec2", "ModifyInstanceAttribute", json!({ "InstanceId": "i-1" }), "instance/i-1"),
        (
            "ec2",
            "ModifyNetworkInterfaceAttribute",
            json!({ "NetworkInterfaceId": "eni-1" }),
            "network-interface/eni-1",
        ),
        ("ec2", "ModifySecurityGroupRules", group.clone(), "security-group/sg-1"),
        ("ec2", "ModifySubnetAttribute", subnet, "subnet/subnet-1"),
        ("ec2", "ModifyVpcAttribute", vpc, "vpc/vpc-1"),
        ("ec2", "MonitorInstances", instances.clone(), "instance/i-1"),
        ("ec2", "RebootInstances", instances.clone(), "instance/i-1"),
        ("ec2", "RevokeSecurityGroupEgress", group.clone(), "security-group/sg-1"),
        ("ec2", "RevokeSecurityGroupIngress", group.clone(), "security-group/sg-1"),
        ("ec2", "RunInstances", json!({ "DryRun": true }), "instance/*"),
        ("ec2", "StartInstances", instances.clone(), "instance/i-1"),
        ("ec2", "StopInstances", instances.clone(), "instance/i-1"),
        ("ec2", "TerminateInstances", instances.clone(), "instance/i-1"),
        ("ec2", "UnmonitorInstances", instances, "instance/i-1"),
        ("ec2", "UpdateSecurityGroupRuleDescriptionsEgress", group.clone(), "security-group/sg-1"),
        ("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", group, "security-group/sg-1"),
        ("elbv2", "AddTags", arns.clone(), "targetgroup/a/1"),
        ("elbv2", "CreateListener", balancer.clone(), "loadbalancer/app/a/1"),
        ("elbv2", "CreateLoadBalancer", network, "loadbalancer/net/a/*"),
        ("elbv2", "CreateLoadBalancer", name.clone(), "loadbalancer/app/a/*"),
        ("elbv2", "CreateTargetGroup", name, "targetgroup/a/*"),
        ("elbv2", "DeleteListener", listener.clone(), "listener/app/a/1/2"),
        ("elbv2", "DeleteLoadBalancer", balancer.clone(), "loadbalancer/app/a/1"),
        ("elbv2", "DeleteTargetGroup", targets.clone(), "targetgroup/a/1"),
        ("elbv2", "DeregisterTargets", targets.clone(), "targetgroup/a/1"),
        ("elbv2", "ModifyListener", listener.clone(), "listener/app/a/1/2"),
        ("elbv2", "ModifyListenerAttributes", listener, "listener/app/a/1/2"),
        ("elbv2", "ModifyLoadBalancerAttributes", balancer.clone(), "loadbalancer/app/a/1"),
        ("elbv2", "ModifyTargetGroup", targets.clone(), "targetgroup/a/1"),
        ("elbv2", "ModifyTargetGroupAttributes", targets.clone(), "targetgroup/a/1"),
        ("elbv2", "RegisterTargets", targets, "targetgroup/a/1"),
        ("elbv2", "RemoveTags", arns, "targetgroup/a/1"),
        ("elbv2", "SetIpAddressType", balancer.clone(), "loadbalancer/app/a/1"),
        ("elbv2", "SetSecurityGroups", balancer.clone(), "loadbalancer/app/a/1"),
        ("elbv2", "SetSubnets", balancer, "loadbalancer/app/a/1"),
    ]
}

#[tokio::test]
async fn every_write_is_refused_and_names_its_resource() {
    let cloud = Cloud::new();
    for (service, operation, input, resource) in writes() {
        let (code, opening, prefix) = match service {
            "ec2" => (
                "UnauthorizedOperation",
                "You are not authorized to perform this operation. ",
                "ec2",
            ),
            _ => ("AccessDenied", "", "elasticloadbalancing"),
        };
        let error = read(&cloud, service, operation, &input).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status.as_u16()), (code, 403), "{operation}");
        let expected = format!(
            "{opening}User: arn:aws:iam::{ACCOUNT}:user/reader is not authorized to perform: \
             {prefix}:{operation} on resource: arn:aws:{prefix}:{REGION}:{ACCOUNT}:{resource} \
             because no identity-based policy allows the {prefix}:{operation} action"
        );
        assert_eq!(error.message, expected);
    }
}

#[test]
fn the_list_of_writes_is_complete() {
    let listed: BTreeSet<_> = writes().iter().map(|row| (row.0, row.1)).collect();
    let served = isobar_kernel::served_operations(Vendor::Aws, isobar_aws::SERVICES);
    let writing = served.into_iter().filter(|(service, name)| !find(service, name).1.read_only);
    assert_eq!(writing.collect::<BTreeSet<_>>(), listed);
}

#[tokio::test]
async fn what_reads_is_allowed() {
    let cloud = Cloud::new();
    let identity = read(&cloud, "sts", "GetCallerIdentity", &json!({})).await.unwrap();
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/reader");
    let expected = json!({ "UserId": "AIDAISOBARTESTREADER0", "Account": ACCOUNT, "Arn": arn });
    assert_eq!(identity, expected);
    let vpcs = read(&cloud, "ec2", "DescribeVpcs", &json!({})).await.unwrap();
    assert_eq!(vpcs["Vpcs"].as_array().unwrap().len(), 1, "the owner's");
    let dry = read(&cloud, "ec2", "DescribeVpcs", &json!({ "DryRun": true })).await.unwrap_err();
    assert_eq!((dry.code.as_str(), dry.status.as_u16()), ("DryRunOperation", 412));
}

/// A dry run tells what the caller may do, and so the same input is told apart by who asks.
#[tokio::test]
async fn a_dry_run_tells_rights_from_none() {
    let cloud = Cloud::new();
    let input = json!({ "CidrBlock": "10.0.0.0/16", "DryRun": true });
    cloud.fails("ec2", "CreateVpc", input.clone(), "DryRunOperation").await;
    let refused = read(&cloud, "ec2", "CreateVpc", &input).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status.as_u16()), ("UnauthorizedOperation", 403));
}
