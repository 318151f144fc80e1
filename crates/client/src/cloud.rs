//! What differs between the clouds: one row each.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use isobar_auth::{Credentials, Unwritable, alibaba, bearer, sigv2, sigv4};
use isobar_catalogue::model::Auth;
use isobar_catalogue::{Cloud, Kind as ShapeKind, Protocol};
use isobar_wire::{Request, ServiceError};
use jiff::{SignedDuration, Timestamp};

use crate::endpoint::{Endpoint, Scheme};
use crate::error::{Kind, RetryAfter};

/// A cloud's row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) cloud: Cloud,
    /// Puts the caller's signature on a request.
    pub(crate) sign: fn(&mut Request, &Signing<'_>) -> Result<(), Unwritable>,
    /// Puts on a request without a signature what the vendor's SDK says there all the same.
    pub(crate) describe: fn(&mut Request, &Unsigned<'_>) -> Result<(), Unwritable>,
    /// The signature covers the body, of whatever length.
    pub(crate) signs_payload: bool,
    /// The input member that takes the client's region where the caller gives none.
    pub(crate) region_member: Option<&'static str>,
    /// What shares one limit of calls.
    pub(crate) limited: Scope,
    /// Codes that ask for fewer calls, whatever the status.
    pub(crate) throttling: &'static [Code],
    /// Codes of failures that pass by themselves, whatever the status.
    pub(crate) transient: &'static [Code],
    /// Codes that say that the request's time is not the service's.
    pub(crate) skewed: &'static [Code],
    /// Codes that a signature is refused with, also one of another time.
    pub(crate) unsigned: &'static [Code],
    /// The code of a dry run that would have been none.
    pub(crate) would_succeed: &'static [Code],
    /// Codes that say that the service does not know the key, whatever else they say.
    pub(crate) unknown_key: &'static [Code],
    /// Codes that say who may do what, where the status does not.
    pub(crate) denied: &'static [Code],
    /// Codes that say that the credentials are expired.
    pub(crate) expired: &'static [Code],
    /// Codes that say that something is not there, where the status does not.
    pub(crate) not_found: &'static [Code],
    /// Codes that say that something else is in the way, where the status does not.
    pub(crate) conflict: &'static [Code],
}

/// What shares one limit of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The calls of one operation: EC2 and most services of AWS and Alibaba Cloud count so.
    Operation,
    /// All calls with one key.
    Key,
}

/// What a request is signed with.
pub(crate) struct Signing<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) host: &'a str,
    pub(crate) auth: Auth,
    /// What stands for a payload that is not with the request.
    pub(crate) declared: Option<&'a str>,
    /// The protocol, where its older signature is asked for.
    pub(crate) older: Option<Protocol>,
    pub(crate) now: Timestamp,
    pub(crate) nonce: &'a str,
    pub(crate) keys: &'a sigv4::SigningKeys,
    /// The signature goes into the URL, for so many seconds.
    pub(crate) by_url: Option<u32>,
}

/// A request that is not signed.
pub(crate) struct Unsigned<'a> {
    pub(crate) endpoint: &'a Endpoint,
    /// The protocol, where its older form is asked for.
    pub(crate) older: Option<Protocol>,
    pub(crate) now: Timestamp,
    pub(crate) nonce: &'a str,
}

