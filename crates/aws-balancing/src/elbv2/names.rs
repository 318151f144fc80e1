//! The names of load balancers and target groups, and ARNs.

use isobar_kernel::Fault;

use super::errors;

/// Refuses a name that cannot be one; `what` is whose it is.
pub(super) fn check(what: &str, name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(errors::NAME_EMPTY.with(&[&what]));
    }
    if name.chars().count() > 32 {
        return Err(errors::NAME_LONG.with(&[&what, &name]));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(errors::NAME_CHARACTERS.with(&[&what, &name]));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(errors::NAME_HYPHEN.with(&[&what, &name]));
    }
    if name.starts_with("internal-") {
        return Err(errors::NAME_INTERNAL.with(&[&what, &name]));
    }
    Ok(())
}

/// Refuses text that is no ARN of the kind; `what` is the kind for people.
pub(super) fn check_arn(arn: &str, kind: &str, what: &str) -> Result<(), Fault> {
    let mut parts = arn.splitn(6, ':');
    let is_arn = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("elasticloadbalancing")
        && parts
            .nth(2)
            .and_then(|resource| resource.strip_prefix(kind))
            .is_some_and(|rest| rest.starts_with('/'));
    if is_arn { Ok(()) } else { Err(errors::INVALID_ARN.with(&[&arn, &what])) }
}
