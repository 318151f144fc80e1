//! The errors of projects.

use isobar_kernel::Row;

pub(super) const REQUIRED: Row = Row::new(400, "bad_request", "{} is required");
pub(super) const LENGTH: Row =
    Row::new(400, "bad_request", "{} must not be longer than {} characters");
pub(super) const TAKEN: Row = Row::new(409, "conflict", "name is already in use");
pub(super) const ENVIRONMENT: Row =
    Row::new(400, "bad_request", "environment must be one of Development, Staging, Production");
pub(super) const LAST_DEFAULT: Row = Row::new(
    412,
    "precondition_failed",
    "cannot unset the default project. make another project the default instead",
);
pub(super) const HOLDS: Row = Row::new(
    412,
    "precondition_failed",
    "cannot delete a project with resources. move or remove the resources first",
);
pub(super) const DEFAULT: Row =
    Row::new(412, "precondition_failed", "cannot delete the default project");
pub(super) const URN: Row = Row::new(400, "bad_request", "{} is not a valid urn");
