//! The errors of tags.

use isobar_kernel::Row;

pub(super) const CHARACTERS: Row = Row::new(
    400,
    "bad_request",
    "Error validating resource tag: \"tag-name \\\"{}\\\" contains invalid characters\"",
);
pub(super) const NO_RESOURCES: Row = Row::new(422, "unprocessable_entity", "resources is required");
pub(super) const RESOURCE_TYPE: Row =
    Row::new(422, "unprocessable_entity", "{} is an invalid resource type");
