//! Members of inputs that no handler reads, and why that is what the cloud does.

use isobar_kernel::{Ignored, Values};

/// The rows.
pub const IGNORED: &[Ignored] = &[
    everywhere("RegionId", "the request is admitted into the region that it names"),
    everywhere("OwnerId", "the vendor's gateway sets it; a caller's own is without effect"),
    everywhere("OwnerAccount", "the vendor's gateway sets it; a caller's own is without effect"),
    everywhere("ResourceOwnerId", "the vendor's gateway sets it; a caller's own is without effect"),
    everywhere(
        "ResourceOwnerAccount",
        "the vendor's gateway sets it; a caller's own is without effect",
    ),
    of_prepaid("Period"),
    of_prepaid("PeriodUnit"),
    of_prepaid("AutoRenew"),
    of_prepaid("AutoRenewPeriod"),
    launch("DeploymentSetGroupNo", "a number in a deployment set; an instance is in none here"),
    launch("StorageSetPartitionNumber", "a number of a storage set; an instance is in none here"),
    launch("LaunchTemplateVersion", "a version of a template; a call that names one is refused"),
    row(
        "ecs",
        "DescribeAvailableResource",
        "SpotDuration",
        Values::All,
        "spot instances of every duration are to be had",
    ),
    row("ecs", "DescribeImages", "ShowExpired", Values::All, "no image here expires"),
    row("vpc", "CreateVpc", "EnableIpv6", NO, "a VPC has none unless it is asked for"),
    row("vpc", "CreateVpc", "Ipv6Isp", Values::All, "it is read of VPCs with IPv6 alone"),
    row("vpc", "ModifyVpcAttribute", "EnableIPv6", NO, "no VPC has IPv6 here"),
    row("vpc", "ModifyVpcAttribute", "Ipv6Isp", Values::All, "it is read of VPCs with IPv6 alone"),
    row("vpc", "ModifyVSwitchAttribute", "EnableIPv6", NO, "no vSwitch has IPv6 here"),
    row("ecs", "ModifyInstanceAttribute", "EnableJumboFrame", NO, "no instance has it here"),
    row("ecs", "CreateSecurityGroup", "ServiceManaged", NO, "a caller's groups are the caller's"),
    row(
        "ecs",
        "DescribeSecurityGroups",
        "IsQueryEcsCount",
        Values::All,
        "the counts are always shown",
    ),
    row("ecs", "DescribeRegions", "InstanceChargeType", Values::All, "regions offer both alike"),
    row("ecs", "*", "PasswordInherit", NO, "no image here has a password"),
    row("ecs", "*", "AutoReleaseTime", NOTHING, "an instance stays unless it is asked for"),
    row("ecs", "*", "HibernationOptions.Configured", NO, "it is off unless it is asked for"),
    row("ecs", "*", "ImageOptions.LoginAsNonRoot", NO, "it is off unless it is asked for"),
    row(
        "ecs",
        "*",
        "NetworkInterface.InstanceType",
        Values::These(&["Primary", ""]),
        "the interface that is told of is the instance's own",
    ),
    row(
        "ecs",
        "*",
        "NetworkInterface.NetworkInterfaceId",
        NOTHING,
        "it is an interface of its own",
    ),
    row("slb", "*", "XForwardedFor_SLBIP", OFF, NO_HEADER),
    row("slb", "*", "XForwardedFor_SLBID", OFF, NO_HEADER),
    row("slb", "*", "XForwardedFor_proto", OFF, NO_HEADER),
    row("slb", "*", "XForwardedFor_SLBPORT", OFF, NO_HEADER),
    row("slb", "*", "XForwardedFor_ClientSrcPort", OFF, NO_HEADER),
    row("slb", "*", "ProxyProtocolV2Enabled", NO, "it is off unless it is asked for"),
    row("ecs", "*", "SystemDisk.Encrypted", NO, "a disk is not encrypted unless it is asked for"),
    row(
        "ecs",
        "RunInstances",
        "SystemDisk.BurstingEnabled",
        NO,
        "it is off unless it is asked for",
    ),
    row(
        "ecs",
        "RunInstances",
        "NetworkInterface.DeleteOnRelease",
        YES,
        "the first interface always is",
    ),
    row(
        "ecs",
        "RunInstances",
        "NetworkInterface.NetworkInterfaceTrafficMode",
        Values::These(&["Standard"]),
        "it is the usual mode",
    ),
    row("ecs", "StopInstance", "ConfirmStop", Values::All, "the vendor has given it up"),
    row("ecs", "StopInstance", "Hibernate", NO, "an instance is stopped unless it is asked for"),
    row("ecs", "StartInstance", "InitLocalDisk", Values::All, "no type here has local disks"),
    in_force("StopInstance", "ForceStop"),
    in_force("StopInstances", "ForceStop"),
    in_force("RebootInstance", "ForceStop"),
    in_force("RebootInstances", "ForceReboot"),
    in_force("DeleteInstance", "ForceStop"),
    in_force("DeleteInstances", "ForceStop"),
    subscription("DeleteInstance"),
    subscription("DeleteInstances"),
    row("vpc", "CreateVpc", "EnableDnsHostname", NO, "it is off unless it is asked for"),
    row("vpc", "ModifyVpcAttribute", "EnableDnsHostname", NO, "no VPC has it here"),
    row("vpc", "DeleteVpc", "ForceDelete", NO, "a VPC that is in use is refused"),
    row(
        "slb",
        "*",
        "AclType",
        Values::All,
        "it is read of lists, which a listener cannot have here",
    ),
    row("slb", "*", "Cookie", Values::All, STICKY),
    row("slb", "*", "CookieTimeout", Values::All, STICKY),
    row("slb", "*", "StickySessionType", Values::All, STICKY),
    row("slb", "*", "XForwardedFor", Values::These(&["on"]), "the header is always sent"),
    row(
        "slb",
        "CreateLoadBalancerHTTPListener",
        "ForwardPort",
        Values::All,
        "it is read of listeners that redirect, which cannot be made here",
    ),
    row("slb", "*", "VServerGroup", OFF, "a listener has no group here"),
    row("slb", "*", "MasterSlaveServerGroup", OFF, "a listener has no group here"),
    row("slb", "*", "SynProxy", Values::These(&["disable"]), "it is off unless it is asked for"),
    balancer_in_advance("PricingCycle"),
    balancer_in_advance("Duration"),
    balancer_in_advance("AutoPay"),
];

