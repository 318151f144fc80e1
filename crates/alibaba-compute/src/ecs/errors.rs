//! The errors of ECS.

use isobar_kernel::Row;

use crate::tags::Rules;

const fn row(status: u16, code: &'static str, message: &'static str) -> Row {
    Row::new(status, code, message)
}

// Security groups.
pub(super) const GROUP_NOT_FOUND: Row =
    row(404, "InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist.");
pub(super) const REFERENCED_GROUP_NOT_FOUND: Row = row(
    404,
    "InvalidSecurityGroupId.NotFound",
    "The SecurityGroupId provided does not exist in our records.",
);
pub(super) const REFERENCED_GROUPS: Row = row(
    400,
    "InvalidSecurityGroupId.Malformed",
    "The specified parameter SecurityGroupId is essential and size should less than 10",
);
pub(super) const GROUP_NAME: Row =
    row(400, "InvalidSecurityGroupName.Malformed", "Specified security group name is not valid.");
pub(super) const GROUP_DESCRIPTION: Row = row(
    400,
    "InvalidSecurityGroupDiscription.Malformed",
    "Specified security group description is not valid.",
);
pub(super) const GROUP_TYPE: Row =
    row(400, "InvalidParams.GroupType", "The specified security group type is not valid.");
pub(super) const GROUP_TYPE_FILTER: Row =
    row(400, "InvalidParameter.SecurityGroupType", "The specified SecurityGroupType is not valid.");
pub(super) const GROUP_NEEDS_VPC: Row =
    row(403, "InvalidVpcId.NotFound", "The VpcId must not empty when only support vpc vm.");
pub(super) const VPC_NOT_FOUND: Row =
    row(404, "InvalidVpcId.NotFound", "Specified VPC does not exist.");
pub(super) const RESOURCE_GROUP_NOT_FOUND: Row = row(
    404,
    "InvalidResourceGroup.NotFound",
    "The ResourceGroup provided does not exist in our records.",
);
pub(super) const BAD_GROUP_TOKEN: Row =
    row(400, "InValidParameter.NextToken", "The parameter NextToken is invalid.");
pub(super) const GROUP_HAS_INSTANCES: Row =
    row(403, "DependencyViolation", "There is still instance(s) in the specified security group.");
pub(super) const GROUP_IS_NAMED: Row = row(
    403,
    "DependencyViolation",
    "The specified security group has been authorized in another one.",
);
pub(super) const GROUP_IN_OTHER_VPC: Row = row(
    400,
    "InvalidInstanceId.Mismatch",
    "Specified instance and security group are not in the same VPC.",
);
pub(super) const INSTANCE_IN_GROUP: Row = row(
    403,
    "InvalidInstanceId.AlreadyExists",
    "The specified instance already exists in the specified security group.",
);
pub(super) const TOO_MANY_GROUPS: Row = row(
    400,
    "InstanceSecurityGroupLimitExceeded",
    "Exceeding the allowed amount of security groups that an instance can be in.",
);
pub(super) const GROUP_FULL: Row = row(
    403,
    "SecurityGroupInstanceLimitExceeded",
    "The maximum number of instances in a security group is exceeded.",
);
pub(super) const INSTANCE_NOT_IN_GROUP: Row =
    row(403, "InstanceNotInSecurityGroup", "The instance not in the group.");
pub(super) const LAST_GROUP: Row = row(
    403,
    "InstanceLastSecurityGroup",
    "The specified security group is the last security group for the instance.",
);
pub(super) const INTERFACE_AND_INSTANCE: Row = row(
    403,
    "InvalidParam.EniIdAndInstanceId.Conflict",
    "The specified NetworkInterfaceId and InstanceId cannot be set at the same time.",
);
pub(super) const INTERFACE_NOT_FOUND: Row =
    row(404, "InvalidEniId.NotFound", "The specified eniId {} does not exist.");

// Rules.
pub(super) const RULE_PROTOCOL: Row = row(
    400,
    "InvalidIpProtocol.ValueNotSupported",
    "The parameter {} must be specified with case insensitive TCP, UDP, ICMP, GRE or All.",
);
pub(super) const RULE_NEEDS_PORTS: Row =
    row(400, "InvalidPortRange.Malformed", "The specified parameter PortRange must set.");
