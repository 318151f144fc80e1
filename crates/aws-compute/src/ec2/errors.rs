//! EC2's errors, as the service words them. What concerns one kind of resource only is with the
//! resource's [`Noun`](super::ids::Noun).

use isobar_kernel::Row;

pub(super) const MISSING: Row =
    Row::new(400, "MissingParameter", "The request must contain the parameter {}");
pub(super) const MISSING_EITHER: Row =
    Row::new(400, "MissingParameter", "Either '{}' or '{}' should be provided.");
pub(super) const NOT_BUILT: Row =
    Row::new(501, "NotImplemented", "The parameter {} is catalogued but not implemented here");

// Values.
pub(super) const VALUE: Row =
    Row::new(400, "InvalidParameterValue", "Value ({}) for parameter {} is invalid. {}");
pub(super) const FILTER: Row = Row::new(400, "InvalidParameterValue", "The filter '{}' is invalid");
pub(super) const FILTER_NOT_BUILT: Row =
    Row::new(501, "NotImplemented", "The filter '{}' is documented but not implemented here");
pub(super) const FILTER_VALUES: Row =
    Row::new(400, "InvalidParameterValue", "The filter '{}' is missing values");
pub(super) const MAX_RESULTS_SMALL: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ( {} ) for parameter maxResults is invalid. Expecting a value greater than {}.",
);
pub(super) const MAX_RESULTS_LARGE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ( {} ) for parameter maxResults is invalid. Expecting a value less than {}.",
);
pub(super) const PAGINATION_TOKEN: Row =
    Row::new(400, "InvalidParameterValue", "Unable to parse pagination token");
pub(super) const IDS_WITH_MAX_RESULTS: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "The parameter {} cannot be used with the parameter maxResults",
);
pub(super) const COMBINATION: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "The parameter {} cannot be used with the parameter {}",
);
pub(super) const ADDRESS_MISSING: Row =
    Row::new(400, "InvalidAddress.NotFound", "Address '{}' not found.");
pub(super) const ALLOCATION_MISSING: Row =
    Row::new(400, "InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist");
pub(super) const ATTRIBUTE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter attribute is invalid. Unknown attribute.",
);
pub(super) const ATTRIBUTE_NAME: Row =
    Row::new(400, "InvalidParameterValue", "Invalid attribute name: {}");

// Tags.
pub(super) const TAGGABLE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "'{}' is not a valid taggable resource type for this operation.",
);
pub(super) const TAGGABLE_NETWORK: Row = Row::new(
    400,
    "InvalidParameter",
    "'{}' is not a valid taggable resource type for this operation.",
);
/// What both say where no type is given.
pub(super) const TAGGED_TYPE: &str = "Tag specification resource type must have a value";
pub(super) const TAG_KEY: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ( {} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for \
     internal use",
);
pub(super) const TAG_KEY_EMPTY: Row =
    Row::new(400, "InvalidParameterValue", "Tag keys cannot be null or empty");
pub(super) const TAG_KEY_LONG: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Tag key exceeds the maximum length of 127 characters: '{}'",
);
pub(super) const TAG_VALUE_LONG: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Tag value exceeds the maximum length of 255 characters: '{}'",
);
pub(super) const TAG_TWICE: Row =
    Row::new(400, "InvalidParameterValue", "Duplicate tag key '{}' specified.");
pub(super) const TAG_LIMIT: Row =
    Row::new(400, "TagLimitExceeded", "More than {} tags specified for resource {}");
pub(super) const TAG_RESOURCE: Row = Row::new(400, "InvalidID", "The ID '{}' is not valid");

// Networks.
pub(super) const CIDR: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
);
pub(super) const VPC_RANGE: Row = Row::new(400, "InvalidVpc.Range", "The CIDR '{}' is invalid.");
pub(super) const VPC_LIMIT: Row =
    Row::new(400, "VpcLimitExceeded", "The maximum number of VPCs has been reached.");
pub(super) const VPC_DEPENDENCY: Row =
    Row::new(400, "DependencyViolation", "The vpc '{}' has dependencies and cannot be deleted.");
pub(super) const NO_DEFAULT_VPC: Row =
    Row::new(400, "VPCIdNotSpecified", "No default VPC for this user");
pub(super) const NO_DEFAULT_SUBNET: Row = Row::new(
    400,
    "MissingInput",
    "No subnets found for the default VPC '{}'. Please specify a subnet.",
);
pub(super) const NO_SUBNET_IN_ZONE: Row =
    Row::new(400, "InvalidInput", "No default subnet for availability zone: '{}'.");
