//! The errors of load balancers.

use isobar_kernel::Row;

pub(super) const BUSY: Row = Row::new(
    403,
    "forbidden",
    "Load Balancer can't be updated while it processes previous actions",
);
pub(super) const RESIZED: Row = Row::new(
    422,
    "unprocessable_entity",
    "Load Balancer can only be resized once every hour, last resized at: {}",
);
pub(super) const NO_NAME: Row = Row::new(422, "unprocessable_entity", "name is required");
pub(super) const NAME: Row = Row::new(
    422,
    "unprocessable_entity",
    "name is invalid, it can only contain alphanumeric characters, periods and dashes",
);
pub(super) const TAKEN: Row =
    Row::new(422, "unprocessable_entity", "Load balancer name must be unique: {} is in use");
pub(super) const NO_REGION: Row = Row::new(422, "unprocessable_entity", "region is required");
pub(super) const REGION_FIXED: Row =
    Row::new(422, "unprocessable_entity", "region cannot be changed");
pub(super) const VPC_FIXED: Row =
    Row::new(422, "unprocessable_entity", "vpc_uuid cannot be changed");
pub(super) const NO_RULES: Row =
    Row::new(422, "unprocessable_entity", "forwarding_rules must have at least one rule");
pub(super) const PROTOCOL: Row = Row::new(422, "unprocessable_entity", "{} is an invalid {}");
pub(super) const PORT: Row = Row::new(422, "unprocessable_entity", "{} must be from 1 to 65535");
pub(super) const PAIR: Row = Row::new(
    422,
    "unprocessable_entity",
    "invalid combination of entry_protocol {} and target_protocol {}",
);
pub(super) const PASSTHROUGH: Row = Row::new(
    422,
    "unprocessable_entity",
    "tls_passthrough needs https or http2 as entry_protocol and target_protocol",
);
pub(super) const SAME_PORT: Row =
    Row::new(422, "unprocessable_entity", "forwarding_rules must have unique entry ports: {}");
pub(super) const NO_SUCH_RULE: Row =
    Row::new(422, "unprocessable_entity", "forwarding rule for entry port {} not found");
pub(super) const RANGE: Row = Row::new(422, "unprocessable_entity", "{} must be from {} to {}");
pub(super) const PATH: Row =
    Row::new(422, "unprocessable_entity", "health_check path must begin with a slash");
pub(super) const CHOICE: Row = Row::new(422, "unprocessable_entity", "{} must be one of {}");
pub(super) const TAG_AND_IDS: Row =
    Row::new(422, "unprocessable_entity", "only one of droplet_ids and tag can be set");
pub(super) const BY_TAG: Row = Row::new(
    422,
    "unprocessable_entity",
    "droplets of a load balancer with a tag are managed through the tag",
);
pub(super) const DROPLET_REGION: Row = Row::new(
    422,
    "unprocessable_entity",
    "droplets must be in the same region as the load balancer: {}",
);
pub(super) const VPC_REGION: Row = Row::new(
    422,
    "unprocessable_entity",
    "Failed to resolve VPC: VPC is not in the same region as the load balancer",
);
