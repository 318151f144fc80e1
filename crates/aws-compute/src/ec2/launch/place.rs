//! Where an instance is launched: network, subnet, zone, security groups.

use isobar_kernel::Fault;

use super::super::ids::{GROUP, INTERFACE, SUBNET};
use super::super::instance_types::Type;
use super::super::records::{self, FreeInterface, Group, Subnet};
use super::super::{Command, errors, security_groups, subnets};
use super::options::{InterfaceSpecification, RunInstances};
use crate::regions::{self, Zone};

/// Where an instance is launched.
pub(super) struct Place {
    pub(super) vpc_id: String,
    pub(super) subnet_id: String,
    pub(super) zone: String,
    pub(super) zone_id: String,
    pub(super) tenancy: String,
    pub(super) group_ids: Vec<String>,
    pub(super) public: bool,
    pub(super) free_addresses: i64,
    /// The interface's.
    pub(super) description: String,
    /// Whether the interface goes with its instance.
    pub(super) delete_interface: bool,
}

impl Place {
    pub(super) fn find(
        cx: &Command<'_, '_>,
        input: &RunInstances,
        kind: &Type,
    ) -> Result<Self, Fault> {
        let interface = interface(cx, input)?;
        let asked = interface.and_then(|interface| interface.subnet_id.as_deref());
        let subnet = subnet(cx, input, kind, asked.or(input.subnet_id.as_deref()))?;
        check_offered(cx, kind, subnet)?;
        let group_ids = groups(cx, input, interface, subnet)?;
        let public = interface.and_then(|interface| interface.associate_public_ip_address);
        let tenancy = input.placement.as_ref().and_then(|placement| placement.tenancy.clone());
        Ok(Self {
            vpc_id: subnet.vpc_id.clone(),
            subnet_id: subnet.id.clone(),
            zone: subnet.zone.clone(),
            zone_id: subnet.zone_id.clone(),
            tenancy: tenancy.unwrap_or_else(|| "default".to_owned()),
            group_ids,
            public: public.unwrap_or(subnet.map_public_ip),
            free_addresses: subnets::free_addresses(cx.store, subnet),
            description: interface
                .and_then(|interface| interface.description.clone())
                .unwrap_or_default(),
            delete_interface: interface
                .and_then(|interface| interface.delete_on_termination)
                .unwrap_or(true),
        })
    }
}

/// The interface that the request describes, if it describes one.
fn interface<'i>(
    cx: &Command<'_, '_>,
    input: &'i RunInstances,
) -> Result<Option<&'i InterfaceSpecification>, Fault> {
    let interfaces = input.network_interfaces.as_deref().unwrap_or_default();
    if let [interface] = interfaces
        && let Some(id) = &interface.network_interface_id
        && cx.store.get::<FreeInterface>(&cx.key(id)).is_some()
    {
        return Err(errors::NOT_BUILT.with(&[&"NetworkInterface.NetworkInterfaceId"]));
    }
    let [interface] = interfaces else {
        if interfaces.is_empty() {
            return Ok(None);
        }
        // An instance here has the one address of its machine.
        return Err(errors::NOT_BUILT.with(&[&"NetworkInterface.2"]));
    };
    if let Some(id) = &interface.network_interface_id {
        INTERFACE.check(id)?;
        return Err(INTERFACE.missing(id));
    }
    if interface.device_index != Some(0) {
        return Err(errors::DEVICE_INDEX.fault());
    }
    let given = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    if input.subnet_id.is_some() {
        return Err(errors::INTERFACE_AND.with(&[&"subnet ID"]));
    }
    if given(&input.security_group_ids) || given(&input.security_groups) {
        return Err(errors::INTERFACE_AND.with(&[&"security groups"]));
    }
    Ok(Some(interface))
}

