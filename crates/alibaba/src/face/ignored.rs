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
