//! Flags that aws-cli adds to single operations: `--count` of EC2's `run-instances`, and the rule of
//! a security group in flags of its own.

use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::Value;

use crate::report::{Class, Detail};

/// The operations with such flags, and what the flags mean.
const EXTRAS: [(&str, &[&str], Apply); 5] = [
    ("RunInstances", &["count"], count),
    ("AuthorizeSecurityGroupIngress", RULE, rule),
    ("AuthorizeSecurityGroupEgress", RULE, rule),
    ("RevokeSecurityGroupIngress", RULE, rule),
    ("RevokeSecurityGroupEgress", RULE, rule),
];

const RULE: &[&str] = &["protocol", "port", "cidr", "source-group", "group-owner"];

type Given = [(&'static str, String)];
type Apply = fn(&Given, &mut Value) -> Result<(), (&'static str, String)>;

fn row(
    service: &Service,
    operation: &Operation,
) -> Option<&'static (&'static str, &'static [&'static str], Apply)> {
    let is_ec2 = service.cloud == Cloud::Aws && service.name == "ec2";
    EXTRAS.iter().find(|(name, ..)| is_ec2 && *name == operation.name)
}

/// The flags of an operation.
pub(super) fn of(service: &Service, operation: &Operation) -> &'static [&'static str] {
    row(service, operation).map_or(&[], |(_, flags, _)| flags)
}

/// The flag of a name.
pub(super) fn find(service: &Service, operation: &Operation, name: &str) -> Option<&'static str> {
    of(service, operation).iter().find(|flag| **flag == name).copied()
}

/// Puts what the flags say into the input.
pub(super) fn apply(
    service: &Service,
    operation: &Operation,
    given: &Given,
    input: &mut Value,
) -> Option<(Class, Detail)> {
    let (.., apply) = row(service, operation)?;
    let (flag, text) = apply(given, input).err()?;
    Some((Class::Invalid, Detail::new(format!("--{flag}"), text)))
}

fn value<'g>(given: &'g Given, name: &str) -> Option<&'g str> {
    given.iter().rev().find(|(flag, _)| *flag == name).map(|(_, text)| text.as_str())
}

/// `5`, or `2:5` for at least and at most; one where nobody says.
fn count(given: &Given, input: &mut Value) -> Result<(), (&'static str, String)> {
    let is_set = input.get("MinCount").is_some() || input.get("MaxCount").is_some();
    let text = match value(given, "count") {
        None if is_set => return Ok(()),
        None => "1",
        Some(_) if is_set => {
            return Err((
                "count",
                "does not go together with --min-count and --max-count".to_owned(),
            ));
        }
        Some(text) => text,
    };
    let (min, max) = text.split_once(':').unwrap_or((text, text));
    match (min.parse::<i64>(), max.parse::<i64>()) {
        (Ok(min), Ok(max)) => {
            input.set("MaxCount", Value::from(max));
            input.set("MinCount", Value::from(min));
            Ok(())
        }
        _ => Err(("count", format!("must be a number such as 5, or 2:5, not {text:?}"))),
    }
}

/// A rule of a security group: `--protocol tcp --port 22 --cidr 0.0.0.0/0`.
fn rule(given: &Given, input: &mut Value) -> Result<(), (&'static str, String)> {
    if given.is_empty() {
        return Ok(());
    }
    if input.get("IpPermissions").is_some() {
        return Err((given[0].0, "does not go together with --ip-permissions".to_owned()));
    }
    let protocol = match value(given, "protocol") {
        Some("all") => "-1",
        Some(protocol) => protocol,
        None => {
            return Err(("protocol", "is required: tcp, udp, icmp, all or a number".to_owned()));
        }
    };
    let mut rule = Value::Map(Vec::new());
    if let Some(port) = value(given, "port") {
        let (from, to) = match port {
            "all" | "-1" if matches!(protocol, "icmp" | "1" | "-1") => ("-1", "-1"),
            "all" => ("0", "65535"),
            "-1" => ("-1", "-1"),
            port => port.split_once('-').unwrap_or((port, port)),
        };
        let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>()) else {
            return Err((
                "port",
                format!("must be a port, a range such as 80-90, or all, not {port:?}"),
            ));
        };
        rule.set("FromPort", Value::from(from));
        rule.set("ToPort", Value::from(to));
    }
    rule.set("IpProtocol", Value::from(protocol.to_owned()));
    if let Some(cidr) = value(given, "cidr") {
        let member =
            if cidr.contains(':') { ("Ipv6Ranges", "CidrIpv6") } else { ("IpRanges", "CidrIp") };
        let range = Value::Map(vec![(member.1.into(), Value::from(cidr.to_owned()))]);
        rule.set(member.0, Value::List(vec![range]));
    }
    if let Some(group) = value(given, "source-group") {
        let member = if group.starts_with("sg-") { "GroupId" } else { "GroupName" };
        let mut pair = Value::Map(vec![(member.into(), Value::from(group.to_owned()))]);
        if let Some(owner) = value(given, "group-owner") {
            pair.set("UserId", Value::from(owner.to_owned()));
        }
        rule.set("UserIdGroupPairs", Value::List(vec![pair]));
    }
    input.set("IpPermissions", Value::List(vec![rule]));
    Ok(())
}
