//! Creating, replacing and deleting firewalls.

use isobar_kernel::call::Empty;
use isobar_kernel::members::Both;
use isobar_kernel::{Fault, command};

use super::find;
use super::list::{OfFirewall, One};
use super::records::Firewall;
use super::request::{Request, Rules, RulesInput, check_droplets, check_tags};
use crate::show::firewall::view;
use crate::world::{Command, Handler, Look, key};

pub(super) const OPERATIONS: &[Handler] = &[command!(create), command!(update), command!(delete)];

fn create(
    cx: &mut Command<'_, '_>,
    Both(input, rules): Both<Request, RulesInput>,
) -> Result<One, Fault> {
    let scene = cx.scene();
    let name = input.checked_name(scene, None)?;
    let Rules { inbound, outbound } = rules.check(scene)?;
    let droplet_ids = check_droplets(scene, input.droplet_ids.as_deref().unwrap_or_default())?;
    let tags = check_tags(scene, input.tags.as_deref().unwrap_or_default())?;
    let firewall = Firewall {
        account: cx.caller.account.clone(),
        id: cx.random.uuid(),
        name,
        created_at: cx.now,
        inbound,
        outbound,
        changed_at: cx.now,
        changes: droplet_ids.iter().map(|id| (*id, false)).collect(),
        droplet_ids,
        tags,
    };
    let firewall = cx.store.put(firewall);
    Ok(One { firewall: view(cx.scene(), &firewall) })
}

/// Makes the firewall what the request says: what it leaves out is empty, as the vendor has it.
fn update(
    cx: &mut Command<'_, '_>,
    Both(of, Both(request, rules)): Both<OfFirewall, Both<Request, RulesInput>>,
) -> Result<One, Fault> {
    let scene = cx.scene();
    let before = Firewall::clone(find(scene, &of.firewall_id)?);
    let name = request.checked_name(scene, Some(&before.id))?;
    let Rules { inbound, outbound } = rules.check(scene)?;
    let droplet_ids = check_droplets(scene, request.droplet_ids.as_deref().unwrap_or_default())?;
    let tags = check_tags(scene, request.tags.as_deref().unwrap_or_default())?;
    let left = before.droplet_ids.iter().filter(|id| !droplet_ids.contains(id));
    let mut changes: Vec<_> = left.map(|id| (*id, true)).collect();
    changes.extend(droplet_ids.iter().map(|id| (*id, false)));
    let firewall = Firewall {
        name,
        inbound,
        outbound,
        droplet_ids,
        tags,
        changed_at: cx.now,
        changes,
        ..before
    };
    let firewall = cx.store.put(firewall);
    Ok(One { firewall: view(cx.scene(), &firewall) })
}

fn delete(cx: &mut Command<'_, '_>, input: OfFirewall) -> Result<Empty, Fault> {
    let firewall = find(cx.scene(), &input.firewall_id)?;
    let key = key(&firewall.account, &firewall.id);
    cx.store.remove::<Firewall>(&key);
    Ok(Empty {})
}
