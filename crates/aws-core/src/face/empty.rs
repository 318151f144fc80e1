//! What an empty text means where requests are forms.
//!
//! Clients write members without a value as `ProtocolVersion=`, and the services take that as if it
//! had been left out. So it is left out here, once for all operations of the query protocol and of
//! EC2's. It stays a value where something must be said (an empty name is refused in the words for a
//! name), in lists (a filter may look for the empty text), and where the vendor documents that it
//! means something: the table below. Numbers and booleans have no empty form and are refused as
//! such. In JSON and CBOR, an empty text is a text like others.

use isobar_catalogue::{Kind, Protocol, Service, ShapeId};
use isobar_kernel::face::Admitted;
use isobar_wire::Value;

/// Operation and member: an empty text that means something else than none.
const MEANT: &[(&str, &str)] = &[
    // Of tags with that key only those are deleted whose value is empty.
    ("DeleteTags", "Tags.Value"),
    // How a device of the image is left out.
    ("ModifyInstanceAttribute", "BlockDeviceMappings.NoDevice"),
    // How an interface loses its description.
    ("ModifyNetworkInterfaceAttribute", "Description.Value"),
    ("RunInstances", "BlockDeviceMappings.NoDevice"),
];

/// The input without the members that were sent empty and may be left out.
pub(super) fn left_out(admitted: &Admitted, input: Value) -> Value {
    let is_form = matches!(admitted.dialect.protocol, Protocol::Ec2 | Protocol::AwsQuery);
    match admitted.operation.input {
        Some(shape) if is_form => {
            let walk = Walk { service: admitted.service, operation: &admitted.operation.name };
            walk.value(shape, "", input)
        }
        _ => input,
    }
}

struct Walk {
    service: &'static Service,
    operation: &'static str,
}

impl Walk {
    fn value(&self, shape: ShapeId, path: &str, value: Value) -> Value {
        match (&self.service.shape(shape).kind, value) {
            (Kind::List(list), Value::List(items)) => {
                let items = items.into_iter().map(|item| self.value(list.item, path, item));
                Value::List(items.collect())
            }
            (Kind::Structure(_), Value::Map(entries)) => {
                let entries = entries.into_iter().filter_map(|(name, value)| {
                    let value = self.member(shape, path, &name, value)?;
                    Some((name, value))
                });
                Value::Map(entries.collect())
            }
            (_, value) => value,
        }
    }

    fn member(&self, shape: ShapeId, above: &str, name: &str, value: Value) -> Option<Value> {
        let members = &self.service.structure(shape)?.members;
        let Some(member) = members.iter().find(|member| member.name == name) else {
            return Some(value);
        };
        let is_empty = value.as_str().is_some_and(str::is_empty);
        if !is_empty && value.as_str().is_some() {
            return Some(value);
        }
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        if is_empty {
            let is_meant = || MEANT.contains(&(self.operation, path.as_str()));
            return (member.required || is_meant()).then_some(value);
        }
        // A structure of nothing but empty members is empty itself.
        let said = matches!(&value, Value::Map(entries) if !entries.is_empty());
        let value = self.value(member.shape, &path, value);
        let says_nothing = said && matches!(&value, Value::Map(entries) if entries.is_empty());
        (member.required || !says_nothing).then_some(value)
    }
}
