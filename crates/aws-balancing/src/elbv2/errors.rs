//! Elastic Load Balancing's errors, as the service words them.

use isobar_kernel::Row;

const fn invalid(message: &'static str) -> Row {
    Row::new(400, "ValidationError", message)
}

const fn configuration(message: &'static str) -> Row {
    Row::new(400, "InvalidConfigurationRequest", message)
}

pub(super) const NOT_BUILT: Row =
    Row::new(501, "NotImplemented", "The parameter {} is catalogued but not implemented here");
pub(super) const INVALID_ARN: Row = invalid("'{}' is not a valid {} ARN");
pub(super) const MARKER: Row = invalid("'{}' is not a valid marker");

// Load balancers.
pub(super) const BALANCER_MISSING: Row =
    Row::new(400, "LoadBalancerNotFound", "Load balancer '{}' not found");
pub(super) const BALANCERS_MISSING: Row =
    Row::new(400, "LoadBalancerNotFound", "One or more load balancers not found");
pub(super) const BALANCER_NAMES_MISSING: Row =
    Row::new(400, "LoadBalancerNotFound", "Load balancers '[{}]' not found");
pub(super) const BALANCER_DUPLICATE: Row = Row::new(
    400,
    "DuplicateLoadBalancerName",
    "A load balancer with the same name '{}' exists, but with different settings",
);
pub(super) const BALANCER_LIMIT: Row =
    Row::new(400, "TooManyLoadBalancers", "The maximum number of load balancers has been reached");
pub(super) const TWO_ZONES: Row =
    invalid("At least two subnets in two different Availability Zones must be specified");
pub(super) const NO_SUBNET: Row = invalid("At least one subnet must be specified");
pub(super) const SUBNETS_BOTH: Row =
    invalid("You must specify either subnets or subnet mappings, but not both");
pub(super) const SAME_ZONE: Row = configuration(
    "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
);
pub(super) const SUBNET_VPCS: Row = configuration("All subnets must belong to the same VPC: '{}'");
pub(super) const SUBNET_MISSING: Row =
    Row::new(400, "SubnetNotFound", "The subnet ID '{}' does not exist");
pub(super) const ALLOCATION_MISSING: Row =
    Row::new(400, "AllocationIdNotFound", "The allocation ID '{}' does not exist");
pub(super) const SECURITY_GROUPS: Row =
    Row::new(400, "InvalidSecurityGroup", "One or more security groups are invalid");
pub(super) const NO_SECURITY_GROUPS: Row = configuration(
    "You cannot set security groups on a Network Load Balancer that was created without them",
);
pub(super) const PROTECTED: Row = Row::new(
    400,
    "OperationNotPermitted",
    "Load balancer '{}' cannot be deleted because deletion protection is enabled",
);
pub(super) const NAME_LONG: Row = invalid("{} name '{}' cannot be longer than '32' characters");
pub(super) const NAME_EMPTY: Row = invalid("{} name cannot be blank");
pub(super) const NAME_CHARACTERS: Row = invalid(
    "{} name '{}' can only contain characters that are alphanumeric characters and hyphens(-)",
);
pub(super) const NAME_HYPHEN: Row = invalid("{} name '{}' cannot begin or end with a hyphen(-)");
pub(super) const NAME_INTERNAL: Row = invalid("{} name '{}' cannot begin with 'internal-'");

// Target groups.
pub(super) const GROUP_MISSING: Row =
    Row::new(400, "TargetGroupNotFound", "Target groups '{}' not found");
pub(super) const GROUPS_MISSING: Row =
    Row::new(400, "TargetGroupNotFound", "One or more target groups not found");
pub(super) const GROUP_DUPLICATE: Row = Row::new(
    400,
    "DuplicateTargetGroupName",
    "A target group with the same name '{}' exists, but with different settings",
);
pub(super) const GROUP_LIMIT: Row =
    Row::new(400, "TooManyTargetGroups", "The maximum number of target groups has been reached");
pub(super) const GROUP_IN_USE: Row =
    Row::new(400, "ResourceInUse", "Target group '{}' is currently in use by a listener or a rule");
pub(super) const NO_PROTOCOL: Row = invalid("A target group protocol must be specified");
pub(super) const NO_PORT: Row = invalid("A port must be specified");
pub(super) const NO_VPC: Row = invalid("A VPC ID must be specified");
pub(super) const VPC_MISSING: Row = invalid("The VPC ID '{}' is not found");
pub(super) const CHECK_DISABLED: Row =
    invalid("Health check enabled must be true for target groups with target type '{}'");
pub(super) const CHECK_PROTOCOL: Row = invalid("Health check protocol '{}' must be one of '{}'");
pub(super) const CHECK_TIMEOUT: Row =
    invalid("Health check interval must be greater than the timeout.");
pub(super) const CHECK_PORT: Row = invalid(
    "Health check port '{}' is not a valid port: it must be 'traffic-port' or from 1 to 65535",
);
pub(super) const CHECK_PATH: Row =
    invalid("Health check path '{}' must begin with a forward slash (/)");
