//! The errors of firewalls.

use isobar_kernel::Row;

pub(super) const NAME: Row = Row::new(422, "unprocessable_entity", "invalid firewall name");
pub(super) const TAKEN: Row = Row::new(409, "conflict", "duplicate name");
pub(super) const NO_RULES: Row =
    Row::new(422, "unprocessable_entity", "you must specify at least one rule");
pub(super) const PROTOCOL: Row = Row::new(
    422,
    "unprocessable_entity",
    "you must specify a valid protocol: one of tcp, udp, icmp",
);
pub(super) const PORTS: Row =
    Row::new(422, "unprocessable_entity", "you must specify a valid range for ports");
pub(super) const NO_PEERS: Row =
    Row::new(422, "unprocessable_entity", "you must specify at least one {}");
pub(super) const ADDRESS: Row = Row::new(422, "unprocessable_entity", "invalid address: {}");
pub(super) const BALANCER: Row =
    Row::new(422, "unprocessable_entity", "load balancer {} not found");
pub(super) const KUBERNETES: Row =
    Row::new(422, "unprocessable_entity", "kubernetes cluster {} not found");
pub(super) const TAG: Row = Row::new(422, "unprocessable_entity", "tag {} not found");
pub(super) const SAME_RULE: Row = Row::new(409, "conflict", "duplicate rule");
pub(super) const NO_SUCH_RULE: Row = Row::new(422, "unprocessable_entity", "rule not found");
