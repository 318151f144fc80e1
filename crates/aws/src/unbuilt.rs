//! What of the served operations is not built, beside the members that their handlers do not read:
//! values, filters and attributes. The document of what is served is made from it.

use crate::face::BUILT;
use crate::{ec2, elbv2};

/// Service, operation and what is not built, as text.
#[must_use]
pub fn unbuilt() -> Vec<(&'static str, &'static str, String)> {
    let values = BUILT.iter().map(|row| {
        let text = format!("`{}` ({})", row.member, quoted(row.values));
        (row.service, row.operation, text)
    });
    let filters = ec2::FILTERS.iter().filter_map(|(operation, _, fields)| {
        let names: Vec<&str> = ec2::unbuilt_filters(fields).collect();
        let text = format!("the filters {}", quoted(&names));
        (!names.is_empty()).then_some(("ec2", *operation, text))
    });
    let attributes = elbv2::fixed_attributes().into_iter().map(|(operation, keys)| {
        let text = format!("other values than the first of the attributes {}", quoted(&keys));
        ("elbv2", operation, text)
    });
    let shown = elbv2::shown_attributes().map(|(operation, key, reason)| {
        ("elbv2", operation, format!("an effect of the attribute `{key}` ({reason})"))
    });
    let protocols = ["CreateListener", "ModifyListener"].map(|operation| {
        let text = format!("`Protocol` {}", quoted(elbv2::UNBUILT_PROTOCOLS));
        ("elbv2", operation, text)
    });
    // A machine has one address, for life.
    let address = "another public address than before the stop".to_owned();
    let address = [("ec2", "StartInstances", address)];
    values.chain(filters).chain(attributes).chain(shown).chain(protocols).chain(address).collect()
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
