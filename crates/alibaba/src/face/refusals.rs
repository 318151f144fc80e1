//! What is said to who cannot be let in, and to input that cannot be read.

use isobar_auth::alibaba::Error;
use isobar_catalogue::Service;
use isobar_kernel::{Fault, Row};
use isobar_wire::{DecodeError, Problem, Violation};

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

/// SLB checks by itself what the gateway checks for the others.
const SLB_MISSING: Row = Row::new(
    400,
    "MissingParameter",
    "The input parameter \"{}\" that is mandatory for processing this request is not supplied.",
);

/// The error for input that cannot be read.
pub(super) fn unreadable(service: &Service, error: &DecodeError) -> Fault {
    match error {
        DecodeError::Member(Violation { path, problem }) => {
            let name = parameter(path);
            match problem {
                Problem::Missing if service.name == "slb" => SLB_MISSING.with(&[&name]),
                Problem::Missing => standard::missing(&name),
                _ => standard::INVALID_PARAMETER.with(&[&name]),
            }
        }
        other => standard::MALFORMED.with(&[other]),
    }
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