pub(super) const RULE_PORTS: Row = row(
    400,
    "InvalidParam.PortRange",
    "The specified parameter {} is not valid. It should be two integers less than 65535 in ?/? \
     format.",
);
pub(super) const RULE_PORTS_MISMATCH: Row = row(
    400,
    "OperationDenied",
    "The specified IpProtocol does not exist or IpProtocol and PortRange do not match.",
);
pub(super) const RULE_SOURCE_PORTS: Row = row(
    400,
    "InvalidSourcePortRange.Malformed",
    "The specified parameter SourcePortRange is not valid.",
);
pub(super) const PORT_LIST_NOT_FOUND: Row =
    row(404, "InvalidPortRangeListId.NotFound", "The specified port list {} was not found.");
pub(super) const RULE_SOURCE_CIDR: Row =
    row(400, "InvalidSourceCidrIp.Malformed", "The specified parameter SourceCidrIp is not valid.");
pub(super) const RULE_DEST_CIDR: Row =
    row(400, "InvalidDestCidrIp.Malformed", "The specified parameter DestCidrIp is not valid.");
pub(super) const RULE_SOURCE_CIDR_V6: Row =
    row(400, "InvalidParam.Ipv6SourceCidrIp", "The specified parameter {} is not valid.");
pub(super) const RULE_DEST_CIDR_V6: Row =
    row(400, "InvalidParam.Ipv6DestCidrIp", "The specified parameter {} is not valid.");
pub(super) const RULE_TWO_SOURCES: Row = row(
    400,
    "InvalidParam.SourceIp",
    "The Parameters SourceCidrIp and Ipv6SourceCidrIp in {} cannot be set at the same time.",
);
pub(super) const RULE_TWO_DESTINATIONS: Row = row(
    400,
    "InvalidParam.DestIp",
    "The Parameters DestCidrIp and Ipv6DestCidrIp in {} cannot be set at the same time.",
);
pub(super) const RULE_TWO_FAMILIES: Row =
    row(400, "InvalidParameter.Conflict", "IPv6 and IPv4 addresses cannot exist at the same time.");
pub(super) const RULE_V4_PROTOCOL: Row = row(
    400,
    "InvalidParam.Ipv4ProtocolConflictWithIpv6Address",
    "IPv6 address cannot be specified for IPv4-specific protocol.",
);
pub(super) const RULE_V6_PROTOCOL: Row = row(
    400,
    "InvalidParam.Ipv6ProtocolConflictWithIpv4Address",
    "IPv4 address cannot be specified for IPv6-specific protocol.",
);
pub(super) const PREFIX_LIST_NOT_FOUND: Row =
    row(404, "InvalidPrefixListId.NotFound", "The specified prefix list was not found.");
pub(super) const ENTERPRISE_RULE: Row = row(
    400,
    "InvalidGroupParameter.OperationDenied",
    "The attributes Policy, SourceGroupId, DestGroupId of enterprise level security groups are not \
     allowed to be set or modified.",
);
pub(super) const RULE_NAMES_OWN_GROUP: Row = row(
    403,
    "InvalidParamter.Conflict",
    "The specified SecurityGroupId should be different from the SourceGroupId.",
);
pub(super) const RULE_POLICY: Row =
    row(400, "InvalidPolicy.Malformed", "The specified parameter Policy is not valid.");
pub(super) const RULE_PRIORITY: Row =
    row(400, "InvalidPriority.ValueNotSupported", "The specified parameter {} is invalid.");
pub(super) const RULE_DESCRIPTION: Row = row(
    400,
    "InvalidSecurityGroupDiscription.Malformed",
    "The specified security group rule description parameter {} is not valid.",
);
pub(super) const NIC_TYPE: Row =
    row(400, "InvalidNicType.ValueNotSupported", "The specified NicType does not exist.");
pub(super) const RULES_AND_RULE: Row = row(
    400,
    "InvalidParam.Permissions",
    "The specified parameter Permissions cannot coexist with other parameters.",
);
pub(super) const RULE_TWICE: Row = row(
    400,
    "InvalidParam.DuplicatePermissions",
    "There are duplicate permissions in the specified parameter Permissions.",
);
pub(super) const TOO_MANY_RULES: Row = row(
    403,
    "AuthorizationLimitExceed",
    "The limit of authorization records in the security group reaches.",
);
pub(super) const RULE_ID_TWICE: Row = row(
    400,
    "InvalidParam.SecurityGroupRuleIdRepeated",
    "The specified parameter SecurityGroupRuleId is repeated.",
);
pub(super) const RULE_NOT_FOUND: Row = row(
    404,
    "InvalidSecurityGroupRuleId.NotFound",
    "The specified SecurityGroupRuleId is not exists.",
);

