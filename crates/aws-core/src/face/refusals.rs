//! How each kind of service refuses a signature, and a caller without a right. A signature's words are
//! the verifier's; code and status are the service's own.

use isobar_auth::sigv4::{Error, Mismatch};
use isobar_catalogue::{Protocol, Service};
use isobar_kernel::face::Admitted;
use isobar_kernel::{Fault, Row};

use crate::regions;

/// The rows of one kind of service. A message of `{}` is the verifier's.
#[derive(Debug)]
pub(super) struct Manner {
    missing: Row,
    /// The request is signed as it was before Signature Version 4.
    outdated: Row,
    incomplete: Row,
    too_early_or_late: Row,
    presigned_over: Row,
    scope: Row,
    unknown_key: Row,
    token: Row,
    token_over: Row,
    mismatch: Row,
    payload: Row,
    denied: Row,
}

const fn own(status: u16, code: &'static str) -> Row {
    Row::new(status, code, "{}")
}

/// Services of the query protocol and of REST with XML.
const QUERY: Manner = Manner {
    missing: own(403, "MissingAuthenticationToken"),
    outdated: own(403, "SignatureDoesNotMatch"),
    incomplete: own(400, "IncompleteSignature"),
    too_early_or_late: own(403, "SignatureDoesNotMatch"),
    presigned_over: own(403, "RequestExpired"),
    scope: own(403, "SignatureDoesNotMatch"),
    unknown_key: own(403, "InvalidClientTokenId"),
    token: own(403, "InvalidClientTokenId"),
    token_over: own(403, "ExpiredToken"),
    mismatch: own(403, "SignatureDoesNotMatch"),
    payload: own(400, "XAmzContentSHA256Mismatch"),
    denied: own(403, "AccessDenied"),
};