/// A pattern of the vendor's codes.
#[derive(Debug)]
pub(crate) enum Code {
    Is(&'static str),
    StartsWith(&'static str),
    EndsWith(&'static str),
    Contains(&'static str),
}

impl Code {
    fn matches(&self, code: &str) -> bool {
        match self {
            Self::Is(text) => code == *text,
            Self::StartsWith(text) => code.starts_with(text),
            Self::EndsWith(text) => code.ends_with(text),
            Self::Contains(text) => code.contains(text),
        }
    }
}

static ROWS: [Row; 3] = [
    Row {
        cloud: Cloud::Aws,
        sign: sign_aws,
        describe: |_, _| Ok(()),
        signs_payload: true,
        region_member: None,
        limited: Scope::Operation,
        throttling: &[
            Code::StartsWith("Throttl"),
            Code::StartsWith("RequestThrottled"),
            Code::Is("BandwidthLimitExceeded"),
            Code::Is("EC2ThrottledException"),
            Code::Is("LimitExceededException"),
            Code::Is("PriorRequestNotComplete"),
            Code::Is("ProvisionedThroughputExceededException"),
            Code::Is("RequestLimitExceeded"),
            Code::Is("SlowDown"),
            Code::Is("TooManyRequestsException"),
            Code::Is("TransactionInProgressException"),
        ],
        transient: &[
            Code::Is("RequestTimeout"),
            Code::Is("RequestTimeoutException"),
            Code::Is("InternalError"),
        ],
        skewed: &[
            Code::Is("RequestTimeTooSkewed"),
            Code::Is("RequestExpired"),
            Code::Is("RequestInTheFuture"),
        ],
        unsigned: &[
            Code::Is("AuthFailure"),
            Code::Is("SignatureDoesNotMatch"),
            Code::StartsWith("InvalidSignature"),
        ],
        would_succeed: &[Code::Is("DryRunOperation")],
        unknown_key: &[
            Code::Is("AuthFailure"),
            Code::Is("InvalidAccessKeyId"),
            Code::Is("InvalidClientTokenId"),
            Code::StartsWith("UnrecognizedClient"),
        ],
        denied: &[
            Code::Is("AuthFailure"),
            Code::Is("UnauthorizedOperation"),
            Code::StartsWith("AccessDenied"),
            Code::StartsWith("UnrecognizedClient"),
            Code::StartsWith("InvalidSignature"),
            Code::StartsWith("IncompleteSignature"),
            Code::StartsWith("MissingAuthenticationToken"),
            Code::Is("InvalidClientTokenId"),
            Code::Is("SignatureDoesNotMatch"),
        ],
        expired: &[Code::StartsWith("ExpiredToken"), Code::Is("TokenRefreshRequired")],
        not_found: &[
            Code::EndsWith(".NotFound"),
            Code::EndsWith("NotFound"),
            Code::EndsWith("NotFoundException"),
            Code::EndsWith("NotFoundFault"),
            Code::StartsWith("NoSuch"),
        ],
        conflict: &[
            Code::EndsWith("AlreadyExists"),
            Code::EndsWith("AlreadyExistsException"),
            Code::EndsWith(".Duplicate"),
            Code::EndsWith(".InUse"),
            Code::StartsWith("Duplicate"),
            Code::StartsWith("ResourceInUse"),
            Code::Is("DependencyViolation"),
            Code::Is("IncorrectInstanceState"),
            Code::Is("IncorrectState"),
        ],
    },
    Row {
        cloud: Cloud::Alibaba,
        sign: sign_alibaba,
        describe: describe_alibaba,
        signs_payload: false,
        region_member: Some("RegionId"),
        limited: Scope::Operation,
        throttling: &[
            Code::Contains("Throttling"),
            Code::Is("ServiceUnavailable"),
            Code::Is("SerivceUnavailable"),
            Code::EndsWith("QpsLimitExceeded"),
            Code::EndsWith("TrafficRateLimitExceeded"),
        ],
        transient: &[
            Code::StartsWith("InternalError"),
            Code::Is("RequestTimeTooSkewed"),
            Code::Is("RequestTimeout"),
            Code::Is("SystemBusy"),
            Code::Is("UnknownError"),
        ],
        skewed: &[
            Code::Is("InvalidTimeStamp.Expired"),
            Code::Is("RequestTimeExpired"),
            Code::Is("RequestTimeTooSkewed"),
        ],
        unsigned: &[Code::Is("IncompleteSignature"), Code::Is("SignatureDoesNotMatch")],
        would_succeed: &[Code::Is("DryRunOperation")],
        unknown_key: &[Code::StartsWith("InvalidAccessKeyId")],
        denied: &[
            Code::StartsWith("Forbidden"),
            Code::StartsWith("InvalidAccessKeyId"),
            Code::StartsWith("InvalidSecurityToken"),
            Code::StartsWith("NoPermission"),
            Code::Is("IncompleteSignature"),
            Code::Is("SignatureDoesNotMatch"),
            Code::Is("SignatureNonceUsed"),
        ],
        expired: &[
            Code::Is("InvalidSecurityToken.Expired"),
            Code::Is("SecurityTokenExpired"),
            Code::Is("StsTokenExpired"),
        ],
        not_found: &[
            Code::EndsWith(".NotFound"),
            Code::EndsWith("NotFound"),
            Code::EndsWith("NotExist"),
            Code::StartsWith("NoSuch"),
            Code::StartsWith("NotFound"),
            Code::StartsWith("ResourceNotFound"),
        ],
        conflict: &[
            Code::Contains("AlreadyExist"),
            Code::Contains("Duplicate"),
            Code::StartsWith("DependencyViolation"),
            Code::StartsWith("IncorrectInstanceStatus"),
            Code::StartsWith("IncorrectStatus"),
            Code::StartsWith("OperationConflict"),
        ],
    },
    Row {
        cloud: Cloud::DigitalOcean,
        sign: sign_bearer,
        describe: |_, _| Ok(()),
        signs_payload: false,
        region_member: None,
        limited: Scope::Key,
        throttling: &[Code::Is("too_many_requests")],
        transient: &[],
        skewed: &[],
        unsigned: &[],
        would_succeed: &[],
        unknown_key: &[Code::Is("unauthorized"), Code::Is("Unauthorized")],
        denied: &[Code::Is("forbidden"), Code::Is("unauthorized"), Code::Is("Unauthorized")],
        expired: &[],
        not_found: &[Code::Is("not_found")],
        conflict: &[Code::Is("conflict")],
    },
];

/// The cloud's row.
pub(crate) fn row(cloud: Cloud) -> &'static Row {
    ROWS.iter().find(|row| row.cloud == cloud).expect("every cloud has its row")
}

/// What an error that a service answered with is, and whether it may pass by itself.
pub(crate) fn classify(cloud: Cloud, error: &ServiceError) -> (Kind, bool) {
    let row = row(cloud);
    let is = |codes: &[Code]| codes.iter().any(|code| code.matches(&error.code));
    let declared = error.shape.and_then(|shape| match &shape.kind {
        ShapeKind::Structure(structure) => structure.error.as_ref(),
        _ => None,
    });
    let status = error.status;
    if status == StatusCode::TOO_MANY_REQUESTS
        || is(row.throttling)
        || declared.is_some_and(|error| error.throttling)
    {
        return (Kind::Throttled, true);
    }
    let transient = status == StatusCode::REQUEST_TIMEOUT
        || is(row.transient)
        || declared.is_some_and(|error| error.retryable);
    let kind = match status {
        StatusCode::NOT_IMPLEMENTED => Kind::NotImplemented,
        _ if status.is_server_error() => return (Kind::Unavailable, true),
        _ if is(row.would_succeed) => return (Kind::WouldSucceed, false),
        _ if is(row.skewed) => Kind::Skewed,
        _ if is(row.unsigned) && says_time(&error.message) => Kind::Skewed,
        _ if is(row.unknown_key) => Kind::Denied,
        _ if is(row.not_found) => Kind::NotFound,
        _ if is(row.expired) => Kind::Expired,
        _ if is(row.denied) => Kind::Denied,
        _ if is(row.conflict) => Kind::Conflict,
        StatusCode::NOT_FOUND => Kind::NotFound,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Kind::Denied,
        StatusCode::CONFLICT => Kind::Conflict,
        _ => Kind::Refused,
    };
    (kind, transient)
}

/// Whether a refused signature is so for its time: AWS's services have one code for both.
fn says_time(message: &str) -> bool {
    message.starts_with("Signature expired") || message.starts_with("Signature not yet current")
}

/// Whether the service does not know the key that signed, by its code.
pub(crate) fn is_unknown_key(cloud: Cloud, code: &str) -> bool {
    row(cloud).unknown_key.iter().any(|known| known.matches(code))
}

/// The largest difference of two clocks that a signature stands: five minutes at the strictest.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// How much the clock here is ahead of that of an answer, where that matters to signatures.
pub(crate) fn clock_ahead(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let date = text(headers, "date")?;
    let there = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(now.duration_since(there)).filter(|ahead| ahead.abs() > MOST_SKEW)
}

/// Whether a refusal may be for the request's time although its code says nothing of it.
pub(crate) fn may_be_of_time(cloud: Cloud, code: &str) -> bool {
    row(cloud).unsigned.iter().any(|known| known.matches(code))
}

/// How long an answer asks to wait: in seconds, as a date, or in milliseconds as AWS has it.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<RetryAfter> {
    if let Some(milliseconds) =
        text(headers, "x-amz-retry-after").and_then(|text| text.parse().ok())
    {
        return Some(RetryAfter::Hinted(Duration::from_millis(milliseconds)));
    }
    let text = text(headers, "retry-after")?;
    if let Ok(seconds) = text.parse() {
        return Some(RetryAfter::Asked(Duration::from_secs(seconds)));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(RetryAfter::Asked(until(at, now)))
}

/// How long there are no more calls to be had, where an answer says that it was the last one:
/// DigitalOcean's headers, whose reset is a time in seconds since the epoch.
pub(crate) fn exhausted(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    if text(headers, "ratelimit-remaining")? != "0" {
        return None;
    }
    let reset = text(headers, "ratelimit-reset")?.parse().ok()?;
    Some(until(Timestamp::from_second(reset).ok()?, now))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

fn sign_aws(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    match signing.auth {
        _ if signing.credentials.id.is_empty() => bearer::sign(request, signing.credentials),
        // What the endpoint says goes before what the model says.
        _ if signing.endpoint.signs => sign_v4(request, signing),
        Auth::SigV2 => sigv2::sign(request, signing.credentials, signing.host, signing.now),
        _ => sign_v4(request, signing),
    }
}

fn sign_v4(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    let style = if signing.endpoint.sign_path_once {
        sigv4::Style::Objects
    } else {
        sigv4::Style::Standard
    };
    let payload = if let Some(text) = signing.declared {
        sigv4::Payload::Declared(text)
    } else if signing.auth == Auth::UnsignedPayload
        && signing.endpoint.secure
        && style == sigv4::Style::Standard
    {
        sigv4::Payload::Unsigned
    } else {
        sigv4::Payload::Signed
    };
    let signing_v4 = sigv4::Signing {
        credentials: signing.credentials,
        region: &signing.endpoint.signing_region,
        service: &signing.endpoint.signing_name,
        host: signing.host,
        time: signing.now,
        style,
        payload,
    };
    match signing.by_url {
        _ if signing.endpoint.scheme == Scheme::SigV4A => {
            sigv4::sign_for_regions(request, &signing_v4)
        }
        Some(seconds) => sigv4::presign(request, &signing_v4, seconds, signing.keys),
        None => sigv4::sign(request, &signing_v4, signing.keys),
    }
}

fn sign_alibaba(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    let Signing { credentials, host, now, nonce, .. } = *signing;
    match signing.endpoint.scheme {
        Scheme::Cloud | Scheme::S3Express | Scheme::SigV4A => match signing.older {
            Some(Protocol::AlibabaRpc) => {
                alibaba::rpc::sign(request, credentials, now, nonce);
                Ok(())
            }
            Some(_) => alibaba::roa::sign(request, credentials, now, nonce),
            None => alibaba::acs3::sign(request, credentials, host, now, nonce),
        },
        Scheme::OssV1 => match signing.by_url {
            Some(seconds) => {
                let until = now + SignedDuration::from_secs(seconds.into());
                alibaba::oss::v1::sign_url(request, credentials, until);
                Ok(())
            }
            None => alibaba::oss::v1::sign(request, credentials, now),
        },
        Scheme::Log => alibaba::sls::sign(request, credentials, now),
        Scheme::LogV4 => {
            let region = signing.endpoint.signing_region.as_str();
            alibaba::sls::sign_v4(request, credentials, region, host, now)
        }
        Scheme::OssV4 => {
            let region = signing.endpoint.signing_region.as_str();
            let product = signing.endpoint.signing_name.as_str();
            let additional = &[];
            let v4 = alibaba::oss::v4::Signing {
                credentials,
                region,
                product,
                host,
                time: now,
                additional,
            };
            match signing.by_url {
                Some(seconds) => {
                    alibaba::oss::v4::sign_url(request, &v4, seconds);
                    Ok(())
                }
                None => alibaba::oss::v4::sign(request, &v4),
            }
        }
    }
}

/// When the request was made, and a number that is used once.
fn describe_alibaba(request: &mut Request, unsigned: &Unsigned<'_>) -> Result<(), Unwritable> {
    let Unsigned { endpoint, older, now, nonce } = *unsigned;
    match (endpoint.scheme, older) {
        (Scheme::Cloud, Some(Protocol::AlibabaRpc)) => {
            alibaba::rpc::describe(request, now, nonce);
            Ok(())
        }
        (Scheme::Cloud, Some(_)) => alibaba::roa::describe(request, now, nonce),
        (Scheme::Cloud, None) => alibaba::acs3::describe(request, now, nonce).map(|_| ()),
        // Object storage and the log service are told nothing.
        _ => Ok(()),
    }
}

fn sign_bearer(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    bearer::sign(request, signing.credentials)
}