/// The subnet that is asked for; else the default network's, in the zone that is asked for.
fn subnet<'a>(
    cx: &'a Command<'_, '_>,
    input: &RunInstances,
    kind: &Type,
    id: Option<&str>,
) -> Result<&'a Subnet, Fault> {
    let scope = cx.scope();
    let zone = zone(cx, input)?;
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        let subnet = records::find::<Subnet>(cx.store, &scope, &SUBNET, id)?;
        if let Some(zone) = zone.filter(|zone| *zone != subnet.zone) {
            return Err(errors::ZONE_MISMATCH.with(&[&zone, &id]));
        }
        return Ok(subnet);
    }
    let vpc = security_groups::default_vpc(cx.store, &scope)?;
    let in_zone = |subnet: &&std::sync::Arc<Subnet>| match &zone {
        Some(zone) => subnet.zone == *zone,
        None => kind.is_offered(cx.region, &zone_of(subnet)),
    };
    let defaults = cx.store.by::<Subnet>("vpc", &vpc.id).filter(|subnet| subnet.default_for_zone);
    let mut rows: Vec<_> = defaults.collect();
    rows.sort_unstable_by(|a, b| a.zone.cmp(&b.zone));
    let found = rows.iter().copied().find(in_zone);
    // Where no zone has the type, the refusal says so of the first.
    let found = found.or_else(|| rows.first().copied().filter(|_| zone.is_none()));
    found.map(|subnet| &**subnet).ok_or_else(|| match &zone {
        Some(zone) if !rows.is_empty() => errors::NO_SUBNET_IN_ZONE.with(&[zone]),
        _ => errors::NO_DEFAULT_SUBNET.with(&[&vpc.id]),
    })
}

fn zone_of(subnet: &Subnet) -> Zone {
    Zone { name: subnet.zone.clone(), id: subnet.zone_id.clone() }
}

/// Refuses a type that the subnet's zone does not offer, with the zones that do.
fn check_offered(cx: &Command<'_, '_>, kind: &Type, subnet: &Subnet) -> Result<(), Fault> {
    if kind.is_offered(cx.region, &zone_of(subnet)) {
        return Ok(());
    }
    let region = regions::find(cx.region).expect("a request is admitted for a region that exists");
    let others = region.zones().filter(|zone| kind.is_offered(region.name, zone));
    let others: Vec<String> = others.map(|zone| zone.name).collect();
    if others.is_empty() {
        return Err(errors::TYPE_NOWHERE.fault());
    }
    Err(errors::TYPE_ZONE.with(&[&kind.name, &subnet.zone, &others.join(", ")]))
}

/// The zone that is asked for.
fn zone(cx: &Command<'_, '_>, input: &RunInstances) -> Result<Option<String>, Fault> {
    let Some(placement) = &input.placement else { return Ok(None) };
    let region = regions::find(cx.region).expect("a request is admitted for a region that exists");
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let found = match (given(&placement.availability_zone), given(&placement.availability_zone_id))
    {
        (Some(name), _) => (region.zone(&name), name),
        (None, Some(id)) => (region.zone_of_id(&id), id),
        (None, None) => return Ok(None),
    };
    match found {
        (Some(zone), _) => Ok(Some(zone.name)),
        (None, text) => Err(errors::ZONE.with(&[&text])),
    }
}

/// The ids of the groups that are asked for; else the network's default group.
fn groups(
    cx: &Command<'_, '_>,
    input: &RunInstances,
    interface: Option<&InterfaceSpecification>,
    subnet: &Subnet,
) -> Result<Vec<String>, Fault> {
    let scope = cx.scope();
    let ids = interface
        .map_or(&input.security_group_ids, |interface| &interface.groups)
        .as_deref()
        .unwrap_or_default();
    let names = input.security_groups.as_deref().unwrap_or_default();
    if !names.is_empty() && input.subnet_id.is_some() {
        return Err(errors::GROUPS_BOTH.fault());
    }
    GROUP.check_all(ids)?;
    let mut groups: Vec<&Group> = Vec::new();
    for id in ids {
        groups.push(records::find(cx.store, &scope, &GROUP, id)?);
    }
    for name in names {
        groups.push(security_groups::choose(cx.store, &scope, None, Some(name))?);
    }
    if groups.is_empty() {
        groups.extend(security_groups::default_of(cx.store, &subnet.vpc_id));
    }
    let mut found = Vec::new();
    for group in groups {
        if group.vpc_id != subnet.vpc_id {
            return Err(errors::GROUP_OTHER_VPC.with(&[&group.id, &subnet.id]));
        }
        if !found.contains(&group.id) {
            found.push(group.id.clone());
        }
    }
    Ok(found)
}
