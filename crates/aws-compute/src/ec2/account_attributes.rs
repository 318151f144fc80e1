//! What the account is like.

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::{Query, errors, security_groups};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_account_attributes)];

#[derive(Debug, Input)]
struct DescribeAccountAttributes {
    attribute_names: Option<Vec<String>>,
}

#[derive(Debug, Output)]
struct Described {
    account_attributes: Vec<Attribute>,
}

#[derive(Debug, Output)]
struct Attribute {
    attribute_name: &'static str,
    attribute_values: [AttributeValue; 1],
}

#[derive(Debug, Output)]
struct AttributeValue {
    attribute_value: String,
}

/// The attributes with values that do not change; the default network is the sixth.
const FIXED: [(&str, &str); 5] = [
    ("supported-platforms", "VPC"),
    ("vpc-max-security-groups-per-interface", "5"),
    ("max-elastic-ips", "5"),
    ("max-instances", "128"),
    ("vpc-max-elastic-ips", "5"),
];

fn describe_account_attributes(
    cx: &Query<'_>,
    input: DescribeAccountAttributes,
) -> Result<Described, Fault> {
    let names = input.attribute_names.unwrap_or_default();
    let default_vpc = security_groups::default_vpc(cx.store, &cx.scope())
        .map_or_else(|_| "none".to_owned(), |vpc| vpc.id.clone());
    let fixed = FIXED.into_iter().map(|(name, value)| (name, value.to_owned()));
    let all: Vec<_> = fixed.chain([("default-vpc", default_vpc)]).collect();
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|(known, _)| known != name)) {
        return Err(errors::ATTRIBUTE_NAME.with(&[unknown]));
    }
    let account_attributes = all
        .into_iter()
        .filter(|(name, _)| names.is_empty() || names.iter().any(|asked| asked == name))
        .map(|(attribute_name, attribute_value)| Attribute {
            attribute_name,
            attribute_values: [AttributeValue { attribute_value }],
        })
        .collect();
    Ok(Described { account_attributes })
}
