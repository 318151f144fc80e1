//! What a call is made on, as refusals name it and policies will: the resources of AWS's service
//! authorization reference.

use isobar_kernel::face::Admitted;
use isobar_wire::Value;

use crate::elbv2::records::Kind;
use crate::{ec2, regions};

/// An operation and the resource that it needs a right on. `{}` stands for what the member says, of a
/// list the first; what is yet to be made has a star in the place of its id.
#[derive(Debug)]
struct On(&'static str, &'static str, &'static str, &'static str);

/// Service, operation, resource, member. Where a member is an ARN, the resource is all of it.
const RESOURCES: &[On] = &[
    On("ec2", "AuthorizeSecurityGroupEgress", "security-group/{}", "GroupId"),
    On("ec2", "AuthorizeSecurityGroupIngress", "security-group/{}", "GroupId"),
    On("ec2", "CreateKeyPair", "key-pair/{}", "KeyName"),
    On("ec2", "CreateSecurityGroup", "security-group/*", ""),
    On("ec2", "CreateSubnet", "subnet/*", ""),
    On("ec2", "CreateTags", "{}", "Resources"),
    On("ec2", "CreateVpc", "vpc/*", ""),
    On("ec2", "DeleteKeyPair", "key-pair/{}", "KeyName"),
    On("ec2", "DeleteNetworkInterface", "network-interface/{}", "NetworkInterfaceId"),
    On("ec2", "DeleteSecurityGroup", "security-group/{}", "GroupId"),
    On("ec2", "DeleteSubnet", "subnet/{}", "SubnetId"),
    On("ec2", "DeleteTags", "{}", "Resources"),
    On("ec2", "DeleteVolume", "volume/{}", "VolumeId"),
    On("ec2", "DeleteVpc", "vpc/{}", "VpcId"),
    On("ec2", "ImportKeyPair", "key-pair/{}", "KeyName"),
    On("ec2", "ModifyInstanceAttribute", "instance/{}", "InstanceId"),
    On("ec2", "ModifyNetworkInterfaceAttribute", "network-interface/{}", "NetworkInterfaceId"),
    On("ec2", "ModifySecurityGroupRules", "security-group/{}", "GroupId"),
    On("ec2", "ModifySubnetAttribute", "subnet/{}", "SubnetId"),
    On("ec2", "ModifyVpcAttribute", "vpc/{}", "VpcId"),
    On("ec2", "MonitorInstances", "instance/{}", "InstanceIds"),
    On("ec2", "RebootInstances", "instance/{}", "InstanceIds"),
    On("ec2", "RevokeSecurityGroupEgress", "security-group/{}", "GroupId"),
    On("ec2", "RevokeSecurityGroupIngress", "security-group/{}", "GroupId"),
    On("ec2", "RunInstances", "instance/*", ""),
    On("ec2", "StartInstances", "instance/{}", "InstanceIds"),
    On("ec2", "StopInstances", "instance/{}", "InstanceIds"),
    On("ec2", "TerminateInstances", "instance/{}", "InstanceIds"),
    On("ec2", "UnmonitorInstances", "instance/{}", "InstanceIds"),
    On("ec2", "UpdateSecurityGroupRuleDescriptionsEgress", "security-group/{}", "GroupId"),
    On("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", "security-group/{}", "GroupId"),
    On("elbv2", "AddTags", "{}", "ResourceArns"),
    On("elbv2", "CreateListener", "{}", "LoadBalancerArn"),
    On("elbv2", "CreateLoadBalancer", "loadbalancer/{}/*", "Name"),
    On("elbv2", "CreateTargetGroup", "targetgroup/{}/*", "Name"),
    On("elbv2", "DeleteListener", "{}", "ListenerArn"),
    On("elbv2", "DeleteLoadBalancer", "{}", "LoadBalancerArn"),
    On("elbv2", "DeleteTargetGroup", "{}", "TargetGroupArn"),
    On("elbv2", "DeregisterTargets", "{}", "TargetGroupArn"),
    On("elbv2", "ModifyListener", "{}", "ListenerArn"),
    On("elbv2", "ModifyListenerAttributes", "{}", "ListenerArn"),
    On("elbv2", "ModifyLoadBalancerAttributes", "{}", "LoadBalancerArn"),
    On("elbv2", "ModifyTargetGroup", "{}", "TargetGroupArn"),
    On("elbv2", "ModifyTargetGroupAttributes", "{}", "TargetGroupArn"),
    On("elbv2", "RegisterTargets", "{}", "TargetGroupArn"),
    On("elbv2", "RemoveTags", "{}", "ResourceArns"),
    On("elbv2", "SetIpAddressType", "{}", "LoadBalancerArn"),
    On("elbv2", "SetSecurityGroups", "{}", "LoadBalancerArn"),
    On("elbv2", "SetSubnets", "{}", "LoadBalancerArn"),
];

/// The ARN of what the call is made on; `None` where its right is on no resource, or the input does
/// not say which.
pub(super) fn arn(admitted: &Admitted, input: &Value) -> Option<String> {
    let (service, operation) = (admitted.service.name.as_str(), admitted.operation.name.as_str());
    let On(_, _, resource, member) =
        RESOURCES.iter().find(|On(of, name, ..)| *of == service && *name == operation)?;
    let Some((before, after)) = resource.split_once("{}") else {
        return Some(regional(admitted, resource));
    };
    let named = input.get(member)?;
    let named = named.as_str().or_else(|| named.as_list()?.first()?.as_str())?;
    if named.starts_with("arn:") {
        return Some(named.to_owned());
    }
    let path = match operation {
        "CreateTags" | "DeleteTags" => format!("{}/{named}", ec2::resource_type(named)?),
        "CreateLoadBalancer" => {
            let is_network =
                input.get("Type").and_then(Value::as_str) == Some(Kind::Network.name());
            let kind = if is_network { Kind::Network } else { Kind::Application };
            format!("{before}{}/{named}{after}", kind.short())
        }
        _ => format!("{before}{named}{after}"),
    };
    Some(regional(admitted, &path))
}

/// The ARN of a resource of the caller's, in the region that was spoken to.
fn regional(admitted: &Admitted, resource: &str) -> String {
    let Admitted { service, caller, region, .. } = admitted;
    let (partition, service) = (regions::partition_of(region), &service.signing_name);
    format!("arn:{partition}:{service}:{region}:{}:{resource}", caller.account)
}