/// What only load balancers have that are paid for in advance, which cannot be made here.
const fn balancer_in_advance(member: &'static str) -> Ignored {
    let reason = "the vendor reads it of load balancers that are paid for in advance alone";
    row("slb", "CreateLoadBalancer", member, Values::All, reason)
}

/// A switch that is asked to be off.
const NO: Values = Values::These(&["false"]);
/// A switch that is asked to be on.
const YES: Values = Values::These(&["true"]);
/// A switch of load balancers that is asked to be off.
const OFF: Values = Values::These(&["off"]);

/// A member that is there without saying anything.
const NOTHING: Values = Values::These(&[""]);

const NO_HEADER: &str = "the header is not sent unless it is asked for";
const STICKY: &str = "it is read where sessions stick to a server, which they cannot here";

/// Whether processes are asked to end first: here they are, and what does not heed is ended soon.
const fn in_force(operation: &'static str, member: &'static str) -> Ignored {
    let reason = "a machine that does not heed is ended in force anyway";
    row("ecs", operation, member, Values::All, reason)
}

const fn subscription(operation: &'static str) -> Ignored {
    let reason = "the vendor reads it of instances that are paid for in advance alone";
    row("ecs", operation, "TerminateSubscription", Values::All, reason)
}

const fn row(
    service: &'static str,
    operation: &'static str,
    member: &'static str,
    values: Values,
    reason: &'static str,
) -> Ignored {
    Ignored { service, operation, member, values, reason }
}

/// What only instances have that are paid for in advance, which cannot be made here.
const fn of_prepaid(member: &'static str) -> Ignored {
    launch(member, "the vendor reads it of instances that are paid for in advance alone")
}

/// What both calls have that make instances.
const fn launch(member: &'static str, reason: &'static str) -> Ignored {
    Ignored { service: "ecs", operation: "*", member, values: Values::All, reason }
}

const fn everywhere(member: &'static str, reason: &'static str) -> Ignored {
    Ignored { service: "*", operation: "*", member, values: Values::All, reason }
}