pub(super) const SUBNET_RANGE: Row =
    Row::new(400, "InvalidSubnet.Range", "The CIDR '{}' is invalid.");
pub(super) const SUBNET_CONFLICT: Row =
    Row::new(400, "InvalidSubnet.Conflict", "The CIDR '{}' conflicts with another subnet");
pub(super) const SUBNET_LIMIT: Row =
    Row::new(400, "SubnetLimitExceeded", "The maximum number of subnets has been reached.");
pub(super) const SUBNET_DEPENDENCY: Row =
    Row::new(400, "DependencyViolation", "The subnet '{}' has dependencies and cannot be deleted.");
pub(super) const SUBNET_ZONE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter {} is invalid. Subnets can currently only be created in the \
     following availability zones: {}.",
);
pub(super) const SUBNET_FULL: Row = Row::new(
    400,
    "InsufficientFreeAddressesInSubnet",
    "There are not enough free addresses in subnet '{}' to satisfy the requested number of \
     instances.",
);
pub(super) const ONE_ATTRIBUTE: Row =
    Row::new(400, "InvalidParameterCombination", "Fields for multiple attribute types specified");

// Security groups.
pub(super) const GROUP_NAME_IN_VPC: Row =
    Row::new(400, "InvalidGroup.NotFound", "The security group '{}' does not exist in VPC '{}'");
pub(super) const GROUP_NAME_DEFAULT_VPC: Row = Row::new(
    400,
    "InvalidGroup.NotFound",
    "The security group '{}' does not exist in default VPC '{}'",
);
pub(super) const GROUP_DUPLICATE: Row =
    Row::new(400, "InvalidGroup.Duplicate", "The security group '{}' already exists for VPC '{}'");
pub(super) const GROUP_RESERVED: Row =
    Row::new(400, "InvalidParameterValue", "Cannot use reserved security group name: {}");
pub(super) const GROUP_NAME_SG: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
);
pub(super) const GROUP_TEXT: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter {} is invalid. Character sets beyond ASCII are not supported.",
);
pub(super) const DESCRIPTION: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Invalid {}. Valid descriptions are strings less than 256 characters from the following set:  \
     a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
);
pub(super) const GROUP_NAME_LONG: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter GroupName is invalid. Group names may not be longer than 255 \
     characters.",
);
pub(super) const GROUP_LIMIT: Row = Row::new(
    400,
    "SecurityGroupLimitExceeded",
    "The maximum number of security groups has been reached.",
);
pub(super) const GROUP_IN_USE: Row =
    Row::new(400, "DependencyViolation", "resource {} has a dependent object");
pub(super) const GROUP_DEFAULT: Row = Row::new(
    400,
    "CannotDelete",
    "the specified group: \"{}\" name: \"default\" cannot be deleted by a user",
);
pub(super) const RULE_DUPLICATE: Row =
    Row::new(400, "InvalidPermission.Duplicate", "the specified rule \"{}\" already exists");
pub(super) const RULE_MISSING: Row = Row::new(
    400,
    "InvalidPermission.NotFound",
    "The specified rule does not exist in this security group.",
);
pub(super) const RULE_LIMIT: Row = Row::new(
    400,
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
);
pub(super) const RULE_TWICE: Row =
    Row::new(400, "InvalidParameterValue", "The same permission must not appear multiple times");
pub(super) const RULE_SOURCES: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
);
pub(super) const RULE_SOURCE: Row = Row::new(
    400,
    "MissingParameter",
    "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId",
);
pub(super) const RULE_PROTOCOL: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
);
pub(super) const RULE_PORTS: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
);
pub(super) const RULE_KIND: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Invalid rule type for security group rule '{}'. You may not specify {} for an existing {} rule.",
);
pub(super) const TOGETHER: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "The parameter '{}' may not be used in combination with '{}'.",
);
pub(super) const GROUP_ID: Row =
    Row::new(400, "InvalidGroupId.Malformed", "The security group ID '{}' is malformed");
pub(super) const RULE_NETWORKS: Row = Row::new(
    400,
    "InvalidGroup.NotFound",
    "You have specified two resources that belong to different networks.",
);
pub(super) const RULE_PREFIX_LIST: Row =
    Row::new(400, "InvalidPrefixListID.NotFound", "The prefix list ID '{}' does not exist");
pub(super) const PROTOCOL: Row =
    Row::new(400, "InvalidParameterValue", "Invalid value '{}' for IP protocol. Unknown protocol.");
