//! What is said to who cannot be let in, and to input that cannot be read.

use isobar_auth::alibaba::Error;
use isobar_catalogue::Service;
use isobar_kernel::face::Admitted;
use isobar_kernel::{Fault, Row};
use isobar_wire::{DecodeError, Name, Problem, Value, Violation};

use crate::standard;

/// The code and status of a refusal; its text is the error's own.
pub(super) fn fault(error: &Error) -> Fault {
    let row = match error {
        Error::MissingParameter(name) => return standard::missing(name),
        Error::InvalidParameter(_) => Row::new(400, "InvalidParameter", "{}"),
        Error::IncompleteSignature => Row::new(400, "IncompleteSignature", "{}"),
        Error::IllegalTimestamp => Row::new(400, "IllegalTimestamp", "{}"),
        Error::Expired => Row::new(400, "InvalidTimeStamp.Expired", "{}"),
        Error::UnknownKey { .. } => Row::new(404, "InvalidAccessKeyId.NotFound", "{}"),
        Error::MissingSecurityToken => Row::new(400, "MissingSecurityToken", "{}"),
        Error::InvalidSecurityToken => {
            Row::new(400, "InvalidSecurityToken.MismatchWithAccessKey", "{}")
        }
        Error::ExpiredSecurityToken => Row::new(400, "InvalidSecurityToken.Expired", "{}"),
        Error::SignatureDoesNotMatch { .. } | Error::CanonicalMismatch { .. } => {
            Row::new(400, "SignatureDoesNotMatch", "{}")
        }
        Error::NonceUsed => Row::new(400, "SignatureNonceUsed", "{}"),
    };
    row.with(&[error])
}

/// What a product says to a caller who may not do what it asks for, where it is not [`FORBIDDEN`].
const DENIED: &[(&str, Row)] = &[
    (
        "ecs",
        Row::new(
            403,
            "Forbidden.RAM",
            "User not authorized to operate on the specified resource, or this API doesn't support \
             RAM.",
        ),
    ),
    ("ram", Row::new(403, "NoPermission", "You do not have the required permissions.")),
    (
        "sts",
        Row::new(
            403,
            "NoPermission",
            "You are not authorized to do this action. You should be authorized by RAM.",
        ),
    ),
];
const FORBIDDEN: Row =
    Row::new(403, "Forbidden", "User not authorized to operate on the specified resource.");

/// The error for a caller who may not do what it asks for, with the right that is missing.
pub(super) fn denied(admitted: &Admitted) -> Fault {
    let Admitted { service, operation, caller, .. } = admitted;
    let row =
        DENIED.iter().find(|(name, _)| *name == service.name).map_or(&FORBIDDEN, |row| &row.1);
    let detail = [
        ("AuthAction", format!("{}:{}", service.name, operation.name)),
        ("AuthPrincipalDisplayName", caller.principal.clone()),
        ("AuthPrincipalOwnerId", caller.account.clone()),
        ("AuthPrincipalType", "SubUser".to_owned()),
        ("NoPermissionType", "ImplicitDeny".to_owned()),
        ("PolicyType", "AccountLevelIdentityBasedPolicy".to_owned()),
    ];
    let detail = detail.map(|(name, value)| (Name::from(name), Value::from(value)));
    row.fault().field("AccessDeniedDetail", Value::Map(detail.into()))
}

/// The products that look for themselves whether all is there, which the gateway does for the others.
const LOOK_THEMSELVES: &[&str] = &["ecs", "slb"];

/// The error for input that cannot be read.
pub(super) fn unreadable(service: &Service, error: &DecodeError) -> Fault {
    match error {
        DecodeError::Member(Violation { path, problem }) => {
            let name = parameter(path);
            match problem {
                Problem::Missing if LOOK_THEMSELVES.contains(&service.name.as_str()) => {
                    standard::MISSING_PARAMETER.with(&[&name])
                }
                Problem::Missing => standard::missing(&name),
                _ => standard::INVALID_PARAMETER.with(&[&name]),
            }
        }
        other => standard::MALFORMED.with(&[other]),
    }
}

/// The longest client token. The vendor counts characters, and takes those of ASCII alone.
const LONGEST_TOKEN: usize = 64;

/// What a product says to a client token that it cannot take.
const TOKENS: &[(&str, Row)] = &[
    (
        "ecs",
        Row::new(
            400,
            "InvalidClientToken.ValueNotSupported",
            "The ClientToken provided is invalid.",
        ),
    ),
    (
        "vpc",
        Row::new(
            400,
            "IllegalParam.ClientToken",
            "Token verify failed because client token length too long.",
        ),
    ),
];

/// Refuses a client token that is too long, or not of ASCII.
pub(super) fn client_token(service: &Service, input: &Value) -> Result<(), Fault> {
    let token = input.get("ClientToken").and_then(Value::as_str).unwrap_or_default();
    if token.is_ascii() && token.len() <= LONGEST_TOKEN {
        return Ok(());
    }
    let row = TOKENS.iter().find(|(name, _)| *name == service.name);
    let row = row.map_or(&standard::INVALID_PARAMETER, |(_, row)| row);
    Err(row.with(&[&"ClientToken"]))
}

/// A member's path as parameters name it: `Tag[0].Key` is `Tag.1.Key`.
fn parameter(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        let (index, after) = after.split_once(']').unwrap_or((after, ""));
        let number =
            index.parse::<usize>().map_or_else(|_| index.into(), |at| (at + 1).to_string());
        name.push_str(before);
        name.push('.');
        name.push_str(&number);
        rest = after;
    }
    name.push_str(rest);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, name) in
            [("PageSize", "PageSize"), ("Tag[0].Key", "Tag.1.Key"), ("A[1][2]", "A.2.3")]
        {
            assert_eq!(parameter(path), name);
        }
    }
}
