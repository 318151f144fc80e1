//! Values of members that the vendor takes and that are not implemented here, of members whose other
//! values are. They are refused before the handler sees them, and told in docs/support.md.

use isobar_kernel::Fault;
use isobar_kernel::face::Admitted;
use isobar_wire::Value;

use crate::standard;

/// A member of some operations, and what of it is not built.
struct Row {
    service: &'static str,
    operations: &'static [&'static str],
    /// The member.
    member: &'static str,
    /// The values; none stand for any, which the handler refuses behind checks of its own.
    values: &'static [&'static str],
}

const fn row(
    service: &'static str,
    operations: &'static [&'static str],
    member: &'static str,
    values: &'static [&'static str],
) -> Row {
    Row { service, operations, member, values }
}

const LAUNCH: &[&str] = &["CreateInstance", "RunInstances"];
const BALANCER: &[&str] = &["CreateLoadBalancer"];
const HTTP: &[&str] = &["CreateLoadBalancerHTTPListener", "SetLoadBalancerHTTPListenerAttribute"];
const TCP: &[&str] = &["CreateLoadBalancerTCPListener", "SetLoadBalancerTCPListenerAttribute"];
const LISTENER: &[&str] = &[HTTP[0], HTTP[1], TCP[0], TCP[1]];
const ON: &[&str] = &["on"];

const ROWS: &[Row] = &[
    row("ecs", LAUNCH, "InstanceChargeType", &["PrePaid"]),
    row("ecs", LAUNCH, "Affinity", &["host"]),
    row("ecs", LAUNCH, "Tenancy", &["host"]),
    row("ecs", LAUNCH, "PrivateIpAddress", &[]),
    row("slb", BALANCER, "AddressIPVersion", &["ipv6"]),
    row("slb", BALANCER, "PayType", &["PrePay"]),
    row("slb", BALANCER, "Address", &[]),
    row("slb", LISTENER, "Scheduler", &["sch", "tch", "qch", "iqch"]),
    row("slb", LISTENER, "AclStatus", ON),
    row("slb", HTTP, "StickySession", ON),
    row("slb", HTTP, "ListenerForward", ON),
    row("slb", TCP, "PersistenceTimeout", &[]),
];

/// Refuses what is not built.
pub(super) fn check(admitted: &Admitted, input: &Value) -> Result<(), Fault> {
    let Admitted { service, operation, .. } = admitted;
    let own = ROWS.iter().filter(|row| {
        row.service == service.name && row.operations.contains(&operation.name.as_str())
    });
    for row in own {
        let asked = input.get(row.member).and_then(Value::as_str);
        if asked.is_some_and(|asked| row.values.contains(&asked)) {
            return Err(standard::UNSUPPORTED_PARAMETER.with(&[&row.member]));
        }
    }
    Ok(())
}

/// What is not built of members that are: service, operation, the member with its values.
#[must_use]
pub fn unbuilt() -> Vec<(&'static str, &'static str, String)> {
    let all = ROWS.iter().flat_map(|row| row.operations.iter().map(move |name| (row, *name)));
    all.map(|(row, operation)| {
        let values: Vec<String> = row.values.iter().map(|value| format!("`{value}`")).collect();
        let text = match values.as_slice() {
            [] => format!("`{}`", row.member),
            values => format!("`{}` as {}", row.member, values.join(", ")),
        };
        (row.service, operation, text)
    })
    .collect()
}