pub(super) const CHECK_PATH_TCP: Row =
    invalid("Health check path cannot be specified with health check protocol '{}'");
pub(super) const MATCHER: Row =
    invalid("Health check matcher HTTP code '{}' must be within '{}-{}' inclusive");
pub(super) const MATCHER_TCP: Row =
    invalid("Matcher cannot be specified with health check protocol '{}'");

// Targets.
pub(super) const TARGET_INVALID: Row =
    Row::new(400, "InvalidTarget", "Instance ID '{}' is not valid");
pub(super) const TARGET_VPC: Row = Row::new(
    400,
    "InvalidTarget",
    "The following targets are not in the target group VPC '{}': '{}'",
);
pub(super) const TARGET_STATE: Row = Row::new(
    400,
    "InvalidTarget",
    "The following targets are not in a running state and cannot be registered: '{}'",
);
pub(super) const TARGET_ADDRESS: Row = Row::new(
    400,
    "InvalidTarget",
    "The IP address '{}' is not within the VPC nor in a private range",
);
pub(super) const TARGET_NOT_ADDRESS: Row =
    invalid("The IP address '{}' is not a valid IPv4 address");
pub(super) const TARGET_LIMIT: Row = Row::new(
    400,
    "TooManyTargets",
    "The maximum number of targets for target group '{}' has been reached",
);
pub(super) const NO_TARGETS: Row = invalid("At least one target must be specified");

// Listeners.
pub(super) const LISTENERS_MISSING: Row =
    Row::new(400, "ListenerNotFound", "One or more listeners not found");
pub(super) const RULES_MISSING: Row = Row::new(400, "RuleNotFound", "One or more rules not found");
pub(super) const LISTENER_DUPLICATE: Row = Row::new(
    400,
    "DuplicateListener",
    "A listener already exists on this port for this load balancer '{}'",
);
pub(super) const LISTENER_LIMIT: Row = Row::new(
    400,
    "TooManyListeners",
    "The maximum number of listeners for load balancer '{}' has been reached",
);
pub(super) const LISTENER_PROTOCOL: Row = invalid("Listener protocol '{}' must be one of '{}'");
pub(super) const NO_LISTENER_PROTOCOL: Row = invalid("A listener protocol must be specified");
pub(super) const NO_CERTIFICATE: Row = invalid("A certificate must be specified for {} listeners");
pub(super) const CERTIFICATE_MISSING: Row =
    Row::new(400, "CertificateNotFound", "Certificate '{}' not found");
pub(super) const NO_ACTION: Row = invalid("At least one default action must be specified");
pub(super) const ONE_ACTION: Row =
    Row::new(400, "TooManyActions", "A default rule can have one forward action only");
pub(super) const NO_GROUP: Row = invalid("A target group ARN must be specified");
pub(super) const TOO_MANY_GROUPS: Row = Row::new(
    400,
    "TooManyUniqueTargetGroupsPerLoadBalancer",
    "The maximum number of target groups per action is 5",
);
pub(super) const WEIGHT: Row = invalid("Target group weight '{}' must be within '0-999' inclusive");
pub(super) const GROUP_TWICE: Row =
    invalid("The target group '{}' cannot be specified more than once in an action");
pub(super) const INCOMPATIBLE: Row = Row::new(
    400,
    "IncompatibleProtocols",
    "The protocol '{}' of target group '{}' is not compatible with the listener protocol '{}'",
);
pub(super) const GROUP_VPC: Row =
    configuration("The target group '{}' and the load balancer must be in the same VPC");
pub(super) const ASSOCIATION: Row = Row::new(
    400,
    "TargetGroupAssociationLimit",
    "The following target groups cannot be associated with more than one load balancer: {}",
);
pub(super) const DIFFERENT_CHECKS: Row = Row::new(
    501,
    "NotImplemented",
    "An action that forwards to target groups with different health checks is not implemented here",
);
pub(super) const NEITHER_ARN: Row =
    invalid("You must specify either listener ARNs or a load balancer ARN");
pub(super) const NEITHER_RULE_ARN: Row =
    invalid("You must specify either listener rule ARNs or a listener ARN");

// Attributes and tags.
pub(super) const ATTRIBUTE_KEY: Row = invalid("{} attribute key '{}' is not recognized");
pub(super) const ATTRIBUTE_VALUE: Row = invalid("{} attribute value '{}' is not valid for '{}'");
pub(super) const ATTRIBUTE_TWICE: Row =
    invalid("{} attribute key '{}' cannot be specified more than once");
pub(super) const ATTRIBUTE_NOT_BUILT: Row = Row::new(
    501,
    "NotImplemented",
    "The attribute '{}' is catalogued, but the value '{}' is not implemented here",
);
pub(super) const TAG_TWICE: Row =
    Row::new(400, "DuplicateTagKeys", "Tag key '{}' was specified more than once");
pub(super) const TAG_LIMIT: Row =
    Row::new(400, "TooManyTags", "The maximum number of tags for '{}' has been reached");
pub(super) const TAG_RESERVED: Row = invalid("Tag keys that begin with 'aws:' are reserved: '{}'");
