//! Members of inputs that no handler reads, and why that is what the cloud does.

use isobar_kernel::{Ignored, Values};

/// The rows.
pub const IGNORED: &[Ignored] = &[
    Ignored {
        service: "droplets",
        operation: "create",
        member: "private_networking",
        values: Values::All,
        reason: "deprecated and without effect: every droplet is in a VPC",
    },
    shown("firewalls", "*", "id"),
    shown("firewalls", "*", "status"),
    shown("firewalls", "*", "created_at"),
    shown("firewalls", "*", "pending_changes"),
    shown("projects", "*", "id"),
    shown("projects", "*", "owner_id"),
    shown("projects", "*", "owner_uuid"),
    shown("projects", "*", "created_at"),
    shown("projects", "*", "updated_at"),
    shown("ssh_keys", "create", "id"),
    shown("ssh_keys", "create", "fingerprint"),
    shown("tags", "create", "resources"),
    empty("domains", "an empty list asks for nothing"),
    empty("target_load_balancer_ids", "an empty list asks for nothing"),
    empty("sticky_sessions.cookie_name", "clients send what a session without cookies has not"),
    empty(
        "sticky_sessions.cookie_ttl_seconds",
        "clients send what a session without cookies has not",
    ),
];

/// A member that the vendor's document marks as read-only: who sends back what was shown changes it not.
const fn shown(service: &'static str, operation: &'static str, member: &'static str) -> Ignored {
    let reason = "read-only: the vendor shows it and takes none";
    Ignored { service, operation, member, values: Values::All, reason }
}

/// A member of load balancers in its empty forms.
const fn empty(member: &'static str, reason: &'static str) -> Ignored {
    let values = Values::These(&["", "0"]);
    Ignored { service: "load_balancers", operation: "*", member, values, reason }
}
