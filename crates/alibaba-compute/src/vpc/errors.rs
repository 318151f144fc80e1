//! The errors of VPC.

use isobar_kernel::Row;

use crate::tags::Rules;

pub(crate) const VPC_NOT_FOUND: Row =
    Row::new(404, "InvalidVpcId.NotFound", "Specified VPC does not exist.");
pub(super) const TOO_MANY_VPC_IDS: Row =
    Row::new(400, "InvalidVpcIdNumber.NotSupported", "The number of vpcIds exceeds the limit.");
pub(super) const VPC_CIDR: Row =
    Row::new(400, "InvalidParameter", "Specified CIDR block is not valid");
pub(super) const VPC_NAME: Row =
    Row::new(400, "InvalidVpcName.Malformed", "Specified VPC name is not valid.");
pub(super) const VPC_DESCRIPTION: Row =
    Row::new(400, "InvalidVpcDiscription.Malformed", "Specified VPC description is not valid.");
pub(super) const USER_CIDR: Row =
    Row::new(400, "IllegalParam.UserCidr", "UserCidr is not a valid or strict address.");
pub(super) const USER_CIDR_RESERVED: Row = Row::new(
    400,
    "InvalidUserCidr.Malformed",
    "Specified  UserCidr  overlapping in of 100.64.0.0/10.",
);
pub(super) const USER_CIDR_QUOTA: Row =
    Row::new(400, "InvalidUserCidr.Quota", "Specified  UserCidr number is greater than 3.");
pub(super) const RESOURCE_GROUP: Row =
    Row::new(400, "InvalidResourceGroupId", "The specified ResourceGroupId does not exist.");
pub(super) const SUBNET_OUTSIDE: Row =
    Row::new(400, "IllegalCidrBlock", "Some subnet cidrBlock is not in the cidrBlock.");
pub(super) const CIDR_MALFORMED: Row =
    Row::new(400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.");
pub(super) const VPC_HAS_VSWITCHES: Row =
    Row::new(400, "DependencyViolation.VSwitch", "Specified object has dependent resources");
pub(super) const VPC_HAS_GROUPS: Row = Row::new(
    400,
    "DependencyViolation.SecurityGroup",
    "Specified object has dependent resources SecurityGroup.",
);

pub(crate) const VSWITCH_NOT_FOUND: Row =
    Row::new(404, "InvalidVSwitchId.NotFound", "VSwitch not exist.");
pub(super) const VSWITCH_MODIFY_NOT_FOUND: Row =
    Row::new(404, "InvalidVSwitchId.NotFound", "The specified virtual switch does not exists.");
/// The documentation says 400. Programs that wait for a vSwitch to be gone look for 404, and do so
/// rightly at the vendor.
pub(super) const VSWITCH_ATTRIBUTES_NOT_FOUND: Row =
    Row::new(404, "InvalidVSwitchId.NotFound", "Specified VSwitch can not found.");
pub(super) const TOO_MANY_VSWITCH_IDS: Row = Row::new(
    404,
    "InvalidVSwitchIdNumber.NotSupported",
    "The number of vSwitchIds exceeds the limit.",
);
pub(super) const ZONE_NOT_FOUND: Row =
    Row::new(404, "InvalidZoneId.NotFound", "Specified zone does not exist.");
pub(super) const VSWITCH_NAME: Row =
    Row::new(400, "InvalidVSwitchName.Malformed", "Specified virtual switch name is not valid.");
pub(super) const VSWITCH_DESCRIPTION: Row = Row::new(
    400,
    "InvalidVSwitchDiscription.Malformed",
    "Specified  virtual switch description is not valid.",
);
pub(super) const VSWITCH_MASK: Row =
    Row::new(400, "InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid .");
pub(super) const VSWITCH_OUTSIDE: Row =
    Row::new(400, "InvalidParameter", "Specified CIDR block is not valid in VPC.");
pub(super) const VSWITCH_OVERLAPS: Row = Row::new(
    400,
    "InvalidCidrBlock.Overlapped",
    "Specified CIDR block overlapped with other subnets.",
);
pub(super) const VSWITCH_IN_USE: Row = Row::new(
    400,
    "DependencyViolation",
    "Resources deployed in the vSwitch have not been deleted.",
);

pub(super) const ROUTER_NOT_FOUND: Row =
    Row::new(400, "InvalidVRouterId.NotFound", "Specified virtual router does not exist.");

pub(super) const MAX_RESULTS: Row =
    Row::new(400, "IllegalParam.MaxResults", "The param of MaxResults is illegal.");
pub(super) const NEXT_TOKEN: Row =
    Row::new(400, "IllegalParam.NextToken", "The specified NextToken is invalid.");
pub(super) const UNKNOWN_KIND: Row =
    Row::new(400, "InvalidInstanceType.NotFound", "The instance type is not found");
pub(super) const NO_RESOURCES: Row =
    Row::new(400, "MissingParam", "The parameter ResourceId is mandatory.");
pub(super) const TOO_MANY_RESOURCES: Row = Row::new(
    400,
    "SizeLimitExceeded.ResourceId",
    "The maximum number of resource IDs is exceeded.",
);
pub(super) const UNKNOWN_RESOURCE: Row =
    Row::new(400, "InvalidInstanceIds.NotFound", "The instanceIds are not found");
pub(super) const NO_TAGS: Row =
    Row::new(400, "MissingParam.Tags", "You must specify the Tags parameter.");
pub(super) const NEITHER: Row = Row::new(
    400,
    "BothEmpty.TagsAndResources",
    "The specified Tags and ResourcesIds are not allow to both empty.",
);
pub(super) const ALL_AND_SOME: Row = Row::new(400, "InvalidTagKey", "The tag keys are not valid.");

/// About tags.
pub(super) const TAGS: Rules = Rules {
    missing_key: Row::new(
        400,
        "MissingParameter.TagKey",
        "The input parameter TagKey that is mandatory for processing this request is not supplied.",
    ),
    bad_key: Row::new(400, "InvalidTagKey", "The tag keys are not valid."),
    bad_value: Row::new(400, "InvalidTagValue", "The tag values are not valid."),
    duplicate: Row::new(
        400,
        "Forbidden.TagKey.Duplicated",
        "The specified tag key already exists.",
    ),
    too_many: Row::new(400, "SizeLimitExceeded.TagNum", "The maximum number of tags is exceeded."),
    quota: Row::new(400, "QuotaExceeded.TagNum", "Custom Tags quota exceeded"),
};
