//! The errors that every product has.

use isobar_kernel::face::Standard;
use isobar_kernel::{Fault, Row};

/// A parameter has a value that is none of its kind.
pub const INVALID_PARAMETER: Row =
    Row::new(400, "InvalidParameter", "The specified parameter \"{}\" is not valid.");

/// The version names no product.
pub const INVALID_VERSION: Row =
    Row::new(400, "InvalidVersion", "Specified parameter Version is not valid.");

/// The product has no such operation.
pub const INVALID_ACTION: Row = Row::new(
    404,
    "InvalidAction.NotFound",
    "Specified api is not found, please check your url and method.",
);

/// The region is none.
pub const INVALID_REGION: Row =
    Row::new(404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.");

/// The body cannot be read.
pub const MALFORMED: Row = Row::new(400, "InvalidParameter", "The request body is malformed: {}.");

/// What is asked of an operation that is served, and is not built.
pub const UNSUPPORTED_PARAMETER: Row = Row::new(
    501,
    "NotImplemented",
    "The specified parameter \"{}\" is not implemented by the local Alibaba Cloud.",
);

/// The ones that the kernel answers with.
pub const STANDARD: Standard = Standard {
    not_implemented: Row::new(
        501,
        "NotImplemented",
        "The action {} is not implemented by the local Alibaba Cloud.",
    ),
    member_not_implemented: UNSUPPORTED_PARAMETER,
    internal: Row::new(
        500,
        "InternalError",
        "The request processing has failed due to some unknown error.",
    ),
    dry_run: Row::new(
        400,
        "DryRunOperation",
        "Request validation has been passed with DryRun flag set.",
    ),
    token_reused: Row::new(
        400,
        "IdempotentParameterMismatch",
        "The request uses the same client token as a previous, but non-identical request. Do not \
         reuse a client token with different requests, unless the requests are identical.",
    ),
    too_large: Row::new(413, "RequestEntityTooLarge", "The request body is too large."),
    malformed: Row::new(400, "BadRequest", "The local Alibaba Cloud does not answer {}."),
    foreign: Row::new(403, "Forbidden", "The local Alibaba Cloud does not answer {}."),
    throttled: Row::new(429, "Throttling.User", "Request was denied due to user flow control."),
    unavailable: Row::new(
        503,
        "ServiceUnavailable",
        "The request has failed due to a temporary failure of the server.",
    ),
};

/// A parameter that is required is absent: what ECS and SLB answer, which look for themselves.
pub const MISSING_PARAMETER: Row = Row::new(
    400,
    "MissingParameter",
    "The input parameter \"{}\" that is mandatory for processing this request is not supplied.",
);

/// A parameter that is required is absent: what the gateway before all products answers.
pub fn missing(parameter: &str) -> Fault {
    const MISSING: Row = Row::new(400, "Missing", "{} is mandatory for this action.");
    let mut fault = MISSING.with(&[&parameter]);
    fault.code = format!("Missing{parameter}").into();
    fault
}