pub(super) const PORTS_MISSING: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
);
pub(super) const PORT_RANGE: Row =
    Row::new(400, "InvalidParameterValue", "Invalid TCP/UDP port range ({}:{})");
pub(super) const PORT_VALUE: Row =
    Row::new(400, "InvalidParameterValue", "TCP/UDP port ({}) out of range");
pub(super) const ICMP_VALUE: Row =
    Row::new(400, "InvalidParameterValue", "ICMP code ({}) out of range");
pub(super) const RULE_CIDR: Row =
    Row::new(400, "InvalidParameterValue", "CIDR block {} is malformed");

// Key pairs.
pub(super) const KEY_DUPLICATE: Row =
    Row::new(400, "InvalidKeyPair.Duplicate", "The keypair already exists");
pub(super) const KEY_NAME_MISSING: Row =
    Row::new(400, "InvalidKeyPair.NotFound", "The key pair '{}' does not exist");
pub(super) const KEY_FORMAT: Row =
    Row::new(400, "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
pub(super) const KEY_NAME: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter KeyName is invalid. The key name must be 1 to 255 ASCII characters \
     without leading or trailing spaces.",
);
pub(super) const KEY_LIMIT: Row =
    Row::new(400, "KeyPairLimitExceeded", "The maximum number of key pairs has been reached.");

// Zones, types and images.
pub(super) const REGION_NAME: Row =
    Row::new(400, "InvalidParameterValue", "Invalid region names: [{}]");
pub(super) const ZONE_NAME: Row =
    Row::new(400, "InvalidParameterValue", "Invalid availability zones: [{}]");
pub(super) const ZONE_ID: Row =
    Row::new(400, "InvalidParameterValue", "Invalid availability zone-ids: [{}]");
pub(super) const TYPES_MISSING: Row = Row::new(
    400,
    "InvalidInstanceType",
    "The following supplied instance types do not exist: [{}]",
);
pub(super) const IMAGES_MISSING: Row =
    Row::new(400, "InvalidAMIID.NotFound", "The image ids '[{}]' do not exist");

// Instances.
pub(super) const NO_INSTANCES: Row =
    Row::new(400, "InvalidParameterCombination", "No instances specified");
pub(super) const INSTANCES_MISSING: Row =
    Row::new(400, "InvalidInstanceID.NotFound", "The instance IDs '{}' do not exist");
pub(super) const INSTANCE_TYPE_ATTRIBUTE: Row =
    Row::new(400, "InvalidInstanceAttributeValue", "Invalid value '{}' for InstanceType.");
pub(super) const DEVICE_NOT_MAPPED: Row =
    Row::new(400, "InvalidInstanceAttributeValue", "No device is currently mapped at {}");
pub(super) const INSTANCE_TYPE: Row =
    Row::new(400, "InvalidParameterValue", "Invalid value '{}' for InstanceType.");
pub(super) const TYPE_ZONE: Row = Row::new(
    400,
    "Unsupported",
    "Your requested instance type ({}) is not supported in your requested Availability Zone ({}). \
     Please retry your request by not specifying an Availability Zone or choosing {}.",
);
pub(super) const TYPE_NOWHERE: Row = Row::new(
    400,
    "Unsupported",
    "The requested configuration is currently not supported. Please check the documentation for \
     supported configurations.",
);
pub(super) const INSTANCE_COUNT: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter {} is invalid. Must be at least 1.",
);
pub(super) const INSTANCE_COUNTS: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "The maxCount value ({}) must be greater than or equal to the minCount value ({}).",
);
pub(super) const VCPU_LIMIT: Row = Row::new(
    400,
    "VcpuLimitExceeded",
    "You have requested more vCPU capacity than your current vCPU limit of {} allows for the \
     instance bucket that the specified instance type belongs to. Please visit \
     http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
);
pub(super) const CREDITS: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "The instance type '{}' does not support CPU credits. Specify a burstable performance \
     instance type.",
);
pub(super) const SHUTDOWN: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter instanceInitiatedShutdownBehavior is invalid. Valid values are stop \
     and terminate.",
);
pub(super) const DEVICE_SIZE: Row = Row::new(
    400,
    "InvalidBlockDeviceMapping",
    "Volume of size {}GB is smaller than snapshot '{}', expect size >= {}GB",
);
pub(super) const DEVICE_NAME: Row = Row::new(
    400,
    "MissingParameter",
    "The request must contain the parameter BlockDeviceMapping.DeviceName",
);
pub(super) const VOLUME_TYPE: Row = Row::new(400, "UnknownVolumeType", "Unknown volume type: '{}'");
pub(super) const VOLUME_SIZE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter volumeSize is invalid. Volume sizes are from 1 to 16384 GiB.",
);
pub(super) const VOLUME_IN_USE: Row =
    Row::new(400, "VolumeInUse", "Volume {} is currently attached to {}");
