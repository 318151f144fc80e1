//! V1: `Authorization: OSS <id>:<signature>`, or `OSSAccessKeyId`, `Expires` and `Signature` in a
//! URL, with HMAC-SHA1.

use http::header::{AUTHORIZATION, DATE, HeaderName};
use isobar_wire::Request;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

use super::{Error, Expected, check_time, check_token, find, parameter, push_parameters, resource};
use crate::alibaba::hmac_sha1;
use crate::credentials::{set_header, set_secret_header};
use crate::encode::{encoded, form_decoded, parameters};
use crate::{Credentials, Keys, Unwritable, time};

const TOKEN: HeaderName = HeaderName::from_static("x-oss-security-token");

/// The parameters that are a part of the resource and are signed with it, in order.
const SUBRESOURCES: [&str; 102] = [
    "MetaQuery",
    "accessPoint",
    "accessPointPolicy",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cleanRestoredObject",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "dataPipeline",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "inventory",
    "inventoryId",
    "legalHold",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "objectInfo",
    "objectMeta",
    "objectWorm",
    "overwriteConfig",
    "partNumber",
    "policy",
    "policyStatus",
    "position",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "qosRequester",
    "quota",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "rtc",
    "seal",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "uploadId",
    "uploads",
    "userDefinedLogFieldsConfig",
    "versionId",
    "versioning",
    "versions",
    "vod",
    "website",
    "worm",
    "wormExtend",
    "wormId",
    "x-oss-ac-forward-allow",
    "x-oss-ac-source-ip",
    "x-oss-ac-subnet-mask",
    "x-oss-ac-vpc-id",
    "x-oss-access-point-name",
    "x-oss-async-process",
    "x-oss-process",
    "x-oss-redundancy-transition-taskid",
    "x-oss-request-payer",
    "x-oss-target-redundancy-type",
    "x-oss-traffic-limit",
    "x-oss-write-get-object-response",
];

/// Puts the signature into the `Authorization` header, and the date and, for a session, its token
/// beside it.
///
/// # Errors
/// If the credentials hold characters that no header can carry.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(), Unwritable> {
    let date = time::http(now);
    set_header(request, DATE, date.as_str())?;
    if let Some(token) = &credentials.session_token {
        set_secret_header(request, TOKEN, token.expose())?;
    }
    let text = string_to_sign(request, &date);
    let signature = hmac_sha1(credentials.secret.expose().as_bytes(), &text);
    set_secret_header(request, AUTHORIZATION, format!("OSS {}:{signature}", credentials.id))
}

/// Puts the signature into the query string, so that whoever has the URL may send the request until
/// it expires.
pub fn sign_url(request: &mut Request, credentials: &Credentials, expires: Timestamp) {
    request.headers.remove(AUTHORIZATION);
    if let Some(token) = &credentials.session_token {
        push_parameters(request, &format!("security-token={}", encoded(token.expose())));
    }
    let expires = expires.as_second().to_string();
    let text = string_to_sign(request, &expires);
    let signature = hmac_sha1(credentials.secret.expose().as_bytes(), &text);
    let parameters = format!(
        "OSSAccessKeyId={}&Expires={expires}&Signature={}",
        encoded(&credentials.id),
        encoded(&signature)
    );
    push_parameters(request, &parameters);
}

pub(super) fn verify<K: Keys>(
    request: &Request,
    header: &str,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    let (id, signature) = header
        .strip_prefix("OSS ")
        .and_then(|rest| rest.split_once(':'))
        .ok_or(Error::Invalid("Authorization header is invalid."))?;
    // Where `Date` cannot be set, another header takes its place.
    let date = request.header("x-oss-date").or_else(|| request.header("date"));
    let date = date.ok_or(Error::NoDate)?;
    check_time(time::parse_http(date).ok_or(Error::NoDate)?, expected)?;
    check(request, id, signature, date, request.header(TOKEN.as_str()), expected, keys)
}

pub(super) fn verify_url<K: Keys>(
    request: &Request,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    let missing =
        Error::Invalid("OSSAccessKeyId, Expires and Signature must be provided together.");
    let [Some(id), Some(expires), Some(signature)] =
        ["OSSAccessKeyId", "Expires", "Signature"].map(|name| parameter(request, name))
    else {
        return Err(missing);
    };
    let seconds: i64 = expires.parse().map_err(|_| Error::Invalid("Expires is not a number."))?;
    if expected.now.as_second() > seconds {
        return Err(Error::Expired);
    }
    let token = parameter(request, "security-token");
    check(request, &id, &signature, &expires, token.as_deref(), expected, keys)
}

fn check<K: Keys>(
    request: &Request,
    id: &str,
    signature: &str,
    date: &str,
    token: Option<&str>,
    expected: &Expected<'_>,
    keys: &K,
) -> Result<K::Who, Error> {
    let key = find(keys, id)?;
    check_token(&key, token, expected.now)?;
    let text = string_to_sign(request, date);
    let computed = hmac_sha1(key.secret.expose().as_bytes(), &text);
    if bool::from(computed.as_bytes().ct_eq(signature.as_bytes())) {
        return Ok(key.who);
    }
    Err(Error::SignatureDoesNotMatch {
        string_to_sign: String::from_utf8_lossy(&text).into_owned(),
        canonical_request: None,
    })
}

fn string_to_sign(request: &Request, date: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(request.method.as_str().as_bytes());
    for name in ["content-md5", "content-type"] {
        out.push(b'\n');
        out.extend_from_slice(request.headers.get(name).map_or(b"", |value| value.as_bytes()));
    }
    out.push(b'\n');
    out.extend_from_slice(date.as_bytes());
    out.push(b'\n');
    let names = request.headers.keys().map(HeaderName::as_str);
    let mut names: Vec<&str> = names.filter(|name| name.starts_with("x-oss-")).collect();
    names.sort_unstable();
    for name in names {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        out.extend_from_slice(request.headers[name].as_bytes().trim_ascii());
        out.push(b'\n');
    }
    out.extend_from_slice(&resource(request));
    push_subresources(&mut out, request);
    out
}

fn push_subresources(out: &mut Vec<u8>, request: &Request) {
    let mut pairs: Vec<_> = parameters(&request.query)
        .map(|(name, value)| (form_decoded(name), form_decoded(value.unwrap_or_default())))
        .filter(|(name, _)| SUBRESOURCES.binary_search(&name.as_ref()).is_ok())
        .collect();
    pairs.sort_unstable();
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push(if at == 0 { b'?' } else { b'&' });
        out.extend_from_slice(name.as_bytes());
        if !value.is_empty() {
            out.push(b'=');
            out.extend_from_slice(value.as_bytes());
        }
    }
}
