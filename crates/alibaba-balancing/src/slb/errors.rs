//! The errors of SLB.

use isobar_kernel::Row;

use crate::tags::Rules;

const fn row(status: u16, code: &'static str, message: &'static str) -> Row {
    Row::new(status, code, message)
}

pub(super) const NOT_FOUND: Row =
    row(404, "InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist.");
pub(super) const DELETE_PROTECTION: Row = row(
    400,
    "OperationDenied.DeleteProtectionIsOn",
    "The loadbalancer can not be deleted due to DeleteProtection is enabled.",
);
pub(super) const NEEDS_VSWITCH: Row =
    row(400, "MissingParam.VSwitchId", "The parameter VSwitchId is required.");
pub(super) const VSWITCH_NOT_FOUND: Row =
    row(400, "VSwitchNotExist", "The specified VSwitch does not exist.");
pub(super) const VPC_NOT_FOUND: Row =
    row(400, "InvalidVpcId.NotExist", "The specified VPC not exist.");
pub(super) const VSWITCH_FULL: Row =
    row(400, "VSwitchAvailableIpNotExist", "The specified VSwitch has no availabe ip.");
pub(super) const ADDRESS_OUTSIDE: Row =
    row(400, "InvalidParameter", "Illegal parameter. The IP address is not in subnet.");
pub(super) const BANDWIDTH: Row =
    row(400, "InvalidParameter.Bandwidth", "The param Bandwidth is invalid.");
pub(super) const CHARGE_TYPE: Row =
    row(400, "IllegalParam.InstanceChargeType", "The parameter InstanceChargeType is illegal.");
pub(super) const PROTECTION_STATUS: Row = row(
    400,
    "InvalidParam.ModificationProtectionStatus",
    "The param ModificationProtectionStatus is invalid.",
);
pub(super) const PROTECTION_REASON: Row = row(
    400,
    "InvalidParam.ModificationProtectionReason",
    "The param ModificationProtectionReason is invalid.",
);

pub(super) const LISTENER_EXISTS: Row = row(
    400,
    "ListenerAlreadyExists",
    "There is already a listener bound to the port on the specified load balancer.",
);
pub(super) const LISTENER_NOT_FOUND: Row =
    row(400, "InvalidParameter", "The specified resource does not exist.");
pub(super) const LISTENER_GONE: Row =
    row(404, "ResourceNotFound.Listener", "The specified listener is not found.");
pub(super) const LISTENER_PORT: Row =
    row(400, "InvalidParam.ListenerPort", "The specified ListenerPort is invalid.");
pub(super) const NEEDS_BACKEND_PORT: Row = row(
    400,
    "MissingParameter",
    "The BackendServerPort or VServerGroupId is required at lease one.",
);
pub(super) const GROUP_NOT_FOUND: Row =
    row(400, "InvalidParam.VServerGroupId", "The specified VServerGroupId is invalid.");
pub(super) const ACL_NOT_FOUND: Row = row(400, "AclNotExist", "Acl does not exist.");
pub(super) const HEALTH_CHECK: Row =
    row(400, "InvalidParam.HealthCheck", "The param of HealthCheck is illegal.");
pub(super) const LISTENER_PROTOCOL: Row =
    row(400, "IllegalParam.ListenerProtocol", "The param of ListenerProtocol is illegal.");
pub(super) const MAX_RESULTS: Row =
    row(400, "IllegalParam.MaxResults", "The param of MaxResults is illegal.");
pub(super) const NEXT_TOKEN: Row =
    row(400, "IllegalParam.NextToken", "The param of NextToken is illegal.");

pub(super) const SERVER_NOT_FOUND: Row =
    row(400, "InvalidServerId.NotExist", "The specified ServerId is not exist.");
pub(super) const SERVER_TYPE: Row =
    row(400, "BackendServer.InvalidType", "The specified Type is invalid.");
pub(super) const SERVER_NETWORK: Row = row(
    400,
    "InvalidParameter",
    "The specified load balancer does not support the network type of the ECS instance.",
);
pub(super) const SERVER_ADDRESS: Row = row(
    400,
    "InvalidBackendServers.ServerIpConflict",
    "The specified ServerIp is not an address of the server.",
);

pub(super) const UNKNOWN_KIND: Row =
    row(400, "InvalidParam.ResourceType", "The specified ResourceType is invalid.");
pub(super) const NO_RESOURCES: Row =
    row(400, "MissingParam.ResourceId", "The parameter ResourceId is required.");
pub(super) const TOO_MANY_RESOURCES: Row =
    row(400, "SizeLimitExceeded.ResourceId", "The maximum size of ResourceId is exceeded.");
pub(super) const UNKNOWN_RESOURCE: Row =
    row(400, "ResourceNotExist", "The specified resource does not exist.");
pub(super) const NEITHER: Row = row(
    400,
    "MissingParam.TagOrResourceId",
    "The parameter Tag or ResourceId is required at least one.",
);
pub(super) const ALL_AND_SOME: Row =
    row(400, "InvalidParam.TagKey", "The specified TagKey is invalid.");
pub(super) const BAD_TOKEN: Row =
    row(400, "InvalidParam.NextToken", "The specified NextToken is invalid.");

/// About tags.
pub(super) const TAGS: Rules = Rules {
    missing_key: row(400, "MissingParam.TagKey", "The parameter TagKey is required."),
    bad_key: row(400, "InvalidParam.TagKey", "The specified TagKey is invalid."),
    bad_value: row(400, "InvalidParam.TagValue", "The specified TagValue is invalid."),
    duplicate: row(400, "Duplicate.TagKey", "The param TagKey has duplicate value."),
    too_many: row(400, "SizeLimitExceeded.Tag", "The maximum size of Tag is exceeded."),
    quota: row(400, "QuotaLimitExceeds", "The maximum number of tags of the resource is exceeded."),
};