pub(super) const ATTACHMENT_MISSING: Row =
    Row::new(400, "InvalidAttachmentID.NotFound", "The interface attachment '{}' does not exist.");
pub(super) const INTERFACE_IN_USE: Row =
    Row::new(400, "InvalidParameterValue", "Network interface '{}' is currently in use.");
pub(super) const SNAPSHOT: Row =
    Row::new(400, "InvalidSnapshot.NotFound", "The snapshot '{}' does not exist.");
pub(super) const DEVICE_INDEX: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "A network interface with device index 0 must be specified",
);
pub(super) const ARCHITECTURE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "The architecture '{}' of the specified instance type does not match the architecture '{}' of \
     the specified AMI. Specify an instance type and an AMI that have matching architectures, and \
     try again. You can use 'describe-instance-types' or 'describe-images' to discover the \
     architecture of the instance type or AMI.",
);
pub(super) const USER_DATA: Row =
    Row::new(400, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
pub(super) const USER_DATA_LONG: Row =
    Row::new(400, "InvalidParameterValue", "User data is limited to 16384 bytes");
pub(super) const PROFILE: Row = Row::new(
    400,
    "InvalidParameterValue",
    "Value ({}) for parameter iamInstanceProfile.{} is invalid. Invalid IAM Instance Profile {}",
);
pub(super) const TEMPLATE_ID: Row = Row::new(
    400,
    "InvalidLaunchTemplateId.NotFound",
    "The specified launch template, with template ID {}, does not exist.",
);
pub(super) const TEMPLATE_NAME: Row = Row::new(
    400,
    "InvalidLaunchTemplateName.NotFoundException",
    "The specified launch template, with template name {}, does not exist.",
);
pub(super) const INTERFACE_AND: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "Network interfaces and an instance-level {} may not be specified on the same request",
);
pub(super) const GROUP_OTHER_VPC: Row = Row::new(
    400,
    "InvalidParameter",
    "Security group {} and subnet {} belong to different networks.",
);
pub(super) const GROUPS_BOTH: Row = Row::new(
    400,
    "InvalidParameterCombination",
    "The parameter groupName cannot be used with the parameter subnet",
);
pub(super) const ZONE_MISMATCH: Row = Row::new(
    400,
    "InvalidParameterValue",
    "The availability zone '{}' and the subnet '{}' do not match.",
);
pub(super) const ZONE: Row =
    Row::new(400, "InvalidParameterValue", "Invalid availability zone: [{}]");
pub(super) const CANNOT_START: Row = Row::new(
    400,
    "IncorrectInstanceState",
    "The instance '{}' is not in a state from which it can be started.",
);
pub(super) const CANNOT_STOP: Row = Row::new(
    400,
    "IncorrectInstanceState",
    "The instance '{}' is not in a state from which it can be stopped.",
);
pub(super) const CANNOT_REBOOT: Row = Row::new(
    400,
    "IncorrectInstanceState",
    "The instance '{}' is not in a state from which it can be rebooted.",
);
pub(super) const MUST_BE_STOPPED: Row =
    Row::new(400, "IncorrectInstanceState", "The instance '{}' is not in the 'stopped' state.");
pub(super) const TERMINATION_PROTECTED: Row = Row::new(
    400,
    "OperationNotPermitted",
    "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance \
     attribute and try again.",
);
pub(super) const STOP_PROTECTED: Row = Row::new(
    400,
    "OperationNotPermitted",
    "The instance '{}' may not be stopped. Modify its 'disableApiStop' instance attribute and try \
     again.",
);
pub(super) const HIBERNATE: Row = Row::new(
    400,
    "UnsupportedHibernationConfiguration",
    "This instance type is not configured for hibernation: '{}'",
);
pub(super) const NO_ATTRIBUTE: Row =
    Row::new(400, "InvalidParameterCombination", "No attributes specified.");
pub(super) const CONSOLE: Row =
    Row::new(500, "InternalError", "The console output of the instance cannot be read.");
pub(super) const ATTRIBUTE_STATE: Row =
    Row::new(400, "UnsupportedOperation", "The attribute '{}' cannot be changed.");

/// Whether the text may describe a group or a rule.
pub(super) fn is_description(text: &str) -> bool {
    text.len() < 256
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b". _-:/()#,@[]+=&;{}!$*".contains(&byte))
}
