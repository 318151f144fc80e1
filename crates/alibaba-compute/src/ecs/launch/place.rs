//! Where an instance goes: its zone, vSwitch and security groups.

use std::net::Ipv4Addr;
use std::sync::Arc;

use isobar_kernel::Fault;

use super::{Launch, NetworkInterface};
use crate::ecs::errors;
use crate::ecs::records::{BY_GROUP, Instance, SecurityGroup};
use crate::ecs::security_groups::{self, MOST_GROUPS};
use crate::vpc::records::VSwitch;
use crate::vpc::vswitches;
use crate::{Command, regions, standard};
use isobar_forms::Cidr;

/// A place for instances.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) vpc_id: String,
    pub(super) vswitch_id: String,
    pub(super) zone_id: String,
    pub(super) group_ids: Vec<String>,
}

/// What a call says about the place.
struct Asked {
    vswitch_id: Option<String>,
    group_ids: Vec<String>,
}

pub(super) fn choose(
    cx: &mut Command<'_, '_>,
    input: &Launch,
    amount: usize,
) -> Result<Place, Fault> {
    let asked = asked(input)?;
    let zone = input.zone_id.as_deref().filter(|zone| !zone.is_empty());
    if zone.is_some_and(|zone| !regions::of_call(cx.region).has_zone(zone)) {
        return Err(errors::ZONE_NOT_FOUND.fault());
    }
    let groups = groups(cx, &asked.group_ids)?;
    let vswitch = vswitch(cx, asked.vswitch_id.as_deref(), zone)?;
    if groups.iter().any(|group| group.vpc_id != vswitch.vpc_id) {
        let row = match asked.vswitch_id {
            Some(_) => errors::GROUP_AND_VSWITCH,
            None => errors::GROUP_NOT_IN_DEFAULT_VPC,
        };
        return Err(row.fault());
    }
    check_private_address(input, &vswitch)?;
    if vswitches::available(cx.store, &vswitch) < i64::try_from(amount).unwrap_or(i64::MAX) {
        return Err(errors::VSWITCH_FULL.fault());
    }
    for group in &groups {
        let members = cx.store.by::<Instance>(BY_GROUP, &group.id).count();
        if members + amount > security_groups::room(group) {
            return Err(errors::GROUP_FULL.fault());
        }
    }
    let mut group_ids: Vec<String> = groups.iter().map(|group| group.id.clone()).collect();
    if group_ids.is_empty() {
        group_ids.push(security_groups::default_group(cx, &vswitch.vpc_id).id.clone());
    }
    Ok(Place {
        vpc_id: vswitch.vpc_id.clone(),
        vswitch_id: vswitch.id.clone(),
        zone_id: vswitch.zone_id.clone(),
        group_ids,
    })
}

/// The vSwitch and the groups may be the instance's own parameters or its first interface's.
fn asked(input: &Launch) -> Result<Asked, Fault> {
    let interfaces = input.network_interface.as_deref().unwrap_or_default();
    let first = interfaces.first().cloned().unwrap_or_default();
    let NetworkInterface { v_switch_id, security_group_id, security_group_ids, .. } = first;
    // The first interface is the instance's own; others cannot be had.
    if interfaces.len() > 1 {
        return Err(standard::UNSUPPORTED_PARAMETER.with(&[&"NetworkInterface"]));
    }
    let own = [&input.security_group_id, &security_group_id].into_iter().flatten();
    let lists = [&input.security_group_ids, &security_group_ids].into_iter().flatten().flatten();
    let group_ids: Vec<String> = own.chain(lists).filter(|id| !id.is_empty()).cloned().collect();
    let vswitch_id = input.v_switch_id.clone().or(v_switch_id).filter(|id| !id.is_empty());
    Ok(Asked { vswitch_id, group_ids })
}

fn groups(cx: &Command<'_, '_>, ids: &[String]) -> Result<Vec<Arc<SecurityGroup>>, Fault> {
    if ids.len() > MOST_GROUPS {
        return Err(errors::TOO_MANY_GROUPS.fault());
    }
    if ids.iter().enumerate().any(|(at, id)| ids[..at].contains(id)) {
        return Err(errors::GROUP_REPEATED.fault());
    }
    ids.iter()
        .map(|id| {
            let group = security_groups::find(cx.store, &cx.key(id), &errors::GROUP_NOT_FOUND);
            group.map(Arc::clone)
        })
        .collect()
}

fn vswitch(
    cx: &mut Command<'_, '_>,
    id: Option<&str>,
    zone: Option<&str>,
) -> Result<Arc<VSwitch>, Fault> {
    match id {
        Some(id) => {
            let vswitch = cx.store.get::<VSwitch>(&cx.context.key(id));
            let vswitch = vswitch.ok_or_else(|| errors::VSWITCH_NOT_FOUND.fault())?;
            match zone {
                Some(zone) if zone != vswitch.zone_id => Err(errors::VSWITCH_OTHER_ZONE.fault()),
                _ => Ok(Arc::clone(vswitch)),
            }
        }
        None => {
            let region = regions::of_call(cx.region);
            let zone = zone.map_or_else(|| region.default_zone(), str::to_owned);
            let vswitch = vswitches::default_vswitch(cx, &zone);
            vswitch.ok_or_else(|| errors::VSWITCH_FULL.fault())
        }
    }
}

/// An address of one's own choice cannot be had: machines have addresses of this computer's loopback.
fn check_private_address(input: &Launch, vswitch: &VSwitch) -> Result<(), Fault> {
    let asked = input.private_ip_address.as_deref().filter(|text| !text.is_empty());
    let Some(text) = asked else { return Ok(()) };
    let address: Option<Ipv4Addr> = text.parse().ok();
    let address = address.and_then(|address| Cidr::exact(&format!("{address}/32")));
    let address = address.ok_or_else(|| errors::PRIVATE_ADDRESS_MALFORMED.fault())?;
    let inside = Cidr::exact(&vswitch.cidr).is_some_and(|block| block.contains(address));
    if inside {
        Err(standard::UNSUPPORTED_PARAMETER.with(&[&"PrivateIpAddress"]))
    } else {
        Err(errors::PRIVATE_ADDRESS_OUTSIDE.fault())
    }
}