/// EC2 does not say whether the key or the signature is wrong, and answers with 401.
const EC2_REFUSED: Row =
    Row::new(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
const EC2_EXPIRED: Row = Row::new(400, "RequestExpired", "Request has expired.");
const EC2: Manner = Manner {
    missing: own(403, "MissingAuthenticationToken"),
    outdated: Row::new(
        401,
        "AuthFailure",
        "AWS was not able to validate the provided access credentials. {}",
    ),
    incomplete: own(400, "IncompleteSignature"),
    too_early_or_late: EC2_EXPIRED,
    presigned_over: EC2_EXPIRED,
    scope: EC2_REFUSED,
    unknown_key: EC2_REFUSED,
    token: EC2_REFUSED,
    token_over: EC2_EXPIRED,
    mismatch: EC2_REFUSED,
    payload: own(400, "InvalidParameterValue"),
    denied: Row::new(
        403,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. {}",
    ),
};

/// Services that speak JSON or CBOR.
const JSON: Manner = Manner {
    missing: Row::new(400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    outdated: own(400, "InvalidSignatureException"),
    incomplete: own(400, "IncompleteSignatureException"),
    too_early_or_late: own(400, "InvalidSignatureException"),
    presigned_over: own(400, "RequestExpired"),
    scope: own(400, "InvalidSignatureException"),
    unknown_key: own(400, "UnrecognizedClientException"),
    token: own(400, "UnrecognizedClientException"),
    token_over: own(400, "ExpiredTokenException"),
    mismatch: own(400, "InvalidSignatureException"),
    payload: own(400, "InvalidSignatureException"),
    denied: own(400, "AccessDeniedException"),
};

/// Services that speak REST with JSON.
const REST_JSON: Manner = Manner {
    missing: Row::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    outdated: own(403, "InvalidSignatureException"),
    incomplete: own(403, "IncompleteSignatureException"),
    too_early_or_late: own(403, "InvalidSignatureException"),
    presigned_over: own(403, "RequestExpired"),
    scope: own(403, "InvalidSignatureException"),
    unknown_key: own(403, "UnrecognizedClientException"),
    token: own(403, "UnrecognizedClientException"),
    token_over: own(403, "ExpiredTokenException"),
    mismatch: own(403, "InvalidSignatureException"),
    payload: own(403, "InvalidSignatureException"),
    denied: own(403, "AccessDeniedException"),
};

/// S3.
const S3: Manner = Manner {
    missing: Row::new(403, "AccessDenied", "Access Denied"),
    outdated: own(400, "InvalidRequest"),
    incomplete: own(400, "AuthorizationHeaderMalformed"),
    too_early_or_late: Row::new(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    presigned_over: Row::new(403, "AccessDenied", "Request has expired"),
    scope: own(400, "AuthorizationHeaderMalformed"),
    unknown_key: Row::new(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    token: Row::new(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
    token_over: Row::new(400, "ExpiredToken", "The provided token has expired."),
    mismatch: Row::new(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your \
         key and signing method.",
    ),
    payload: own(400, "XAmzContentSHA256Mismatch"),
    denied: own(403, "AccessDenied"),
};

const UNSUPPORTED: Row = own(501, "NotImplemented");

impl Manner {
    /// The service's manner.
    pub(super) fn of(service: &Service) -> &'static Self {
        match service.protocol() {
            _ if service.name == "s3" => &S3,
            Protocol::Ec2 => &EC2,
            Protocol::AwsJson | Protocol::RpcV2Cbor => &JSON,
            Protocol::RestJson => &REST_JSON,
            _ => &QUERY,
        }
    }

    /// The answer to a request whose form carries a signature of Version 2 or older.
    pub(super) fn refuse_outdated(&self, version: &str) -> Fault {
        self.outdated.with(&[&format_args!(
            "The request is signed with Signature Version {version}; use Signature Version 4."
        )])
    }

    /// The answer to a signature that was refused.
    pub(super) fn refuse(&self, error: &Error) -> Fault {
        let row = match error {
            Error::MissingAuthenticationToken => &self.missing,
            Error::IncompleteSignature(_) => &self.incomplete,
            Error::Expired { .. } | Error::NotYetCurrent { .. } => &self.too_early_or_late,
            Error::RequestExpired => &self.presigned_over,
            Error::HostNotSigned | Error::Scope(_) => &self.scope,
            Error::UnknownKey { .. } => &self.unknown_key,
            Error::InvalidToken => &self.token,
            Error::ExpiredToken => &self.token_over,
            // The strings that were compared are left out, as these services do by now.
            Error::SignatureDoesNotMatch(_) => return self.mismatch.with(&[&Mismatch::SHORT]),
            Error::PayloadMismatch { .. } => &self.payload,
            Error::UnsupportedPayload { .. } => &UNSUPPORTED,
        };
        row.with(&[error])
    }

    /// The answer to a caller who may not do what it asks for, with the right that it lacks, and on what.
    pub(super) fn deny(&self, admitted: &Admitted, resource: Option<String>) -> Fault {
        let Admitted { service, operation, caller, .. } = admitted;
        let action = format!("{}:{}", service.signing_name, operation.name);
        let resource = resource.map(|resource| on_resource(admitted, &resource));
        let resource = resource.unwrap_or_default();
        self.denied.with(&[&format_args!(
            "User: {} is not authorized to perform: {action}{resource} because no identity-based \
             policy allows the {action} action",
            regions::name_in(&admitted.region, &caller.name),
        )])
    }
}

/// Names the resource by its ARN; one that is no ARN yet is the caller's, in the region that was spoken
/// to.
fn on_resource(admitted: &Admitted, resource: &str) -> String {
    if resource.starts_with("arn:") {
        return format!(" on resource: {resource}");
    }
    let Admitted { service, caller, region, .. } = admitted;
    let (partition, service) = (regions::partition_of(region), &service.signing_name);
    format!(" on resource: arn:{partition}:{service}:{region}:{}:{resource}", caller.account)
}
