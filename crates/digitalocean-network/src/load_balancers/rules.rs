//! Adding and removing forwarding rules.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command};

use super::records::{LoadBalancer, Rule};
use super::request::{RuleInput, check_rules, unique_ports};
use super::{engine, errors, find_idle};
use crate::Input;
use crate::world::{Command, Handler, Look};

pub(super) const OPERATIONS: &[Handler] =
    &[command!(add_forwarding_rules), command!(remove_forwarding_rules)];

#[derive(Debug, Input)]
struct Change {
    lb_id: String,
    forwarding_rules: Option<Vec<RuleInput>>,
}

fn add_forwarding_rules(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (mut balancer, rules) = check(cx, &input)?;
    balancer.rules.extend(rules);
    unique_ports(&balancer.rules)?;
    write(cx, balancer);
    Ok(Empty {})
}

fn remove_forwarding_rules(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (mut balancer, rules) = check(cx, &input)?;
    for rule in rules {
        let same = |own: &Rule| own.entry_port == rule.entry_port && *own == rule;
        let at = balancer.rules.iter().position(same);
        let at = at.ok_or_else(|| errors::NO_SUCH_RULE.with(&[&rule.entry_port]))?;
        balancer.rules.remove(at);
    }
    if balancer.rules.is_empty() {
        return Err(errors::NO_RULES.fault());
    }
    write(cx, balancer);
    Ok(Empty {})
}

fn check(cx: &Command<'_, '_>, input: &Change) -> Result<(LoadBalancer, Vec<Rule>), Fault> {
    let balancer = LoadBalancer::clone(find_idle(cx.scene(), &input.lb_id)?);
    let rules = input.forwarding_rules.as_deref().filter(|rules| !rules.is_empty());
    let rules = check_rules(rules.ok_or(&errors::NO_RULES)?)?;
    Ok((balancer, rules))
}

fn write(cx: &mut Command<'_, '_>, mut balancer: LoadBalancer) {
    balancer.changed_at = Some(cx.now);
    let balancer = cx.store.put(balancer);
    engine::put(cx, &balancer);
}