/// What is said about the group at a rule's other end.
#[derive(Debug)]
pub(super) struct OtherEnd {
    /// There is none.
    pub(super) missing: Row,
    /// It does not exist.
    pub(super) not_found: Row,
    /// It is elsewhere.
    pub(super) other_vpc: Row,
}

pub(super) const FROM_GROUP: OtherEnd = OtherEnd {
    missing: row(
        400,
        "MissingParameter.Source",
        "One of the parameters SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId or SourcePrefixListId \
         in {} must be specified.",
    ),
    not_found: row(
        404,
        "InvalidSourceGroupId.NotFound",
        "The SourceGroupId provided does not exist in our records.",
    ),
    other_vpc: row(
        400,
        "InvalidSourceGroupId.Mismatch",
        "Specified security group and source group are not in the same VPC.",
    ),
};

pub(super) const TO_GROUP: OtherEnd = OtherEnd {
    missing: row(
        400,
        "MissingParameter.Dest",
        "One of the parameters DestCidrIp, Ipv6DestCidrIp, DestGroupId or DestPrefixListId in {} \
         must be specified.",
    ),
    not_found: row(
        404,
        "InvalidDestGroupId.NotFound",
        "The DestGroupId provided does not exist in our records.",
    ),
    other_vpc: row(
        400,
        "InvalidDestGroupId.Mismatch",
        "Specified security group and destination group are not in the same VPC.",
    ),
};

