//! The errors of VPCs.

use isobar_kernel::Row;

pub(super) const NAME: Row = Row::new(
    422,
    "unprocessable_entity",
    "name is invalid, it can only contain alphanumeric characters, periods and dashes",
);
pub(super) const TAKEN: Row = Row::new(409, "conflict", "name must be unique: {} is in use");
pub(super) const DESCRIPTION: Row =
    Row::new(422, "unprocessable_entity", "description is limited to 255 characters");
pub(super) const RANGE: Row =
    Row::new(422, "unprocessable_entity", "ip_range {} is not a valid CIDR range");
pub(super) const RANGE_SIZE: Row =
    Row::new(422, "unprocessable_entity", "ip_range must be between /16 and /28 in size");
pub(super) const RANGE_PRIVATE: Row = Row::new(
    422,
    "unprocessable_entity",
    "ip_range must be in the range of private addresses of RFC 1918",
);
pub(super) const OVERLAP: Row = Row::new(
    422,
    "unprocessable_entity",
    "This range/size overlaps with another VPC network in your account: {} {}.",
);
pub(super) const FULL: Row =
    Row::new(422, "unprocessable_entity", "no range is free; please specify an ip_range");
pub(super) const DEFAULT: Row = Row::new(403, "forbidden", "Can not delete default VPCs");
pub(super) const LAST_DEFAULT: Row = Row::new(
    422,
    "unprocessable_entity",
    "default can only be changed by making another VPC of the region the default",
);
pub(super) const MEMBERS: Row = Row::new(409, "conflict", "Can not delete VPC with members");
