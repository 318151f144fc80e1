//! The errors of firewalls.

use isobar_kernel::Row;

pub(super) const NAME: Row = Row::new(422, "unprocessable_entity", "invalid name");
pub(super) const TAKEN: Row = Row::new(409, "conflict", "duplicate name");
pub(super) const NO_RULES: Row =
    Row::new(422, "unprocessable_entity", "must have at least one rule");
pub(super) const PROTOCOL: Row =
    Row::new(422, "unprocessable_entity", "you specified an invalid protocol");
pub(super) const ACTION: Row =
    Row::new(422, "unprocessable_entity", "you specified an invalid action");
pub(super) const PORTS: Row = Row::new(422, "unprocessable_entity", "invalid port range");
pub(super) const ADDRESS: Row = Row::new(422, "unprocessable_entity", "invalid address: {}");
pub(super) const BALANCER: Row =
    Row::new(422, "unprocessable_entity", "load balancer does not exist");
pub(super) const DROPLET: Row = Row::new(422, "unprocessable_entity", "droplet does not exist");
pub(super) const NOT_FOUND: Row = Row::new(404, "not_found", "Firewall not found");
pub(super) const KUBERNETES: Row =
    Row::new(422, "unprocessable_entity", "kubernetes cluster {} not found");
pub(super) const TAG: Row = Row::new(422, "unprocessable_entity", "tag {} does not exist");
pub(super) const SAME_RULE: Row = Row::new(409, "conflict", "duplicate rule");
pub(super) const NO_SUCH_RULE: Row = Row::new(422, "unprocessable_entity", "rule not found");
