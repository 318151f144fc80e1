//! The errors that several groups have, and those of every request.

#![expect(missing_docs, reason = "a row says what it is")]

use isobar_kernel::Row;
use isobar_kernel::face::Standard;

pub const UNAUTHORIZED: Row = Row::new(401, "unauthorized", "Unable to authenticate you");
/// The token is good for something else.
pub const FORBIDDEN: Row =
    Row::new(403, "Forbidden", "You are not authorized to perform this operation");
pub const NOT_FOUND: Row =
    Row::new(404, "not_found", "The resource you were accessing could not be found.");
pub const NO_ROUTE: Row =
    Row::new(404, "not_found", "The resource you requested could not be found.");
pub const UNPARSABLE: Row = Row::new(400, "bad_request", "error parsing request body");
pub const WRONG_TYPE: Row = Row::new(400, "bad_request", "error parsing request body: {}");
pub const REQUIRED: Row = Row::new(422, "unprocessable_entity", "{} is required");
pub const INVALID: Row = Row::new(422, "unprocessable_entity", "{}");
pub const TOO_MANY_REQUESTS: Row = Row::new(429, "too_many_requests", "API Rate limit exceeded.");
/// Something that the vendor has and that is not built here.
pub const UNSUPPORTED: Row =
    Row::new(501, "not_implemented", "{} is not implemented by this local cloud");

pub const REGION_NOT_AVAILABLE: Row =
    Row::new(422, "unprocessable_entity", "Region is not available");
pub const PENDING_EVENT: Row =
    Row::new(422, "unprocessable_entity", "Droplet already has a pending event.");
pub const INVALID_DROPLETS: Row = Row::new(422, "unprocessable_entity", "droplets not found: {}");
pub const INVALID_VPC: Row = Row::new(404, "not_found", "Failed to resolve VPC");
pub const INVALID_PROJECT: Row = Row::new(422, "unprocessable_entity", "project {} not found");

/// The errors of every group.
pub const STANDARD: Standard = Standard {
    not_implemented: Row::new(
        501,
        "not_implemented",
        "The operation {} of {} is not implemented by this local cloud",
    ),
    member_not_implemented: Row::new(
        501,
        "not_implemented",
        "The field {} of the operation {} is not implemented by this local cloud",
    ),
    internal: Row::new(500, "server_error", "Unexpected server-side error"),
    dry_run: Row::new(422, "unprocessable_entity", "the request would have succeeded"),
    token_reused: Row::new(422, "unprocessable_entity", "the token {} was used before"),
    too_large: Row::new(413, "request_entity_too_large", "the request body is too large"),
    malformed: Row::new(400, "bad_request", "{} are refused"),
    foreign: Row::new(403, "forbidden", "{} are refused"),
    throttled: TOO_MANY_REQUESTS,
    unavailable: Row::new(503, "service_unavailable", "Service Unavailable"),
};
