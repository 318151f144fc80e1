//! Members of inputs that no handler reads, and why that is what the cloud does. Any other member
//! that is not read is answered as not built.

use isobar_kernel::{Ignored, Values};

/// A value that asks for what is so anyway.
const SO_ANYWAY: &str = "it asks for what is so without it";
/// A list or structure without anything in it.
const NOTHING: &str = "it asks for nothing";

const fn any(
    service: &'static str,
    operation: &'static str,
    member: &'static str,
    reason: &'static str,
) -> Ignored {
    Ignored { service, operation, member, values: Values::All, reason }
}

const fn values(
    service: &'static str,
    operation: &'static str,
    member: &'static str,
    texts: &'static [&'static str],
) -> Ignored {
    let values = Values::These(texts);
    Ignored { service, operation, member, values, reason: SO_ANYWAY }
}

/// False for an option that nothing here has.
const fn off(service: &'static str, operation: &'static str, member: &'static str) -> Ignored {
    values(service, operation, member, &["false"])
}

const fn none(service: &'static str, operation: &'static str, member: &'static str) -> Ignored {
    let values = Values::These(&["", "0"]);
    Ignored { service, operation, member, values, reason: NOTHING }
}

const ELB: &str = "elbv2";
const RUN: &str = "RunInstances";

/// The rows.
#[rustfmt::skip]
pub const IGNORED: &[Ignored] = &[
    // Lists.
    any("ec2", "DescribeRegions", "AllRegions", "the account takes part in all regions"),
    any("ec2", "DescribeAvailabilityZones", "AllAvailabilityZones", "the account takes part in all zones"),
    any("ec2", "DescribeImages", "IncludeDeprecated", "no image is deprecated: the vendors publish theirs anew"),
    any("ec2", "DescribeImages", "IncludeDisabled", "no image is disabled"),
    any("ec2", "GetConsoleOutput", "Latest", "what is shown is always the latest"),
    any("ec2", "*", "IncludeManagedResources", "no other service manages anything"),
    off("ec2", "DescribeInstanceTypes", "IncludeUnsupportedInRegion"),
    // Launches.
    any("ec2", RUN, "LaunchTemplate.Version", "no template exists, and so none of its versions"),
    off("ec2", RUN, "EnablePrimaryIpv6"),
    none("ec2", RUN, "Ipv6AddressCount"),
    none("ec2", RUN, "Ipv6Addresses"),
    none("ec2", RUN, "ElasticGpuSpecification"),
    none("ec2", RUN, "ElasticInferenceAccelerators"),
    none("ec2", RUN, "LicenseSpecifications"),
    none("ec2", RUN, "SecondaryInterfaces"),
    none("ec2", RUN, "CpuOptions"),
    none("ec2", RUN, "InstanceMarketOptions"),
    off("ec2", RUN, "HibernationOptions"),
    off("ec2", RUN, "EnclaveOptions"),
    values("ec2", RUN, "PrivateDnsNameOptions", &["ip-name", "false"]),
    values("ec2", RUN, "CapacityReservationSpecification", &["open"]),
    values("ec2", RUN, "NetworkPerformanceOptions", &["default"]),
    values("ec2", RUN, "NetworkInterfaces.InterfaceType", &["interface"]),
    off("ec2", RUN, "NetworkInterfaces.AssociateCarrierIpAddress"),
    off("ec2", RUN, "NetworkInterfaces.PrimaryIpv6"),
    none("ec2", RUN, "NetworkInterfaces.NetworkCardIndex"),
    none("ec2", RUN, "NetworkInterfaces.Ipv6AddressCount"),
    none("ec2", RUN, "NetworkInterfaces.Ipv6Addresses"),
    none("ec2", RUN, "NetworkInterfaces.PrivateIpAddresses"),
    none("ec2", RUN, "NetworkInterfaces.SecondaryPrivateIpAddressCount"),
    none("ec2", RUN, "NetworkInterfaces.Ipv4Prefixes"),
    none("ec2", RUN, "NetworkInterfaces.Ipv4PrefixCount"),
    none("ec2", RUN, "NetworkInterfaces.Ipv6Prefixes"),
    none("ec2", RUN, "NetworkInterfaces.Ipv6PrefixCount"),
    any("ec2", "StopInstances", "Force", "an instance that does not stop in time is made to, asked for or not"),
    any("ec2", "TerminateInstances", "Force", "an instance that does not end in time is made to, asked for or not"),
    off("ec2", "StopInstances", "SkipOsShutdown"),
    off("ec2", "TerminateInstances", "SkipOsShutdown"),
    none("ec2", RUN, "BlockDeviceMappings.Ebs.EbsCardIndex"),
    // Networks.
    any("ec2", "*", "IpPermissions.UserIdGroupPairs.VpcId", "the group's id says it, and requests that repeat answers carry it"),
    any("ec2", "*", "IpPermissions.UserIdGroupPairs.PeeringStatus", "only answers say it, and requests that repeat them carry it"),
    off("ec2", "CreateVpc", "AmazonProvidedIpv6CidrBlock"),
    off("ec2", "CreateSubnet", "Ipv6Native"),
    off("ec2", "ModifySubnetAttribute", "AssignIpv6AddressOnCreation"),
    off("ec2", "ModifySubnetAttribute", "MapCustomerOwnedIpOnLaunch"),
    off("ec2", "ModifySubnetAttribute", "EnableDns64"),
    values("ec2", "ModifySubnetAttribute", "PrivateDnsHostnameTypeOnLaunch", &["ip-name"]),
    off("ec2", "ModifySubnetAttribute", "EnableResourceNameDnsARecordOnLaunch"),
    off("ec2", "ModifySubnetAttribute", "EnableResourceNameDnsAAAARecordOnLaunch"),
    off("ec2", "ModifySubnetAttribute", "DisableLniAtDeviceIndex"),
    // Load balancers.
    values(ELB, "CreateLoadBalancer", "IpAddressType", &["ipv4"]),
    values(ELB, "CreateLoadBalancer", "EnablePrefixForIpv6SourceNat", &["off"]),
    values(ELB, "SetSubnets", "IpAddressType", &["ipv4"]),
    values(ELB, "SetSubnets", "EnablePrefixForIpv6SourceNat", &["off"]),
    values(ELB, "CreateTargetGroup", "IpAddressType", &["ipv4"]),
    values(ELB, "CreateTargetGroup", "ProtocolVersion", &["HTTP1"]),
    none(ELB, "CreateListener", "AlpnPolicy"),
    none(ELB, "ModifyListener", "AlpnPolicy"),
    values(ELB, "CreateListener", "MutualAuthentication", &["off"]),
    values(ELB, "ModifyListener", "MutualAuthentication", &["off"]),
    values(ELB, "CreateListener", "DefaultActions.Type", &["forward"]),
    values(ELB, "ModifyListener", "DefaultActions.Type", &["forward"]),
    off(ELB, "CreateListener", "DefaultActions.ForwardConfig.TargetGroupStickinessConfig.Enabled"),
    off(ELB, "ModifyListener", "DefaultActions.ForwardConfig.TargetGroupStickinessConfig.Enabled"),
    values(ELB, "SetSecurityGroups", "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", &["on"]),
    any(ELB, "CreateListener", "DefaultActions.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds", "stickiness is off, or the call is refused"),
    any(ELB, "ModifyListener", "DefaultActions.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds", "stickiness is off, or the call is refused"),
];
