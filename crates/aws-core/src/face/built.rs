//! Members of which not every value that the vendor lists is built.

use isobar_kernel::face::Admitted;
use isobar_kernel::{Fault, Row};
use isobar_wire::Value;

/// A member and the values of it that are built.
#[derive(Debug)]
pub struct Built {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The member's path, through lists.
    pub member: &'static str,
    /// The values.
    pub values: &'static [&'static str],
}

const fn built(
    service: &'static str,
    operation: &'static str,
    member: &'static str,
    values: &'static [&'static str],
) -> Built {
    Built { service, operation, member, values }
}

const ELB: &str = "elbv2";

/// The rows.
#[rustfmt::skip]
pub const BUILT: &[Built] = &[
    built("ec2", "CreateKeyPair", "KeyFormat", &["pem"]),
    built(ELB, "CreateLoadBalancer", "Type", &["application", "network"]),
    built(ELB, "SetIpAddressType", "IpAddressType", &["ipv4"]),
    built(ELB, "CreateTargetGroup", "TargetType", &["instance", "ip"]),
    built(ELB, "CreateTargetGroup", "Protocol", &["HTTP", "TCP"]),
    built(ELB, "CreateTargetGroup", "HealthCheckProtocol", &["HTTP", "TCP"]),
    built(ELB, "ModifyTargetGroup", "HealthCheckProtocol", &["HTTP", "TCP"]),
];

const NOT_BUILT: Row = Row::new(
    501,
    "NotImplemented",
    "The value '{}' of the parameter {} is catalogued but not implemented here",
);

/// Refuses values that are not built.
pub(super) fn check(admitted: &Admitted, input: &Value) -> Result<(), Fault> {
    let Admitted { service, operation, .. } = admitted;
    let own =
        BUILT.iter().filter(|row| row.service == service.name && row.operation == operation.name);
    for row in own {
        let other = find(input, row.member, &|text| !row.values.contains(&text));
        if let Some(value) = other {
            return Err(NOT_BUILT.with(&[&value, &row.member]));
        }
    }
    Ok(())
}

/// The first text at the path of which the test holds.
fn find(value: &Value, path: &str, test: &dyn Fn(&str) -> bool) -> Option<String> {
    match value {
        Value::List(items) => items.iter().find_map(|item| find(item, path, test)),
        Value::Map(_) if !path.is_empty() => {
            let (member, rest) = path.split_once('.').unwrap_or((path, ""));
            find(value.get(member)?, rest, test)
        }
        Value::Bool(flag) if path.is_empty() => {
            let text = if *flag { "true" } else { "false" };
            test(text).then(|| text.to_owned())
        }
        Value::String(text) if path.is_empty() => test(text).then(|| text.to_string()),
        _ => None,
    }
}
