//! Adding and removing single rules.

use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command};

use super::list::OfFirewall;
use super::records::{Firewall, Rule};
use super::request::{Rules, RulesInput};
use super::{errors, find};
use crate::world::{Command, Handler, Look};

pub(super) const OPERATIONS: &[Handler] = &[command!(add_rules), command!(delete_rules)];

type Change = Both<OfFirewall, RulesInput>;

fn add_rules(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (mut firewall, rules) = check(cx, &input)?;
    add(&mut firewall.inbound, rules.inbound)?;
    add(&mut firewall.outbound, rules.outbound)?;
    Ok(write(cx, firewall))
}

fn delete_rules(cx: &mut Command<'_, '_>, input: Change) -> Result<Empty, Fault> {
    let (mut firewall, rules) = check(cx, &input)?;
    take(&mut firewall.inbound, &rules.inbound)?;
    take(&mut firewall.outbound, &rules.outbound)?;
    Ok(write(cx, firewall))
}

fn add(own: &mut Vec<Rule>, rules: Vec<Rule>) -> Result<(), Fault> {
    for rule in rules {
        if own.contains(&rule) {
            return Err(errors::SAME_RULE.fault());
        }
        own.push(rule);
    }
    Ok(())
}

fn take(own: &mut Vec<Rule>, rules: &[Rule]) -> Result<(), Fault> {
    for rule in rules {
        let at = own.iter().position(|one| one == rule).ok_or(&errors::NO_SUCH_RULE)?;
        own.remove(at);
    }
    Ok(())
}

fn check(cx: &Command<'_, '_>, Both(of, rules): &Change) -> Result<(Firewall, Rules), Fault> {
    let scene = cx.scene();
    let firewall = Firewall::clone(find(scene, &of.firewall_id)?);
    Ok((firewall, rules.check(scene)?))
}

fn write(cx: &mut Command<'_, '_>, mut firewall: Firewall) -> Empty {
    firewall.changed_at = cx.now;
    firewall.changes = firewall.droplet_ids.iter().map(|id| (*id, false)).collect();
    cx.store.put(firewall);
    Empty {}
}