// Instances.
pub(super) const INSTANCE_NOT_FOUND: Row =
    row(404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.");
pub(super) const INSTANCES_NOT_FOUND: Row =
    row(404, "InvalidInstanceIds.NotFound", "The specified InstanceIds does not exist.");
pub(super) const NO_INSTANCE_IDS: Row =
    row(403, "InvalidInstanceId.NotFound", "InstanceId should not be null.");
pub(super) const TOO_MANY_INSTANCE_IDS: Row =
    row(403, "InvalidParameter.TooManyInstanceIds", "Instance ids cannot be more than 100.");
pub(super) const INSTANCE_STATUS: Row = row(
    403,
    "IncorrectInstanceStatus",
    "The current status of the resource does not support this operation.",
);
pub(super) const INSTANCE_INITIALIZING: Row = row(
    403,
    "IncorrectInstanceStatus.Initializing",
    "The specified instance status does not support this operation.",
);
pub(super) const DELETION_PROTECTION: Row = row(
    403,
    "InvalidOperation.DeletionProtection",
    "The operation is not allowed due to deletion protection.",
);
pub(super) const CONSOLE_NOT_SUPPORTED: Row = row(
    405,
    "IncorrectInstanceStatus",
    "The current status of the resource does not support this operation.",
);
pub(super) const IMAGE_NOT_FOUND: Row =
    row(404, "InvalidImageId.NotFound", "The specified ImageId does not exist.");
pub(super) const IMAGE_MISSING: Row = row(
    400,
    "MissingParameter",
    "The input parameter \"ImageId\" that is mandatory for processing this request is not supplied.",
);
pub(super) const IMAGE_AND_FAMILY: Row = row(
    400,
    "UnexpectedImageFamily.ImageIdSupplied",
    "The input parameter ImageFamily must be null when image id is set.",
);
pub(super) const IMAGE_FAMILY_EMPTY: Row = row(
    403,
    "InvalidImageFamily.MissingAvailableImage",
    "There is no available image related to the specified image family.",
);
pub(super) const IMAGE_TYPE_MISMATCH: Row = row(
    403,
    "ImageNotSupportInstanceType",
    "The specified image does not support the specified InstanceType.",
);
pub(super) const TYPE_UNKNOWN: Row = row(
    400,
    "InvalidInstanceType.ValueNotSupported",
    "The specified InstanceType does not exist or beyond the permitted range.",
);
pub(super) const TYPE_MISSING: Row = row(
    400,
    "MissingParameter",
    "The input parameter \"InstanceType\" that is mandatory for processing this request is not \
     supplied.",
);
pub(super) const ZONE_NOT_FOUND: Row =
    row(404, "InvalidZoneId.NotFound", "The ZoneId provided does not exist in our records.");
pub(super) const VSWITCH_NOT_FOUND: Row =
    row(404, "InvalidVSwitchId.NotFound", "Specified virtual switch does not exist.");
pub(super) const VSWITCH_OTHER_ZONE: Row =
    row(400, "InvalidParameter.VSwitchId", "The specified VSwitch is not in the specified zone.");
pub(super) const VSWITCH_FULL: Row =
    row(400, "QuotaExceeded.PrivateIpAddress", "Don't have enough private IPs in this switch.");
pub(super) const GROUP_NOT_IN_DEFAULT_VPC: Row = row(
    400,
    "InvalidSecurityGroup.NotInDefaultVpc",
    "The specified security group is not in the default VPC.",
);
pub(super) const GROUP_AND_VSWITCH: Row = row(
    400,
    "InvalidParameter.Mismatch",
    "Specified security group and virtual switch are not in the same VPC.",
);
pub(super) const GROUP_REPEATED: Row = row(
    404,
    "InvalidParameter.SecurityGroupIdRepeated",
    "The specified security group ids has repeated.",
);
pub(super) const INSTANCE_NAME: Row = row(
    400,
    "InvalidInstanceName.Malformed",
    "The specified parameter \"InstanceName\" is not valid.",
);
pub(super) const INSTANCE_NAME_CUSTOM: Row = row(
    400,
    "InvalidInstanceName.CustomMalformed",
    "Customized section of instance or host name is invalid, please use valid format: [], [,], \
     [m,], [,n], [m,n].",
);
pub(super) const DESCRIPTION: Row = row(
    400,
    "InvalidDescription.Malformed",
    "The specified parameter \"Description\" is not valid.",
);
pub(super) const HOST_NAME: Row =
    row(400, "InvalidHostName.Malformed", "The specified parameter \"HostName\" is not valid.");
pub(super) const PASSWORD: Row =
    row(400, "InvalidPassword.Malformed", "The specified parameter \"Password\" is not valid.");
pub(super) const INTERNET_CHARGE_TYPE: Row = row(
    400,
    "InvalidInternetChargeType.ValueNotSupported",
    "The specified InternetChargeType is not valid.",
);
pub(super) const CHARGE_TYPE_NOT_FOUND: Row = row(
    404,
    "InvalidInstanceChargeType.NotFound",
    "The InstanceChargeType does not exist in our records.",
);
pub(super) const BANDWIDTH_OUT: Row = row(
    400,
    "InvalidParameter",
    "The specified parameter \"InternetMaxBandwidthOut\" is not valid.",
);
pub(super) const BANDWIDTH_IN: Row = row(
    400,
    "InvalidInternetMaxBandwidthIn.Malformed",
    "The specified parameter internetMaxBandwidthIn is not valid.",
);
pub(super) const USER_DATA_ENCODING: Row =
    row(400, "InvalidUserData.Base64FormatInvalid", "The specified UserData is not valid.");
pub(super) const USER_DATA_SIZE: Row = row(
    400,
    "InvalidUserData.SizeExceeded",
    "The specified parameter \"UserData\" exceeds the size.",
);
pub(super) const KEY_PAIR_NOT_FOUND: Row = row(
    404,
    "InvalidKeyPairName.NotFound",
    "The specified parameter KeyPairName does not exist in our records.",
);
pub(super) const IO_OPTIMIZED_RUN: Row =
    row(400, "InvalidIoOptimize.ValueNotSupported", "The specified IoOptimize is not valid.");
pub(super) const IO_OPTIMIZED_CREATE: Row =
    row(400, "InvalidIoOptimizedValue.ValueNotSupported", "IoOptimized value not supported.");
pub(super) const TYPE_IS_IO_OPTIMIZED: Row = row(
    404,
    "DependencyViolation.IoOptimized",
    "The specified instancetype must be IoOptimized instance.",
);
pub(super) const AUTO_PAY: Row = row(
    400,
    "InvalidAutoPay.PostPaidUnsupported",
    "The specified parameter AutoPay must be set as true for postpaid instance.",
);
pub(super) const IPV6_NOT_ON: Row =
    row(403, "InvalidVSwitch.Ipv6NotTurnOn", "The specified VSwitch does not turn on IPv6.");
pub(super) const PRIVATE_POOL_NOT_FOUND: Row =
    row(400, "Invalid.PrivatePoolOptions.Id", "The PrivatePool does not exist.");
pub(super) const PRIVATE_POOL_MISSING: Row = row(
    400,
    "MissingParameter.PrivatePoolOptions.Id",
    "The specified PrivatePoolOptions.Id should not be null.",
);
pub(super) const PRIVATE_POOL_CRITERIA: Row = row(
    400,
    "Invalid.PrivatePoolOptions.MatchCriteria",
    "Target mode does not support this operation.",
);
pub(super) const SPOT_PRICE_LIMIT: Row =
    row(400, "InvalidSpotPriceLimit", "The specified SpotPriceLimitis not valid.");
pub(super) const SPOT_DURATION: Row =
    row(400, "InvalidSpotDuration", "The specified SpotDuration is not valid.");
pub(super) const SPOT_INTERRUPTION: Row = row(
    400,
    "InvalidSpotInterruptionBehavior",
    "The specified SpotInterruptionBehavior is not valid.",
);
pub(super) const DISK_NAME: Row = row(
    400,
    "InvalidDiskName.Malformed",
    "The specified parameter \"SystemDisk.DiskName or DataDisk.n.DiskName\" is not valid.",
);
pub(super) const DISK_DESCRIPTION: Row = row(
    400,
    "InvalidDiskDescription.Malformed",
    "The specified parameter \"SystemDisk.DiskDescription\" or \"DataDisk.n.Description\" is not \
     valid.",
);
pub(super) const PERFORMANCE_LEVEL: Row = row(
    400,
    "InvalidPerformanceLevel.Malformed",
    "The specified parameter DataDisk.n.PerformanceLevel is not valid.",
);
pub(super) const SPOT_STRATEGY: Row =
    row(400, "InvalidSpotStrategy", "The specified SpotStrategy is not valid.");
pub(super) const AMOUNT: Row =
    row(400, "InvalidMaxAmount.Malformed", "The specified parameter MaxAmount is not valid.");
pub(super) const MIN_AMOUNT: Row =
    row(400, "InvalidMinAmount.Malformed", "The specified parameter MinAmount is not valid.");
pub(super) const CREDIT_SPECIFICATION: Row = row(
    400,
    "InvalidParameter.CreditSpecification",
    "The specified CreditSpecification is not supported in this region.",
);
pub(super) const PRIVATE_ADDRESS_MALFORMED: Row =
    row(400, "InvalidPrivateIpAddress.Malformed", "Specified private IP address is malformed.");
pub(super) const PRIVATE_ADDRESS_OUTSIDE: Row = row(
    400,
    "InvalidPrivateIpAddress",
    "Specified private IP address is not in the CIDR block of virtual switch.",
);
pub(super) const SYSTEM_DISK_CATEGORY: Row = row(
    400,
    "InvalidSystemDiskCategory.ValueNotSupported",
    "The specified parameter \"SystemDisk.Category\" is not valid.",
);
pub(super) const SYSTEM_DISK_TOO_SMALL: Row = row(
    404,
    "InvalidSystemDiskSize.LessThanImageSize",
    "The specified parameter SystemDisk.Size is less than the image size.",
);
pub(super) const SYSTEM_DISK_TOO_LARGE: Row = row(
    404,
    "InvalidSystemDiskSize.MoreThanMaxSize",
    "The specified parameter SystemDisk.Size is more than the max size.",
);
pub(super) const STATUS_FILTER: Row =
    row(404, "InvalidStatus.NotFound", "The specified Status is not found.");
pub(super) const NETWORK_TYPE_FILTER: Row =
    row(404, "InvalidNetworkType.NotFound", "The specified InstanceNetworkType is not found.");
pub(super) const LOCK_REASON_FILTER: Row =
    row(404, "InvalidLockReason.NotFound", "The specified LockReason is not found.");
pub(super) const FILTER_KEY: Row = row(404, "InvalidFilterKey.NotFound", "Invalid filter.{}.");
pub(super) const FILTER_VALUE: Row = row(404, "InvalidFilterValue", "Invalid filter.{}.");
pub(super) const INTERNET_CHARGE_TYPE_FILTER: Row = row(
    404,
    "InvalidInternetChargeType.ValueNotSupported",
    "The specified InternetChargeType is not valid.",
);
pub(super) const ADDRESS_ALLOCATED: Row = row(
    403,
    "AllocatedAlready",
    "There is an IpAddress allocated already for the specified instance.",
);
pub(super) const ADDRESS_NEEDS_BANDWIDTH: Row = row(
    400,
    "AllocateIpInvalidInstanceBandwidth",
    "OperationDenied The InternetMaxBandwidthOut of the specified instance cannot be less than 0.",
);
pub(super) const ADDRESS_MALFORMED: Row =
    row(400, "InvalidIpAddress.Malformed", "The specified parameter \"IpAddress\" is not valid.");
pub(super) const ADDRESS_NOT_FOUND: Row =
    row(404, "InvalidIpAddress.NotFound", "The specified IP is not in the specified vlan.");

// What an instance can be put into, and nothing here makes.
pub(super) const RAM_ROLE_NOT_FOUND: Row =
    row(404, "InvalidRamRole.NotFound", "The specified RAMRoleName does not exist.");
pub(super) const HPC_CLUSTER_NOT_FOUND: Row =
    row(400, "InvalidHpcClusterId.NotFound", "The specified HpcClusterId is not found.");
pub(super) const DEPLOYMENT_SET_NOT_FOUND: Row =
    row(404, "DeploymentSet.NotFound", "The specified deployment set does not exist.");
pub(super) const DEDICATED_HOST_NOT_FOUND: Row =
    row(400, "InvalidDedicatedHostId.NotFound", "The specified DedicatedHostId does not exist.");
pub(super) const LAUNCH_TEMPLATE_NOT_FOUND: Row =
    row(404, "InvalidLaunchTemplate.NotFound", "The specified LaunchTemplate does not exist.");
pub(super) const STORAGE_SET: Row =
    row(403, "InvalidParameter.StorageSetId", "Specified parameter StorageSetId is not valid.");

// Disks.
pub(super) const DISK_TYPE: Row =
    row(400, "InvalidDiskType.ValueNotSupported", "The specified disk type is not supported.");
pub(super) const DISK_CATEGORY: Row =
    row(400, "InvalidCategory.ValueNotSupported", "The specified disk category is not supported.");
pub(super) const DISK_STATUS: Row =
    row(400, "InvalidStatus.ValueNotSupported", "The specified disk status is not supported.");
pub(super) const DISK_ZONE: Row =
    row(400, "InvalidZoneId.NotFound", "The zoneId provided does not exist in our records.");
pub(super) const DISK_CHARGE_TYPE: Row =
    row(404, "InvalidDiskChargeType.NotFound", "The DiskChargeType does not exist in our records.");
pub(super) const MULTI_ATTACH: Row =
    row(403, "InvalidParameter.MultiAttach", "The specified param MultiAttach is not valid.");
pub(super) const DISK_FILTER_KEY: Row =
    row(404, "InvalidFilterKey.NotFound", "The filter key is not found.");
pub(super) const DISK_FILTER_VALUE: Row =
    row(404, "InvalidFilterValue", "The filter value is not valid.");

// Maintenance, private pools and roles.
pub(super) const TOO_MANY_MAINTAINED: Row = row(
    403,
    "InstanceIdLimitExceeded",
    "The number of the specified InstanceId exceeds the limit.",
);
pub(super) const ATTACHED_IDS: Row =
    row(403, "Abs.InvalidInstanceIds.MalFormed", "The specified InstanceIds is not valid.");
pub(super) const NO_ROLE_FILTER: Row = row(
    403,
    "InvalidParameter.AllEmpty",
    "The specified InstanceIds and RamRoleName are not allow to both empty.",
);
pub(super) const ROLE_INSTANCE_IDS: Row =
    row(400, "InvalidInstanceIds.Malformed", "The specified instanceIds are not valid.");
pub(super) const ROLE_INSTANCE_NOT_FOUND: Row =
    row(404, "InvalidInstanceId.NotFound", "The specified instanceId does not exist");

// Key pairs.
pub(super) const PAIR_NOT_FOUND: Row = row(
    400,
    "InvalidKeyPairName.NotFound",
    "The specified KeyPairName does not exist in our records.",
);
pub(super) const PAIR_INSTANCE_IDS: Row = row(
    400,
    "InvalidInstanceIds.ValueNotSupported",
    "The specified parameter InstanceIds is not valid.",
);
pub(super) const PAIR_INSTANCES: Row = row(
    403,
    "InstanceKeyPairLimitExceeded",
    "The specified instances are beyond the permitted range.",
);
pub(super) const KEY_PAIR_QUOTA: Row =
    row(403, "QuotaExceed.KeyPair", "The key pair quota exceeds.");
pub(super) const KEY_PAIR_NAME: Row =
    row(400, "InvalidKeyPairName.Malformed", "Specified Key Pair name is not valid.");
pub(super) const KEY_PAIR_EXISTS: Row =
    row(400, "KeyPair.AlreadyExist", "The key pair already exist.");
pub(super) const PUBLIC_KEY: Row =
    row(400, "InvalidPublicKeyBody.Malformed", "The PublicKeyBody format is not supported.");
pub(super) const KEY_PAIR_NAMES: Row = row(
    400,
    "InvalidKeyPairNames.ValueNotSupported",
    "The specified parameter \"KeyPairNames\" is not valid.",
);
pub(super) const KEY_PAIR_IN_USE: Row = row(
    400,
    "InvalidParameter.KeypairAlreadyAttachedInstance",
    "The specified parameter \"KeyPairNames\" attached to instances can not be deleted.",
);

// Images and resources.
pub(super) const IMAGE_OWNER: Row = row(
    400,
    "InvalidImageOwnerAlias.ValueNotSupported",
    "The specified ImageOwnerAlias value is not supported.",
);
pub(super) const IMAGE_USAGE: Row = row(404, "InvalidUsage", "The specified Usage is not valid.");
pub(super) const IMAGE_OS_TYPE: Row =
    row(404, "InvalidOSType", "The specified OSType is not valid.");
pub(super) const IMAGE_ARCHITECTURE: Row =
    row(404, "InvalidArchitecture", "The specified Architecture is not valid.");
pub(super) const RESOURCE_TYPE_NOT_FOUND: Row = row(
    404,
    "InvalidResourceType.NotFound",
    "The ResourceType provided does not exist in our records.",
);
pub(super) const DESTINATION_RESOURCE: Row =
    row(404, "Invalid.DestinationResource", "The specified DestinationResource is not valid.");

// Tags.
pub(super) const UNKNOWN_KIND: Row = RESOURCE_TYPE_NOT_FOUND;
pub(super) const NO_RESOURCES: Row =
    row(404, "MissingParameter.ResourceIds", "The parameter - ResourceIds.N should not be null.");
pub(super) const TOO_MANY_RESOURCES: Row = row(
    400,
    "NumberExceed.ResourceIds",
    "The ResourceIds parameter's number is exceed , Valid : 50.",
);
pub(super) const UNKNOWN_RESOURCE: Row = row(
    404,
    "InvalidResourceId.NotFound",
    "The specified ResourceIds are not found in our records.",
);
pub(super) const NO_TAGS: Row =
    row(404, "MissingParameter.Tags", "The parameter - Tags should not be null.");
pub(super) const NEITHER: Row = row(
    403,
    "BothEmpty.TagsAndResources",
    "The specified Tags and ResourcesIds are not allow to both empty.",
);
pub(super) const ALL_AND_SOME: Row = row(
    403,
    "Param.Conflict",
    "The specified all is true, but the specified TagKey.N is not empty.",
);
pub(super) const BAD_TAG_TOKEN: Row =
    row(403, "Invalid.NextToken", "The specified NextToken is not valid.");

/// About tags.
pub(super) const TAGS: Rules = Rules {
    missing_key: row(400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid."),
    bad_key: row(400, "InvalidTagKey.Malformed", "The specified Tag.n.Key is not valid."),
    bad_value: row(400, "InvalidTagValue.Malformed", "The specified Tag.n.Value is not valid."),
    duplicate: row(400, "Duplicate.TagKey", "The Tag.N.Key contain duplicate key."),
    too_many: row(400, "NumberExceed.Tags", "The Tags parameter's number is exceed , Valid : 20."),
    quota: row(
        400,
        "OperationDenied.QuotaExceed",
        "The quota of tags on resource is beyond permitted range.",
    ),
};
